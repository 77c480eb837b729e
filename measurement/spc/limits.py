"""Centre, sigma and control limits of individual values, and of their moving ranges.

Conventions, each with its source:

* A missing value is ``None`` or NaN. A moving range exists only between two *adjacent* present points, never across a
  gap (SAS/QC, IRCHART: "the average of the nonmissing moving ranges"; JMP says the same, NIST does not say).
* Sigma is by default the mean moving range / 1.128 (NIST/SEMATECH e-Handbook 6.3.2.2; Montgomery, *Introduction to
  Statistical Quality Control*, 6.4). ``median_moving_range`` is the median moving range / 0.954 (Wheeler,
  *Understanding Statistical Process Control*; Minitab's option) and shrugs off single outliers. ``sample`` is the
  standard deviation with n - 1: a shift inside the baseline inflates it, so that the shift hides itself.
  qcc divides by the unrounded d2 = 2/sqrt(pi) = 1.12838, 0.03 % more.
* Limits are centre ± 3 sigma, and the lower one is never clamped at 0, even where the quantity cannot be negative.
* An infinity is no measurement: it never enters an estimate. Judged against limits, it is beyond them.

Nothing here judges a point; that is ``nelson``, ``cusum`` and ``ewma``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from measurement.errors import Refused

Series = NDArray[np.float64]
SigmaMethod = Literal["moving_range", "median_moving_range", "sample"]

MEAN_MOVING_RANGE_PER_SIGMA = 1.128  # d2 for n = 2. Source: ASTM E2587, table of control chart factors
MEDIAN_MOVING_RANGE_PER_SIGMA = 0.954  # d4 for n = 2 (0.9539). Source: Wheeler; Minitab's methods and formulas
MOVING_RANGE_UPPER = 3.267  # D4 for n = 2; D3 is 0. Source: ASTM E2587
LIMIT_SIGMAS = 3.0
LEAST_BASELINE = 300
PREFERRED_BASELINE = 1800


@dataclass(frozen=True, slots=True)
class Limits:
    """A chart's centre and limits, in the values' own unit, made from ``n`` present points and frozen.

    ``None`` where nothing could be estimated, and ``reason`` says why; with sigma 0 the limits lie on the centre and
    ``reason`` says so too. ``given`` tells that centre and sigma both came from outside, so that no point made them.
    """

    center: float | None
    sigma: float | None
    ucl: float | None
    lcl: float | None
    n: int
    reason: str | None = None
    given: bool = False

    @property
    def provisional(self) -> bool:
        """Whether fewer than 300 points stand behind the limits, so that they may move much when there are more."""
        return not self.given and self.n < LEAST_BASELINE


def as_series(values: Iterable[float | None]) -> Series:
    """Turn numbers with ``None`` for the missing ones into float64, ``[n]``, NaN for the missing ones."""
    if isinstance(values, np.ndarray):
        return values.astype(np.float64, copy=False)
    return np.array(list(values), dtype=np.float64)


def moving_ranges(series: Series) -> Series:
    """|x[i] - x[i-1]| of adjacent present, finite points, in order; gaps are left out, so there may be fewer than n - 1."""
    finite = np.isfinite(series)
    with np.errstate(over="ignore", invalid="ignore"):
        ranges = np.abs(np.diff(series))
    return ranges[finite[1:] & finite[:-1]]


def mean(series: Series) -> float:
    """The mean of finite values, correctly summed; equal values give exactly that value, so that ties stay ties."""
    if series.min() == series.max():
        return float(series[0])
    try:
        return math.fsum(series.tolist()) / series.size
    except OverflowError:
        return math.fsum((series / series.size).tolist())


def _mean_moving_range(series: Series) -> float | None:
    ranges = moving_ranges(series)
    return mean(ranges) / MEAN_MOVING_RANGE_PER_SIGMA if ranges.size else None


def _median_moving_range(series: Series) -> float | None:
    ranges = moving_ranges(series)
    return float(np.median(ranges)) / MEDIAN_MOVING_RANGE_PER_SIGMA if ranges.size else None


def _sample(series: Series) -> float | None:
    finite = series[np.isfinite(series)]
    if finite.size < 2:
        return None
    with np.errstate(over="ignore", invalid="ignore"):
        offsets = finite - mean(finite)
        return math.sqrt(float(np.sum(offsets * offsets)) / (finite.size - 1))


ESTIMATORS: Mapping[str, Callable[[Series], float | None]] = {
    "moving_range": _mean_moving_range,
    "median_moving_range": _median_moving_range,
    "sample": _sample,
}
_NO_SIGMA = {
    "moving_range": "it takes two adjacent present points to make a moving range",
    "median_moving_range": "it takes two adjacent present points to make a moving range",
    "sample": "it takes two present points to make a standard deviation",
}


def individuals(
    baseline: Iterable[float | None],
    sigma: SigmaMethod = "moving_range",
    center: float | None = None,
    sigma_value: float | None = None,
) -> Limits:
    """Make an individuals chart's limits from the points of ``baseline`` alone; a given centre or sigma is kept as it is.

    Raises ``Refused`` for a given value that is not finite, a negative sigma, or an unknown way to estimate it.
    """
    _check(sigma, center, sigma_value)
    series = as_series(baseline)
    finite = series[np.isfinite(series)]
    middle = center if center is not None else mean(finite) if finite.size else None
    spread = sigma_value if sigma_value is not None else ESTIMATORS[sigma](series)
    given = center is not None and sigma_value is not None
    if middle is None:
        return Limits(
            None, spread, None, None, 0, "There is no present, finite point to estimate the centre from.", given
        )
    if spread is None:
        reason = (
            f"Sigma cannot be estimated from {finite.size} present point{'s' * (finite.size != 1)}: {_NO_SIGMA[sigma]}."
        )
        return Limits(middle, None, None, None, int(finite.size), reason, given)
    return _around(middle, spread, int(finite.size), given)


def _around(center: float, sigma: float, n: int, given: bool) -> Limits:
    reach = LIMIT_SIGMAS * sigma
    if not (math.isfinite(center + reach) and math.isfinite(center - reach)):
        finite_sigma = sigma if math.isfinite(sigma) else None
        return Limits(center, finite_sigma, None, None, n, "The values are too large for finite control limits.", given)
    return Limits(center, sigma, center + reach, center - reach, n, _constant(sigma, given), given)


def _constant(sigma: float, given: bool) -> str | None:
    if sigma > 0:
        return None
    cause = "The given sigma is 0" if given else "The baseline does not vary from point to point, so sigma is 0"
    return (
        f"{cause}: both limits lie on the centre, any other value is beyond them (rule 1), "
        "and rules 5 to 8, which measure in sigma, are not judged."
    )


def _check(sigma: str, center: float | None, sigma_value: float | None) -> None:
    if sigma not in ESTIMATORS:
        raise Refused(f"Sigma cannot be estimated by {sigma!r}; choose one of {', '.join(ESTIMATORS)}.")
    for name, value in (("centre", center), ("sigma", sigma_value)):
        if value is not None and not math.isfinite(value):
            raise Refused(f"The given {name} is {value}; give a finite number, or none to have it estimated.")
    if sigma_value is not None and sigma_value < 0:
        raise Refused(f"The given sigma is {sigma_value}; it cannot be negative.")


def moving_range_chart(baseline: Iterable[float | None]) -> Limits:
    """Make a moving-range chart's limits: centre = mean moving range, upper = 3.267 times it, lower = 0 (D3 of n = 2).

    Its points overlap, so runs on it mean nothing: only its upper limit is judged (Montgomery, 6.4).
    """
    ranges = moving_ranges(as_series(baseline))
    if not ranges.size:
        return Limits(None, None, None, None, 0, "It takes two adjacent present points to make a moving range.")
    middle = mean(ranges)
    upper = MOVING_RANGE_UPPER * middle
    if not math.isfinite(upper):
        return Limits(None, None, None, None, int(ranges.size), "The values are too large for finite control limits.")
    return Limits(middle, (upper - middle) / LIMIT_SIGMAS, upper, 0.0, int(ranges.size))
