"""The store as a report reads it: as it was at one moment, and each thing read once.

A report is written while the run goes on, so everything that came after ``until`` is left out, whenever it is asked again.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

from measurement.errors import NotFound
from measurement.requests import Request
from measurement.store import Audit, ChartIncident, Event, Reading, Run, Store
from workloads.snapshot import OVER

MOST_RUNS = 100_000
MOST_READINGS = 200_000
MOST_ROWS = 20_000
PROBE = {"source": "here", "purpose": "probe"}


class Archive:
    """What the store knew at ``until`` (Unix time). Not thread-safe: a report has its own.

    ``evaluations`` is the folder of the evaluations of language models, None where there is none.
    """

    def __init__(self, store: Store, until: float, evaluations: Path | None = None) -> None:
        self.store, self.until, self.evaluations = store, until, evaluations
        self._readings: dict[tuple[str, str], list[Reading]] = {}

    @cached_property
    def _runs(self) -> dict[str, Run]:
        return {run.id: run for run in self.store.runs(limit=MOST_RUNS)}

    def run(self, id: str) -> Run:
        """The run of that id. Raises NotFound."""
        if id not in self._runs:
            raise NotFound(f"There is no run {id!r} in the store.", suggestions=list(self._runs)[:5])
        return self._runs[id]

    def runs(self) -> list[Run]:
        """Every run, newest first."""
        return list(self._runs.values())

    def metrics(self, run: str) -> dict[str, str]:
        """The metrics of a run with their units."""
        return self.store.metrics(run)

    def readings(self, run: str, metric: str) -> list[Reading]:
        """A metric's readings up to ``until``, oldest first; of more than 200,000 the newest."""
        key = (run, metric)
        if key not in self._readings:
            found = self.store.readings(run, metric, MOST_READINGS)
            self._readings[key] = [reading for reading in found if reading.taken_at <= self.until]
        return self._readings[key]

    @cached_property
    def _audit(self) -> list[Audit]:
        return [row for row in reversed(self.store.audit(limit=MOST_ROWS)) if row.taken_at <= self.until]

    @cached_property
    def _events(self) -> list[Event]:
        return [event for event in reversed(self.store.events(limit=MOST_ROWS)) if event.taken_at <= self.until]

    def audit(self, run: str) -> list[Audit]:
        """What was done to the run's workload while it lasted, oldest first."""
        of = self.run(run)
        return [row for row in self._audit if row.workload == of.workload and self._within(of, row.taken_at)]

    def events(self, run: str, kind: str | None = None) -> list[Event]:
        """What happened to the run's workload while it lasted, oldest first."""
        of = self.run(run)
        return [
            event
            for event in self._events
            if event.workload == of.workload and kind in (None, event.kind) and self._within(of, event.taken_at)
        ]

    def incidents(self, run: str) -> list[ChartIncident]:
        """The control charts' incidents that overlap the run, oldest first."""
        of = self.run(run)
        ended = self.ended_at(run) or self.until
        found = self.store.incidents(since=of.started_at, limit=MOST_ROWS)
        return [one for one in reversed(found) if one.taken_at <= ended]

    def energies(self, run: str) -> list[Event]:
        """The notices of the run's meter, oldest first: each tells what was used from its beginning until then."""
        return [event for event in self._events if "energy" in event.details and event.details.get("run") == run]

    def requests(self, run: str) -> list[Request]:
        """What people and the agent asked the engine while the run lasted, oldest first."""
        of = self.run(run)
        return [one for one in self.store.requests_since(of.started_at) if self._within(of, one.taken_at)]

    def served(self, run: str) -> tuple[str, str] | None:
        """The engine and the model that answered last while the run lasted: a person, the agent, or the monitor's probe."""
        asked = self.requests(run)
        if asked:
            return asked[-1].engine, asked[-1].model
        until = self.ended_at(run) or self.until
        probed = self.store.telemetry(self.run(run).started_at, until, only=PROBE)
        return (probed[-1].provider, probed[-1].model) if probed else None

    def ended_at(self, run: str) -> float | None:
        """When the run ended; None when it had not by ``until``. The first word on it counts, a row may be touched again."""
        of = self.run(run)
        said = (event.taken_at for event in self._states(run) if event.details.get("after") in OVER)
        ended = next(said, of.ended_at)
        return ended if ended is not None and ended <= self.until else None

    def state(self, run: str) -> str:
        """In which state the run was at ``until``."""
        said = [str(event.details["after"]) for event in self._states(run) if "after" in event.details]
        return said[-1] if said else self.run(run).state

    def _states(self, run: str) -> list[Event]:
        return [event for event in self._events if event.kind == "state" and event.details.get("run") == run]

    def _within(self, run: Run, at: float) -> bool:
        return run.started_at <= at <= (self.ended_at(run.id) or self.until)

    def row(self, rows: list[Any], id: str, noun: str) -> Any:
        """The row of that id. Raises NotFound."""
        found = next((row for row in rows if row.id == id), None)
        if found is None:
            raise NotFound(f"There is no {noun} {id!r} in this run.")
        return found
