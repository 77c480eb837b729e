"""The parameters at the beginning and at the end, what they mean, and every change with its author."""

from __future__ import annotations

from measurement.facts import Value
from whitepapers.book import UNIX_TIME, slug
from whitepapers.book import numbered as lettered
from whitepapers.paper import Paper
from whitepapers.queries.change import applied

ORDER = 20
LONGEST_DOC = 300


def gather(paper: Paper) -> None:
    """Take parameters and changes."""
    infos = paper.snapshot.parameters if paper.snapshot else {}
    for name in paper.run.parameters:
        info = infos.get(name)
        unit = (info.unit if info else "") if _is_number(paper.run.parameters[name]) else ""
        for when in ("start", "end"):
            paper.book.ask(f"param.{slug(name)}.{when}", "parameter", unit, parameter=name, when=when)
        source = f"workload {paper.run.workload}, its own words"
        paper.book.note(f"param.{slug(name)}.name", name, source=source)
        if info and info.doc:
            paper.book.note(f"param.{slug(name)}.doc", cut(info.doc), source=source)
    for letter, (row, change) in lettered(applied(paper.archive, paper.run.id)):
        key = f"change.{letter}"
        place = next(index for index, one in enumerate(row.changes) if one is change)
        unit = change.get("unit") or ""
        for field in ("name", "old", "new", "step", "author"):
            fits = field in ("old", "new") and _is_number(change.get(field))
            reason = "it had not taken effect" if field == "step" else None
            paper.book.ask(f"{key}.{field}", "change", unit if fits else "", audit=row.id, place=place, field=field, reason=reason)  # fmt: skip
        paper.book.ask(f"{key}.at", "change", UNIX_TIME, audit=row.id, place=place, field="taken_at")


def cut(text: str) -> str:
    """A program's own words, no longer than a table can hold."""
    return text if len(text) <= LONGEST_DOC else text[:LONGEST_DOC] + "…"


def _is_number(value: Value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
