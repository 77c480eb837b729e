"""A parameter change that took effect, as the audit has it."""

from __future__ import annotations

from typing import Any

from measurement.facts import Value
from measurement.store import Audit
from whitepapers.archive import Archive

AUTHORS = {"user": "a person on the page", "model": "a person in the chat", "rest": "a program over REST",
           "websocket": "a program over the WebSocket", "watch": "a watch"}  # fmt: skip


def applied(archive: Archive, run: str) -> list[tuple[Audit, dict[str, Any]]]:
    """Every change of a parameter that has taken effect in a run, in order; what was undone later is there twice."""
    done = [row for row in archive.audit(run) if row.status in ("done", "undone")]
    return [(row, change) for row in done for change in row.changes if "name" in change and change["name"] != "state"]


def answer(archive: Archive, run: str, audit: str, place: int, field: str) -> Value:
    """``field`` is name, old, new, step, taken_at or author."""
    row: Audit = archive.row(archive.audit(run), audit, "change")
    own = {"taken_at": row.taken_at, "author": AUTHORS.get(row.actor_kind, row.actor_kind)}
    return own[field] if field in own else row.changes[place].get(field)
