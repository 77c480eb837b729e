"""Violations gathered into incidents: one shift is one incident, however many rules report it and however often.

An incident begins at the first point of the first violation's window and ends at the last reported point. Two
violations in the same direction belong together when their windows touch, or when the process has not come back in
between: a one-sided CUSUM (k = 0.5, each step at most 3.5 sigma, the sum at most 9.516) that has stayed above 0 all the
way. So a 1-sigma shift that rule 1 meets once in 44 points stays one incident, a lone outlier closes within about seven
points, and a long shift about 19 points after its end: the test that closes it is the mirror of the one that finds it.

Rules 1, 2, 5 and 6 point up or down by the side of the centre, rule 3 by its slope. Rules 4, 7 and 8 have no direction.
A trend by itself, and what has no direction, joins a shift that it overlaps, or makes an incident of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from measurement.spc.limits import Series
from measurement.spc.nelson import NELSON, Conventions, Indices

Direction = Literal["up", "down"]
REFERENCE_VALUE = 0.5
LARGEST_STEP = 3.5
LARGEST_SUM = 9.516
ONE_SIDED = frozenset({1, 2, 5, 6})
# Windows that may hold other points as well: the incident begins at the first one beyond the line.
OWN_BEYOND_SIGMAS = {5: 2.0, 6: 1.0}
TREND = 3


@dataclass(frozen=True, slots=True)
class Incident:
    """One disturbance, points ``start`` to ``end`` (0-based, inclusive).

    ``direction`` is ``None`` when its rules have none. ``size_sigma`` is how far the mean of its points lies from the
    centre in that direction; for a mere trend (rule 3 alone) how far it climbed; without a direction the points' root
    mean square (1 is normal, less is hugging, more is spread). ``None`` without a sigma or for infinite points.
    """

    start: int
    end: int
    rules: tuple[int, ...]
    direction: Direction | None
    size_sigma: float | None
    points: int


@dataclass
class _Group:
    sign: int
    start: int
    end: int
    rules: set[int]
    points: set[int]

    def take(self, other: _Group) -> None:
        self.start, self.end = min(self.start, other.start), max(self.end, other.end)
        self.rules |= other.rules
        self.points |= other.points


def group(
    series: Series,
    center: float | None,
    sigma: float | None,
    found: Mapping[int, Indices],
    conventions: Conventions = NELSON,
) -> list[Incident]:
    """Gather the violations ``found`` (rule -> indices) of ``series`` ``[n]`` into incidents, in order of their start."""
    single = sorted(_each(series, center, sigma, found, conventions), key=lambda one: (one.end, one.start))
    directed = [*_joined(single, 1, series, center, sigma), *_joined(single, -1, series, center, sigma)]
    shifts = [one for one in directed if one.rules != {TREND}]
    trends = [one for one in directed if one.rules == {TREND} and not _hosted(one, shifts)]
    groups = _with_undirected([*shifts, *trends], [one for one in single if one.sign == 0])
    return [_incident(one, series, center, sigma) for one in sorted(groups, key=lambda one: (one.start, one.end))]


def _each(
    series: Series, center: float | None, sigma: float | None, found: Mapping[int, Indices], conventions: Conventions
) -> Iterable[_Group]:
    for rule, indices in found.items():
        reach = conventions.window(rule) - 1
        for last in indices.tolist():
            sign = _sign(rule, last, series, center)
            first = last - reach
            if rule in OWN_BEYOND_SIGMAS and center is not None and sigma is not None:
                line = center + sign * OWN_BEYOND_SIGMAS[rule] * sigma
                while (series[first] - line) * sign <= 0:
                    first += 1
            yield _Group(sign, first, last, {rule}, {last})


def _sign(rule: int, last: int, series: Series, center: float | None) -> int:
    if rule == TREND:
        return 1 if series[last] > series[last - 1] else -1
    return 0 if rule not in ONE_SIDED or center is None else 1 if series[last] > center else -1


def _joined(single: list[_Group], sign: int, series: Series, center: float | None, sigma: float | None) -> list[_Group]:
    groups: list[_Group] = []
    arm = _Arm(series, center, sigma, sign)
    for one in (each for each in single if each.sign == sign):
        away = arm.stays_up_to(one.end)
        if groups and (away or one.start <= groups[-1].end + 1):
            groups[-1].take(one)
        else:
            groups.append(one)
    return groups


class _Arm:
    """Whether the process has been away from the centre, without a break, since the point asked for before."""

    def __init__(self, series: Series, center: float | None, sigma: float | None, sign: int) -> None:
        self.steps: list[float] = []
        self.at = -1
        self.sum = 0.0
        if center is None or not sigma:
            return
        with np.errstate(invalid="ignore", over="ignore"):
            steps = np.clip(sign * (series - center) / sigma - REFERENCE_VALUE, -LARGEST_STEP, LARGEST_STEP)
        self.steps = np.where(np.isnan(steps), 0.0, steps).tolist()

    def stays_up_to(self, index: int) -> bool:
        stayed = True
        for step in self.steps[self.at + 1 : index + 1]:
            self.sum = min(LARGEST_SUM, max(0.0, self.sum + step))
            stayed = stayed and self.sum > 0
        self.at = max(self.at, index)
        return stayed and bool(self.steps)


def _with_undirected(directed: list[_Group], undirected: list[_Group]) -> list[_Group]:
    """Give each violation without direction to an incident it overlaps; the rest gather among themselves."""
    own: list[_Group] = []
    for one in undirected:
        if _hosted(one, directed):
            continue
        if own and one.start <= own[-1].end + 1:
            own[-1].take(one)
        else:
            own.append(one)
    return [*directed, *own]


def _hosted(one: _Group, hosts: list[_Group]) -> bool:
    """Give the rules and points of ``one`` to the first incident it overlaps, which keeps its extent; say whether there was one."""
    for host in hosts:
        if one.start <= host.end and host.start <= one.end:
            host.rules |= one.rules
            host.points |= one.points
            return True
    return False


def _incident(one: _Group, series: Series, center: float | None, sigma: float | None) -> Incident:
    direction: Direction | None = None if one.sign == 0 else "up" if one.sign > 0 else "down"
    size = _size(one, series, center, sigma)
    return Incident(one.start, one.end, tuple(sorted(one.rules)), direction, size, len(one.points))


def _size(one: _Group, series: Series, center: float | None, sigma: float | None) -> float | None:
    if center is None or sigma is None or sigma == 0:
        return None
    with np.errstate(invalid="ignore", over="ignore"):
        scores = (series[one.start : one.end + 1] - center) / sigma
        scores = scores[~np.isnan(scores)]
        if one.sign == 0:
            size = float(np.sqrt(np.mean(scores * scores)))
        elif one.rules == {TREND}:
            size = one.sign * float(scores[-1] - scores[0])
        else:
            size = one.sign * float(np.mean(scores))
    return size if np.isfinite(size) else None
