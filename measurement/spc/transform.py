"""What to do when points are not normal and independent: logarithm, quantile limits, AR(1) residuals; and how to notice.

Latency is skewed to the right: on the raw scale a stable process alarms far more often than once in 370 points. The
chart of the natural logarithm is centred on the geometric mean; all its numbers (centre, sigma, limits) are on the log
scale and ``back`` takes them to the original one. Minitab's Box-Cox with lambda 0 is the same chart.

Quantile limits make no assumption about shape, need many points (740 for 0.27 %), and serve rule 1 only.

An autocorrelated series hops less from point to point, so the moving range underestimates sigma and every rule alarms
too often; the chart of the residuals of an AR(1) model is the usual way out (Montgomery, 10.4).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from measurement.errors import Refused
from measurement.spc.limits import Limits, Series

NORMAL_FALSE_ALARM_RATE = 0.0026998  # beyond 3 sigma, both sides


@dataclass(frozen=True, slots=True)
class Autocorrelation:
    """Correlation of neighbours, with the bound within which independent points stay (95 %), and what it means in words."""

    lag1: float | None
    bound: float | None
    sentence: str

    @property
    def present(self) -> bool:
        return self.lag1 is not None and self.bound is not None and abs(self.lag1) > self.bound


def logarithm(series: Series) -> tuple[Series, str | None]:
    """The natural logarithm; values that have none (0 and negative) become missing, and the sentence says how many."""
    without = int(np.count_nonzero(series <= 0))
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.where(series > 0, np.log(series), np.nan)
    if not without:
        return logs, None
    return (
        logs,
        f"{_values(without)} 0 or below and {'has' if without == 1 else 'have'} no logarithm: counted as missing.",
    )


def _values(count: int) -> str:
    return "1 value is" if count == 1 else f"{count} values are"


def back(value: float | None) -> float | None:
    """Take a number from the log scale back to the original one; ``None`` where that is too large to hold."""
    try:
        return None if value is None else math.exp(value)
    except OverflowError:
        return None


def quantile_limits(baseline: Series, false_alarm_rate: float = NORMAL_FALSE_ALARM_RATE) -> Limits:
    """Limits at the baseline's own quantiles (half the rate on each side) around its median; no sigma, for rule 1 only.

    Too few points to have one expected beyond each limit: no limits, and the reason says how many it takes.
    """
    if not 0 < false_alarm_rate < 1:
        raise Refused(f"The false-alarm rate is {false_alarm_rate}; it is above 0 and below 1 (0.0027 as a rule).")
    finite = baseline[np.isfinite(baseline)]
    needed = math.ceil(2 / false_alarm_rate)
    if finite.size < needed:
        reason = f"Quantile limits at a rate of {false_alarm_rate:g} need {needed} points; there are {finite.size}."
        return Limits(None, None, None, None, int(finite.size), reason)
    lower, middle, upper = np.quantile(finite, [false_alarm_rate / 2, 0.5, 1 - false_alarm_rate / 2])
    reason = "Quantile limits have no sigma; only rules 1 to 4 can be judged."
    return Limits(float(middle), None, float(upper), float(lower), int(finite.size), reason)


def share_beyond(series: Series, limits: Limits) -> float | None:
    """The share of present points strictly beyond the limits, for the data at hand; ``None`` without points or limits."""
    present = series[~np.isnan(series)]
    if limits.ucl is None or limits.lcl is None or not present.size:
        return None
    return float(np.mean((present > limits.ucl) | (present < limits.lcl)))


def autocorrelation(series: Series) -> Autocorrelation:
    """Correlate neighbours (lag 1) over adjacent present pairs, and say what it does to the alarms.

    Source: Box, Jenkins and Reinsel, *Time Series Analysis*: independent points stay within ± 1.96 / sqrt(n).
    """
    finite = np.isfinite(series)
    pairs = finite[1:] & finite[:-1]
    n = int(pairs.sum())
    if n < 10:
        return Autocorrelation(None, None, f"Autocorrelation needs 10 neighbouring pairs of points; there are {n}.")
    scale = float(np.max(np.abs(series[finite]))) or 1.0  # squares of huge values would overflow
    offsets = series / scale - float(np.mean(series[finite] / scale))
    variance = float(np.mean(offsets[finite] ** 2))
    if variance == 0:
        return Autocorrelation(None, None, "The series does not vary, so its autocorrelation is not defined.")
    lag1 = float(np.mean(offsets[:-1][pairs] * offsets[1:][pairs])) / variance
    bound = 1.96 / math.sqrt(n)
    return Autocorrelation(lag1, bound, _meaning(lag1, bound))


def _meaning(lag1: float, bound: float) -> str:
    if lag1 > bound:
        return (
            f"Neighbouring points are alike (lag-1 correlation {lag1:.2f}): sigma from moving ranges is too small, "
            "and every rule alarms more often than stated. A chart of AR(1) residuals avoids it."
        )
    if lag1 < -bound:
        return (
            f"Neighbouring points alternate (lag-1 correlation {lag1:.2f}): sigma from moving ranges is too large, "
            "the limits are too wide, and rule 4 alarms more often than stated."
        )
    return f"Neighbouring points are independent as far as can be seen (lag-1 correlation {lag1:.2f})."


def ar1_residuals(series: Series, center: float, lag1: float) -> Series:
    """What is left of each point after its forecast from the one before: (x - c) - lag1 (previous - c).

    The first point, and one after a missing point, has no forecast and is missing. Judge these as individual values
    around 0. ``center`` and ``lag1`` come from the baseline.
    """
    residuals = np.full(series.shape, np.nan)
    with np.errstate(invalid="ignore"):
        residuals[1:] = (series[1:] - center) - lag1 * (series[:-1] - center)
    return residuals
