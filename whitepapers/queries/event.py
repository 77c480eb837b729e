"""A column of an event of the run: an alert, a notice, a change of state."""

from __future__ import annotations

from measurement.facts import Value
from whitepapers.archive import Archive


def answer(archive: Archive, run: str, event: str, field: str) -> Value:
    """``field`` is text, taken_at or kind, or one of the event's details."""
    row = archive.row(archive.events(run), event, "event")
    return getattr(row, field) if field in ("text", "taken_at", "kind") else row.details.get(field)
