"""What is known of a workload at one moment, and what its operations answer: frozen values, nothing that runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from measurement.facts import json_value
from workloads.parameters import ParameterInfo

State = Literal["starting", "running", "paused", "finished", "failed", "stopped", "detached"]
EventKind = Literal["state", "metrics", "alert", "note", "picture", "change"]
ALIVE: frozenset[State] = frozenset({"starting", "running", "paused"})
OVER: frozenset[State] = frozenset({"finished", "failed", "stopped", "detached"})


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One workload at one moment.

    ``step`` counts completed steps. ``taken_at`` is the Unix time of the latest metrics, None before the first.
    ``steps_per_second`` is None while it does not run or is not known yet. ``changed`` holds changes that are asked for
    and not applied yet, or that are kept for the next start. ``reason`` says why something is not known.
    ``metric_docs`` has every declared metric, with its meaning or an empty text.
    """

    name: str
    state: State
    step: int = 0
    total_steps: int | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)
    metric_steps: Mapping[str, int] = field(default_factory=dict)
    metric_units: Mapping[str, str] = field(default_factory=dict)
    metric_docs: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, ParameterInfo] = field(default_factory=dict)
    pid: int | None = None
    device: str | None = None
    run: str | None = None
    taken_at: float | None = None
    steps_per_second: float | None = None
    last_words: str | None = None
    notes: tuple[str, ...] = ()
    doc: str = ""
    changed: Mapping[str, Any] = field(default_factory=dict)
    can_checkpoint: bool = False
    can_restore: bool = False

    @property
    def metric_names(self) -> list[str]:
        """Every metric that was declared or reported, in that order."""
        return list(dict.fromkeys([*self.metric_docs, *self.metrics]))

    def overdue(self, metric: str) -> int | None:
        """The step at which a metric was last reported, when later steps reported others but not this one."""
        at = self.metric_steps.get(metric)
        return at if at is not None and at < max(self.metric_steps.values()) else None

    def to_json(self) -> dict[str, Any]:
        """The shape that REST answers with; non-finite metrics travel by name."""
        return {
            "name": self.name,
            "state": self.state,
            "step": self.step,
            "total_steps": self.total_steps,
            "metrics": {name: json_value(value) for name, value in self.metrics.items()},
            "parameters": {name: parameter.to_json() for name, parameter in self.parameters.items()},
            "pid": self.pid,
            "device": self.device,
            "run": self.run,
            "taken_at": self.taken_at,
            "metric_steps": dict(self.metric_steps),
            "metric_units": dict(self.metric_units),
            "steps_per_second": self.steps_per_second,
            "last_words": self.last_words,
        }


@dataclass(frozen=True, slots=True)
class Picture:
    """A field, 8 bits a point between ``minimum`` and ``maximum``, row by row. ``not_finite`` points are shown as 0."""

    name: str
    step: int
    rows: int
    columns: int
    minimum: float
    maximum: float
    values: bytes
    unit: str = ""
    doc: str = ""
    taken_at: float = 0.0
    not_finite: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """One parameter, before and after. ``step`` is where it took effect, None while it has not."""

    name: str
    old: Any
    new: Any
    unit: str = ""
    step: int | None = None

    def to_json(self) -> dict[str, Any]:
        return {"name": self.name, "old": self.old, "new": self.new, "unit": self.unit, "step": self.step}


@dataclass(frozen=True, slots=True)
class SetResult:
    """``pending``: sent, and not acknowledged within the time given. ``kept``: nothing runs; it waits for the restart."""

    changes: list[Change]
    pending: bool = False
    kept: bool = False


@dataclass(frozen=True, slots=True)
class StateResult:
    """What an operation did to the state.

    ``note`` is ``already`` when there was nothing to do, ``pending`` when the workload has not answered in time,
    ``terminated`` or ``killed`` when it did not stop by itself and was ended by SIGTERM or SIGKILL.
    """

    before_state: State
    after_state: State
    step: int
    note: Literal["already", "pending", "terminated", "killed"] | None = None


@dataclass(frozen=True, slots=True)
class CheckpointResult:
    """A checkpoint that is whole and on the disk."""

    path: str
    step: int


@dataclass(frozen=True, slots=True)
class WorkloadEvent:
    """Something that listeners may want to know. ``details`` always holds ``text`` for the kinds alert, note and state."""

    kind: EventKind
    workload: str
    details: dict[str, Any]
