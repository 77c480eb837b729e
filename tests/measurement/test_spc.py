"""Control charts against published examples, against each rule's letter, and against a plain reading of the rules."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from published_charts import (
    CONCENTRATION,
    CONCENTRATION_LOWER,
    CONCENTRATION_UPPER,
    FLOW_WIDTH,
    LUCAS_CROSIER,
    LUCAS_CROSIER_SHIFTED,
    MONTGOMERY_91,
    MONTGOMERY_EWMA,
    MORTGAGE,
    NIST_EWMA,
    NIST_EWMA_VALUES,
    NIST_FLOW_RATE,
    PISTON_RINGS,
    RESISTANCE,
)

from measurement.errors import Refused
from measurement.spc import (
    NELSON,
    PRESETS,
    WESTERN_ELECTRIC,
    CusumDesign,
    CusumStream,
    EwmaDesign,
    Limits,
    RuleStream,
    analyze,
    as_series,
    cusum,
    cusum_arl,
    cusum_h,
    ewma,
    ewma_arl,
    ewma_l,
    false_alarms_per_day,
    individuals,
    mean_and_range,
    moving_range_chart,
    simulated_arl,
    violations,
)

UNIT = Limits(0.0, 1.0, 3.0, -3.0, 0, given=True)
JUST_BEYOND_3 = math.nextafter(3.0, 4.0)
JUST_BEYOND_1 = math.nextafter(1.0, 2.0)


def found(values: list[float | None], rule: int, convention: str = "nelson") -> list[int]:
    """The indices that one rule reports with centre 0 and sigma 1."""
    return violations(as_series(values), 0.0, 1.0, [rule], PRESETS[convention])[rule].tolist()


# -- published examples ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "baseline", "printed", "beyond", "within"),
    [
        pytest.param(NIST_FLOW_RATE, None, (50.81, 55.8041, 45.8159), [], 1e-4, id="NIST 6.3.2.2, flow rate"),
        pytest.param(MORTGAGE[:20], None, (300.5, 321.22, 279.78), [], 0.005, id="Montgomery 6.5, loans, phase I"),
        pytest.param(MORTGAGE, (0, 19), (300.5, 321.22, 279.78), [38, 39], 0.005, id="Montgomery 6.5, loans, phase II"),
        # The book rounds the mean to 99.1 and the mean moving range to 2.59 before it goes on.
        pytest.param(
            CONCENTRATION, None, (99.1, 105.99, 92.21), [], 0.01, id="Montgomery and Runger 16-3, concentration"
        ),
        # By hand: the moving ranges sum to 5339, so sigma = 5339 / 15 / 1.128.
        pytest.param(
            RESISTANCE, None, (4135.5, 5082.1312, 3188.8688), [15], 1e-4, id="Shewhart's resistances, as in Wheeler"
        ),
    ],
)
def test_individuals_charts_come_out_as_printed(
    values: list[float], baseline: tuple[int, int] | None, printed: tuple[float, ...], beyond: list[int], within: float
) -> None:
    chart = analyze(values, rules=[1], baseline=baseline)
    assert (chart.limits.center, chart.limits.ucl, chart.limits.lcl) == pytest.approx(printed, abs=within)
    assert chart.violations[1].tolist() == beyond
    assert chart.limits.provisional
    assert chart.reason is None


@pytest.mark.parametrize(
    ("values", "center", "ucl"),
    [
        pytest.param(NIST_FLOW_RATE, 1.8778, 6.1347, id="NIST 6.3.2.2"),
        pytest.param(MORTGAGE[:20], 7.79, 25.45, id="Montgomery 6.5"),
    ],
)
def test_moving_range_charts_come_out_as_printed(values: list[float], center: float, ucl: float) -> None:
    chart = moving_range_chart(values)
    assert (chart.center, chart.ucl, chart.lcl) == pytest.approx((center, ucl, 0.0), abs=0.005)


def test_resistances_break_the_rules_that_a_hand_finds() -> None:
    # Centre 4135.5, one sigma below 3819.96, two sigma below 3504.41. 3645 3760 3300 3685 3463 (10 to 14) are the low end.
    chart = analyze(RESISTANCE, rules=[1, 2, 3, 5, 6])
    assert {rule: indices.tolist() for rule, indices in chart.violations.items()} == {
        1: [15],
        2: [],
        3: [],
        5: [14],
        6: [13, 14],
    }


@pytest.mark.parametrize(
    ("groups", "means", "ranges", "beyond", "within"),
    [
        pytest.param(
            FLOW_WIDTH, (1.5056, 1.69325, 1.31795), (0.32521, 0.68749, 0.0), [42, 44], 1e-4, id="Montgomery 6.1"
        ),
        pytest.param(PISTON_RINGS, (74.001, 74.014, 73.988), (0.023, 0.049, 0.0), [], 7e-4, id="Montgomery 6.3"),
    ],
)
def test_mean_and_range_charts_come_out_as_printed(
    groups: Any, means: tuple[float, ...], ranges: tuple[float, ...], beyond: list[int], within: float
) -> None:
    chart = mean_and_range(groups, slice(0, 25))
    for limits, printed in ((chart.means_limits, means), (chart.ranges_limits, ranges)):
        assert (limits.center, limits.ucl, limits.lcl) == pytest.approx(printed, abs=within)
    assert chart.means_limits.ucl is not None
    assert np.flatnonzero(chart.means > chart.means_limits.ucl).tolist() == beyond


def test_cusum_of_montgomery_signals_at_period_29_and_dates_and_sizes_the_shift() -> None:
    # Example 9.1: C+ is 5.28 at period 29 after 7 periods above 0, so the mean went to 11.25 after period 22.
    chart = cusum(np.array(MONTGOMERY_91), 10.0, 1.0, CusumDesign(0.5, 5.0))
    assert (chart.signals_up.tolist(), chart.signals_down.tolist()) == ([28, 29], [])
    assert (chart.upper[28], int(chart.upper_since[28])) == (pytest.approx(5.28), 7)
    assert chart.shift_sigma(28, 0.5) == pytest.approx(1.25, abs=0.005)


def test_cusum_of_the_concentration_has_both_published_columns() -> None:
    chart = cusum(np.array(CONCENTRATION), 99.0, 2.0, CusumDesign(0.5, 5.0))
    assert (chart.upper * 2).tolist() == pytest.approx(CONCENTRATION_UPPER, abs=1e-9)
    assert (chart.lower * 2).tolist() == pytest.approx(CONCENTRATION_LOWER, abs=1e-9)
    assert chart.signals_up.size == chart.signals_down.size == 0


@pytest.mark.parametrize(
    ("values", "head_start", "first"),
    [
        (LUCAS_CROSIER, 0.0, 15),
        (LUCAS_CROSIER, 2.5, 15),
        (LUCAS_CROSIER_SHIFTED, 0.0, 6),
        (LUCAS_CROSIER_SHIFTED, 2.5, 2),
    ],
)
def test_a_head_start_helps_only_a_process_that_begins_out_of_control(
    values: list[float], head_start: float, first: int
) -> None:
    # Lucas and Crosier 1982: with h = 5 the head start of 2.5 signals at the third point instead of the seventh.
    chart = cusum(np.array(values), 0.0, 1.0, CusumDesign(0.5, 5.0, head_start))
    assert chart.signals_up[0] == first


def test_ewma_charts_come_out_as_printed() -> None:
    nist = ewma(np.array(NIST_EWMA_VALUES), 50.0, 2.0539, EwmaDesign(0.3, 3.0, exact=False))
    assert nist.averages.tolist() == pytest.approx(NIST_EWMA, abs=0.005)
    assert (nist.ucl[0], nist.lcl[0]) == pytest.approx((52.5884, 47.4115), abs=1e-4)
    assert nist.signals_up.size == nist.signals_down.size == 0
    montgomery = ewma(np.array(MONTGOMERY_91), 10.0, 1.0, EwmaDesign(0.1, 2.7))
    assert montgomery.averages.tolist() == pytest.approx(MONTGOMERY_EWMA, abs=5e-5)
    assert (montgomery.ucl[0], montgomery.lcl[0], montgomery.ucl[29]) == pytest.approx((10.27, 9.73, 10.62), abs=0.002)
    assert (montgomery.signals_up.tolist(), montgomery.signals_down.tolist()) == ([28, 29], [])


# -- each rule, one point short, exactly met, going on, tied, broken by a missing value (all derived by hand) -----------


@pytest.mark.parametrize(
    ("rule", "values", "expected"),
    [
        pytest.param(1, [3.0, -3.0], [], id="1 on the line"),
        pytest.param(1, [JUST_BEYOND_3, None, -JUST_BEYOND_3], [0, 2], id="1 just beyond"),
        pytest.param(2, [0.5] * 8, [], id="2 one short"),
        pytest.param(2, [0.5] * 9, [8], id="2 exactly"),
        pytest.param(2, [-0.5] * 11, [8, 9, 10], id="2 going on"),
        pytest.param(2, [0.5] * 8 + [0.0] + [0.5] * 8, [], id="2 a point on the centre"),
        pytest.param(2, [0.5] * 8 + [None] + [0.5] * 8, [], id="2 a missing point"),
        pytest.param(2, [0.5] * 5 + [-0.5] + [0.5] * 5, [], id="2 the other side"),
        pytest.param(3, [1, 2, 3, 4, 5], [], id="3 one short"),
        pytest.param(3, [1, 2, 3, 4, 5, 6], [5], id="3 exactly"),
        pytest.param(3, [7, 6, 5, 4, 3, 2, 1], [5, 6], id="3 going on, falling"),
        pytest.param(3, [1, 2, 3, 3, 4, 5, 6, 7], [], id="3 tied neighbours"),
        pytest.param(3, [1, 2, 3, 3, 4, 5, 6, 7, 8], [8], id="3 anew after a tie"),
        pytest.param(3, [1, 2, 3, None, 4, 5, 6], [], id="3 a missing point"),
        pytest.param(4, [1, -1] * 6 + [1], [], id="4 one short"),
        pytest.param(4, [1, -1] * 7, [13], id="4 exactly"),
        pytest.param(4, [1, -1] * 8, [13, 14, 15], id="4 going on"),
        pytest.param(4, [1, -1] * 6 + [1, 1] + [-1, 1] * 5, [], id="4 tied neighbours"),
        pytest.param(4, [1, -1] * 6 + [None] + [1, -1] * 6, [], id="4 a missing point"),
        pytest.param(5, [2.5, 2.5], [], id="5 no full window"),
        pytest.param(5, [0, 2.5, 2.5], [2], id="5 exactly"),
        pytest.param(5, [2.5, 0, 2.5], [2], id="5 exactly, apart"),
        pytest.param(5, [2.5, 2.5, 0], [], id="5 the last one is not beyond"),
        pytest.param(5, [0, 2.0, 2.5], [], id="5 on the line"),
        pytest.param(5, [2.5, 0, -2.5], [], id="5 on two sides"),
        pytest.param(5, [0, -2.5, -2.5, -2.5], [2, 3], id="5 going on"),
        pytest.param(5, [2.5, None, 2.5, 0, 0], [], id="5 a missing point"),
        pytest.param(6, [1.5] * 4, [], id="6 no full window"),
        pytest.param(6, [0] + [1.5] * 4, [4], id="6 exactly"),
        pytest.param(6, [1.5, 1.5, 0, 1.5, 1.5], [4], id="6 exactly, apart"),
        pytest.param(6, [1.5] * 4 + [0], [], id="6 the last one is not beyond"),
        pytest.param(6, [0, 0, 1.5, 1.5, 1.5], [], id="6 one short"),
        pytest.param(6, [0, 1.0, 1.5, 1.5, 1.5], [], id="6 on the line"),
        pytest.param(6, [-1.5, 1.5, -1.5, 1.5, 1.5], [], id="6 on two sides"),
        pytest.param(6, [0] + [-1.5] * 6, [4, 5, 6], id="6 going on"),
        pytest.param(6, [1.5, 1.5, None, 1.5, 1.5], [], id="6 a missing point"),
        pytest.param(7, [0.5] * 14, [], id="7 one short"),
        pytest.param(7, [0.5, -0.5] * 7 + [0.0], [14], id="7 exactly"),
        pytest.param(7, [1.0, -1.0] * 8, [14, 15], id="7 on the line is within, going on"),
        pytest.param(7, [0.5] * 7 + [JUST_BEYOND_1] + [0.5] * 7, [], id="7 just beyond"),
        pytest.param(7, [0.5] * 14 + [None] + [0.5] * 14, [], id="7 a missing point"),
        pytest.param(8, [1.5, -1.5] * 3 + [1.5], [], id="8 one short"),
        pytest.param(8, [1.5, -1.5] * 4, [7], id="8 exactly"),
        pytest.param(8, [1.5, -1.5] * 5, [7, 8, 9], id="8 going on"),
        pytest.param(8, [1.5] * 8, [], id="8 on one side only"),
        pytest.param(8, [-1.5] + [1.5] * 8, [7], id="8 until the other side has left the window"),
        pytest.param(8, [1.5, -1.5, 1.0] + [1.5, -1.5] * 3, [], id="8 on the line"),
        pytest.param(8, [1.5, -1.5] * 3 + [None] + [1.5, -1.5] * 3, [], id="8 a missing point"),
    ],
)
def test_a_rule_holds_to_its_letter(rule: int, values: list[float | None], expected: list[int]) -> None:
    assert found(values, rule) == expected


def test_other_schools_count_otherwise() -> None:
    assert found([0.5] * 8, 2, "western_electric") == found([0.5] * 8, 2, "nist") == [7]
    assert found([1.5] * 8, 8, "minitab") == [7]
    assert PRESETS["western_electric"].rules == (1, 2, 5, 6)


def _plainly(values: list[float | None], rule: int) -> list[int]:
    """Read Nelson's text once more, a window at a time, with no thought for speed: the judge of the quick form."""
    width = NELSON.window(rule)
    windows: list[Callable[[list[float]], bool]] = [
        lambda w: abs(w[0]) > 3,
        lambda w: all(x > 0 for x in w) or all(x < 0 for x in w),
        lambda w: all(a < b for a, b in pairwise(w)) or all(a > b for a, b in pairwise(w)),
        lambda w: all((b - a) * (c - b) < 0 for a, b, c in zip(w, w[1:], w[2:], strict=False)),
        lambda w: any(s * w[-1] > 2 and sum(s * x > 2 for x in w) >= 2 for s in (1, -1)),
        lambda w: any(s * w[-1] > 1 and sum(s * x > 1 for x in w) >= 4 for s in (1, -1)),
        lambda w: all(abs(x) <= 1 for x in w),
        lambda w: all(abs(x) > 1 for x in w) and min(w) < 0 < max(w),
    ]
    hits = []
    for last in range(width - 1, len(values)):
        window = [x for x in values[last - width + 1 : last + 1] if x is not None]
        if len(window) == width and windows[rule - 1](window):
            hits.append(last)
    return hits


# A coarse grid, so that ties on every line are common; runs, so that long windows come about.
POINT = st.one_of(st.sampled_from([0.0, 0.5, -0.5, 1.0, 1.5, -1.5, 2.0, -2.0, 2.5, -2.5, 3.0, 3.5, -3.5]), st.none())
STRETCH = st.one_of(
    st.lists(POINT, min_size=1, max_size=12),
    st.builds(lambda x, n: [x] * n, POINT, st.integers(1, 17)),
    st.builds(lambda x, y, n: [x, y] * n, POINT, POINT, st.integers(1, 9)),
    st.builds(
        lambda x, d, n: [x + d * i for i in range(n)], st.just(-2.0), st.sampled_from([0.5, -0.5]), st.integers(1, 9)
    ),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(STRETCH, max_size=6))
def test_the_quick_form_the_streaming_form_and_the_plain_reading_agree(stretches: list[list[float | None]]) -> None:
    values = [value for stretch in stretches for value in stretch]
    quick = violations(as_series(values), 0.0, 1.0)
    stream = RuleStream(UNIT)
    streamed = [stream.push(value) for value in values]
    for rule in range(1, 9):
        expected = _plainly(values, rule)
        assert quick[rule].tolist() == expected, rule
        assert [index for index, rules in enumerate(streamed) if rule in rules] == expected, rule


def test_a_streamed_cusum_says_what_the_whole_one_says() -> None:
    random = np.random.default_rng(7)
    values = random.normal(5.0, 2.0, 500) + np.repeat([0.0, 3.0, 0.0, -3.0, 0.0], 100)
    values[random.integers(0, 500, 20)] = np.nan
    chart = cusum(values, 5.0, 2.0, CusumDesign(0.5, 5.0))
    stream = CusumStream(5.0, 2.0, CusumDesign(0.5, 5.0))
    arms = []
    for value in values.tolist():
        sign = stream.push(value)
        arms.append((stream.upper, stream.lower))
        assert sign == (1 if stream.upper > 5.0 else -1 if stream.lower > 5.0 else 0)
    assert np.allclose(arms, np.column_stack((chart.upper, chart.lower)))
    assert chart.signals_up.size > 50 < chart.signals_down.size


# -- what cannot be answered has a defined answer and a reason ----------------------------------------------------------


def test_nothing_one_point_and_gaps_give_no_sigma_and_say_why() -> None:
    nothing = analyze([])
    assert (nothing.limits.center, nothing.n, nothing.incidents) == (None, 0, [])
    assert nothing.reason is not None
    assert "no present, finite point" in nothing.reason
    for values in ([4.0], [4.0, None, 4.5, None]):
        chart = analyze(values, rules=[1])
        assert (chart.limits.sigma, chart.limits.ucl, chart.violations[1].tolist()) == (None, None, [])
        assert "two adjacent present points" in str(chart.reason)


def test_a_moving_range_never_spans_a_gap() -> None:
    # Ranges 1 and 1, not the 98 across the gap: sigma = 1 / 1.128.
    assert individuals([1, 2, None, 100, 101]).sigma == pytest.approx(1 / 1.128)


def test_a_constant_series_alarms_nowhere_and_a_later_jump_does() -> None:
    still = analyze([0.1] * 30)
    assert (still.limits.center, still.limits.sigma, still.limits.ucl) == (0.1, 0.0, 0.1)
    assert all(not indices.size for indices in still.violations.values())
    assert "does not vary" in str(still.reason)
    jump = analyze([0.1] * 30 + [100.0], baseline=(0, 29))
    assert [rule for rule, indices in jump.violations.items() if indices.tolist() == [30]] == [1]
    assert (jump.incidents[0].start, jump.incidents[0].direction, jump.incidents[0].size_sigma) == (30, "up", None)


def test_infinities_and_nan_never_reach_an_estimate() -> None:
    chart = analyze([1.0, 2.0, math.nan, 1.0, 2.0, math.inf], rules=[1, 3])
    assert (chart.limits.center, chart.limits.sigma) == (1.5, pytest.approx(1 / 1.128))
    assert (chart.violations[1].tolist(), chart.n) == ([5], 5)
    assert "not a number" in str(chart.reason)
    assert "infinite" in str(chart.reason)


def test_values_at_the_edge_of_a_double_do_not_crash() -> None:
    chart = analyze([1e308, -1e308] * 10)
    assert (chart.limits.ucl, "too large" in str(chart.reason)) == (None, True)
    assert analyze([1.7e308] * 20).limits.center == 1.7e308


def test_too_few_points_for_a_rule_are_said() -> None:
    assert "rule 4 needs 14, rule 7 needs 15 in a row" in str(analyze(NIST_FLOW_RATE).reason)


@pytest.mark.parametrize(
    "wrong",
    [
        {"rules": [9]},
        {"baseline": (3, 12)},
        {"baseline": (5, 2)},
        {"sigma_value": -1.0},
        {"center": math.nan},
        {"sigma": "guess"},
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(wrong: dict[str, Any]) -> None:
    with pytest.raises(Refused, match=r"[a-z]+ .*\.$"):
        analyze(NIST_FLOW_RATE, **wrong)


def test_three_ways_to_sigma() -> None:
    # By hand: moving ranges 1, 3, 1, 9 -> mean 3.5, median 2; deviations from 4 are -3 -2 1 0 ... of [1, 2, 5, 4, 13].
    values = [1.0, 2.0, 5.0, 4.0, 13.0]
    assert individuals(values).sigma == pytest.approx(3.5 / 1.128)
    assert individuals(values, "median_moving_range").sigma == pytest.approx(2.0 / 0.954)
    assert individuals(values, "sample").sigma == pytest.approx(math.sqrt(90 / 4))


# -- run lengths -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rules", "conventions", "published"),
    [
        pytest.param((1,), NELSON, 370.40, id="3 sigma alone"),
        pytest.param(None, WESTERN_ELECTRIC, 91.75, id="Western Electric 1-4, Champ and Woodall 1987"),
        pytest.param(None, NELSON, 74.0, id="all eight"),
        pytest.param((2,), NELSON, 511.0, id="nine on a side: 2^9 - 1 by coin tossing"),
        pytest.param((7,), NELSON, 963.3, id="fifteen within: (1 - p^15) / ((1 - p) p^15), p = 0.68269"),
    ],
)
def test_simulated_run_lengths_are_the_published_ones(rules: Any, conventions: Any, published: float) -> None:
    simulated = simulated_arl(rules, conventions, runs=20_000, seed=1)
    assert simulated.points == pytest.approx(published, rel=0.03)
    assert simulated.standard_error < 0.011 * simulated.points


@pytest.mark.parametrize(
    ("k", "h", "shift", "published", "within"),
    [
        # Montgomery, table 9.3 (k = 0.5), printed to three digits.
        (0.5, 4.0, 0.0, 168, 0.5), (0.5, 4.0, 1.0, 8.38, 0.005), (0.5, 4.0, 0.5, 26.6, 0.05),
        (0.5, 5.0, 0.0, 465, 0.5), (0.5, 5.0, 1.0, 10.4, 0.05), (0.5, 5.0, 0.5, 38.0, 0.05),
        (0.5, 9.516, 0.0, 43_200, 50), (0.5, 11.461, 0.0, 302_400, 300), (0.5, 9.516, 1.0, 19.4, 0.05),
    ],
)  # fmt: skip
def test_cusum_run_lengths_are_the_published_ones(
    k: float, h: float, shift: float, published: float, within: float
) -> None:
    assert cusum_arl(k, h, shift) == pytest.approx(published, abs=within)


@pytest.mark.parametrize(("weight", "l", "shift", "published"), [(0.4, 3.054, 0, 500), (0.25, 2.998, 0, 500), (0.1, 2.814, 0, 500),
                                                                 (0.05, 2.615, 0, 500), (0.1, 2.814, 1, 10.3), (0.25, 2.998, 1, 11.1)])  # fmt: skip
def test_ewma_run_lengths_are_lucas_and_saccuccis(weight: float, l: float, shift: float, published: float) -> None:  # noqa: E741
    assert ewma_arl(weight, l, shift) == pytest.approx(published, rel=0.005)


def test_the_wanted_false_alarm_rate_is_the_input() -> None:
    assert cusum_h(43_200.0) == pytest.approx(9.516, abs=5e-4)
    assert cusum_h(302_400.0) == pytest.approx(11.461, abs=5e-4)
    assert ewma_arl(0.1, ewma_l(43_200.0, 0.1)) == pytest.approx(43_200, rel=1e-6)
    assert false_alarms_per_day(370.4, 2.0) == pytest.approx(117, abs=0.5)
    with pytest.raises(Refused, match="10 to one in 1e9"):
        cusum_h(5.0)
    with pytest.raises(Refused, match="narrowest chart"):
        cusum_h(20.0, 3.0)
