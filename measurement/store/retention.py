"""Thinning: the last days in full detail, what is older as means of minutes with their extremes.

Covers telemetry and the requests of the probe (what a probe took stays in the means); requests that people made,
incidents and baselines are not thinned; the readings of runs are, in ``thinning.py``. A quarter of a day goes at a time, so that nobody waits for
long. A file does not shrink; what was freed is filled again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, fields
from statistics import fmean
from typing import Any

from sqlalchemy import delete, func, select

from measurement.store import schema
from measurement.store.charting import Telemetry
from measurement.store.coding import record_of
from measurement.store.desk import INSERT, record_row
from measurement.store.thinning import ReadingThinning

DAY_S = 86_400.0
MINUTE_S = 60.0
PORTION_S = 6 * 3600.0
NUMBERS = tuple(each.name for each in fields(Telemetry) if each.type == "float | None")


@dataclass(frozen=True, slots=True)
class Retention:
    """How long telemetry is kept: ``full_days`` as it came, then means of minutes until ``all_days``.

    Readings of runs are kept as they came for ``readings_full_days``, then as means of ten seconds for good."""

    full_days: float = 7.0
    all_days: float = 366.0
    readings_full_days: float = 1.0


class RetentionShelf(ReadingThinning):
    """Keeps the database from growing without bound."""

    def thin(self, now: float, retention: Retention = Retention()) -> int:
        """Thin what is older than the full detail, oldest first; returns how many rows were taken away.

        Raises: StoreError when it cannot be written.
        """
        telemetry, requests = schema.telemetry, schema.requests
        edge = (now - retention.full_days * DAY_S) // MINUTE_S * MINUTE_S  # a minute is thinned as a whole
        removed = self.thin_readings(now - retention.readings_full_days * DAY_S)
        removed += self._wait((delete(telemetry).where(telemetry.c.taken_at < now - retention.all_days * DAY_S), ()))
        removed += self._wait((delete(requests).where(requests.c.taken_at < edge, requests.c.purpose == "probe"), ()))
        thinnable = telemetry.c.extremes.is_(None) & (telemetry.c.taken_at < edge)
        while (first := self._first(thinnable)) is not None:
            until = min(edge, (first + PORTION_S) // MINUTE_S * MINUTE_S)
            rows = self._select(select(telemetry).where(thinnable, telemetry.c.taken_at < until))
            means = [record_row(telemetry, row) for row in minutes(record_of(Telemetry, row) for row in rows)]
            self._wait(
                (delete(telemetry).where(thinnable, telemetry.c.taken_at < until), ()), (INSERT["telemetry"], means)
            )
            removed += len(rows) - len(means)
        return removed

    def _first(self, which: Any) -> float | None:
        rows = self._select(select(func.min(schema.telemetry.c.taken_at).label("first")).where(which))
        return rows[0]["first"]


def minutes(rows: Iterable[Telemetry]) -> list[Telemetry]:
    """The means of each minute, of each source; what went wrong in it stands apart, with how often it did."""
    groups: dict[tuple[Any, ...], list[Telemetry]] = defaultdict(list)
    for row in rows:
        groups[(row.taken_at // MINUTE_S, row.source, row.purpose, row.provider, row.model, row.outcome)].append(row)
    return [_mean(group) for group in groups.values()]


def _mean(group: list[Telemetry]) -> Telemetry:
    first = group[0]
    columns = {name: [value for row in group if (value := getattr(row, name)) is not None] for name in NUMBERS}
    others: dict[str, list[float]] = defaultdict(list)
    for row in group:
        for name, value in (row.others or {}).items():
            if isinstance(value, int | float):
                others[name].append(value)
    known = {**columns, **others}
    return Telemetry(
        taken_at=fmean(row.taken_at for row in group),
        source=first.source,
        purpose=first.purpose,
        provider=first.provider,
        model=first.model,
        outcome=first.outcome,
        count=len(group),
        others={name: _short(fmean(values)) for name, values in others.items()} or None,
        extremes={name: [_short(min(v)), _short(max(v))] for name, v in known.items() if len(v) > 1},
        **{name: fmean(values) if values else None for name, values in columns.items()},
    )


def _short(value: float) -> float:
    return float(f"{value:.5g}")
