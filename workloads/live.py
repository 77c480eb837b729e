"""What a running simulation has told so far: changed by its messages, read as one frozen snapshot.

Thread-safe. It decides nothing and tells nobody; that is ``intake.py``.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from measurement.clock import SYSTEM_CLOCK, Clock
from measurement.store import Reading
from workloads.messages import Hello, Metric
from workloads.parameters import ParameterInfo
from workloads.snapshot import Picture, Snapshot

RING = 4096
NOTES = 50
MOST_NAMES = 1000
MOST_PICTURES = 64
RATE_WINDOW_S = 5.0
SHORTEST_RATE_S = 0.2


class Live:
    """The present of one workload. Before its first start it is ``stopped`` and nothing is known."""

    def __init__(self, name: str, clock: Clock = SYSTEM_CLOCK) -> None:
        self._lock = threading.RLock()
        self._clock = clock
        self._parts = Snapshot(name, "stopped")  # the scalars; collections stand beside it
        self._parameters: dict[str, ParameterInfo] = {}
        self._declared: set[str] = set()
        self._changed: dict[str, Any] = {}
        self._wanted: dict[str, Any] = {}
        self._progress_at_s = clock.monotonic_s()
        self._longest_step_s = 0.0
        self._clear()
        self._snapshot: Snapshot | None = None

    def _clear(self) -> None:
        self._metrics: dict[str, float] = {}
        self._metric_steps: dict[str, int] = {}
        self._metric_infos: dict[str, Metric] = {}
        self._notes: deque[str] = deque(maxlen=NOTES)
        self._rings: dict[str, deque[Reading]] = {}
        self._pictures: dict[str, Picture] = {}
        self._rate_points: deque[tuple[float, int]] = deque()

    # reading

    def snapshot(self) -> Snapshot:
        """The present, cached until something changes."""
        with self._lock:
            if self._snapshot is None:
                self._snapshot = self._frozen()
            return self._snapshot

    def _frozen(self) -> Snapshot:
        return replace(
            self._parts,
            metrics=dict(self._metrics),
            metric_steps=dict(self._metric_steps),
            metric_units={name: metric.unit for name, metric in self._metric_infos.items() if metric.unit},
            metric_docs={name: metric.doc for name, metric in self._metric_infos.items()},
            parameters=dict(self._parameters),
            notes=tuple(self._notes),
            changed=dict(self._changed),
            steps_per_second=self._rate() if self._parts.state == "running" else None,
        )

    def _rate(self) -> float | None:
        """Steps per second over the last seconds; derived from when the steps were told."""
        if len(self._rate_points) < 2:
            return None
        (then, from_step), (now, to_step) = self._rate_points[0], self._rate_points[-1]
        return (to_step - from_step) / (now - then) if now - then >= SHORTEST_RATE_S else None

    @property
    def parameters(self) -> dict[str, ParameterInfo]:
        with self._lock:
            return dict(self._parameters)

    def pictures(self) -> dict[str, Picture]:
        with self._lock:
            return dict(self._pictures)

    def ring(self, metric: str) -> list[Reading] | None:
        """The readings in memory, oldest first; None for a metric that this run has not told."""
        with self._lock:
            ring = self._rings.get(metric)
            return list(ring) if ring is not None else None

    def unit_of(self, metric: str) -> str:
        info = self._metric_infos.get(metric)
        return info.unit if info else ""

    def knows_metric(self, metric: str) -> bool:
        return metric in self._metric_infos

    def waited_s(self) -> tuple[float, float]:
        """How long the present step takes already, and how long the longest so far took, seconds."""
        with self._lock:
            return self._clock.monotonic_s() - self._progress_at_s, self._longest_step_s

    # changing

    def put(self, **parts: Any) -> Snapshot:
        """Change scalars of the snapshot; gives the one before."""
        with self._lock:
            before = self.snapshot()
            self._parts = replace(self._parts, **parts)
            self._snapshot = None
            return before

    def begin(self, *, run: str | None, step: int = 0) -> None:
        """A process starts: forget the metrics of the one before, unless it goes on with the same run."""
        with self._lock:
            if run is None:
                self._clear()
            self._declared = set()
            self._rate_points.clear()
            self._progress_at_s, self._longest_step_s = self._clock.monotonic_s(), 0.0
            self.put(pid=None, run=run, step=step, last_words=None, can_checkpoint=False, can_restore=False)
            if run is None:
                self.put(taken_at=None)

    def greet(self, hello: Hello) -> None:
        self.put(
            total_steps=hello.total_steps,
            device=hello.device,
            doc=hello.doc,
            can_checkpoint=hello.checkpoint,
            can_restore=hello.restore,
        )

    def declare(self, parameter: ParameterInfo) -> bool:
        """Take up a parameter; False when there are too many."""
        with self._lock:
            if parameter.name not in self._parameters and len(self._parameters) >= MOST_NAMES:
                return False
            self._parameters[parameter.name] = parameter
            self._declared.add(parameter.name)
            self._snapshot = None
            return True

    def forget_undeclared(self) -> None:
        """Drop the parameters that an earlier version of the program had."""
        with self._lock:
            self._parameters = {name: info for name, info in self._parameters.items() if name in self._declared}
            self._snapshot = None

    def set_values(self, values: Mapping[str, Any]) -> None:
        with self._lock:
            for name, value in values.items():
                if name in self._parameters:
                    self._parameters[name] = self._parameters[name].with_value(value)
            self._snapshot = None

    def await_changes(self, changes: Mapping[str, Any]) -> None:
        """Remember changes that are asked for."""
        with self._lock:
            self._changed.update(changes)
            self._snapshot = None

    def apply(self, values: Mapping[str, Any]) -> None:
        """The simulation runs with these values now."""
        with self._lock:
            self._wanted.update(values)
            self.set_values(values)

    def keep(self, changes: Mapping[str, Any]) -> None:
        """Nothing runs: these values are for the next start."""
        with self._lock:
            self.apply(changes)
            self.await_changes(changes)

    def want_only(self, values: Mapping[str, Any]) -> None:
        """Forget what people asked for, but for ``values``."""
        with self._lock:
            self._wanted, self._changed = dict(values), {}
            self._snapshot = None

    @property
    def wanted(self) -> dict[str, Any]:
        """The values that a start begins with, where people asked for one."""
        with self._lock:
            return dict(self._wanted)

    def settle_changes(self, names: Iterable[str]) -> None:
        """These are applied, refused, or given up."""
        with self._lock:
            for name in names:
                self._changed.pop(name, None)
            self._snapshot = None

    def know_metric(self, metric: Metric) -> bool:
        with self._lock:
            if metric.name not in self._metric_infos and len(self._metric_infos) >= MOST_NAMES:
                return False
            self._metric_infos[metric.name] = metric
            self._snapshot = None
            return True

    def add_readings(self, readings: Iterable[Reading]) -> None:
        """Take readings, oldest first; the latest of each metric is what the snapshot shows."""
        with self._lock:
            for reading in readings:
                self._rings.setdefault(reading.metric, deque(maxlen=RING)).append(reading)
                self._metrics[reading.metric] = reading.value
                self._metric_steps[reading.metric] = reading.step
                self._parts = replace(self._parts, taken_at=reading.taken_at)
            self._snapshot = None

    def reach(self, step: int) -> None:
        """The simulation has completed ``step`` steps."""
        now = self._clock.monotonic_s()
        with self._lock:
            if step != self._parts.step:
                self._longest_step_s = max(self._longest_step_s, now - self._progress_at_s)
            self._progress_at_s = now
            points = self._rate_points
            if points and step < points[-1][1]:  # restored: the way back is no speed
                points.clear()
            points.append((now, step))
            while len(points) > 2 and now - points[0][0] > RATE_WINDOW_S:
                points.popleft()
            self.put(step=step)

    def pause_rate(self) -> None:
        """What was measured before a pause says nothing about after it."""
        with self._lock:
            self._rate_points.clear()
            self._snapshot = None

    def add_note(self, text: str) -> None:
        with self._lock:
            self._notes.append(text)
            self._snapshot = None

    def show(self, picture: Picture) -> bool:
        with self._lock:
            if picture.name not in self._pictures and len(self._pictures) >= MOST_PICTURES:
                return False
            self._pictures[picture.name] = picture
            return True
