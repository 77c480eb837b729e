"""One chart from beginning to end: transform, limits from the baseline, rules, incidents. The REST door and the tab use it.

With a baseline the limits come from its points alone. Without one they come from all points and the answer is a phase I
analysis, as every textbook example is. Points that helped to make the limits are judged only in retrospect;
``judge_baseline=False`` leaves them unjudged, and then windows begin anew after the baseline.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from measurement.errors import Refused
from measurement.spc.baseline import chosen_range
from measurement.spc.incidents import Incident, group
from measurement.spc.limits import Limits, Series, SigmaMethod, as_series, individuals
from measurement.spc.nelson import NELSON, Conventions, Indices, check_rules, too_short, violations
from measurement.spc.transform import back, logarithm

Transform = Literal["none", "log"]


@dataclass(frozen=True, slots=True)
class Analysis:
    """A finished chart. ``limits``, and the incidents' sizes, are on the chart's scale (logarithms with ``log``).

    ``original`` holds centre and limits taken back to the values' unit (the same numbers without a transform).
    ``reason`` is ``None`` when everything asked for could be judged, else it says in sentences what could not and why.
    """

    limits: Limits
    original: Limits
    violations: dict[int, Indices]
    incidents: list[Incident]
    n: int
    reason: str | None
    baseline: tuple[int, int] | None


def analyze(
    values: Iterable[float | None],
    *,
    rules: Iterable[int] | None = None,
    sigma: SigmaMethod = "moving_range",
    baseline: tuple[int, int] | None = None,
    center: float | None = None,
    sigma_value: float | None = None,
    transform: Transform = "none",
    conventions: Conventions = NELSON,
    judge_baseline: bool = True,
) -> Analysis:
    """Judge individual ``values`` in time order; ``None`` and NaN are missing. Given centre and sigma are on the chart's scale.

    Raises ``Refused`` for an unknown rule, way or transform, a baseline outside the series, or a sigma below 0.
    """
    chosen = check_rules(conventions.rules if rules is None else rules)
    given, wrong = _read(values)
    series, note = _transformed(given, transform)
    made_from = series if baseline is None else chosen_range(series, *baseline).of(series)
    limits = individuals(made_from, sigma, center, sigma_value)
    judged = series if judge_baseline or limits.given else _without(series, baseline)
    spread = None if limits.ucl is None else limits.sigma
    found = violations(judged, limits.center, spread, chosen, conventions)
    present = int(np.count_nonzero(~np.isnan(series)))
    reasons = (wrong, note, limits.reason, too_short(present, chosen, conventions))
    return Analysis(
        limits,
        limits if transform == "none" else _taken_back(limits),
        found,
        group(judged, limits.center, spread, found, conventions),
        present,
        " ".join(reason for reason in reasons if reason) or None,
        None if limits.given else baseline if baseline is not None else (0, series.size - 1) if series.size else None,
    )


def _read(values: Iterable[float | None]) -> tuple[Series, str | None]:
    """The series, and a sentence on values that are no measurement; plain missing ones need no words."""
    listed = values if isinstance(values, np.ndarray) else list(values)
    series = as_series(listed)
    undefined = 0 if isinstance(listed, np.ndarray) else int(np.count_nonzero(np.isnan(series))) - listed.count(None)
    infinite = int(np.count_nonzero(np.isinf(series)))
    sentences = []
    if undefined:
        subject = "1 value is" if undefined == 1 else f"{undefined} values are"
        sentences.append(f"{subject} not a number and counted as missing.")
    if infinite:
        subject = "1 value is infinite: it is" if infinite == 1 else f"{infinite} values are infinite: they are"
        sentences.append(f"{subject} in no estimate and beyond whatever limits there are.")
    return series, " ".join(sentences) or None


def _transformed(series: Series, transform: str) -> tuple[Series, str | None]:
    if transform == "none":
        return series, None
    if transform == "log":
        return logarithm(series)
    raise Refused(f"There is no transform {transform!r}; choose none or log.")


def _without(series: Series, baseline: tuple[int, int] | None) -> Series:
    judged = series.copy()
    first, last = (0, series.size - 1) if baseline is None else baseline
    judged[first : last + 1] = np.nan
    return judged


def _taken_back(limits: Limits) -> Limits:
    reason = "Sigma of logarithms has no counterpart in the original unit." if limits.reason is None else limits.reason
    return Limits(back(limits.center), None, back(limits.ucl), back(limits.lcl), limits.n, reason, limits.given)
