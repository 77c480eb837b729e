"""Which processes of the whole machine keep its processors busy just now: what a snapshot of an incident names."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import psutil

WINDOW_S = 0.25


@dataclass(frozen=True, slots=True)
class Busy:
    """A process and its processor time over the window, per cent of one processor; never its arguments."""

    pid: int
    name: str
    cpu_percent: float


def busiest(most: int = 5, window_s: float = WINDOW_S) -> list[Busy]:
    """Look twice, ``window_s`` apart, and give the busiest processes, busiest first; those below 1 % are left out.

    Blocks for the window. Processes that began or ended within it, or may not be looked into, are not there.
    """
    before, began_s = dict(_times()), time.monotonic()
    time.sleep(window_s)
    passed_s = time.monotonic() - began_s
    found = [
        Busy(pid, name, 100.0 * (cpu_s - before[pid, name]) / passed_s)
        for (pid, name), cpu_s in _times()
        if (pid, name) in before
    ]
    found = [one for one in found if one.cpu_percent >= 1.0]
    return sorted(found, key=lambda one: one.cpu_percent, reverse=True)[:most]


def _times() -> Iterator[tuple[tuple[int, str], float]]:
    for process in psutil.process_iter(["name", "cpu_times"]):
        times = process.info["cpu_times"]
        if times is not None:
            yield (process.pid, process.info["name"] or ""), times.user + times.system
