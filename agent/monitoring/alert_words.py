"""The words and the picture of an alert, composed from facts alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from measurement.facts import format_number, json_value, with_unit
from measurement.store import Reading, Store
from workloads.alert_rules import Crossing
from workloads.runner import Change, Snapshot, Workload
from workloads.watchlist import Rule

PICTURE_POINTS = 120
CHANGES_TOLD = 3
RECENT_S = 3600.0


def alert_text(rule: Rule, reading: Reading, crossing: Crossing, snapshot: Snapshot, changes: Sequence[Change]) -> str:
    """What happened, what it was held against, and what was changed before it."""
    unit = snapshot.metric_units.get(reading.metric, "")
    value = with_unit(crossing.value, unit)
    condition = _broken(rule, reading.metric, unit)
    parts = [f"{reading.metric} of {snapshot.name} is {value} at step {crossing.step}: {condition}."]
    if crossing.baseline is not None:
        parts.append(f"Its baseline is {with_unit(crossing.baseline, unit)}.")
    parts.append(_before(changes, crossing.step))
    if rule.origin == "built in":
        parts.append("Nobody asked for this alert; it is watched of itself.")
    return " ".join(parts)


def _broken(rule: Rule, metric: str, unit: str) -> str:
    """``the alert is "correlation falls below 0.8"``, with the metric's own name in place of a star."""
    return f'the alert is "{replace(rule.condition, metric=metric).words(unit)}"'


def _before(changes: Sequence[Change], upto: int) -> str:
    """The latest changes of this run up to the crossing, newest first."""
    before = [change for change in reversed(changes) if change.step is not None and change.step <= upto]
    if not before:
        return "No parameter was changed in this run before it."
    told = "; ".join(
        f"{c.name} {format_number(c.old)} → {with_unit(c.new, c.unit)} at step {c.step}" for c in before[:CHANGES_TOLD]
    )
    more = f" (and {len(before) - CHANGES_TOLD} earlier)" if len(before) > CHANGES_TOLD else ""
    return f"Changed before it: {told}{more}."


def picture(workload: Workload, metric: str) -> dict[str, Any]:
    """The latest readings of the metric, to be drawn beside the words."""
    readings = workload.recent(metric, PICTURE_POINTS)
    return {"title": metric, "x": [r.step for r in readings], "y": [json_value(r.value) for r in readings]}


def conversation_for(store: Store, wanted: str | None, now: float) -> str | None:
    """Where an alert is told: where it was made, else the latest conversation of the last hour, else nowhere."""
    if wanted and store.conversation(wanted):
        return wanted
    latest = next(iter(store.conversations(limit=1)), None)
    return latest.id if latest and now - latest.updated_at < RECENT_S else None
