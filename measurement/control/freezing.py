"""Limits estimated once and then kept: what phase II is judged against, and how it is recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from measurement.facts import new_id
from measurement.spc import Series, Transform, ar1_residuals, as_series, autocorrelation, back, individuals, logarithm
from measurement.store import RecordedBaseline


@dataclass(frozen=True, slots=True)
class Frozen:
    """Centre and sigma on the chart's scale, and from which points they were made.

    ``lag1`` is set when the baseline's neighbours are alike beyond chance; then ``residual_sigma`` is that of the AR(1)
    residuals, which the alarm judges in place of the values, because its false-alarm rate holds for those.
    """

    center: float
    sigma: float
    transform: Transform
    first_at: float
    last_at: float
    points: int
    lag1: float | None = None
    residual_sigma: float | None = None
    actor: str = "monitor"
    recorded_at: float | None = None

    def at(self, sigmas: float) -> float | None:
        """The line so many sigma from the centre, in the values' own unit."""
        level = self.center + sigmas * self.sigma
        return back(level) if self.transform == "log" else level


def scaled(values: Sequence[float | None] | Series, transform: str) -> Series:
    """The values on the chart's scale; what has no logarithm is missing."""
    series = as_series(values)
    return logarithm(series)[0] if transform == "log" else series


def freeze(
    times: Sequence[float], values: Sequence[float | None], transform: Transform, actor: str = "monitor"
) -> Frozen | None:
    """Estimate the limits of a baseline; ``None`` while it has no centre or does not vary."""
    series = scaled(values, transform)
    limits = individuals(series)
    if limits.center is None or not limits.sigma:
        return None
    alike = autocorrelation(series)
    lag1, residual_sigma = None, None
    if alike.present and alike.lag1 is not None and alike.lag1 > 0:
        spread = individuals(ar1_residuals(series, limits.center, alike.lag1), "sample").sigma
        lag1, residual_sigma = (alike.lag1, spread) if spread else (None, None)
    present = int(np.count_nonzero(np.isfinite(series)))
    return Frozen(limits.center, limits.sigma, transform, times[0], times[-1], present, lag1, residual_sigma, actor)


def to_record(frozen: Frozen, metric: str, process: dict[str, Any], taken_at: float) -> RecordedBaseline:
    """The act of freezing, as it is recorded. ``process`` has source, purpose, provider and model."""
    return RecordedBaseline(
        id=new_id("base"),
        taken_at=taken_at,
        metric=metric,
        first_at=frozen.first_at,
        last_at=frozen.last_at,
        points=frozen.points,
        center=frozen.center,
        sigma=frozen.sigma,
        transform=frozen.transform,
        actor=frozen.actor,
        lag1=frozen.lag1,
        residual_sigma=frozen.residual_sigma,
        **process,
    )


def from_record(record: RecordedBaseline) -> Frozen:
    """The limits that a recorded act set."""
    transform: Transform = "log" if record.transform == "log" else "none"
    return Frozen(
        record.center,
        record.sigma,
        transform,
        record.first_at,
        record.last_at,
        record.points,
        record.lag1,
        record.residual_sigma,
        record.actor,
        record.taken_at,
    )
