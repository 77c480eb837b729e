"""x̄ and R charts of subgroups, and minute subgroups for long windows.

Limits by the published factors (rounded as in the tables, so that printed examples come out to their last digit):
x̄: centre ± A2 R̄; R: from D3 R̄ to D4 R̄; sigma within = R̄ / d2. Subgroups have 2 to 25 members, all the same number;
one with a missing member is left out and breaks every window. D3 is 0 up to six members by its definition.

Source: ASTM E2587, table of control chart factors; Montgomery, *Introduction to Statistical Quality Control*,
appendix VI and 6.2. qcc and Minitab compute the factors unrounded: they differ in the fourth digit. Minitab's default
sigma for x̄ is the pooled standard deviation.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from measurement.errors import Refused
from measurement.spc.limits import LIMIT_SIGMAS, Limits, Series, as_series, mean

# Members: 2 … 25.
D2 = (1.128, 1.693, 2.059, 2.326, 2.534, 2.704, 2.847, 2.970, 3.078, 3.173, 3.258, 3.336,
      3.407, 3.472, 3.532, 3.588, 3.640, 3.689, 3.735, 3.778, 3.819, 3.858, 3.895, 3.931)  # fmt: skip
A2 = (1.880, 1.023, 0.729, 0.577, 0.483, 0.419, 0.373, 0.337, 0.308, 0.285, 0.266, 0.249,
      0.235, 0.223, 0.212, 0.203, 0.194, 0.187, 0.180, 0.173, 0.167, 0.162, 0.157, 0.153)  # fmt: skip
D3 = (0.0, 0.0, 0.0, 0.0, 0.0, 0.076, 0.136, 0.184, 0.223, 0.256, 0.283, 0.307,
      0.328, 0.347, 0.363, 0.378, 0.391, 0.403, 0.415, 0.425, 0.434, 0.443, 0.451, 0.459)  # fmt: skip
D4 = (3.267, 2.574, 2.282, 2.114, 2.004, 1.924, 1.864, 1.816, 1.777, 1.744, 1.717, 1.693,
      1.672, 1.653, 1.637, 1.622, 1.608, 1.597, 1.585, 1.575, 1.566, 1.557, 1.548, 1.541)  # fmt: skip
MINUTE_S = 60.0


@dataclass(frozen=True, slots=True)
class SubgroupChart:
    """The points of both charts, ``[subgroups]`` with NaN for an incomplete one, their limits, and sigma within.

    ``means_limits.sigma`` is the sigma of a *mean*, so that the Nelson rules' zones fit the x̄ chart.
    """

    means: Series
    ranges: Series
    means_limits: Limits
    ranges_limits: Limits
    sigma_within: float | None


def mean_and_range(groups: Iterable[Sequence[float | None]], baseline: slice = slice(None)) -> SubgroupChart:
    """Make x̄ and R charts of ``groups`` ``[subgroups, members]``, limits from the subgroups of ``baseline`` only.

    Raises ``Refused`` when the subgroups differ in size or have fewer than 2 or more than 25 members.
    """
    table = _table(groups)
    members = table.shape[1]
    with np.errstate(over="ignore", invalid="ignore"):
        means, ranges = table.mean(axis=1), np.ptp(table, axis=1)
    complete = np.isfinite(means[baseline]) & np.isfinite(ranges[baseline])
    n = int(complete.sum())
    if n == 0:
        nothing = Limits(None, None, None, None, 0, "There is no complete subgroup to estimate the limits from.")
        return SubgroupChart(means, ranges, nothing, nothing, None)
    center, mean_range = mean(means[baseline][complete]), mean(ranges[baseline][complete])
    place = members - 2
    reach = A2[place] * mean_range
    reason = "The subgroups do not vary within, so sigma is 0." if mean_range == 0 else None
    upper, lower = D4[place] * mean_range, D3[place] * mean_range
    return SubgroupChart(
        means,
        ranges,
        Limits(center, reach / LIMIT_SIGMAS, center + reach, center - reach, n, reason),
        Limits(mean_range, (upper - mean_range) / LIMIT_SIGMAS, upper, lower, n, reason),
        mean_range / D2[place],
    )


def _table(groups: Iterable[Sequence[float | None]]) -> NDArray[np.float64]:
    rows = [as_series(group) for group in groups]
    sizes = sorted({row.size for row in rows})
    if len(sizes) != 1 or not 2 <= sizes[0] <= 25:
        given = " and ".join(map(str, sizes)) or "no"
        raise Refused(f"The subgroups have {given} members; all must have the same number, from 2 to 25.")
    return np.stack(rows)


def by_minute(
    taken_at_s: Series, series: Series, statistic: Literal["mean", "median"] = "mean", width_s: float = MINUTE_S
) -> tuple[Series, Series]:
    """Gather a long window into minutes: the start of each, Unix time, and its mean or median.

    Missing and infinite points are left out; a minute without any point is there as NaN, so that it breaks windows. The
    result is judged as individual values (sigma from the minutes' own moving ranges), since minutes differ in size.
    """
    if series.size == 0:
        return np.empty(0), np.empty(0)
    place = np.floor(taken_at_s / width_s).astype(np.int64)
    first = int(place.min())
    starts = (first + np.arange(int(place.max()) - first + 1, dtype=np.float64)) * width_s
    finite = np.isfinite(series)
    order = np.argsort(place[finite], kind="stable")
    places, values = place[finite][order] - first, series[finite][order]
    found, begins = np.unique(places, return_index=True)
    gathered = np.full(starts.size, np.nan)
    middle = np.mean if statistic == "mean" else np.median
    gathered[found] = [middle(part) for part in np.split(values, begins[1:])] if found.size else []
    return starts, gathered
