"""The shelf of the control charts: telemetry, recorded baselines, incidents. Thinning is in ``retention``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import fields
from sys import intern
from typing import Any

from sqlalchemy import select

from measurement.errors import NotFound
from measurement.requests import Request
from measurement.store import schema
from measurement.store.charting import ChartIncident, IncidentStatus, RecordedBaseline, Telemetry
from measurement.store.coding import encode_json, record_of
from measurement.store.desk import Desk, at_most, record_row

MOST_ROWS = 400_000
MOST_POINTS = 700_000  # a week of one a second, and something over
Only = Mapping[str, str | None]  # wanted values by column
NOTHING: Only = {}
COLUMNS = frozenset(each.name for each in fields(Telemetry))


class TelemetryShelf(Desk):
    """What control charts are made of."""

    def add_telemetry(self, rows: Sequence[Telemetry]) -> Future[int]:
        """Keep what was measured, without waiting."""
        return self._submit_rows(schema.telemetry, [record_row(schema.telemetry, row) for row in rows])

    def telemetry(
        self,
        since: float,
        until: float | None = None,
        limit: int = MOST_ROWS,
        only: Only = NOTHING,
    ) -> list[Telemetry]:
        """The rows from ``since`` on, oldest first; ``only`` are wanted values of columns (source, purpose, …)."""
        table = schema.telemetry
        query = select(table).where(table.c.taken_at >= since)
        if until is not None:
            query = query.where(table.c.taken_at <= until)
        for name, wanted in only.items():
            if wanted is not None:
                query = query.where(table.c[name] == wanted)
        rows = self._select(query.order_by(table.c.taken_at.desc(), table.c.number.desc()).limit(at_most(limit)))
        return [record_of(Telemetry, row) for row in reversed(rows)]

    def telemetry_points(
        self, metric: str, since: float, until: float | None = None, only: Only = NOTHING, most: int = MOST_POINTS
    ) -> tuple[list[float], list[Any], list[str]]:
        """Times, values and outcomes of one metric, oldest first: the quick way for a chart of a day.

        Of more than ``most`` the newest are given, for a chart must not end in the past.
        """
        table = schema.telemetry
        column = table.c[metric] if metric in COLUMNS else table.c.others
        query: Any = select(table.c.taken_at, column, table.c.outcome).where(table.c.taken_at >= since)
        if until is not None:
            query = query.where(table.c.taken_at <= until)
        for name, wanted in only.items():
            if wanted is not None:
                query = query.where(table.c[name] == wanted)
        times: list[float] = []
        values: list[Any] = []
        outcomes: list[str] = []
        newest_first = query.order_by(table.c.taken_at.desc(), table.c.number.desc()).limit(at_most(most))
        for taken_at, value, outcome in self._stream(newest_first):
            times.append(taken_at)
            values.append(value if metric in COLUMNS else (value or {}).get(metric))
            outcomes.append(intern(outcome))
        return times[::-1], values[::-1], outcomes[::-1]

    def telemetry_sources(self, since: float) -> list[dict[str, str]]:
        """Who has reported since then: source, purpose, provider and model of each."""
        table = schema.telemetry
        columns: list[Any] = [table.c.source, table.c.purpose, table.c.provider, table.c.model]
        query: Any = select(*columns).where(table.c.taken_at >= since).distinct()
        return [dict(row) for row in self._select(query)]

    def requests_since(self, since: float) -> list[Request]:
        """The requests that people and the agent made since then, oldest first; probes and warm-up left out."""
        table = schema.requests
        query = select(table).where(table.c.taken_at >= since, table.c.purpose.not_in(("probe", "warmup")))
        return [record_of(Request, row) for row in self._select(query.order_by(table.c.taken_at, table.c.number))]

    def add_baseline(self, baseline: RecordedBaseline) -> Future[int]:
        """Keep frozen limits."""
        return self._submit_rows(schema.baselines, [record_row(schema.baselines, baseline)])

    def baselines(self, limit: int = 100, only: Only = NOTHING) -> list[RecordedBaseline]:
        """The recorded baselines, newest first."""
        table = schema.baselines
        query = select(table).order_by(table.c.taken_at.desc(), table.c.number.desc()).limit(at_most(limit))
        for name, wanted in only.items():
            if wanted is not None:
                query = query.where(table.c[name] == wanted)
        return [record_of(RecordedBaseline, row) for row in self._select(query)]


class IncidentShelf(Desk):
    """Incidents, from the alarm to the end and to what a person said of them."""

    def add_incident(self, incident: ChartIncident) -> Future[int]:
        """Keep an incident, without waiting."""
        return self._submit_rows(schema.incidents, [record_row(schema.incidents, incident)])

    def update_incident(
        self,
        id: str,
        *,
        status: IncidentStatus | None = None,
        ended_at: float | None = None,
        rules: list[int] | None = None,
        size_sigma: float | None = None,
        note: str | None = None,
        points: list[dict[str, Any]] | None = None,
        snapshot: dict[str, Any] | None = None,
        acknowledged_at: float | None = None,
        resolved_at: float | None = None,
    ) -> Future[int]:
        """Change what is given, leave the rest. The future gives 1, or 0 when there is no such incident."""
        return self._submit_change(
            schema.incidents,
            id,
            status=status,
            ended_at=ended_at,
            rules=encode_json(rules),
            size_sigma=size_sigma,
            note=note,
            points=encode_json(points),
            snapshot=encode_json(snapshot),
            acknowledged_at=acknowledged_at,
            resolved_at=resolved_at,
        )

    def incidents(
        self, since: float = 0.0, status: str | None = None, metric: str | None = None, limit: int = 1000
    ) -> list[ChartIncident]:
        """The incidents that were raised since then, or had not ended by then, newest first."""
        table = schema.incidents
        recent = (table.c.taken_at >= since) | (table.c.ended_at >= since) | table.c.ended_at.is_(None)
        query = select(table).where(recent).order_by(table.c.taken_at.desc(), table.c.number.desc())
        for column, wanted in ((table.c.status, status), (table.c.metric, metric)):
            if wanted is not None:
                query = query.where(column == wanted)
        return [record_of(ChartIncident, row) for row in self._select(query.limit(at_most(limit)))]

    def incident(self, id: str) -> ChartIncident:
        """The incident of that id. Raises: NotFound."""
        rows = self._select(select(schema.incidents).where(schema.incidents.c.id == id))
        if not rows:
            raise NotFound(f"There is no incident {id!r}; GET /api/violations lists those of the last hours.")
        return record_of(ChartIncident, rows[0])
