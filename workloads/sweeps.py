"""Sweeps: the same run from the same state with one value after another, each for a few steps, and what each metric came to."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from measurement.errors import Conflict, LodgerError
from workloads.branches import Branches
from workloads.snapshot import OVER
from workloads.workload import Workload

POLL_S = 0.05
_log = logging.getLogger(__name__)
SweepState = Literal["running", "finished", "stopped", "failed"]


@dataclass(frozen=True)
class Row:
    """One value: the metrics at the last step of the sweep (``step``), or why there are none."""

    value: Any
    step: int | None = None
    metrics: dict[str, float] = field(default_factory=dict)
    run: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Sweep:
    """A sweep as it stands."""

    workload: str
    parameter: str
    unit: str
    values: tuple[Any, ...]
    steps: int
    rows: tuple[Row, ...] = ()
    state: SweepState = "running"

    @property
    def metrics(self) -> list[str]:
        """The metrics that any row has, in their order."""
        return list(dict.fromkeys(name for row in self.rows for name in row.metrics))


class Sweeper:
    """Runs one sweep at a time, in a thread of its own."""

    def __init__(self, branches: Branches) -> None:
        self._branches = branches
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self.latest: Sweep | None = None

    def start(
        self, workload: Workload, parameter: str, values: Sequence[Any], steps: int, on_end: Callable[[Sweep], None]
    ) -> Sweep:
        """Begin a sweep; ``on_end`` is called with the finished one.

        Raises:
            Conflict: one is running.
        """
        with self._lock:
            if self._thread and self._thread.is_alive():
                raise Conflict("A sweep is running already; stop it, or wait for its table.")
            self._stopping.clear()
            unit = workload.snapshot().parameters[parameter].unit
            self.latest = Sweep(workload.name, parameter, unit, tuple(values), steps)
            self._thread = threading.Thread(target=self._run, args=(workload, on_end), name="sweep", daemon=True)
            self._thread.start()
            return self.latest

    def stop(self) -> Sweep | None:
        """End the sweep that is running; what it has so far stays. None when none runs."""
        thread = self._thread
        if thread is None or not thread.is_alive():
            return None
        self._stopping.set()
        thread.join(60.0)
        return self.latest

    def _run(self, workload: Workload, on_end: Callable[[Sweep], None]) -> None:
        sweep = self.latest
        assert sweep
        try:
            for value in sweep.values:
                if self._stopping.is_set():
                    break
                sweep = self.latest = replace(sweep, rows=(*sweep.rows, self._row(workload, sweep, value)))
            done: SweepState = "stopped" if self._stopping.is_set() else "finished"
            if not any(row.metrics for row in sweep.rows):
                done = "stopped" if self._stopping.is_set() else "failed"
            sweep = self.latest = replace(sweep, state=done)
            on_end(sweep)
        except Exception:  # the thread's border
            _log.exception("a sweep failed")
            self.latest = replace(sweep, state="failed")

    def _row(self, workload: Workload, sweep: Sweep, value: Any) -> Row:
        try:
            branch = self._branches.branch(workload, {sweep.parameter: value}, sweep.steps)
        except LodgerError as error:
            return Row(value, reason=error.message)
        try:
            twin = self._branches.member(branch.name)
            while twin.snapshot().state not in OVER and not self._stopping.is_set():
                time.sleep(POLL_S)
            return _measured(twin, value, branch.step + sweep.steps)
        finally:
            self._branches.forget(branch.name)


def _measured(twin: Workload, value: Any, until: int) -> Row:
    """The latest metrics before the step ``until``: the same step for every value, however late each was stopped."""
    known = twin.snapshot()
    latest = {
        name: reading
        for name in known.metrics
        if (reading := next((r for r in reversed(twin.recent(name, 4096)) if r.step < until), None)) is not None
    }
    if not latest:
        return Row(value, run=known.run, reason=known.last_words or "it reported nothing in these steps")
    return Row(
        value,
        max(reading.step for reading in latest.values()),
        {name: reading.value for name, reading in latest.items()},
        known.run,
        known.last_words,
    )
