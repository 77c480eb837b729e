"""Time, in one place: monotonic for every duration, wall time only for display.

A ``Clock`` is passed in where tests need to move time by hand.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What a part that measures time needs."""

    def monotonic_s(self) -> float:
        """Seconds from an arbitrary origin that never goes back."""
        ...

    def wall_s(self) -> float:
        """Unix time, seconds. For display only."""
        ...


@dataclass(frozen=True)
class SystemClock:
    """The machine's own clocks."""

    def monotonic_s(self) -> float:
        return time.monotonic()

    def wall_s(self) -> float:
        return time.time()


SYSTEM_CLOCK = SystemClock()


def iso_utc(wall_s: float) -> str:
    """``1763721600.25`` -> ``2025-11-21T10:40:00.250Z``."""
    return datetime.fromtimestamp(wall_s, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def local_hms(wall_s: float) -> str:
    """The local time of day, ``10:40:00``, as the page and the chat show it."""
    return datetime.fromtimestamp(wall_s).strftime("%H:%M:%S")


def local_stamp(wall_s: float) -> str:
    """The local date and time as a part of a name: ``20261121_104000``."""
    return datetime.fromtimestamp(wall_s).strftime("%Y%m%d_%H%M%S")
