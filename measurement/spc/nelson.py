"""Nelson's eight rules over a whole series at once, Western Electric's and others' sets among the presets.

Rule by rule, with this module's conventions (all of them Nelson's unless said; alternatives are ``Conventions``):

1. One point strictly beyond centre ± 3 sigma.
2. Nine points in a row strictly on the same side of the centre; a point equal to the centre breaks the run.
   Western Electric, NIST and qcc take eight, seven is common in hospitals (``same_side``).
3. Six points in a row rising or falling, that is five strict steps; two equal neighbours break it.
4. Fourteen points in a row alternating up and down, that is thirteen strict steps; two equal neighbours break it.
5. Two of three points in a row strictly beyond 2 sigma on the same side, the reported point being one of them.
6. Four of five points in a row strictly beyond 1 sigma on the same side, the reported point being one of them.
7. Fifteen points in a row within 1 sigma of the centre, a point on the line counting as within.
8. Eight points in a row strictly beyond 1 sigma, at least one on each side. Minitab takes them on one side too
   (``mixture_on_both_sides``).

A violation's index is the 0-based *last* point of its window; a run that goes on reports each further point. A window
is full or it is not judged: rules 5 and 6 need three and five present points. A missing value breaks every window. An
infinity is larger (smaller) than every line. A line is ``centre + k * sigma`` in floating point, the same number that
is reported as the limit, and comparisons have no tolerance. Without a sigma only rules 2 to 4 are judged, with sigma 0
rules 1 to 4.

Source: L. S. Nelson, The Shewhart Control Chart - Tests for Special Causes, J. Quality Technology 16 (1984) 237-239;
Western Electric, *Statistical Quality Control Handbook* (1956); NIST/SEMATECH e-Handbook 6.3.2; Minitab support, Using
tests for special causes; R package qcc, ``qccRules``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from measurement.errors import Refused
from measurement.spc.limits import Series

Flags = NDArray[np.bool_]
Indices = NDArray[np.intp]

EVERY_RULE = (1, 2, 3, 4, 5, 6, 7, 8)
NEED_SIGMA = frozenset({1, 5, 6, 7, 8})
MEASURE_IN_SIGMA = frozenset({5, 6, 7, 8})


@dataclass(frozen=True, slots=True)
class Conventions:
    """Which rules a school switches on, and how many points each takes."""

    rules: tuple[int, ...] = EVERY_RULE
    same_side: int = 9
    trend: int = 6
    alternating: int = 14
    within: int = 15
    mixture: int = 8
    mixture_on_both_sides: bool = True

    def window(self, rule: int) -> int:
        """How many points in a row ``rule`` looks at."""
        return (1, self.same_side, self.trend, self.alternating, 3, 5, self.within, self.mixture)[rule - 1]


NELSON = Conventions()
WESTERN_ELECTRIC = Conventions(rules=(1, 2, 5, 6), same_side=8)
PRESETS: Mapping[str, Conventions] = {
    "nelson": NELSON,
    "western_electric": WESTERN_ELECTRIC,
    "minitab": Conventions(mixture_on_both_sides=False),
    "nist": Conventions(rules=(1, 2, 3, 4, 5, 6), same_side=8),
    "qcc": WESTERN_ELECTRIC,
}


class Zones:
    """Where each point lies and how it moves: the comparisons that several rules share, each made once, ``[..., n]``."""

    def __init__(self, series: Series, center: float | None, sigma: float | None, conventions: Conventions) -> None:
        self.series = series
        self.center = np.nan if center is None else center  # every comparison with NaN is false: nothing is judged
        self.sigma = np.nan if sigma is None else sigma
        self.conventions = conventions

    def above(self, sigmas: float) -> Flags:
        return self.series > self.center + sigmas * self.sigma

    def below(self, sigmas: float) -> Flags:
        return self.series < self.center - sigmas * self.sigma

    @cached_property
    def above_one(self) -> Flags:
        return self.above(1.0)

    @cached_property
    def below_one(self) -> Flags:
        return self.below(1.0)

    @cached_property
    def rises(self) -> Flags:
        """Whether the step to the next point goes strictly up, ``[..., n - 1]``."""
        return self.series[..., 1:] > self.series[..., :-1]

    @cached_property
    def falls(self) -> Flags:
        return self.series[..., 1:] < self.series[..., :-1]

    @cached_property
    def present(self) -> Flags:
        return ~np.isnan(self.series)


def _runs(marks: Flags, length: int) -> Flags:
    """Whether ``length`` marks in a row begin at a place: ``[..., n - length + 1]``, by doubling, so in few passes."""
    runs, reached = marks, 1
    while reached < length:
        step = min(reached, length - reached)
        runs = runs[..., :-step] & runs[..., step:] if runs.shape[-1] > step else runs[..., :0]
        reached += step
    return runs


def _at_last_point(found: Flags, like: Flags | Series) -> Flags:
    """Move flags from the window's first point to its last: pad in front to the series' length."""
    flags = np.zeros(like.shape, dtype=np.bool_)
    if found.shape[-1]:
        flags[..., like.shape[-1] - found.shape[-1] :] = found
    return flags


def _beyond_limits(zones: Zones) -> Flags:
    return zones.above(3.0) | zones.below(3.0)


def _same_side(zones: Zones) -> Flags:
    length = zones.conventions.same_side
    found = _runs(zones.series > zones.center, length) | _runs(zones.series < zones.center, length)
    return _at_last_point(found, zones.series)


def _trend(zones: Zones) -> Flags:
    steps = zones.conventions.trend - 1
    return _at_last_point(_runs(zones.rises, steps) | _runs(zones.falls, steps), zones.series)


def _alternating(zones: Zones) -> Flags:
    up, down = zones.rises, zones.falls
    turns = (up[..., :-1] & down[..., 1:]) | (down[..., :-1] & up[..., 1:])
    return _at_last_point(_runs(turns, zones.conventions.alternating - 2), zones.series)


def _two_of_three(zones: Zones) -> Flags:
    full = _runs(zones.present, 3)
    return _at_last_point(full & (_two(zones.above(2.0)) | _two(zones.below(2.0))), zones.series)


def _two(beyond: Flags) -> Flags:
    return beyond[..., 2:] & (beyond[..., 1:-1] | beyond[..., :-2])


def _four_of_five(zones: Zones) -> Flags:
    full = _runs(zones.present, 5)
    return _at_last_point(full & (_four(zones.above_one) | _four(zones.below_one)), zones.series)


def _four(beyond: Flags) -> Flags:
    """The last of five and at least three of the four before it."""
    a, b, c, d = beyond[..., :-4], beyond[..., 1:-3], beyond[..., 2:-2], beyond[..., 3:-1]
    return beyond[..., 4:] & ((a & b & (c | d)) | (c & d & (a | b)))


def _hugging(zones: Zones) -> Flags:
    inside = (zones.series <= zones.center + zones.sigma) & (zones.series >= zones.center - zones.sigma)
    return _at_last_point(_runs(inside, zones.conventions.within), zones.series)


def _mixture(zones: Zones) -> Flags:
    length = zones.conventions.mixture
    found = _runs(zones.above_one | zones.below_one, length)
    if zones.conventions.mixture_on_both_sides:
        found = found & ~_runs(zones.above_one, length) & ~_runs(zones.below_one, length)
    return _at_last_point(found, zones.series)


RULES: Mapping[int, Callable[[Zones], Flags]] = {
    1: _beyond_limits,
    2: _same_side,
    3: _trend,
    4: _alternating,
    5: _two_of_three,
    6: _four_of_five,
    7: _hugging,
    8: _mixture,
}
TITLES: Mapping[int, str] = {
    1: "a point beyond 3 sigma",
    2: "a run on one side of the centre",
    3: "a steady rise or fall",
    4: "points alternating up and down",
    5: "two of three beyond 2 sigma on one side",
    6: "four of five beyond 1 sigma on one side",
    7: "a run within 1 sigma",
    8: "a run beyond 1 sigma on both sides",
}


def rule_flags(
    series: Series,
    center: float | None,
    sigma: float | None,
    rules: Iterable[int] | None = None,
    conventions: Conventions = NELSON,
) -> dict[int, Flags]:
    """Mark for each rule the points it reports, ``[..., n]``; the last axis is time, so many series go at once."""
    chosen = check_rules(conventions.rules if rules is None else rules)
    zones = Zones(series, center, sigma, conventions)
    silent = MEASURE_IN_SIGMA if sigma == 0 else frozenset()
    return {rule: np.zeros(series.shape, np.bool_) if rule in silent else RULES[rule](zones) for rule in chosen}


def violations(
    series: Series,
    center: float | None,
    sigma: float | None,
    rules: Iterable[int] | None = None,
    conventions: Conventions = NELSON,
) -> dict[int, Indices]:
    """List for each rule the 0-based indices it reports in ``series`` ``[n]``; a rule without any has an empty list."""
    flags = rule_flags(series, center, sigma, rules, conventions)
    return {rule: np.flatnonzero(marks) for rule, marks in flags.items()}


def check_rules(rules: Iterable[int]) -> tuple[int, ...]:
    """Put the wanted rules in order, each once. Raises ``Refused`` for a number that is no rule."""
    wanted = sorted(set(rules))
    unknown = [rule for rule in wanted if rule not in RULES]
    if unknown:
        raise Refused(f"There is no rule {unknown[0]}; the rules are 1 to 8.", allowed=list(EVERY_RULE))
    return tuple(wanted)


def too_short(n: int, rules: Iterable[int], conventions: Conventions = NELSON) -> str | None:
    """Say which of ``rules`` need more points than the ``n`` there are; ``None`` when all can be judged."""
    short = [f"rule {rule} needs {conventions.window(rule)}" for rule in rules if conventions.window(rule) > n]
    if not short:
        return None
    return f"There {'is 1 point' if n == 1 else f'are {n} points'}: {', '.join(short)} in a row."
