"""Taking the idle baseline: watching the machine in slices, and keeping those in which nobody asked the engine anything.

The control charts' probe asks it something every two seconds, so a stretch of several idle seconds may never come; slices of half
a second do. Slices that touch are reckoned as one stretch, for a longer stretch has the smaller bound.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import fsum
from typing import TYPE_CHECKING

from measurement.baseline import Baseline, Idle, idle_of
from measurement.edge import Edge
from measurement.energy import Energy
from measurement.power.base import Domain
from measurement.reckoning import Reckoner

if TYPE_CHECKING:
    from measurement.meter import Meter

PATIENCE = 6  # so many times the wanted slices are tried before it is given up
Slice = tuple[Edge, Edge]


@dataclass(frozen=True)
class Watched:
    """The slices that were quiet, and what was seen in all."""

    slices: list[Slice]
    edges: list[Edge]
    quiet: bool


def take_baseline(
    meter: Meter, duration_s: float, slices: int, busy: Callable[[], bool], ended: Callable[[], bool] = lambda: False
) -> Baseline:
    """Watch until ``slices`` quiet ones are there; the baseline says ``quiet=False`` when they did not come.

    Args:
        busy: whether the engine works although no window is open.
        ended: whether to give up at once.
    """
    watched = _watch(meter, duration_s / slices, slices, busy, ended)
    meter.await_slow(watched.edges[-1:])
    reckoner = replace(meter.reckoner(), baseline=None)
    idle: dict[str, Idle] = {}
    reasons: dict[str, str] = {}
    for domain in meter.domains:
        found = _idle(domain, watched.slices, reckoner)
        if isinstance(found, str):
            reasons[domain.key] = f"the idle baseline has no value: {found}"
        else:
            idle[domain.key] = found
    meter.forget(watched.edges)
    watched_s = fsum(end.at_s - start.at_s for start, end in watched.slices)
    return Baseline(meter.clock.wall_s(), watched_s, len(watched.slices), idle, reasons, watched.quiet)


def _watch(meter: Meter, slice_s: float, wanted: int, busy: Callable[[], bool], ended: Callable[[], bool]) -> Watched:
    kept: list[Slice] = []
    edges = [meter.mark()]
    for _slice in range(wanted * PATIENCE):
        before = meter.activity
        worked = busy()
        meter.pause(slice_s)
        edges.append(meter.mark())
        if before.none_open and not worked and not busy() and meter.activity == before:
            kept.append((edges[-2], edges[-1]))
        if len(kept) == wanted or ended():
            break
    return Watched(kept, edges, len(kept) == wanted)


def _idle(domain: Domain, slices: Sequence[Slice], reckoner: Reckoner) -> Idle | str:
    parts = [reckoner.energy(domain, *pair) for pair in slices]
    stretches = [reckoner.energy(domain, *pair) for pair in _joined(slices)]
    return idle_of(_sum(stretches), parts) if stretches else "the engine was never idle for long enough"


def _joined(slices: Sequence[Slice]) -> list[Slice]:
    """Slices that touch, as one."""
    joined: list[Slice] = []
    for start, end in slices:
        if joined and joined[-1][1] is start:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _sum(stretches: Sequence[Energy]) -> Energy:
    missing = next((one.reason for one in stretches if one.gross_j is None), None)
    whole = replace(stretches[0], duration_s=fsum(one.duration_s for one in stretches))
    if missing:
        return whole.withheld(missing)
    gross_j, bound_j = (fsum(getattr(one, name) or 0.0 for one in stretches) for name in ("gross_j", "bound_j"))
    return replace(whole, gross_j=gross_j, bound_j=bound_j)
