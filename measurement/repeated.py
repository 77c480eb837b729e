"""A short piece of work, repeated until its energy can be told: what a prefill costs that is over before a counter moves.

The work is done over and over in one window, and the window divided by the count. It must be the same work each time: a prompt
that the engine remembers (prefix cache) costs nothing the second time, so whoever repeats sees to it that it does not.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from measurement.energy import Energy, WindowResult
from measurement.errors import Refused
from measurement.meter import Meter

ENOUGH_TICKS = 30.0  # a bound of about three percent
MOST = 10_000


@dataclass(frozen=True)
class Repeated:
    """``count`` repetitions in one window, and the energy of each."""

    count: int
    each: Energy
    window: WindowResult


def repetitions(meter: Meter, once_s: float) -> int:
    """Say how often work that lasts ``once_s`` must be done to last thirty ticks of the slowest counter."""
    if once_s <= 0:
        raise Refused(f"Work that lasts {once_s:g} s cannot be repeated into something; give its duration in seconds.")
    return min(max(math.ceil(ENOUGH_TICKS * meter.slowest_tick_s() / once_s), 1), MOST)


def repeated(meter: Meter, name: str, once: Callable[[], object], count: int) -> Repeated:
    """Do the work ``count`` times in one window and divide."""
    with meter.window(name) as window:
        for _time in range(count):
            once()
    result = window.result()
    return Repeated(count, _divided(result.total, count), result)


def _divided(energy: Energy, count: int) -> Energy:
    def part(value: float | None) -> float | None:
        return None if value is None else value / count

    return replace(
        energy,
        duration_s=energy.duration_s / count,
        gross_j=part(energy.gross_j),
        bound_j=part(energy.bound_j),
        net_j=part(energy.net_j),
        net_bound_j=part(energy.net_bound_j),
    )
