"""Ways to look at a metric: as it is judged, on another scale, by quantiles, as AR(1) residuals, or a minute at a time.

``judged`` is the chart that the monitor keeps: frozen limits, each stretch by those that held then. The other views answer
"what if": their limits come from the baseline's points where these are shown, else from all points shown (phase I), and no
incident depends on them. A view is an entry of ``VIEWS``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from measurement.control.course import Points
from measurement.control.freezing import Frozen, freeze, scaled
from measurement.control.metrics import Metric
from measurement.spc import (
    LEAST_BASELINE,
    Series,
    ar1_residuals,
    autocorrelation,
    by_minute,
    quantile_limits,
    violations,
)
from measurement.spc.transform import NORMAL_FALSE_ALARM_RATE

Found = dict[int, NDArray[np.intp]]
HALF_MINUTE_S = 30.0


@dataclass(frozen=True, slots=True)
class QuantileLines:
    """Limits at the points' own quantiles: they have no sigma and no zones. Fields as in ``Frozen``, where they exist."""

    lower: float
    middle: float
    upper: float
    first_at: float
    last_at: float
    points: int
    sigma: None = None
    lag1: None = None
    actor: str = "view"
    recorded_at: None = None

    def at(self, sigmas: float) -> float | None:
        """The upper limit (3), the median (0), the lower limit (-3); nothing between them."""
        return {3.0: self.upper, 0.0: self.middle, -3.0: self.lower}.get(sigmas)


Lines = Frozen | QuantileLines


@dataclass(frozen=True)
class Seen:
    """A view: what is drawn, in which unit, its lines, and what breaks the rules. ``reason`` says where limits come from."""

    metric: Metric
    times: Series
    values: Series
    limits: Lines | None
    provisional: bool
    found: Found
    reason: str | None = None


@dataclass(frozen=True)
class Sitting:
    """What a view is made from. ``rules`` are those switched on."""

    metric: Metric
    points: Points
    baselines: Sequence[Frozen]
    rules: tuple[int, ...]


@dataclass(frozen=True)
class View:
    """A way to look: its title on the page, and what makes it."""

    title: str
    make: Callable[[Sitting], Seen]


def judged(sitting: Sitting) -> Seen:
    """The chart by which the monitor judges."""
    metric, points, frozen = sitting.metric, sitting.points, list(sitting.baselines)
    provisional = not frozen
    if provisional and (first := freeze(points.times.tolist(), points.values.tolist(), metric.transform)) is not None:
        frozen = [first]
    series = scaled(points.values, metric.transform)
    found = _each_by_its_own(points.times, series, frozen, provisional, sitting.rules)
    reason = _provisional(points.values, bool(frozen)) if provisional else None
    return Seen(metric, points.times, points.values, frozen[-1] if frozen else None, provisional, found, reason)


def plain(sitting: Sitting) -> Seen:
    """Limits on the values as they are."""
    return _on(sitting, sitting.metric, sitting.points, "none")


def log(sitting: Sitting) -> Seen:
    """Limits on the logarithms."""
    return _on(sitting, sitting.metric, sitting.points, "log")


def quantiles(sitting: Sitting) -> Seen:
    """Limits at the quantiles that 0.27 % of the points lie beyond, whatever their shape."""
    metric, points = sitting.metric, sitting.points
    part = _baseline_part(points, sitting.baselines, 2 / NORMAL_FALSE_ALARM_RATE)
    limits = quantile_limits(points.values[part])
    if limits.ucl is None or limits.lcl is None or limits.center is None:
        return Seen(metric, points.times, points.values, None, True, _none(sitting.rules), limits.reason)
    times = points.times[part]
    lines = QuantileLines(limits.lcl, limits.center, limits.ucl, float(times[0]), float(times[-1]), limits.n)
    found = violations(points.values, limits.center, None, sitting.rules)
    if 1 in found:
        with np.errstate(invalid="ignore"):
            found[1] = np.flatnonzero((points.values > limits.ucl) | (points.values < limits.lcl))
    return Seen(metric, points.times, points.values, lines, True, found, limits.reason)


def residuals(sitting: Sitting) -> Seen:
    """What each point leaves of its forecast from the one before: for neighbours that are alike."""
    metric, points = sitting.metric, sitting.points
    base = sitting.baselines[-1] if sitting.baselines else None
    base = base or freeze(points.times.tolist(), points.values.tolist(), metric.transform)
    unit = metric.unit if metric.transform == "none" else f"log {metric.unit}"
    named = replace(metric, title=f"{metric.title}, AR(1) residuals", unit=unit, transform="none")
    series = scaled(points.values, metric.transform)
    lag1 = autocorrelation(series).lag1 if base is None or base.lag1 is None else base.lag1
    if base is None or lag1 is None:
        return Seen(named, points.times, series, None, True, _none(sitting.rules), "Too few points for a forecast.")
    left = replace(points, values=ar1_residuals(series, base.center, lag1))
    seen = _on(sitting, named, left, "none")
    return replace(seen, reason=f"The forecast takes {lag1:.2f} of the point before. {seen.reason or ''}".strip())


def minute_means(sitting: Sitting) -> Seen:
    """Means of minutes."""
    return _minutes(sitting, "mean")


def minute_medians(sitting: Sitting) -> Seen:
    """Medians of minutes."""
    return _minutes(sitting, "median")


VIEWS: Mapping[str, View] = {
    "judged": View("as it is judged", judged),
    "log": View("limits of logarithms", log),
    "plain": View("limits without a transform", plain),
    "quantiles": View("quantile limits", quantiles),
    "residuals": View("AR(1) residuals", residuals),
    "minute_means": View("1-minute means", minute_means),
    "minute_medians": View("1-minute medians", minute_medians),
}


def _minutes(sitting: Sitting, statistic: Literal["mean", "median"]) -> Seen:
    starts, gathered = by_minute(sitting.points.times, sitting.points.values, statistic)
    metric = replace(sitting.metric, title=f"{sitting.metric.title}, 1-minute {statistic}s")
    points = Points(starts + HALF_MINUTE_S, gathered, sitting.points.outages)
    return _on(replace(sitting, baselines=()), metric, points, metric.transform)


def _on(sitting: Sitting, metric: Metric, points: Points, transform: Literal["none", "log"]) -> Seen:
    part = _baseline_part(points, sitting.baselines, LEAST_BASELINE)
    limits = freeze(points.times[part].tolist(), points.values[part].tolist(), transform) if points.times.size else None
    if limits is None:
        reason = "The points do not vary, or there are none, so there are no limits."
        return Seen(metric, points.times, points.values, None, True, _none(sitting.rules), reason)
    found = violations(scaled(points.values, transform), limits.center, limits.sigma, sitting.rules)
    whose = "of the baseline" if part.size < points.times.size else "shown"
    reason = f"In this view the limits come from the {limits.points} points {whose}."
    return Seen(metric, points.times, points.values, limits, True, found, reason)


def _baseline_part(points: Points, baselines: Sequence[Frozen], least: float) -> NDArray[np.intp]:
    """The places of the newest baseline's points when enough of them are shown, else of all points."""
    if baselines:
        newest = baselines[-1]
        inside = np.flatnonzero((points.times >= newest.first_at) & (points.times <= newest.last_at))
        if np.count_nonzero(np.isfinite(points.values[inside])) >= least:
            return inside
    return np.arange(points.times.size)


def _each_by_its_own(
    times: Series, series: Series, baselines: Sequence[Frozen], phase_one: bool, rules: tuple[int, ...]
) -> Found:
    """The violations, each stretch by the limits in force then."""
    found: dict[int, list[NDArray[np.intp]]] = {rule: [] for rule in rules}
    for place, frozen in enumerate(baselines):
        begin = 0 if phase_one else int(np.searchsorted(times, frozen.last_at, side="right"))
        following = baselines[place + 1].last_at if place + 1 < len(baselines) else np.inf
        end = int(np.searchsorted(times, following, side="right"))
        for rule, indices in violations(series[begin:end], frozen.center, frozen.sigma, rules).items():
            found[rule].append(indices + begin)
    return {rule: np.concatenate(parts) if parts else _NOTHING for rule, parts in found.items()}


_NOTHING = np.array([], dtype=np.intp)


def _none(rules: tuple[int, ...]) -> Found:
    return dict.fromkeys(rules, _NOTHING)


def _provisional(values: Series, any_limits: bool) -> str:
    present = int(np.count_nonzero(np.isfinite(values)))
    if not any_limits:
        return "The points do not vary, so there are no limits yet."
    return f"The limits are provisional: they come from the {present} points shown; {LEAST_BASELINE} make a baseline."
