"""What control charts keep: a row of telemetry a tick, the limits that were frozen and by whom, incidents.

Field names are column names; every time is Unix seconds. What was not measured is ``None``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

IncidentStatus = Literal["open", "acknowledged", "resolved"]


@dataclass(frozen=True, slots=True)
class Telemetry:
    """What was measured of an engine and its machine at one moment, or, thinned, the means of ``count`` such rows.

    ``source`` names the machine (``here`` is this one), ``purpose`` why the engine was asked (probe, chat, decide …;
    ``outside`` for what others report in). ``others`` holds further numbers by name, such as a workload's metrics.
    ``outcome`` is ``ok``, ``skipped`` or what went wrong: then there is no latency. ``extremes`` is there in thinned
    rows alone: ``[least, largest]`` by name.
    """

    taken_at: float
    source: str
    purpose: str
    provider: str
    model: str
    outcome: str = "ok"
    count: int = 1
    latency_s: float | None = None
    time_to_first_token_s: float | None = None
    inter_token_s: float | None = None
    tokens_per_second: float | None = None
    prefill_s: float | None = None
    decode_s: float | None = None
    load_s: float | None = None
    wh_per_1000_tokens: float | None = None
    completion_tokens: float | None = None
    cpu_percent: float | None = None
    memory_bytes: float | None = None
    gpu_memory_bytes: float | None = None
    others: dict[str, Any] | None = None
    extremes: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class ChartIncident:
    """One disturbance of one process. ``alarm`` is what raised it (cusum, ewma, outage), ``rules`` Nelson's beside it.

    ``started_at`` is where the shift began by the alarm's own estimate; ``ended_at`` is when the process came back.
    ``points`` are the ±10 around the alarm, ``snapshot`` is what else was going on.
    """

    id: str
    taken_at: float
    metric: str
    source: str
    purpose: str
    provider: str
    model: str
    alarm: str
    started_at: float
    status: IncidentStatus = "open"
    ended_at: float | None = None
    rules: list[int] = field(default_factory=list)
    direction: str | None = None
    size_sigma: float | None = None
    note: str | None = None
    points: list[dict[str, Any]] = field(default_factory=list)
    snapshot: dict[str, Any] = field(default_factory=dict)
    acknowledged_at: float | None = None
    resolved_at: float | None = None


@dataclass(frozen=True, slots=True)
class RecordedBaseline:
    """An explicit act: from now on these limits hold. Centre and sigma are on the chart's scale (``transform``).

    ``lag1`` is the baseline's autocorrelation where it is beyond chance: then the alarm judges AR(1) residuals.
    """

    id: str
    taken_at: float
    metric: str
    source: str
    purpose: str
    provider: str
    model: str
    first_at: float
    last_at: float
    points: int
    center: float
    sigma: float
    transform: str
    actor: str
    lag1: float | None = None
    residual_sigma: float | None = None
