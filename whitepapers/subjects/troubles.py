"""What went wrong or astray while the run lasted: its alerts, and the incidents of the control charts."""

from __future__ import annotations

from whitepapers.book import UNIX_TIME, numbered
from whitepapers.paper import Paper

ORDER = 40
MOST = 20


def gather(paper: Paper) -> None:
    """Take the newest twenty of each; the counts are of all."""
    book = paper.book
    for letter, event in numbered(paper.archive.events(paper.run.id, "alert")[-MOST:]):
        book.ask(f"alert.{letter}.text", "event", event=event.id, field="text")
        book.ask(f"alert.{letter}.at", "event", UNIX_TIME, event=event.id, field="taken_at")
        book.ask(f"alert.{letter}.step", "event", event=event.id, field="step", reason="the alert names no step")
    for letter, one in numbered(paper.archive.incidents(paper.run.id)[-MOST:]):
        key, args = f"incident.{letter}", {"incident": one.id}
        for field in ("title", "raised_by", "status", "rules", "direction", "note"):
            book.ask(f"{key}.{field}", "incident", field=field, reason=_missing(field), **args)
        for field in ("started_at", "ended_at"):
            book.ask(
                f"{key}.{field}",
                "incident",
                UNIX_TIME,
                field=field,
                reason="it went on when the report was written",
                **args,
            )
        book.ask(
            f"{key}.size",
            "incident",
            "sigma",
            method="derived",
            field="size_sigma",
            reason="an outage has no size",
            **args,
        )
        book.ask(f"{key}.cpu", "incident", "%", field="cpu_percent", **args)
        book.ask(f"{key}.changes", "incident", field="changes", **args)


def _missing(field: str) -> str:
    return {"rules": "none of the rules was broken", "note": "nobody wrote one"}.get(field, "it is not known")
