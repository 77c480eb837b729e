"""The monitor: probes the engine on a schedule that does not drift, and watches what comes in, every metric a chart.

One thread. A tick that cannot be kept (a probe that took longer) is left out, never made up for. While a person's request
runs the engine is left alone. Each tick also reads the machine and the simulations, and what requests of people and the
agent took since. Telemetry from elsewhere is judged the same way, by limits of its own. Nothing here stops a simulation.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Self

from agent.engines.base import Engine
from agent.monitoring.disturbances import Disturbances
from agent.monitoring.probing import HERE, SKIPPED, Probe, spent_wh, telemetry_of
from agent.monitoring.surroundings import Surroundings
from measurement.clock import SYSTEM_CLOCK, Clock
from measurement.control import METRICS, Frozen, Judgement, Process, Watch, design, freeze, from_record, metric_named
from measurement.control import to_record as baseline_record
from measurement.control.alarms import AlarmKind
from measurement.control.metrics import ALARMING
from measurement.errors import Refused, StoreError
from measurement.host import usage
from measurement.requests import Request
from measurement.spc import LEAST_BASELINE
from measurement.store import Retention, Store, Telemetry
from workloads.runner import WorkloadEvent, Workloads

log = logging.getLogger("lodger.monitor")
THIN_EVERY_S = 3600.0
REQUESTS_LOOKED_BACK_S = 900.0
AWAKE = ("ready",)
STEADY = ("probe", "outside")  # purposes whose requests are alike, so that all of their metrics are one process
Listener = Callable[[WorkloadEvent], object]


@dataclass(frozen=True)
class MonitorState:
    """What the page tells of the monitor: ``busy_share`` is the part of the time that the engine spends on probes.

    ``wh`` is the energy of the ``metered`` probes so far; ``None`` while none could be metered, with the reason.
    """

    interval_s: float
    probes: int
    skipped: int
    failed: int
    busy_share: float | None
    false_alarms_per_day: float
    wh: float | None = None
    wh_reason: str | None = None
    metered: int = 0


class Monitor:
    """Watches from ``start`` (or ``with``) to ``stop``. ``interval_s`` 0 sends no probe and judges what others report."""

    def __init__(
        self,
        store: Store,
        workloads: Workloads,
        engine: Engine | None,
        interval_s: float = 2.0,
        false_alarms_per_day: float = 1.0,
        *,
        alarm: AlarmKind = "cusum",
        retention: Retention | None = None,
        baseline_points: int = LEAST_BASELINE,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self._store, self._workloads, self._engine, self._clock = store, workloads, engine, clock
        self._interval_s, self._per_day, self._retention = interval_s, false_alarms_per_day, retention or Retention()
        self._design = design(alarm, false_alarms_per_day, interval_s or 2.0, ALARMING)
        self._baseline_points = baseline_points
        self._around = Surroundings(store, workloads, engine, clock)
        self._newest: Telemetry | None = None
        self._disturbances = Disturbances(store, lambda at: self._around.snapshot(at, self._newest), self._tell, clock)
        self._watches: dict[tuple[Process, str], Watch] = {}
        self._listeners: tuple[Listener, ...] = ()
        self._seen: deque[str] = deque(maxlen=2000)
        self._judging = threading.RLock()
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self._probes = self._skipped = self._failed = 0
        self._busy_s = 0.0
        self._metered = 0
        self._wh: float | None = None
        self._wh_reason: str | None = "no probe was sent yet"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Begin to watch; returns at once."""
        self._disturbances.close_left_open(self._clock.wall_s())
        self._began_s, self._began_at = self._clock.monotonic_s(), self._clock.wall_s()
        jobs = [("monitor-thin", self._keep_small), *([("monitor", self._watch)] if self._interval_s > 0 else [])]
        for name, job in jobs:
            self._threads.append(threading.Thread(target=job, name=name, daemon=True))
            self._threads[-1].start()

    def stop(self) -> None:
        """End the watch; a probe that runs is waited for."""
        self._stopping.set()
        for thread in self._threads:
            thread.join(20.0)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener`` with the alert of every new incident, once; gives the way out."""
        self._listeners = (*self._listeners, listener)

        def leave() -> None:
            self._listeners = tuple(other for other in self._listeners if other is not listener)

        return leave

    @property
    def state(self) -> MonitorState:
        """How the watch goes."""
        passed_s = self._clock.monotonic_s() - self._began_s if self._threads else 0.0
        share = self._busy_s / passed_s if passed_s > 0 and self._probes else None
        return MonitorState(
            self._interval_s, self._probes, self._skipped, self._failed, share, self._per_day,
            self._wh, None if self._wh is not None else self._wh_reason, self._metered,
        )  # fmt: skip

    def take(self, row: Telemetry) -> None:
        """Keep and judge one row of telemetry, from here or from elsewhere."""
        self._store.add_telemetry([row])
        process = Process(row.source, row.purpose, row.provider, row.model)
        with self._judging:
            if row.source == HERE:
                self._newest = row
            if row.purpose not in STEADY:
                pass  # a person's request may be refused for its own sake
            elif row.outcome not in ("ok", SKIPPED):
                self._disturbances.outage(process, row.taken_at, row.outcome)
            elif row.outcome == "ok":
                self._disturbances.answered(process, row.taken_at)
            for name, value in _numbers(row):
                self._judge(process, name, row.taken_at, value)

    def rebaseline(self, metric: str, process: Process, actor: str, points: int = LEAST_BASELINE) -> Frozen:
        """Freeze new limits from the newest ``points``, on record. Raises: Refused with too few of them, StoreError."""
        wanted = metric_named(metric)
        week_ago = self._clock.wall_s() - 7 * 86_400.0
        times, values, _ = self._store.telemetry_points(metric, week_ago, only=process.filters())
        kept = [(at, value) for at, value in zip(times, values, strict=True) if value is not None][-points:]
        if len(kept) < LEAST_BASELINE:
            raise Refused(f"A baseline takes {LEAST_BASELINE} points; {metric} has {len(kept)} in the last week.")
        frozen = freeze([at for at, _ in kept], [value for _, value in kept], wanted.transform, actor)
        if frozen is None:
            raise Refused(f"The last {len(kept)} points of {metric} do not vary, so they make no limits.")
        with self._judging:
            watch = self._watch_of(process, metric)
            if watch.disturbed:
                self._disturbances.ended(process, watch, self._clock.wall_s())
            watch.adopt(frozen)
        self._store.add_baseline(baseline_record(frozen, metric, process.filters(), self._clock.wall_s())).result(10.0)
        return frozen

    # The thread.

    def _watch(self) -> None:
        probe: Probe | None = None
        while not self._stopping.wait(self._until_next_tick()):
            try:
                if probe is None and self._engine is not None and self._engine.state in AWAKE:
                    probe = Probe(self._engine, self._store.add_request)
                self._tick(probe)
            except Exception:  # the thread's border: the next tick comes
                log.exception("the monitor could not finish a tick")
        if probe is not None:
            probe.close()

    def _until_next_tick(self) -> float:
        """To the next multiple of the interval since the start: what was missed stays missed, and nothing drifts."""
        return self._interval_s - (self._clock.monotonic_s() - self._began_s) % self._interval_s

    def _tick(self, probe: Probe | None) -> None:
        self._take_requests()
        row = self._probed(probe)
        now = usage()
        used = [gpu.memory_used_bytes for gpu in now.gpus or () if gpu.memory_used_bytes is not None]
        measured = {
            f"{workload.name}.{name}": float(value)
            for workload in self._workloads
            if (shown := workload.snapshot()).state == "running"
            for name, value in shown.metrics.items()
        }
        self.take(
            replace(
                row,
                cpu_percent=now.cpu_percent,
                memory_bytes=float(now.memory_used_bytes),
                gpu_memory_bytes=float(sum(used)) if used else None,
                others=measured or None,
            )
        )

    def _probed(self, probe: Probe | None) -> Telemetry:
        """One probe's telemetry; skipped while the engine is not ours to measure."""
        engine = self._engine
        empty = Telemetry(
            self._clock.wall_s(), HERE, "probe", engine.name if engine else "", engine.model if engine else "", SKIPPED
        )
        if probe is None or engine is None:
            return empty
        began_s = self._clock.monotonic_s()
        if (request := probe.ask()) is None:
            self._skipped += 1
            return empty
        self._busy_s += self._clock.monotonic_s() - began_s
        self._probes += 1
        self._failed += request.outcome != "ok"
        self._add_energy(request)
        return telemetry_of(request)

    def _add_energy(self, request: Request) -> None:
        spent, reason = spent_wh(request)
        if spent is None:
            self._wh_reason = reason
        else:
            self._wh, self._metered = (self._wh or 0.0) + spent, self._metered + 1

    def _take_requests(self) -> None:
        """Every real request that ended since the last tick."""
        since = max(self._began_at, self._clock.wall_s() - REQUESTS_LOOKED_BACK_S)
        for request in self._store.requests_since(since):
            if request.id not in self._seen and request.outcome != "cancelled":
                self.take(telemetry_of(request))
            self._seen.append(request.id)

    def _keep_small(self) -> None:
        while not self._stopping.wait(THIN_EVERY_S):
            try:
                self._store.thin(self._clock.wall_s(), self._retention)
            except StoreError as error:
                log.warning("old telemetry could not be thinned: %s", error)

    # What comes in.

    def _judge(self, process: Process, name: str, at: float, value: float | None) -> None:
        watch = self._watch_of(process, name)
        judged = watch.push(at, value)
        if judged.froze and watch.frozen is not None:
            self._store.add_baseline(baseline_record(watch.frozen, name, process.filters(), self._clock.wall_s()))
        if self._may_wake(watch, process):
            self._act(process, watch, judged, at)

    def _act(self, process: Process, watch: Watch, judged: Judgement, at: float) -> None:
        if judged.began:
            self._disturbances.began(process, watch, judged.began, at)
        elif judged.ended:
            self._disturbances.ended(process, watch, at)
        else:
            self._disturbances.follow(process, watch)

    def _may_wake(self, watch: Watch, process: Process) -> bool:
        """The probe's and other monitors' key metrics, and whatever a person set a baseline for."""
        by_a_person = watch.frozen is not None and watch.frozen.actor != "monitor"
        return by_a_person or (watch.metric.alarms and process.purpose in STEADY)

    def _watch_of(self, process: Process, name: str) -> Watch:
        key = (process, name)
        if key not in self._watches:
            known = self._store.baselines(limit=1, only={"metric": name, **process.filters()})
            frozen = from_record(known[0]) if known else None
            self._watches[key] = Watch(metric_named(name), self._design, frozen, self._baseline_points)
        return self._watches[key]

    def _tell(self, details: dict[str, Any]) -> None:
        event = WorkloadEvent("alert", "", details)
        for listener in self._listeners:
            try:
                listener(event)
            except Exception:  # the border to other people's code
                log.exception("a listener of the monitor failed")


def _numbers(row: Telemetry) -> list[tuple[str, float | None]]:
    """What a row has to be judged; a probe that failed leaves a gap in all of the engine's metrics."""
    names = [name for name, metric in METRICS.items() if row.purpose in STEADY or not metric.per_answer]
    known = [(name, getattr(row, name)) for name in names]
    return [*known, *((row.others or {}).items())]
