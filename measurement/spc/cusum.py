"""The tabular CUSUM: what may wake somebody, because its false-alarm rate is chosen and a small shift is still seen.

In units of sigma, with z = (x - centre) / sigma:
``upper[i] = max(0, upper[i-1] + z[i] - k)`` and ``lower[i] = max(0, lower[i-1] - z[i] - k)``; a signal is an arm
strictly above h. k = 0.5 is tuned to a shift of 1 sigma. With h = 5 (textbooks, Minitab 4, qcc 5) a stable process
alarms once in 465 points; with h = 9.516 once in 43,200, with 11.461 once in 302,400 (``run_length.cusum_h`` finds h
from the wanted rate). Both arms begin at ``head_start`` (0; h/2 is Lucas and Crosier's fast initial response).

A missing value, and an infinity, leaves both arms as they are. Arms go on after a signal; nothing is reset here.

Source: Montgomery, *Introduction to Statistical Quality Control*, 9.1; NIST/SEMATECH e-Handbook 6.3.2.3.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from measurement.errors import Refused
from measurement.spc.limits import Series


@dataclass(frozen=True, slots=True)
class CusumDesign:
    """Reference value ``k``, decision interval ``h`` and ``head_start``, all in sigma."""

    k: float = 0.5
    h: float = 9.516
    head_start: float = 0.0

    def __post_init__(self) -> None:
        if not (self.k >= 0 and self.h > 0 and 0 <= self.head_start < self.h):
            raise Refused(
                f"A CUSUM with k = {self.k}, h = {self.h} and head start {self.head_start} cannot be built; "
                "k is at least 0, h above 0, and the head start from 0 to below h."
            )


DAILY_AT_TWO_SECONDS = CusumDesign()  # one false alarm a day at a point every 2 s


@dataclass(frozen=True, slots=True)
class CusumChart:
    """Both arms in sigma, for how many points each has been above 0, and the points at which each is above h."""

    upper: Series
    lower: Series
    upper_since: NDArray[np.intp]
    lower_since: NDArray[np.intp]
    signals_up: NDArray[np.intp]
    signals_down: NDArray[np.intp]

    def shift_sigma(self, index: int, k: float) -> float | None:
        """Estimate the shift at a signal, in sigma, signed: k + arm / points since 0. ``None`` while both arms are 0.

        Source: Montgomery, equation 9.5.
        """
        up = self.upper[index] >= self.lower[index]
        arm, since = (self.upper, self.upper_since) if up else (self.lower, self.lower_since)
        if since[index] == 0:
            return None
        size = k + float(arm[index]) / int(since[index])
        return size if up else -size


def cusum(series: Series, center: float, sigma: float, design: CusumDesign = DAILY_AT_TWO_SECONDS) -> CusumChart:
    """Run both arms over ``series`` ``[n]``. Raises ``Refused`` when sigma is not above 0."""
    standard = standardise(series, center, sigma)
    upper = _arm(standard, design)
    lower = _arm(-standard, design)
    return CusumChart(
        upper,
        lower,
        _since_zero(upper, standard),
        _since_zero(lower, standard),
        np.flatnonzero(upper > design.h),
        np.flatnonzero(lower > design.h),
    )


def standardise(series: Series, center: float, sigma: float) -> Series:
    """(x - centre) / sigma. Raises ``Refused`` when sigma is not above 0."""
    if not sigma > 0:
        raise Refused(f"Sigma is {sigma}; it must be above 0, so choose a baseline that varies.")
    with np.errstate(invalid="ignore", over="ignore"):
        return (series - center) / sigma


def _arm(standard: Series, design: CusumDesign) -> Series:
    """max(0, previous + z - k) for the whole series: the sum above its own lowest point so far."""
    finite = np.isfinite(standard)
    sums = np.cumsum(np.where(finite, standard - design.k, 0.0))
    return sums - np.minimum.accumulate(np.minimum(sums, -design.head_start))


def _since_zero(arm: Series, standard: Series) -> NDArray[np.intp]:
    """How many present points the arm has been above 0, this one included."""
    counted = np.cumsum(np.isfinite(standard))
    at_zero = np.maximum.accumulate(np.where(arm > 0, 0, counted)) if arm.size else counted
    return counted - at_zero


class CusumStream:
    """The same arms, a point at a time: ``push`` returns +1 or -1 while an arm is above h, else 0."""

    __slots__ = ("center", "design", "lower", "sigma", "upper")

    def __init__(self, center: float, sigma: float, design: CusumDesign = DAILY_AT_TWO_SECONDS) -> None:
        if not sigma > 0:
            raise Refused(f"Sigma is {sigma}; it must be above 0, so choose a baseline that varies.")
        self.center, self.sigma, self.design = center, sigma, design
        self.reset()

    def reset(self) -> None:
        """Begin anew, as after an incident was resolved."""
        self.upper = self.lower = self.design.head_start

    def push(self, value: float | None) -> int:
        """Take the next point; a missing or infinite one changes nothing."""
        z = 0.0 if value is None else (value - self.center) / self.sigma
        if value is not None and z - z == 0.0:  # neither NaN nor infinite
            up, down = self.upper + z - self.design.k, self.lower - z - self.design.k
            self.upper = up if up > 0.0 else 0.0
            self.lower = down if down > 0.0 else 0.0
        h = self.design.h
        return 1 if self.upper > h else -1 if self.lower > h else 0
