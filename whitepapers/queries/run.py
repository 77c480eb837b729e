"""A column of a run's row."""

from __future__ import annotations

from measurement.facts import Value
from whitepapers.archive import Archive


def answer(archive: Archive, run: str, field: str) -> Value:
    """``field`` is workload, started_at, ended_at, state, total_steps, device, last_words or duration_s."""
    row = archive.run(run)
    if field == "duration_s":
        return min(row.ended_at or archive.until, archive.until) - row.started_at
    return getattr(row, field)
