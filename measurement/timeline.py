"""Whether time itself went on as it should: the machine asleep, or the wall clock moved."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from measurement.clock import Clock

ASLEEP_S = 0.1  # more than this between the clocks is sleep, not the time between two calls
JUMPED_S = 1.0  # the wall clock is slewed by less all the time


def boottime_s() -> float:
    """Seconds since the machine started, sleep included; the plain monotonic clock where there is no such clock."""
    which = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if which is None else time.clock_gettime(which)


@dataclass(frozen=True, slots=True)
class Moment:
    """The three clocks, read together."""

    monotonic_s: float
    boottime_s: float
    wall_s: float


@dataclass(frozen=True, slots=True)
class Interruption:
    """What happened to time between two moments: a ``reason`` spoils energies, ``notes`` do not."""

    reason: str | None = None
    notes: tuple[str, ...] = ()


class Timeline:
    """Compares the clock that stops during sleep with those that do not."""

    def __init__(self, clock: Clock, boottime_s: Callable[[], float]) -> None:
        self._clock = clock
        self._boottime_s = boottime_s

    def now(self) -> Moment:
        return Moment(self._clock.monotonic_s(), self._boottime_s(), self._clock.wall_s())

    def since(self, start: Moment) -> Interruption:
        """Say what happened to time since ``start``."""
        now = self.now()
        ran_s = now.monotonic_s - start.monotonic_s
        slept_s = now.boottime_s - start.boottime_s - ran_s
        if slept_s > ASLEEP_S:
            return Interruption(f"the machine was asleep for {slept_s:.1f} s, and counters lose their count in sleep")
        jumped_s = now.wall_s - start.wall_s - ran_s
        if abs(jumped_s) > JUMPED_S:
            return Interruption(
                None, (f"the wall clock was moved by {jumped_s:+.1f} s; durations do not depend on it",)
            )
        return Interruption()
