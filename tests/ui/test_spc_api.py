"""``POST /api/spc/analyze`` as a program meets it: the promised shape, strict JSON, and a sentence for every nonsense."""

from __future__ import annotations

import json
import math
import re
from typing import Any

import numpy as np
import pytest
from places import Place

ANALYZE = "/api/spc/analyze"
PROMISED = {"center", "sigma", "ucl", "lcl", "violations", "incidents", "n", "reason"}
NIST_FLOW_RATE = [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1]  # NIST/SEMATECH e-Handbook 6.3.2.2


def judged(place: Place, **wish: Any) -> dict[str, Any]:
    answer = place.client.post(ANALYZE, json=wish)
    assert answer.status_code == 200, answer.text

    def no(word: str) -> None:
        raise AssertionError(f"{word} is no JSON number")

    chart = json.loads(answer.text, parse_constant=no)
    assert chart.keys() >= PROMISED
    for name in ("center", "sigma", "ucl", "lcl"):
        assert chart[name] is None or math.isfinite(chart[name])
    return chart


def test_the_handbooks_example(place: Place) -> None:
    chart = judged(place, values=NIST_FLOW_RATE, rules=[1, 2, 3], sigma="moving_range", baseline=None, center=None,
                   sigma_value=None, transform="none")  # fmt: skip
    assert (chart["center"], chart["ucl"], chart["lcl"]) == pytest.approx((50.81, 55.8041, 45.8159), abs=1e-4)
    assert chart["sigma"] == pytest.approx(16.9 / 9 / 1.128)
    assert (chart["violations"], chart["incidents"]) == ({"1": [], "2": [], "3": []}, [])
    assert (chart["n"], chart["reason"], chart["provisional"], chart["baseline"]) == (10, None, True, [0, 9])


def test_values_alone_are_judged_by_all_eight_rules(place: Place) -> None:
    chart = judged(place, values=NIST_FLOW_RATE)
    assert list(chart["violations"]) == [str(rule) for rule in range(1, 9)]
    assert "rule 4 needs 14" in chart["reason"]


def test_a_shift_after_the_baseline_is_one_incident(place: Place) -> None:
    values = np.random.default_rng(5).normal(10.0, 1.0, 400)
    values[350:] += 4.0
    chart = judged(place, values=values.tolist(), baseline=[0, 299], rules=[1, 2, 5, 6])
    (incident,) = [one for one in chart["incidents"] if one["end"] >= 350]
    assert (incident["end"], incident["direction"], incident["rules"]) == (399, "up", [1, 2, 5, 6])
    assert abs(incident["start"] - 350) <= 3
    assert incident["size_sigma"] == pytest.approx(4.0, abs=0.7)
    assert (chart["baseline"], chart["provisional"]) == ([0, 299], False)


def test_null_is_missing_and_breaks_windows(place: Place) -> None:
    chart = judged(place, values=[0.5] * 8 + [None] + [0.5] * 8, center=0, sigma_value=1, rules=[2])
    assert (chart["violations"], chart["n"], chart["reason"], chart["baseline"]) == ({"2": []}, 16, None, None)


def test_names_of_what_is_not_finite_have_a_defined_answer(place: Place) -> None:
    chart = judged(place, values=[1, 2, "NaN", 1, 2, "Infinity", "-Infinity"], rules=[1])
    assert (chart["center"], chart["violations"], chart["n"]) == (1.5, {"1": [5, 6]}, 6)
    assert "not a number" in chart["reason"]
    assert all(one["size_sigma"] is None for one in chart["incidents"])


def test_bare_nan_in_the_body_is_read_as_its_name_is(place: Place) -> None:
    body = '{"values": [1, 2, NaN, 1, 2, Infinity], "rules": [1]}'
    answer = place.client.post(ANALYZE, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 200
    assert answer.json()["violations"] == {"1": [5]}


@pytest.mark.parametrize("values", [[], [3.0], [None, None], [5.0] * 20, [1e308, -1e308] * 9, ["Infinity"] * 20])
def test_what_cannot_be_charted_has_a_reason(place: Place, values: list[Any]) -> None:
    for sigma in ("moving_range", "median_moving_range", "sample"):
        for transform in ("none", "log"):
            assert judged(place, values=values, sigma=sigma, transform=transform)["reason"]


def test_a_logarithmic_chart_is_on_its_scale_and_taken_back_beside(place: Place) -> None:
    chart = judged(place, values=[1.0, math.e, 1.0, math.e], rules=[1], transform="log")
    assert (chart["center"], chart["sigma"]) == pytest.approx((0.5, 1 / 1.128))
    assert chart["original"]["ucl"] == pytest.approx(math.exp(chart["ucl"]))


def test_a_day_of_probes_in_full_precision_fits_in(place: Place) -> None:
    values = np.random.default_rng(1).lognormal(-2.0, 0.3, 43_200).tolist()
    chart = judged(place, values=values, baseline=[0, 1799], transform="log")
    assert chart["n"] == 43_200
    assert 60 < len(chart["violations"]["1"]) < 250


@pytest.mark.parametrize(
    ("wish", "says"),
    [
        ({}, "values"),
        ({"values": "1 2 3"}, "a list of numbers is needed"),
        ({"values": [1, "2", 3]}, "value 1 is '2'"),
        ({"values": [1, True]}, "value 1 is True"),
        ({"values": [1, [2]]}, r"value 1 is \[2\]"),
        ({"values": [10**400]}, "beyond what a double holds"),
        ({"values": [0] * 100_001}, "100,001 values and at most 100,000"),
        ({"values": [1, 2], "rules": [9]}, "no rule 9"),
        ({"values": [1, 2], "rules": ["1"]}, "rules"),
        ({"values": [1, 2], "baseline": [0, 2]}, "points 0 to 1"),
        ({"values": [1, 2], "baseline": [1, 0]}, "first is at most last"),
        ({"values": [1, 2], "baseline": [0]}, "baseline"),
        ({"values": [1, 2], "sigma": "guess"}, "sigma"),
        ({"values": [1, 2], "sigma_value": -1}, "sigma_value"),
        ({"values": [1, 2], "center": "NaN"}, "center"),
        ({"values": [1, 2], "transform": "sqrt"}, "transform"),
        ({"values": [1, 2], "colour": "red"}, "colour"),
    ],
)
def test_nonsense_is_refused_in_a_sentence(place: Place, wish: dict[str, Any], says: str) -> None:
    answer = place.client.post(ANALYZE, json=wish)
    assert answer.status_code == 422
    sentence = answer.json()["error"]
    assert len(sentence) < 400
    assert re.search(says, sentence), sentence


def test_a_body_too_large_is_said(place: Place) -> None:
    answer = place.client.post(ANALYZE, json={"values": [0.123456789] * 99_999})
    assert (answer.status_code, "1 MiB" in answer.json()["error"]) == (413, True)
