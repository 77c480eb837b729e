"""A statistic of a metric's readings: of all, or of those between two steps."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from measurement.facts import Value
from measurement.store import Reading
from whitepapers.archive import Archive

Numbers = NDArray[np.float64]
FEWEST_FOR_ERROR = 16


def answer(
    archive: Archive, run: str, metric: str, statistic: str, *, first: int | None = None, last: int | None = None
) -> Value:
    """``statistic`` is a name of ``STATISTICS``; ``first`` and ``last`` are steps, inclusive."""
    chosen = between(archive.readings(run, metric), first, last)
    return STATISTICS[statistic](chosen)


def between(readings: Sequence[Reading], first: int | None, last: int | None) -> list[Reading]:
    """The readings of these steps."""
    low, high = -math.inf if first is None else first, math.inf if last is None else last
    return [reading for reading in readings if low <= reading.step <= high]


def standard_error(values: Numbers) -> float | None:
    """The mean's standard error where neighbours are alike: by the means of about √n batches of equal length.

    ``values`` ``[n]``; None for fewer than 16.
    Source: J. M. Flegal, G. L. Jones, "Batch means and spectral variance estimators", Ann. Statist. 38 (2010) 1034.
    """
    if len(values) < FEWEST_FOR_ERROR:
        return None
    length = math.isqrt(len(values))
    count = len(values) // length
    means = values[: count * length].reshape(count, length).mean(axis=1)
    return float(means.std(ddof=1) / math.sqrt(count))


def _finite(readings: Sequence[Reading]) -> Numbers:
    values = np.array([reading.value for reading in readings], dtype=np.float64)
    return values[np.isfinite(values)]


def _extreme(readings: Sequence[Reading], low: bool) -> float | None:
    """Merged neighbours count with their extremes."""
    pairs = [(one.value, one.minimum if low else one.maximum) for one in readings]
    known = [value if merged is None else merged for value, merged in pairs if math.isfinite(value)]
    return (min if low else max)(known, default=None)


def _mean(readings: Sequence[Reading]) -> float | None:
    finite = [one for one in readings if math.isfinite(one.value)]
    weight = sum(one.count for one in finite)
    return math.fsum(one.value * one.count for one in finite) / weight if weight else None


def _deviation(readings: Sequence[Reading]) -> float | None:
    values = _finite(readings)
    return float(values.std(ddof=1)) if len(values) > 1 else None


STATISTICS: dict[str, Callable[[Sequence[Reading]], Value]] = {
    "count": len,
    "first": lambda readings: readings[0].value if readings else None,
    "last": lambda readings: readings[-1].value if readings else None,
    "first_step": lambda readings: readings[0].step if readings else None,
    "last_step": lambda readings: readings[-1].step if readings else None,
    "minimum": lambda readings: _extreme(readings, True),
    "maximum": lambda readings: _extreme(readings, False),
    "mean": _mean,
    "deviation": _deviation,
    "error": lambda readings: standard_error(_finite(readings)),
    "not_finite": lambda readings: sum(not math.isfinite(one.value) for one in readings),
}
