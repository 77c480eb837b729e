"""Thinning of runs' readings: the last time in full, what is older as means of ten seconds with their number and extremes.

A merged reading takes the place of the last one that went into it, so the order of arrival stays. A reading that is not finite is
kept as it is. Every portion is one transaction; a kill in between loses nothing. A file does not shrink; what was freed is
filled again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import RowMapping, Select, bindparam, delete, select, update

from measurement.store import schema
from measurement.store.desk import Desk

BIN_S = 10.0
PORTION_ROWS = 5000
_TABLE = schema.readings
_MERGED = ("step", "value", "taken_at", "count", "minimum", "maximum")
_KEEP = (
    update(_TABLE)
    .where(_TABLE.c.number == bindparam("kept"))
    .values({name: bindparam(f"new_{name}") for name in _MERGED})
)
_DROP = delete(_TABLE).where(_TABLE.c.number == bindparam("gone"))


class ReadingThinning(Desk):
    """Merges old readings. It remembers how far it has come; a new launch looks through them once more."""

    _thinned_up_to = 0

    def thin_readings(self, before: float) -> int:
        """Merge the readings from before that Unix time; returns how many rows were taken away. Raises: StoreError."""
        removed = 0
        while rows := self._portion(before):
            groups = _groups(rows)
            kept = [_merged(group) for group in groups if len(group) > 1]
            gone = [{"gone": row["number"]} for group in groups for row in group[:-1]]
            if kept:
                self._wait((_KEEP, kept), (_DROP, gone))
            removed += len(gone)
            self._thinned_up_to = rows[-1]["number"]
        return removed

    def _portion(self, before: float) -> list[RowMapping]:
        query: Select[Any] = select(_TABLE).where(_TABLE.c.number > self._thinned_up_to, _TABLE.c.taken_at < before)
        return list(self._select(query.order_by(_TABLE.c.number).limit(PORTION_ROWS)))


def _groups(rows: Iterable[RowMapping]) -> list[list[RowMapping]]:
    """The finite readings of one metric of one run within ten seconds, in the order of arrival."""
    groups: dict[tuple[Any, ...], list[RowMapping]] = defaultdict(list)
    for row in rows:
        if row["non_finite"] is None and row["value"] is not None:
            groups[row["run"], row["metric"], row["taken_at"] // BIN_S].append(row)
    return list(groups.values())


def _merged(group: list[RowMapping]) -> dict[str, Any]:
    last, count = group[-1], sum(row["count"] for row in group)
    lows = [row["value"] if row["minimum"] is None else row["minimum"] for row in group]
    highs = [row["value"] if row["maximum"] is None else row["maximum"] for row in group]
    return {
        "kept": last["number"], "new_step": last["step"], "new_taken_at": last["taken_at"], "new_count": count,
        "new_value": sum(row["value"] * row["count"] for row in group) / count,
        "new_minimum": min(lows), "new_maximum": max(highs),
    }  # fmt: skip
