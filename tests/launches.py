"""A launch as a person makes it: ``launcher.py`` as a child process, with a data folder and a port of its own.

All that it starts inherits a mark in its environment, by which ``survivors`` finds what is left of it.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import httpx

from measurement.store import Store

ROOT = Path(__file__).parents[1]
PATIENCE_S = 120.0
MARK = "LAUNCH_OF_A_TEST"


class Launch:
    """One launcher, running or ended. Used with ``with``, it is gone afterwards, and all that it started."""

    def __init__(self, folder: Path, *flags: str, env: dict[str, str] | None = None, port: int | None = None) -> None:
        self.data, self.port = folder / "lodger-data", port or free_port()
        self.mark = uuid.uuid4().hex
        self.lines: list[str] = []
        command = [sys.executable, str(ROOT / "launcher.py"), "--data-dir", str(self.data), "--port", str(self.port)]
        mine = {name: value for name, value in os.environ.items() if not name.startswith("LODGER_")}
        self._process = subprocess.Popen(
            [*command, *flags],
            cwd=folder,  # where no lodger.toml lies but the test's own
            env={**mine, MARK: self.mark, **(env or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout
        with self._process.stdout as output:
            self.lines += iter(output.readline, "")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self.signal(signal.SIGTERM)
            self.ended()
        for pid in self.survivors():
            os.kill(pid, signal.SIGKILL)

    @property
    def said(self) -> str:
        return "".join(self.lines)

    def shows(self, pattern: str) -> Self:
        """Wait until a line of that pattern is on the terminal."""
        until(lambda: re.search(pattern, self.said) or not self._reader.is_alive(), f"{pattern!r} is shown", self)
        assert re.search(pattern, self.said), self.said
        return self

    def open(self) -> Self:
        """Wait until the page is open."""
        return self.shows(r"Open http://")

    def signal(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def ended(self) -> int:
        """Wait for the launcher's end; gives its exit code."""
        try:
            code = self._process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            raise AssertionError(f"the launcher does not end; it said:\n{self.said}") from None
        self._reader.join(PATIENCE_S)
        return code

    def ask(self, path: str, method: str = "GET", **options: Any) -> httpx.Response:
        """Ask the page's server."""
        return httpx.request(method, f"http://127.0.0.1:{self.port}{path}", timeout=PATIENCE_S, **options)

    def json(self, path: str) -> Any:
        return self.ask(path).raise_for_status().json()

    def becomes(self, path: str, true: Callable[[Any], object], what: str) -> Any:
        """Poll an address until its answer is as wanted; gives that answer."""
        found: list[Any] = []

        def look() -> bool:
            found[:] = [self.json(path)]
            return bool(true(found[0]))

        until(look, what, self)
        return found[0]

    def survivors(self, word: str = "") -> list[int]:
        """The processes of this launch that are there, the launcher apart; those with ``word`` in their command."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                marked = f"{MARK}={self.mark}".encode() in (folder / "environ").read_bytes()
                command = (folder / "cmdline").read_bytes().decode(errors="replace")
            except OSError:  # it ended while we looked
                continue
            if marked and command and word in command and int(folder.name) != self._process.pid:
                found.append(int(folder.name))
        return found

    def assert_nothing_is_left(self) -> None:
        """No process, no lock, no record, no run that is thought to go on, and a database that opens."""
        assert not self.survivors()
        assert not (self.data / "lodger.lock").exists()
        assert not list((self.data / "run").iterdir())
        with Store(self.data / "lodger.db") as store:
            assert {run.state for run in store.runs()} <= {"stopped", "finished", "failed"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(true: Callable[[], object], what: str, launch: Launch) -> None:
    """Poll until it holds, with the patience that a busy machine needs."""
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline, f"not within {PATIENCE_S:.0f} s: {what}; it said:\n{launch.said}"
        time.sleep(0.05)
