"""The user's first minutes, in Chromium, against the embedded model and the real simulation."""

from __future__ import annotations

import math
import re
import time

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Launch, open_tab

pytestmark = [pytest.mark.browser, pytest.mark.model]
PATIENCE_MS = 120_000


ANSWERED = """asked => {
    const users = document.querySelectorAll('#chat .user'), bots = document.querySelectorAll('#chat .bot');
    if (users.length <= asked || !bots.length) return false;
    return Boolean(users[users.length - 1].compareDocumentPosition(bots[bots.length - 1]) & Node.DOCUMENT_POSITION_FOLLOWING);
}"""


def say(page: Page, text: str) -> None:
    """Type a message, send it with Enter, and wait until the answer stands."""
    box = page.locator("#say textarea")
    asked = page.locator("#chat .user").count()
    box.fill(text)
    box.press("Enter")
    if not _stands(
        page, asked
    ):  # a page that is still busy with the last answer may miss a key; a person presses it again
        box.fill(text)
        box.press("Enter")
    page.wait_for_function(ANSWERED, arg=asked, timeout=PATIENCE_MS)
    expect(page.locator("#say .stop-button")).to_have_count(0, timeout=PATIENCE_MS)
    page.wait_for_timeout(400)


def _stands(page: Page, asked: int) -> bool:
    """Whether the words come to stand in the chat."""
    deadline = time.monotonic() + PATIENCE_MS / 4000
    while page.locator("#chat .user").count() <= asked and time.monotonic() < deadline:
        page.wait_for_timeout(100)
    return page.locator("#chat .user").count() > asked


def last_answer(page: Page) -> str:
    return page.locator("#chat").inner_text()


def value(launch: Launch, name: str) -> object:
    return launch.workload()["parameters"][name]["value"]


@pytest.fixture(autouse=True)
def _running(launch: Launch) -> None:
    """Each test begins on a running simulation with its defaults."""
    if launch.workload()["state"] in ("finished", "stopped", "failed") or launch.workload()["step"] > 500:
        launch.post("/api/workloads/gw_lattice/restart", {"reset": True})
    deadline = time.monotonic() + 60
    while launch.workload()["state"] == "starting" and time.monotonic() < deadline:
        time.sleep(0.2)
    launch.post("/api/workloads/gw_lattice/resume")


@pytest.mark.timeout(600)
def test_the_first_four_sentences(page: Page, launch: Launch) -> None:
    say(page, "What's the current simulation status?")
    expect(page.locator("#chat")).to_contain_text(
        re.compile(r"gw_lattice is running: step \d+ of 1000"), timeout=PATIENCE_MS
    )
    expect(page.locator("#chat")).to_contain_text("correlation")
    expect(page.locator("#chat")).to_contain_text(re.compile(r"\d\d:\d\d:\d\d"))

    say(page, "The correlation seems high. Set GW amplitude to 5e-21")
    expect(page.locator("#chat")).to_contain_text(
        re.compile(r"gw_amplitude: 1e-21 → 5e-21 strain.*step \d+"), timeout=PATIENCE_MS
    )
    assert value(launch, "gw_amplitude") == 5e-21
    undo = page.locator("#undo-change")
    expect(undo).to_be_enabled()
    expect(undo).to_contain_text(re.compile("undo", re.I))

    say(page, "What parameters can I change?")
    for name, info in launch.workload()["parameters"].items():
        expect(page.locator("#chat")).to_contain_text(name, timeout=PATIENCE_MS)
        expect(page.locator("#chat")).to_contain_text(info["doc"][:30])

    say(page, "pause")
    expect(page.locator("#chat")).to_contain_text("paused", timeout=PATIENCE_MS)
    assert launch.workload()["state"] == "paused"
    say(page, "resume")
    assert launch.workload()["state"] == "running"

    say(page, "show me the last 50 values of fractal dimension")
    expect(page.locator("#chat .js-plotly-plot").first).to_be_visible(timeout=PATIENCE_MS)

    say(page, "set gw frequency to 1.2 kHz")
    assert value(launch, "gw_frequency") == 1200.0
    say(page, "undo that")
    assert value(launch, "gw_frequency") == 100.0

    say(page, "what is the capital of France?")
    expect(page.locator("#chat .bot").last).to_contain_text("Paris", timeout=PATIENCE_MS)

    say(page, "set the lattice to 10 million nodes")
    expect(page.locator("#chat")).to_contain_text("20000", timeout=PATIENCE_MS)
    assert value(launch, "num_lattice_nodes") == 500

    say(page, "pause it and set temperature to 2")
    assert (launch.workload()["state"], value(launch, "temperature")) == ("paused", 2.0)


@pytest.mark.timeout(300)
def test_a_change_is_undone_by_the_button_and_the_conversation_survives_a_reload(page: Page, launch: Launch) -> None:
    before = value(launch, "temperature")
    say(page, "set temperature to 7")
    assert value(launch, "temperature") == 7.0
    page.locator("#undo-change").click()
    deadline = time.monotonic() + 60
    while value(launch, "temperature") != before and time.monotonic() < deadline:
        time.sleep(0.2)
    assert value(launch, "temperature") == before
    page.reload()
    expect(page.locator("#chat")).to_contain_text("set temperature to 7", timeout=PATIENCE_MS)


@pytest.mark.timeout(300)
def test_the_form_goes_through_the_same_tools(page: Page, launch: Launch) -> None:
    page.get_by_role("tab", name="Workloads").click()
    field = page.locator("#parameter-gw_frequency input, #parameter-gw_frequency textarea").first
    field.fill("0.3 kHz")
    page.locator("#apply-parameters").click()
    expect(page.locator("body")).to_contain_text(re.compile("gw_frequency.*300"), timeout=PATIENCE_MS)
    assert value(launch, "gw_frequency") == 300.0
    expect(field).to_have_value("300", timeout=PATIENCE_MS)  # the form was drawn anew
    field.fill("9 MHz")
    page.locator("#apply-parameters").click()
    expect(page.locator("#bench-outcome")).to_contain_text(re.compile("cannot be.*5000"), timeout=PATIENCE_MS)
    assert value(launch, "gw_frequency") == 300.0
    entry = launch.get("/api/audit?limit=1")["audit"][0]
    assert (entry["actor_kind"], entry["status"]) == ("user", "refused")


@pytest.mark.timeout(300)
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_comes_from_elsewhere_and_nothing_overflows(
    browser: Browser, launch: Launch, width: int, scheme: str
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme)  # type: ignore[arg-type]
    page, foreign, errors = context.new_page(), [], []
    page.on(
        "request",
        lambda request: (
            None
            if request.url.startswith((launch.url, "data:", "blob:", "ws://127.0.0.1"))
            else foreign.append(request.url)
        ),
    )
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(launch.url)
    page.locator("#say textarea").wait_for(timeout=PATIENCE_MS)
    for tab in ("Workloads", "System", "Chat"):
        open_tab(page, tab)
        page.wait_for_timeout(1200)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{tab} scrolls sideways at {width} px"
    context.close()
    assert not foreign
    assert not errors


@pytest.mark.timeout(300)
def test_the_strip_follows_the_run(page: Page, launch: Launch) -> None:
    strip = page.locator("#live")
    expect(strip).to_contain_text("gw_lattice", timeout=PATIENCE_MS)

    def shown() -> int:
        found = re.search(r"step ([\d,]+) of", strip.inner_text())
        return int(found.group(1).replace(",", "")) if found else -1

    first, deadline = shown(), time.monotonic() + 60
    while shown() <= first and time.monotonic() < deadline:
        time.sleep(0.3)
    assert shown() > first
    assert math.isclose(shown(), launch.workload()["step"], abs_tol=200)


@pytest.mark.timeout(300)
def test_a_question_is_answered_by_a_click_and_an_ended_run_begins_again(page: Page, launch: Launch) -> None:
    say(page, "I think we should stop the run")
    assert launch.workload()["state"] in ("running", "paused")
    page.get_by_role("button", name="Yes", exact=True).click(timeout=PATIENCE_MS)
    expect(page.locator("#chat")).to_contain_text(re.compile(r"gw_lattice is stopped at step \d+"), timeout=PATIENCE_MS)
    page.get_by_role("button", name="Run again", exact=True).click(timeout=PATIENCE_MS)
    expect(page.locator("#act-outcome")).to_contain_text("begins again", timeout=PATIENCE_MS)
    assert launch.workload()["state"] in ("starting", "running")
