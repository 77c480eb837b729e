"""How often a chart alarms when nothing is wrong, and which h or L gives the wanted rate.

The average run length (ARL) is the mean number of points to the first alarm. CUSUM and EWMA: the integral equation of
the run length, solved on Gauss-Legendre nodes (Crowder 1987; the continuous form of Brook and Evans' Markov chain 1972),
exact to many digits for independent normal points. Nelson's rules in any combination: by simulation, with its standard
error. Checked against: 3 sigma alone 370.40; Western Electric 1-4 91.75 (Champ and Woodall 1987); all eight Nelson
rules about 74; CUSUM k = 0.5, h = 4 and 5: 167.7 and 465.4 (Montgomery table 9.3 says 168 and 465); h = 9.516: 43,200;
h = 11.461: 302,400.

All of it is for independent, normal points with known centre and sigma. Skewed or autocorrelated points alarm more
often (``transform`` tells), and so do limits from a short baseline.

Source: S. V. Crowder, Technometrics 29 (1987) 401-407; D. Brook and D. A. Evans, Biometrika 59 (1972) 539-549;
C. W. Champ and W. H. Woodall, Technometrics 29 (1987) 393-399; D. Siegmund, *Sequential Analysis* (1985).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from measurement.errors import Refused
from measurement.spc.limits import Series
from measurement.spc.nelson import NELSON, Conventions, check_rules, rule_flags

NODES = 96
LEAST_ARL, LARGEST_ARL = 10.0, 1e9
SECONDS_A_DAY = 86_400
# In-control run length of each of Nelson's rules alone, in points: rules 1 and 2 exactly (1 / 0.0027; 2^9 - 1, a run of
# nine of a fair coin), the others by ``simulated_arl`` with 40,000 runs (standard error 0.5 %; rule 8 with 6,000: 1.3 %).
LONE_RULE_ARL: Mapping[int, float] = {1: 370.4, 2: 511.0, 3: 421.0, 4: 601.0, 5: 510.0, 6: 294.0, 7: 961.0, 8: 14_500.0}
BLOCK = 256  # points simulated at a time; runs that have not alarmed go on into the next block


@dataclass(frozen=True, slots=True)
class RunLength:
    """A simulated ARL with its standard error, from ``runs`` independent runs."""

    points: float
    standard_error: float
    runs: int


def false_alarms_per_day(arl: float, seconds_between_points: float) -> float:
    """How many alarms a day a stable process gives: points a day / ARL."""
    return SECONDS_A_DAY / seconds_between_points / arl


def _density(x: Series) -> Series:
    return np.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)


@lru_cache(maxsize=1)
def _legendre() -> tuple[Series, Series]:
    return np.polynomial.legendre.leggauss(NODES)


def _nodes(low: float, high: float) -> tuple[Series, Series]:
    """Gauss-Legendre nodes and weights between two bounds."""
    nodes, weights = _legendre()
    return low + (high - low) * (nodes + 1) / 2, weights * (high - low) / 2


def _one_sided_cusum(k: float, h: float, shift: float) -> float:
    """ARL of one arm from 0, for points of mean ``shift``: the arm's atom at 0 is one more unknown beside the nodes."""
    nodes, weights = _nodes(0.0, h)
    states = np.concatenate(([0.0], nodes))
    stay = np.empty((NODES + 1, NODES + 1))
    stay[:, 0] = [NormalDist().cdf(k - shift - state) for state in states.tolist()]
    stay[:, 1:] = weights * _density(nodes[None, :] - states[:, None] + k - shift)
    return float(np.linalg.solve(np.eye(NODES + 1) - stay, np.ones(NODES + 1))[0])


def cusum_arl(k: float, h: float, shift: float = 0.0) -> float:
    """ARL of the two-sided CUSUM that begins at 0, in points; ``shift`` in sigma, 0 for a stable process.

    Source: the two arms combine as 1/ARL = 1/ARL(upper) + 1/ARL(lower) (Montgomery, equation 9.7).
    """
    upper = _one_sided_cusum(k, h, shift)
    return 1.0 / (1.0 / upper + 1.0 / (_one_sided_cusum(k, h, -shift) if shift else upper))


def siegmund_cusum_arl(k: float, h: float, shift: float = 0.0) -> float:
    """Siegmund's approximation of the same, a formula to check by hand (within about 1 % here)."""

    def one(drift: float) -> float:
        b = h + 1.166
        if drift == 0:
            return b * b
        return (math.exp(-2 * drift * b) + 2 * drift * b - 1) / (2 * drift * drift)

    return 1.0 / (1.0 / one(shift - k) + 1.0 / one(-shift - k))


def ewma_arl(weight: float, l: float, shift: float = 0.0) -> float:  # noqa: E741 - the literature's letter
    """ARL of the EWMA with final-width limits that begins at the centre, in points; ``shift`` in sigma."""
    reach = l * math.sqrt(weight / (2 - weight))
    nodes, weights = _nodes(-reach, reach)

    def stay(levels: Series) -> NDArray[np.float64]:
        return weights / weight * _density((nodes[None, :] - (1 - weight) * levels[:, None]) / weight - shift)

    lengths = np.linalg.solve(np.eye(NODES) - stay(nodes), np.ones(NODES))
    return float(1.0 + (stay(np.zeros(1)) @ lengths)[0])


@lru_cache(maxsize=256)
def cusum_h(arl: float, k: float = 0.5) -> float:
    """The decision interval h, in sigma, at which a stable process alarms once in ``arl`` points.

    Raises ``Refused`` outside 10 to 1e9 points, or for k outside 0.25 to 3.
    """
    _check_wanted(arl)
    if not 0.25 <= k <= 3:
        raise Refused(f"k is {k}; it is allowed from 0.25 to 3 sigma, half the shift that matters (0.5 as a rule).")
    return _solve(lambda h: cusum_arl(k, h), arl, 0.01, 60.0)


@lru_cache(maxsize=256)
def ewma_l(arl: float, weight: float = 0.1) -> float:
    """The limits' width L, in the chart's own sigma, at which a stable process alarms once in ``arl`` points.

    Raises ``Refused`` outside 10 to 1e9 points, or for a weight outside 0.01 to 1.
    """
    _check_wanted(arl)
    if not 0.01 <= weight <= 1:
        raise Refused(f"The weight is {weight}; it is allowed from 0.01 to 1 (0.05 to 0.25 as a rule).")
    return _solve(lambda l: ewma_arl(weight, l), arl, 0.05, 8.0)  # noqa: E741


def points_between_false_alarms(per_day: float, seconds_between_points: float) -> float:
    """Turn a wanted number of false alarms a day into the ARL to calibrate for."""
    if not (per_day > 0 and seconds_between_points > 0):
        raise Refused(f"{per_day} false alarms a day every {seconds_between_points} s cannot be had; both are above 0.")
    return SECONDS_A_DAY / seconds_between_points / per_day


def _check_wanted(arl: float) -> None:
    if not LEAST_ARL <= arl <= LARGEST_ARL:
        raise Refused(f"One false alarm in {arl:g} points is asked for; allowed is one in 10 to one in 1e9 points.")


def _solve(length: Callable[[float], float], wanted: float, low: float, high: float) -> float:
    """Find where a length that grows with its argument is ``wanted``, to 1e-9: secants on its logarithm, kept in bounds.

    The logarithm is nearly straight, so a few steps do; one that leaves the bounds becomes a bisection.
    """
    target = math.log(wanted)
    before, here = low, min(high, low + 2.0)
    error = _error(length, before, target)
    if error >= 0:
        raise Refused(f"One false alarm in {wanted:g} points is too many: even the narrowest chart alarms more rarely.")
    while abs(here - before) > 1e-9:
        found = _error(length, here, target)
        low, high = (here, high) if found < 0 else (low, here)
        step = (
            here - found * (here - before) / (found - error)
            if math.isfinite(found - error) and found != error
            else high
        )
        before, error, here = here, found, step if low < step < high else (low + high) / 2
    return here


def _error(length: Callable[[float], float], at: float, target: float) -> float:
    """Far beyond the wanted length the equations grow singular: a length without sense means "too long"."""
    found = length(at)
    return math.log(found) - target if found > 0 else math.inf


@lru_cache(maxsize=64)
def simulated_arl(
    rules: tuple[int, ...] | None = None, conventions: Conventions = NELSON, runs: int = 10_000, seed: int = 1984
) -> RunLength:
    """Simulate the ARL of a set of rules on a stable normal process; the same seed gives the same answer.

    Each run starts empty and ends at its first alarm of any of the rules; the standard error is about ARL / sqrt(runs).
    """
    chosen = check_rules(conventions.rules if rules is None else rules)
    if not chosen:
        raise Refused("No rule is switched on, so nothing ever alarms.")
    lengths = _first_alarms(chosen, conventions, runs, np.random.default_rng(seed))
    return RunLength(float(lengths.mean()), float(lengths.std(ddof=1) / math.sqrt(runs)), runs)


def _first_alarms(rules: Iterable[int], conventions: Conventions, runs: int, random: np.random.Generator) -> Series:
    """The length of each of ``runs`` runs: simulate in blocks, keep the runs that have not alarmed yet."""
    chosen = tuple(rules)
    memory = max(conventions.window(rule) for rule in chosen) - 1
    recent = np.empty((runs, 0))
    going, done, lengths = np.arange(runs), 0, np.empty(runs)
    while going.size:
        points = np.concatenate((recent, random.standard_normal((going.size, BLOCK))), axis=1)
        flags = rule_flags(points, 0.0, 1.0, chosen, conventions)
        alarms = np.logical_or.reduce(list(flags.values()))[:, recent.shape[1] :]
        ended = alarms.any(axis=1)
        lengths[going[ended]] = done + alarms[ended].argmax(axis=1) + 1
        going, recent, done = going[~ended], points[~ended, points.shape[1] - memory :], done + BLOCK
    return lengths
