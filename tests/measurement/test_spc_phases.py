"""Baselines, incidents and transforms on simulated processes whose truth is known; all seeded."""

from __future__ import annotations

import doctest
from pathlib import Path

import numpy as np
import pytest

from measurement.errors import Refused
from measurement.spc import (
    Incident,
    analyze,
    ar1_residuals,
    autocorrelation,
    by_minute,
    first_points,
    individuals,
    longest_in_control,
    mean_and_range,
    quantile_limits,
    share_beyond,
)


def noise(n: int, seed: int = 3) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(n)


def the_one(values: np.ndarray | list[float], **wish: object) -> Incident:
    """The only incident of a chart with centre 0 and sigma 1."""
    found = analyze(values, center=0.0, sigma_value=1.0, **wish).incidents  # pyright: ignore[reportArgumentType]
    assert len(found) == 1, found
    return found[0]


def quiet(n: int) -> np.ndarray:
    """In-control points that break none of the eight rules: -0.4 1.1 0.3 -1.2 0.7 … repeated."""
    return np.resize([-0.4, 1.1, 0.3, -1.2, 0.7, 1.3, -0.9], n)


def test_the_quiet_process_is_quiet() -> None:
    assert analyze(quiet(500), center=0.0, sigma_value=1.0).incidents == []


@pytest.mark.parametrize(("shift", "direction"), [(3.0, "up"), (-3.0, "down"), (1.5, "up")])
def test_one_shift_is_one_incident_with_its_extent_rules_direction_and_size(shift: float, direction: str) -> None:
    values = quiet(300)
    values[100:180] += shift
    incident = the_one(values)
    assert abs(incident.start - 100) <= 5
    assert abs(incident.end - 179) <= 5
    assert incident.direction == direction
    assert incident.size_sigma == pytest.approx(abs(shift), abs=0.3)
    assert {2, 6} <= set(incident.rules)
    assert incident.points > 60


def test_a_lasting_small_shift_met_by_rule_1_alone_once_in_44_points_is_still_one_incident() -> None:
    values = noise(5000) + 1.0
    chart = analyze(values, rules=[1], center=0.0, sigma_value=1.0)
    assert chart.violations[1].size > 80
    assert sum(incident.direction == "up" for incident in chart.incidents) == 1


def test_two_outliers_far_apart_are_two_incidents_and_a_shift_back_and_forth_is_two() -> None:
    values = quiet(200)
    values[[50, 100]] = 6.0
    chart = analyze(values, center=0.0, sigma_value=1.0, rules=[1])
    assert [(one.start, one.end, one.direction, one.size_sigma) for one in chart.incidents] == [
        (50, 50, "up", 6.0),
        (100, 100, "up", 6.0),
    ]
    both = quiet(200)
    both[50:80] += 3
    both[80:110] -= 3
    directions = [one.direction for one in analyze(both, center=0.0, sigma_value=1.0).incidents]
    assert directions == ["up", "down"]


def test_rules_without_a_side_make_incidents_without_a_direction() -> None:
    hugging = the_one([0.1, -0.2, 0.3, 0.2, -0.1] * 5, rules=[7])
    assert (hugging.start, hugging.end, hugging.direction) == (0, 24, None)
    assert hugging.size_sigma == pytest.approx(0.195, abs=0.01)
    climb = the_one([-1.2, -0.8, -0.4, 0.0, 0.4, 0.8, 1.2], rules=[3])
    assert (climb.start, climb.end, climb.direction, climb.size_sigma) == (0, 6, "up", pytest.approx(2.4))


def test_limits_come_from_the_baseline_alone_so_the_tenth_point_cannot_hide() -> None:
    values = [1.0, 1.1, 0.9, 1.0, 1.2, 0.8, 1.1, 0.9, 1.0, 1000.0]
    chart = analyze(values, baseline=(0, 8), rules=[1])
    assert chart.violations[1].tolist() == [9]
    assert chart.limits == analyze(values[:9]).limits
    assert chart.baseline == (0, 8)


def test_baseline_points_can_be_left_unjudged_and_windows_then_begin_after_them() -> None:
    values = [0.5] * 14
    retrospective = analyze(values, baseline=(0, 5), center=0.0, rules=[2])
    assert retrospective.violations[2].tolist() == [8, 9, 10, 11, 12, 13]
    assert analyze(values, baseline=(0, 5), center=0.0, rules=[2], judge_baseline=False).violations[2].tolist() == []


def test_three_ways_to_a_baseline() -> None:
    values = noise(1000)
    values[[0, 5]] = np.nan
    first = first_points(values, 300)
    assert (first.first, first.last, first.n, first.provisional, first.preferred) == (0, 301, 300, False, False)
    assert longest_in_control(values).of(values).size == 1000 - 1  # the leading gap is no part of it
    values[600:] += 3.0
    stretch = longest_in_control(values)
    assert stretch.first == 1
    assert abs(stretch.last - 599) <= 3
    with pytest.raises(Refused, match="no present point"):
        first_points(np.full(5, np.nan), 3)


def test_the_longest_stretch_cuts_a_stable_series_as_rarely_as_it_says() -> None:
    # 5 % of stable series are cut; of 60, eight or more would be a 0.7 % surprise.
    cut = sum(longest_in_control(noise(600, seed)).n < 600 for seed in range(60))
    assert cut < 8


def test_the_longest_stretch_leaves_a_gross_outlier_out() -> None:
    values = noise(900)
    values[300] = 50.0
    stretch = longest_in_control(values)
    assert (stretch.first, stretch.last) == (301, 899)


def test_skewed_latency_alarms_too_often_until_its_logarithm_is_charted() -> None:
    latency_s = np.exp(0.5 * noise(20_000) - 3.0)
    raw = share_beyond(latency_s, individuals(latency_s))
    chart = analyze(latency_s, rules=[1], transform="log")
    assert raw is not None
    assert raw > 0.015
    assert chart.violations[1].size / 20_000 == pytest.approx(0.0027, abs=0.0015)
    assert chart.limits.center == pytest.approx(-3.0, abs=0.02)
    assert chart.original.center == pytest.approx(np.exp(-3.0), rel=0.02)
    assert chart.original.sigma is None
    empirical = quantile_limits(latency_s)
    assert share_beyond(latency_s, empirical) == pytest.approx(0.0027, abs=3e-4)


def test_logarithms_of_what_has_none_count_as_missing_and_are_said() -> None:
    chart = analyze([1.0, 2.0, 0.0, 4.0, -1.0, 8.0], rules=[1], transform="log")
    assert (chart.n, "2 values are 0 or below" in str(chart.reason)) == (4, True)


def test_quantile_limits_say_how_many_points_they_need() -> None:
    assert "741 points" in str(quantile_limits(noise(100)).reason)


def test_autocorrelation_is_noticed_and_residuals_cure_it() -> None:
    shocks, series = noise(5000), np.empty(5000)
    series[0] = shocks[0]
    for i in range(1, 5000):
        series[i] = 0.7 * series[i - 1] + shocks[i]
    found = autocorrelation(series)
    assert found.present
    assert found.lag1 == pytest.approx(0.7, abs=0.03)
    assert "more often" in found.sentence
    before = share_beyond(series, individuals(series))
    residuals = ar1_residuals(series, 0.0, 0.7)
    after = share_beyond(residuals, individuals(residuals))
    assert before is not None
    assert after is not None
    assert before > 0.05
    assert after < 0.005
    assert not autocorrelation(noise(2000)).present
    assert autocorrelation(np.array([1.0, 2.0])).lag1 is None


def test_minutes_gather_what_is_there_and_an_empty_minute_is_missing() -> None:
    taken = np.array([120.0, 130.0, 179.9, 240.0, 241.0, 242.0])
    values = np.array([1.0, 3.0, np.nan, 5.0, 6.0, 100.0])
    starts, means = by_minute(taken, values)
    assert starts.tolist() == [120.0, 180.0, 240.0]
    assert means[[0, 2]].tolist() == [2.0, 37.0]
    assert np.isnan(means[1])
    assert by_minute(taken, values, "median")[1][2] == 6.0


def test_an_incomplete_subgroup_is_left_out_and_odd_sizes_are_refused() -> None:
    chart = mean_and_range([[1.0, 3.0], [2.0, None], [3.0, 5.0]])
    assert (chart.means_limits.center, chart.ranges_limits.center, chart.means_limits.n) == (3.0, 2.0, 2)
    assert np.isnan(chart.means[1])
    with pytest.raises(Refused, match="same number"):
        mean_and_range([[1.0, 2.0], [1.0, 2.0, 3.0]])


def test_the_page_for_quality_engineers_runs_as_printed() -> None:
    page = Path(__file__).parents[2] / "docs" / "control-charts.md"
    failed, tried = doctest.testfile(str(page), module_relative=False)
    assert (failed, tried > 3) == (0, True)
