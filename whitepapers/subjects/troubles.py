"""What went wrong or astray while the run lasted: its alerts, and the incidents of the control charts."""

from __future__ import annotations

from measurement.store import ChartIncident
from whitepapers.book import UNIX_TIME, numbered
from whitepapers.paper import Paper
from whitepapers.queries.incident import answer

ORDER = 40
MOST = 20
FIELDS = {
    "title": "", "raised_by": "", "rules": "", "direction": "", "note": "", "started_at": UNIX_TIME,
    "ended_at": UNIX_TIME, "size_sigma": "sigma", "cpu_percent": "%", "changes": "",
}  # fmt: skip


def gather(paper: Paper) -> None:
    """Take the newest twenty of each; the counts are of all."""
    book = paper.book
    for letter, event in numbered(paper.archive.events(paper.run.id, "alert")[-MOST:]):
        book.ask(f"alert.{letter}.text", "event", event=event.id, field="text")
        book.ask(f"alert.{letter}.at", "event", UNIX_TIME, event=event.id, field="taken_at")
        book.ask(f"alert.{letter}.step", "event", event=event.id, field="step", reason="the alert names no step")
    for letter, one in numbered(paper.archive.incidents(paper.run.id)[-MOST:]):
        _incident(paper, f"incident.{letter}", one)


def _incident(paper: Paper, key: str, one: ChartIncident) -> None:
    """Take an incident that is over by query; what may still change is noted as it was then."""
    over = one.ended_at is not None and one.ended_at <= paper.archive.until
    for field, unit in FIELDS.items():
        name = f"{key}.{field.removesuffix('_sigma').removesuffix('_percent')}"
        if over and field != "note":
            paper.book.ask(name, "incident", unit, incident=one.id, field=field, reason=_missing(field))
            continue
        value = answer(paper.archive, paper.run.id, one.id, field)
        if field == "ended_at":
            value = None
        paper.book.note(name, value, unit, source=f"store, incident {one.id} as it was then", reason=_missing(field))


def _missing(field: str) -> str:
    reasons = {
        "rules": "none of the rules was broken",
        "note": "nobody wrote one",
        "ended_at": "it went on when the report was written",
        "size_sigma": "an outage has no size",
    }
    return reasons.get(field, "it is not known")
