"""How repeated runs scatter: mean, median, standard deviation, percentiles, and what the mean may be.

Pure arithmetic over the values that were measured; missing ones are left out and counted.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

CONFIDENCE = 0.95
TOO_FEW = "a spread takes two values at least"


@dataclass(frozen=True, slots=True)
class Spread:
    """The statistics of one quantity over a batch.

    ``cv`` is the sample standard deviation over the mean; ``ci_low`` and ``ci_high`` are the two-sided 95 % confidence
    interval of the mean by Student's t. ``missing`` counts the runs that have no value.
    """

    n: int
    missing: int = 0
    mean: float | None = None
    median: float | None = None
    sd: float | None = None
    p5: float | None = None
    p95: float | None = None
    cv: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    reason: str | None = None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def spread(values: Sequence[float | None]) -> Spread:
    """Reckon the statistics of what is known among ``values``."""
    known = sorted(value for value in values if value is not None)
    missing = len(values) - len(known)
    if not known:
        return Spread(0, missing, reason="none of the runs has a value")
    middle = Spread(len(known), missing, statistics.fmean(known), statistics.median(known), reason=TOO_FEW)
    return middle if len(known) < 2 else _scattered(known, missing)


def _scattered(known: list[float], missing: int) -> Spread:
    n, mean, sd = len(known), statistics.fmean(known), statistics.stdev(known)
    half = student_t(n - 1) * sd / math.sqrt(n)
    return Spread(
        n,
        missing,
        mean,
        statistics.median(known),
        sd,
        _percentile(known, 0.05),
        _percentile(known, 0.95),
        sd / abs(mean) if mean else None,
        mean - half,
        mean + half,
    )


def _percentile(ordered: Sequence[float], share: float) -> float:
    """Interpolate linearly between the two nearest of the ordered values. Source: R. J. Hyndman and Y. Fan, 1996, type 7."""
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


@cache
def student_t(freedom: int, confidence: float = CONFIDENCE) -> float:
    """Give the two-sided quantile of Student's t for ``freedom`` degrees, by halving the interval."""
    low, high = 0.0, 1e4
    for _halving in range(80):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if _within(middle, freedom) < confidence else (low, middle)
    return 0.5 * (low + high)


def _within(t: float, freedom: int) -> float:
    """The probability that |T| stays below ``t``. Source: Abramowitz and Stegun, 26.7.3 and 26.7.4."""
    angle = math.atan(t / math.sqrt(freedom))
    square = math.cos(angle) ** 2
    odd = freedom % 2
    term, total = (math.cos(angle) if odd else 1.0), 0.0
    for step in range(freedom // 2):
        total += term
        term *= square * (2.0 * step + 2.0 if odd else 2.0 * step + 1.0) / (2.0 * step + (3.0 if odd else 2.0))
    return 2.0 / math.pi * (angle + math.sin(angle) * total) if odd else math.sin(angle) * total
