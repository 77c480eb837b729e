"""A column of a run's row."""

from __future__ import annotations

from measurement.facts import Value
from whitepapers.archive import Archive


def answer(archive: Archive, run: str, field: str) -> Value:
    """``field`` is workload, started_at, ended_at, state, total_steps, device, last_words or duration_s."""
    row, ended = archive.run(run), archive.ended_at(run)
    as_then: dict[str, Value] = {
        "ended_at": ended,
        "duration_s": (ended or archive.until) - row.started_at,
        "state": archive.state(run),
        "last_words": row.last_words if ended else None,
    }
    return as_then[field] if field in as_then else getattr(row, field)
