"""A column of an incident of the control charts, or of what was noted when it was raised."""

from __future__ import annotations

from measurement.control import metric_named
from measurement.facts import Value
from whitepapers.archive import Archive

RAISED_BY = {"cusum": "CUSUM", "ewma": "EWMA", "outage": "no answer"}


def answer(archive: Archive, run: str, incident: str, field: str) -> Value:
    """``field`` is a column, title, raised_by, rules (as words), cpu_percent or changes (how many before it)."""
    row = archive.row(archive.incidents(run), incident, "incident")
    if field == "title":
        return metric_named(row.metric).title
    if field == "raised_by":
        return RAISED_BY.get(row.alarm, row.alarm)
    if field == "rules":
        return ", ".join(str(rule) for rule in row.rules) or None
    if field == "cpu_percent":
        return row.snapshot.get("cpu_percent")
    if field == "changes":
        return len(row.snapshot.get("changes", []))
    return getattr(row, field)
