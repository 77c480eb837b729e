"""How far a run was at the moment of the report."""

from __future__ import annotations

from measurement.facts import Value
from whitepapers.archive import Archive


def answer(archive: Archive, run: str) -> Value:
    """Completed steps of a run that is over, else the newest step among its readings; None while there is none."""
    if archive.ended_at(run) is not None:
        return archive.run(run).step
    steps = [readings[-1].step for metric in archive.metrics(run) if (readings := archive.readings(run, metric))]
    return max(steps, default=None)
