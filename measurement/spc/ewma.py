"""The exponentially weighted moving average chart, the alternative to the CUSUM.

``z[i] = weight * x[i] + (1 - weight) * z[i-1]`` from z = centre. The limits are centre ± L * sigma *
sqrt(weight / (2 - weight)), and with ``exact`` (the default: Montgomery, Minitab, qcc) times
sqrt(1 - (1 - weight)^(2 i)), so that they open from the first point on; NIST/SEMATECH draws only the final width. A
signal is a value strictly beyond its limit. A missing value, and an infinity, leaves z as it is and is not counted in i.

Weights from 0.05 to 0.25 are usual; weight 0.1 with L = 2.814 alarms once in 500 points of a stable process (``run_length.ewma_l`` finds
L from the wanted rate).

Source: Montgomery, *Introduction to Statistical Quality Control*, 9.2; Lucas and Saccucci, Technometrics 32 (1990) 1-12;
NIST/SEMATECH e-Handbook 6.3.2.4.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from measurement.errors import Refused
from measurement.spc.limits import Series


@dataclass(frozen=True, slots=True)
class EwmaDesign:
    """``weight`` of the newest point (lambda) and ``l``, the limits' width in the chart's own sigma."""

    weight: float = 0.1
    l: float = 2.814  # noqa: E741 - the literature's letter
    exact: bool = True

    def __post_init__(self) -> None:
        if not (0 < self.weight <= 1 and self.l > 0):
            raise Refused(
                f"An EWMA with weight {self.weight} and L = {self.l} cannot be built; the weight is above 0 and at most 1, L above 0."
            )


@dataclass(frozen=True, slots=True)
class EwmaChart:
    """The averages and their limits, ``[n]`` in the values' unit, and the points strictly beyond."""

    averages: Series
    ucl: Series
    lcl: Series
    signals_up: NDArray[np.intp]
    signals_down: NDArray[np.intp]


def ewma(series: Series, center: float, sigma: float, design: EwmaDesign | None = None) -> EwmaChart:
    """Run the chart over ``series`` ``[n]``. Raises ``Refused`` when sigma is not above 0."""
    design = design or EwmaDesign()
    if not sigma > 0:
        raise Refused(f"Sigma is {sigma}; it must be above 0, so choose a baseline that varies.")
    finite = np.isfinite(series)
    averages = _averages(series, finite, center, design.weight)
    width = design.l * sigma * math.sqrt(design.weight / (2 - design.weight)) * _opening(finite, design)
    ucl, lcl = center + width, center - width
    return EwmaChart(
        averages, ucl, lcl, np.flatnonzero(finite & (averages > ucl)), np.flatnonzero(finite & (averages < lcl))
    )


def _averages(series: Series, finite: NDArray[np.bool_], center: float, weight: float) -> Series:
    """The recursion itself, on Python floats: faster than NumPy's scalars, and exact as published."""
    level, averages = center, []
    for value, present in zip(series.tolist(), finite.tolist(), strict=True):
        if present:
            level = weight * value + (1 - weight) * level
        averages.append(level)
    return np.array(averages, dtype=np.float64)


def _opening(finite: NDArray[np.bool_], design: EwmaDesign) -> Series:
    if not design.exact:
        return np.ones(finite.shape)
    return np.sqrt(1.0 - (1.0 - design.weight) ** (2 * np.cumsum(finite)))
