"""The start as a person sees it: a line a stage, with its time and its memory, and progress on what takes longer."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TextIO

from measurement.host import resident_bytes

PROGRESS_AFTER_S = 1.0
PROGRESS_EVERY_S = 1.0


class Stage:
    """One line of the start."""

    def __init__(self, name: str, out: TextIO) -> None:
        self._name, self._out, self._began_s = name, out, time.monotonic()
        self._said_s = self._began_s + PROGRESS_AFTER_S - PROGRESS_EVERY_S
        self._open_line = False
        self._text, self._pids = "", list[int]()

    def progress(self, text: str) -> None:
        """Tell what is going on; shown once a second, from the first second on."""
        now = time.monotonic()
        if now - self._said_s < PROGRESS_EVERY_S or now - self._began_s < PROGRESS_AFTER_S:
            return
        self._said_s = now
        line = f"  …  {self._name:<22} {now - self._began_s:6.1f} s   {text}"
        self._open_line = self._out.isatty()
        print(
            f"\r{line:<100}" if self._open_line else line,
            end="" if self._open_line else "\n",
            file=self._out,
            flush=True,
        )

    def say(self, text: str) -> None:
        """What the finished stage has to tell."""
        self._text = text

    def done(self, text: str, pids: Iterable[int] = ()) -> None:
        """What the finished stage has to tell, and the processes whose memory is its own."""
        self._text, self._pids = text, list(pids)

    def finish(self) -> None:
        """Print the finished line."""
        taken_s = time.monotonic() - self._began_s
        memory = f"{resident_bytes(self._pids) / 2**20:6.0f} MiB" if self._pids else " " * 10
        head = "\r" if self._open_line else ""
        print(f"{head}  ✓  {self._name:<22} {taken_s:6.1f} s   {memory}   {self._text}", file=self._out, flush=True)

    def fail(self) -> None:
        """Print that the stage did not come to its end."""
        head = "\r" if self._open_line else ""
        print(f"{head}  ✗  {self._name:<22} {time.monotonic() - self._began_s:6.1f} s", file=self._out, flush=True)


class Stages:
    """The whole start."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    @contextmanager
    def stage(self, name: str) -> Iterator[Stage]:
        """Run one stage; its line is printed when it ends, well or badly."""
        stage = Stage(name, self._out)
        try:
            yield stage
        except BaseException:
            stage.fail()
            raise
        stage.finish()
