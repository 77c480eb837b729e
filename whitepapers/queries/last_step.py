"""How far a run was at the moment of the report: the largest step among its readings."""

from __future__ import annotations

from measurement.facts import Value
from whitepapers.archive import Archive


def answer(archive: Archive, run: str) -> Value:
    """Completed steps; None while nothing was reported."""
    steps = [readings[-1].step for metric in archive.metrics(run) if (readings := archive.readings(run, metric))]
    return max(steps, default=None)
