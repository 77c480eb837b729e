"""What every run used, from when it was first seen until its end: one record a run, kept as a notice in the store.

The power house measures; here is who listens to the runs, and the thread in which they are looked at, so that no simulation waits.
"""

from __future__ import annotations

import logging
import queue
import re
import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooLate
from types import TracebackType
from typing import Any, Self

from measurement.energy_record import Record
from measurement.facts import format_number, new_id
from measurement.powerhouse import NO_COUNTER, PowerHouse
from measurement.store import Event, Store
from measurement.stretch import Stretch
from workloads.runner import ALIVE, Workloads
from workloads.snapshot import WorkloadEvent

log = logging.getLogger(__name__)
LOOK_EVERY_S = 5.0
PATIENCE_S = 20.0
Order = tuple[str, Future[None]] | None


class RunEnergy:
    """Enter it to meter the runs; leave it to write down those that go on. Does nothing where nothing can be measured."""

    def __init__(self, power: PowerHouse, workloads: Workloads, store: Store, every_s: float = LOOK_EVERY_S) -> None:
        self._power, self._workloads, self._store, self._every_s = power, workloads, store, every_s
        self._stretches: dict[str, tuple[str, Stretch]] = {}
        self._orders: queue.SimpleQueue[Order] = queue.SimpleQueue()
        self._ended = threading.Event()
        self._leave: Callable[[], None] = lambda: None
        self._thread = threading.Thread(target=self._work, name="run-energy", daemon=True)

    def __enter__(self) -> Self:
        if self._power.measured:
            self._leave = self._workloads.subscribe(self._hear)
            self._thread.start()
            self._orders.put(None)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave()
        self._ended.set()
        self._orders.put(None)
        if self._thread.is_alive():
            self._thread.join(PATIENCE_S)

    def note(self, run: str) -> str | None:
        """Have what a run that goes on has used so far written down; returns why nothing is metered, or None when it is."""
        if not self._power.measured:
            reasons = [f"{one.name}: {_what(one.reason)}" for one in self._power.sources() if one.reason]
            return f"{NO_COUNTER} ({'; '.join(reasons)})" if reasons else NO_COUNTER
        if not self._thread.is_alive():
            return "the meter of the runs is not there any more; the launch was ending"
        done: Future[None] = Future()
        self._orders.put((run, done))
        try:
            done.result(PATIENCE_S)
        except TooLate:
            return "the power meter did not answer in time"
        self._store.flush()
        return None

    def _hear(self, event: WorkloadEvent) -> None:
        """Called in the simulation's own thread, which must not wait."""
        if event.kind == "state":
            self._orders.put(None)

    def _work(self) -> None:
        while not self._ended.is_set():
            try:
                order = self._orders.get(timeout=self._every_s)
            except queue.Empty:
                order = None
            try:
                self._catch_up(order and order[0])
            except Exception:  # the thread's border: the next look must still come
                log.exception("the energy of the runs could not be taken")
            if order is not None:
                order[1].set_result(None)
        for run in list(self._stretches):
            self._write(run)

    def _catch_up(self, asked: str | None) -> None:
        """Begin with runs that are new, end with those that are over, look at the others; write those and the one asked for."""
        alive = {known.run: workload for workload in self._workloads
                 if (known := workload.snapshot()).run and known.state in ALIVE}  # fmt: skip
        for run, workload in alive.items():
            if run and run not in self._stretches:
                self._stretches[run] = (workload.name, Stretch(self._power, workload.name, workload.pids))
        for run, (_, stretch) in list(self._stretches.items()):
            if run in alive:
                stretch.look()
            if run == asked or run not in alive:
                self._write(run)
            if run not in alive:
                stretch.close()
                del self._stretches[run]

    def _write(self, run: str) -> None:
        name, stretch = self._stretches[run]
        record = stretch.record()
        details: dict[str, Any] = {"run": run, "energy": record}
        self._store.add_event(
            Event(new_id("event"), self._power.clock.wall_s(), "notice", name, _words(name, run, record), details)
        )


def _what(reason: str) -> str:
    """What is the matter with a source, without what to do about it."""
    return re.split(r"[.;] ", reason, maxsplit=1)[0].rstrip(".")


def _words(name: str, run: str, record: Record) -> str:
    beginning = f"In {format_number(record['duration_s'])} s of the run {run} of {name} the machine"
    if record["gross_wh"] is None:
        return f"{beginning} used an unknown energy: {record['reason']}."
    return f"{beginning} used {format_number(record['gross_wh'])} Wh ({record['method']} by {record['source']})."
