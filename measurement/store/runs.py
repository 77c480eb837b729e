"""The shelf of what was measured: runs, readings, facts, requests, events."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from typing import Any

from sqlalchemy import func, select

from measurement.facts import Fact, new_id
from measurement.requests import Request
from measurement.store import schema
from measurement.store.coding import encode_json, fact_columns, fact_of, reading_columns, reading_of, record_of
from measurement.store.desk import INSERT, Desk, at_most, record_row
from measurement.store.rows import Event, Reading, Run


class RunShelf(Desk):
    """Runs and all that belongs to them."""

    def begin_run(self, workload: str, total_steps: int | None, parameters: dict[str, Any], device: str) -> str:
        """Begin a run in the state ``starting``; returns its id once it is on the disk.

        Raises: StoreError when it cannot be written.
        """
        run = Run(
            id=new_id("run"),
            workload=workload,
            started_at=self._clock.wall_s(),
            ended_at=None,
            state="starting",
            step=0,
            total_steps=total_steps,
            parameters=parameters,
            device=device,
            last_words=None,
        )
        self._wait((INSERT["runs"], [record_row(schema.runs, run)]))
        return run.id

    def update_run(
        self,
        run: str,
        *,
        state: str | None = None,
        step: int | None = None,
        parameters: dict[str, Any] | None = None,
        last_words: str | None = None,
        ended_at: float | None = None,
    ) -> Future[int]:
        """Change what is given, leave the rest. The future gives 1, or 0 when there is no such run."""
        return self._submit_change(
            schema.runs,
            run,
            state=state,
            step=step,
            parameters=encode_json(parameters),
            last_words=last_words,
            ended_at=ended_at,
        )

    def runs(self, workload: str | None = None, limit: int = 50) -> list[Run]:
        """The runs of a workload, or of all, newest first."""
        table = schema.runs
        query = select(table).order_by(table.c.started_at.desc(), table.c.number.desc()).limit(at_most(limit))
        if workload is not None:
            query = query.where(table.c.workload == workload)
        return [record_of(Run, row) for row in self._select(query)]

    def add_readings(self, readings: Sequence[Reading]) -> Future[int]:
        """Keep readings, NaN and infinities as they are."""
        return self._submit_rows(schema.readings, [reading_columns(reading) for reading in readings])

    def readings(self, run: str, metric: str, last_n: int = 50) -> list[Reading]:
        """The ``last_n`` readings of a metric that arrived last, oldest first."""
        table = schema.readings
        query = select(table).where(table.c.run == run, table.c.metric == metric)
        rows = self._select(query.order_by(table.c.number.desc()).limit(at_most(last_n)))
        return [reading_of(row) for row in reversed(rows)]

    def metrics(self, run: str) -> dict[str, str]:
        """The metrics that a run has readings of, with their units, in the order in which they came."""
        table = schema.readings
        query: Any = select(table.c.metric, table.c.unit).where(table.c.run == run)
        rows = self._select(query.group_by(table.c.metric, table.c.unit).order_by(func.min(table.c.number)))
        return {row["metric"]: row["unit"] for row in rows}

    def add_facts(self, facts: Sequence[Fact]) -> Future[int]:
        """Keep facts; one that is already there is left as it is."""
        return self._submit_rows(schema.facts, [fact_columns(fact) for fact in facts])

    def fact(self, id: str) -> Fact | None:
        """The fact of that id."""
        rows = self._select(select(schema.facts).where(schema.facts.c.id == id))
        return fact_of(rows[0]) if rows else None

    def add_request(self, request: Request) -> Future[int]:
        """Keep what a request to an engine took."""
        return self._submit_rows(schema.requests, [record_row(schema.requests, request)])

    def requests(self, limit: int = 100, purpose: str | None = None) -> list[Request]:
        """The requests to engines, newest first."""
        table = schema.requests
        query = select(table).order_by(table.c.taken_at.desc(), table.c.number.desc()).limit(at_most(limit))
        if purpose is not None:
            query = query.where(table.c.purpose == purpose)
        return [record_of(Request, row) for row in self._select(query)]

    def add_event(self, event: Event) -> Future[int]:
        """Keep what happened by itself."""
        return self._submit_rows(schema.events, [record_row(schema.events, event)])

    def events(self, limit: int = 100, workload: str | None = None, kind: str | None = None) -> list[Event]:
        """The events, newest first."""
        table = schema.events
        query = select(table).order_by(table.c.taken_at.desc(), table.c.number.desc()).limit(at_most(limit))
        for column, wanted in ((table.c.workload, workload), (table.c.kind, kind)):
            if wanted is not None:
                query = query.where(column == wanted)
        return [record_of(Event, row) for row in self._select(query)]
