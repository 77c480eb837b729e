"""A chart as it is shown: a metric of one process over the last hours, its frozen limits, and what breaks the rules.

Every stretch is judged by the limits that held then: those of the baseline recorded before it. Points of a baseline are
not judged by it. Without a recorded baseline the limits come from all points shown (phase I) and are provisional. Other
ways to look at the same points are in ``views``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from measurement.control.course import Courses, Points, Process
from measurement.control.freezing import Frozen, from_record, scaled
from measurement.control.metrics import Metric, metric_named
from measurement.control.views import VIEWS, Lines, Sitting
from measurement.errors import NotFound
from measurement.spc import EVERY_RULE, Series, autocorrelation
from measurement.spc.nelson import check_rules
from measurement.store import ChartIncident, Store
from measurement.store.telemetry import MOST_POINTS

HOUR_S = 3600.0


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
    limits: Lines | None
    provisional: bool
    violations: dict[int, NDArray[np.intp]]
    outages: list[tuple[float, str]]
    incidents: list[ChartIncident]
    baselines: list[Frozen]
    statistics: Statistics
    alike: str
    reason: str | None = None
    view: str = "judged"

    @property
    def violating(self) -> NDArray[np.intp]:
        """The indices of every point that breaks a rule, in order."""
        found = list(self.violations.values())
        return np.unique(np.concatenate(found)) if found else np.array([], dtype=np.intp)


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
    view: str = "judged",
    courses: Courses | None = None,
) -> ControlChart:
    """Draw up the chart of the first process that fits; ``courses`` remember what they read for the last.

    Raises:
        StoreError, Refused for an unknown rule, NotFound for an unknown view.
    """
    since, wanted, chosen = now - hours * HOUR_S, metric_named(metric), check_rules(rules)
    if view not in VIEWS:
        raise NotFound(f"There is no view {view!r} of a chart; there are {', '.join(VIEWS)}.")
    courses = courses or Courses(store)
    process = _fitting(courses.processes(since, now), provider, model, purpose)
    if process is None:
        return _empty(wanted, hours, view)
    points = courses.points(wanted.name, since, process, now)
    records = store.baselines(only={"metric": wanted.name, **process.filters()})
    baselines = [from_record(record) for record in reversed(records)]
    seen = VIEWS[view].make(Sitting(wanted, points, baselines, chosen))
    incidents = [each for each in store.incidents(since) if _concerns(each, wanted.name, process)]
    present = bool(np.count_nonzero(np.isfinite(points.values)))
    return ControlChart(
        seen.metric, process, seen.times, seen.values, seen.limits, seen.provisional, seen.found, points.outages,
        incidents, baselines, _statistics(seen.values, seen.found),
        autocorrelation(scaled(points.values, wanted.transform)).sentence,
        seen.reason or _cut(points) if present else f"No {wanted.title} was measured: this engine, or this machine, does not tell it.",
        view,
    )  # fmt: skip


def _cut(points: Points) -> str | None:
    """That the beginning is missing, when there was too much of it."""
    if points.times.size < MOST_POINTS:
        return None
    return f"Only the newest {MOST_POINTS:,} points of that time are charted; ask for fewer hours, or probe less often."


def _empty(metric: Metric, hours: float, view: str) -> ControlChart:
    reason = f"Nothing was measured in the last {hours:g} h that fits; is the monitor on (--monitor-interval)?"
    none = np.array([], dtype=np.float64)
    return ControlChart(metric, None, none, none, None, True, {}, [], [], [], Statistics(0), "", reason, view)


def _fitting(found: Sequence[Process], provider: str | None, model: str | None, purpose: str | None) -> Process | None:
    return next(
        (
            one
            for one in found
            if provider in (None, one.provider) and model in (None, one.model) and purpose in (None, one.purpose)
        ),
        None,
    )


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
