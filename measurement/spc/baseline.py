"""Phase I and phase II: which points the limits are made from.

Limits are estimated on a baseline (phase I) and frozen; the points after it are judged by them (phase II). A point that
helped to make the limits is judged by them only in retrospect, to find out whether the baseline itself was stable.
A baseline needs 300 points and had better have 1,800; with fewer the limits are provisional.

Three ways to choose: the first k points, a range, or the longest stretch that was in control.

Source: ISO 7870-2; Montgomery 5.3 and 6.4; the stretch: D. M. Hawkins, Self-starting CUSUM charts for location and
scale, The Statistician 36 (1987) 299-315, with Wallace's normal approximation of t (Ann. Math. Stat. 30 (1959) 1121).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from measurement.errors import Refused
from measurement.spc.limits import LEAST_BASELINE, PREFERRED_BASELINE, Series
from measurement.spc.run_length import cusum_h

FALSE_ALARM_SHARE = 0.05  # how likely a series that is in control all along is cut anywhere
REFERENCE_VALUE = 0.5
WARM_UP = 5  # points before a forecast of the next one is worth testing
_LEAST_POINTS = 200  # h for shorter series, which would otherwise be cut too readily


@dataclass(frozen=True, slots=True)
class Baseline:
    """The points from ``first`` to ``last``, both inclusive and 0-based, ``n`` of them present, and how they were chosen."""

    first: int
    last: int
    n: int
    chosen_by: str

    @property
    def provisional(self) -> bool:
        """Whether there are fewer than the 300 points that limits need."""
        return self.n < LEAST_BASELINE

    @property
    def preferred(self) -> bool:
        """Whether there are the 1,800 points that make limits steady."""
        return self.n >= PREFERRED_BASELINE

    def of(self, series: Series) -> Series:
        """Cut the baseline out of its series."""
        return series[self.first : self.last + 1]


def chosen_range(series: Series, first: int, last: int) -> Baseline:
    """Take the points from ``first`` to ``last``, inclusive. Raises ``Refused`` outside the series."""
    if not 0 <= first <= last < series.size:
        there = f"the series has points 0 to {series.size - 1}" if series.size else "the series has no points"
        raise Refused(f"The baseline [{first}, {last}] does not fit: {there}, and first is at most last.")
    return Baseline(first, last, _present(series[first : last + 1]), "range")


def first_points(series: Series, k: int) -> Baseline:
    """Take the first ``k`` points that are present; with fewer, all there are. Raises ``Refused`` without any."""
    if k < 1:
        raise Refused(f"A baseline of {k} points cannot be; take at least 1 (300 or more as a rule).")
    there = np.flatnonzero(np.isfinite(series))
    if not there.size:
        raise Refused("There is no present point to make a baseline of; wait until some have arrived.")
    last = int(there[min(k, there.size) - 1])
    return Baseline(0, last, _present(series[: last + 1]), "first points")


def longest_in_control(series: Series) -> Baseline:
    """Take the longest stretch in which neither a shift nor an outlier shows. Raises ``Refused`` without any point.

    Walks forward with a self-starting CUSUM: each point is compared with the mean and spread of the stretch *before* it,
    so none is judged by itself. h is such that a series that is stable all along is cut with a chance of 5 %.
    """
    stretches = list(_stretches(series))
    if not stretches:
        raise Refused("There is no present point to make a baseline of; wait until some have arrived.")
    n, first, last = max(stretches, key=lambda stretch: (stretch[0], stretch[1]))
    return Baseline(first, last, n, "longest stretch in control")


def _present(series: Series) -> int:
    return int(np.isfinite(series).sum())


def _stretches(series: Series) -> Iterator[tuple[int, int, int]]:
    """Every stretch as (present points, first, last)."""
    there = np.flatnonzero(np.isfinite(series))
    values = series[there].tolist()
    h = cusum_h(max(len(values), _LEAST_POINTS) / FALSE_ALARM_SHARE, REFERENCE_VALUE)
    begin = 0
    while begin < len(values):
        end, following = _walk(values, begin, h)
        if end > begin:
            yield end - begin, int(there[begin]), int(there[end - 1])
        begin = following


def _walk(values: list[float], begin: int, h: float) -> tuple[int, int]:
    """Go on from ``begin`` until something changed: where the stretch ends (exclusive), where the next one begins.

    A shift ends it where the arm that signals last was 0. A lone outlier (an arm that crosses at once) is left out.
    """
    level = squares = upper = lower = 0.0
    upper_from = lower_from = begin
    for index in range(begin, len(values)):
        count, value = index - begin, values[index]
        z = _standard(value - level, count, squares)
        upper, lower = max(0.0, upper + z - REFERENCE_VALUE), max(0.0, lower - z - REFERENCE_VALUE)
        upper_from = index + 1 if upper == 0 else upper_from
        lower_from = index + 1 if lower == 0 else lower_from
        if upper > h or lower > h:
            end = upper_from if upper > h else lower_from
            return end, max(end, begin + 1) if end < index else index + 1
        step = value - level
        level += step / (count + 1)
        squares += step * (value - level)
    return len(values), len(values)


def _standard(offset: float, count: int, squares: float) -> float:
    """The normal score of a new point against the ``count`` before it: exact t, brought to z by Wallace's formula."""
    if count < WARM_UP:
        return 0.0
    if squares <= 0:
        return 0.0 if offset == 0 else math.copysign(math.inf, offset)
    freedom = count - 1
    t = offset / math.sqrt(squares / freedom * (1 + 1 / count))
    size = (8 * freedom + 1) / (8 * freedom + 3) * math.sqrt(freedom * math.log1p(t * t / freedom))
    return math.copysign(size, t)
