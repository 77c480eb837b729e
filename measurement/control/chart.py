"""A chart as it is shown: a metric of one process over the last hours, its frozen limits, and what breaks the rules.

Every stretch is judged by the limits that held then: those of the baseline recorded before it. Points of a baseline are
not judged by it. Without a recorded baseline the limits come from all points shown (phase I) and are provisional.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from measurement.control.freezing import Frozen, freeze, from_record, scaled
from measurement.control.metrics import Metric, metric_named
from measurement.spc import EVERY_RULE, Series, autocorrelation, violations
from measurement.store import ChartIncident, Store

HOUR_S = 3600.0
PROBE = "probe"


@dataclass(frozen=True, slots=True)
class Process:
    """Whose telemetry it is: the machine, why the engine was asked, the engine and its model."""

    source: str
    purpose: str
    provider: str
    model: str

    def filters(self) -> dict[str, Any]:
        """As the store is asked."""
        return asdict(self)


@dataclass(frozen=True)
class Statistics:
    """Of the present points shown, in the metric's unit; ``in_control`` is the share of judged points within limits."""

    n: int
    mean: float | None = None
    deviation: float | None = None
    p50: float | None = None
    p95: float | None = None
    p99: float | None = None
    in_control: float | None = None


@dataclass(frozen=True)
class ControlChart:
    """Times ``[n]`` (Unix seconds) and values ``[n]`` (NaN where nothing was measured) with what was found in them.

    ``violations`` are indices by rule. ``outages`` are the times of probes that failed, with the reason. ``limits`` are
    those in force now; ``provisional`` while nobody froze any. ``reason`` says what could not be done and why.
    """

    metric: Metric
    process: Process | None
    times: Series
    values: Series
    limits: Frozen | None
    provisional: bool
    violations: dict[int, NDArray[np.intp]]
    outages: list[tuple[float, str]]
    incidents: list[ChartIncident]
    baselines: list[Frozen]
    statistics: Statistics
    alike: str
    reason: str | None = None

    @property
    def violating(self) -> NDArray[np.intp]:
        """The indices of every point that breaks a rule, in order."""
        found = list(self.violations.values())
        return np.unique(np.concatenate(found)) if found else np.array([], dtype=np.intp)


def processes(store: Store, since: float) -> list[Process]:
    """Who has reported since then, the probe of this machine first. Raises StoreError."""
    found = [Process(**row) for row in store.telemetry_sources(since)]
    return sorted(found, key=lambda one: (one.purpose != PROBE, one.source != "here", one.provider, one.model))


def control_chart(
    store: Store,
    metric: str,
    hours: float,
    now: float,
    *,
    provider: str | None = None,
    model: str | None = None,
    purpose: str | None = None,
    rules: Iterable[int] = EVERY_RULE,
) -> ControlChart:
    """Draw up the chart of the first process that fits. Raises StoreError, Refused for an unknown rule."""
    since, wanted = now - hours * HOUR_S, metric_named(metric)
    process = _fitting(processes(store, since), provider, model, purpose)
    if process is None:
        reason = f"Nothing was measured in the last {hours:g} h that fits; is the monitor on (--monitor-interval)?"
        empty = np.array([], dtype=np.float64)
        return ControlChart(wanted, None, empty, empty, None, True, {}, [], [], [], Statistics(0), "", reason)
    times, listed, outcomes = store.telemetry_points(wanted.name, since, only=process.filters())
    values = np.array([np.nan if value is None else float(value) for value in listed], dtype=np.float64)
    records = store.baselines(only={"metric": wanted.name, **process.filters()})
    baselines = [from_record(record) for record in reversed(records)]
    limits = baselines[-1] if baselines else freeze(times, values.tolist(), wanted.transform) if times else None
    at = np.array(times, dtype=np.float64)
    found = _judge(at, scaled(values, wanted.transform), baselines or [limits] if limits else [], not baselines, rules)
    incidents = [each for each in store.incidents(since) if _concerns(each, wanted.name, process)]
    outages = [(t, o) for t, o in zip(times, outcomes, strict=True) if o not in ("ok", "skipped")]
    return ControlChart(
        wanted, process, at, values, limits, not baselines, found, outages, incidents, baselines,
        _statistics(values, found), autocorrelation(scaled(values, wanted.transform)).sentence,
        _reason(limits, bool(baselines), int(np.count_nonzero(~np.isnan(values))), wanted),
    )  # fmt: skip


def _fitting(found: Sequence[Process], provider: str | None, model: str | None, purpose: str | None) -> Process | None:
    return next(
        (
            one
            for one in found
            if provider in (None, one.provider) and model in (None, one.model) and purpose in (None, one.purpose)
        ),
        None,
    )


def _judge(
    times: Series, series: Series, baselines: Sequence[Frozen], phase_one: bool, rules: Iterable[int]
) -> dict[int, NDArray[np.intp]]:
    """The violations, each stretch by the limits in force then."""
    chosen = tuple(rules)
    found: dict[int, list[NDArray[np.intp]]] = {rule: [] for rule in chosen}
    for place, frozen in enumerate(baselines):
        begin = 0 if phase_one else int(np.searchsorted(times, frozen.last_at, side="right"))
        following = baselines[place + 1].last_at if place + 1 < len(baselines) else np.inf
        end = int(np.searchsorted(times, following, side="right"))
        for rule, indices in violations(series[begin:end], frozen.center, frozen.sigma, chosen).items():
            found[rule].append(indices + begin)
    return {rule: np.concatenate(parts) if parts else np.array([], dtype=np.intp) for rule, parts in found.items()}


def _concerns(incident: ChartIncident, metric: str, process: Process) -> bool:
    same = (incident.source, incident.provider, incident.model) == (process.source, process.provider, process.model)
    return same and (incident.metric in (metric, "availability") or metric in incident.snapshot.get("also", ()))


def _statistics(values: Series, found: dict[int, NDArray[np.intp]]) -> Statistics:
    present = values[np.isfinite(values)]
    if not present.size:
        return Statistics(0)
    p50, p95, p99 = (float(level) for level in np.percentile(present, (50, 95, 99)))
    beyond = found.get(1)
    return Statistics(
        int(present.size),
        float(present.mean()),
        float(present.std(ddof=1)) if present.size > 1 else None,
        p50,
        p95,
        p99,
        None if beyond is None else 1.0 - beyond.size / present.size,
    )


def _reason(limits: Frozen | None, recorded: bool, present: int, metric: Metric) -> str | None:
    if not present:
        return f"No {metric.title} was measured: this engine, or this machine, does not tell it."
    if limits is None:
        return "The points do not vary, so there are no limits yet."
    if not recorded:
        return f"The limits are provisional: they come from the {present} points shown; 300 make a baseline."
    return None
