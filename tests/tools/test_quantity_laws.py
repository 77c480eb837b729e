"""Laws that hold for every value: bridges of units invert, shares and products are arithmetic, no row of words breaks the reader."""

# ruff: noqa: SIM905 (a list of words reads better as a line of words)

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from measurement.errors import Ambiguous, Refused
from tools.quantity import read_quantity
from workloads.parameters import ParameterInfo

FREQUENCY = ParameterInfo("frequency", 100.0, "float", "Hz")
PERIOD = ParameterInfo("period", 10.0, "float", "s")
KELVIN = ParameterInfo("temperature", 300.0, "float", "K", 0.0, 1e9)
CARBON = ParameterInfo("co2", 420.0, "float", "ppm", 0.0, 1e6)
TRUCKS = ParameterInfo("trucks", 10.0, "float", "%", 0.0, 100.0)
SHARE = ParameterInfo("humidity", 0.5, "float", "", 0.0, 1.0)
PULL = ParameterInfo("acceleration", 1.0, "float", "m/s^2", 0.0, 1e9)
COUNT = ParameterInfo("num_cars", 40, "int", "", 2, 400)
EVERY = (FREQUENCY, KELVIN, CARBON, TRUCKS, SHARE, PULL, COUNT)
WORDS = (
    "5 1.2 1,234 0.2 -3 hundred g g0 gee kg ppm % percent Hz rpm rad/s °C °F K k M s h an a hour of half twice third fifth parts per million"
    " in squared cubed sqrt ( ) ^ ** * / inverse reciprocal m ps m/s Wm-2 mal hoch fois zwanzig vingt cien cars more fewer deeper le double"
    " la moitié maximum range + - by to and or"
).split()


@given(st.floats(1e-3, 1e5))
@settings(max_examples=60, deadline=None)
def test_a_period_and_a_frequency_are_each_others_inverse(value: float) -> None:
    assert read_quantity(f"{value!r} s", FREQUENCY).value == pytest.approx(1 / value, rel=1e-12)
    assert read_quantity(f"{value!r} Hz", PERIOD).value == pytest.approx(1 / value, rel=1e-12)
    assert read_quantity(f"{value!r} rad/s", FREQUENCY).value == pytest.approx(value / (2 * math.pi), rel=1e-12)
    assert read_quantity(f"{value!r} rpm", FREQUENCY).value == pytest.approx(value / 60, rel=1e-12)


@given(st.floats(-273.0, 5000.0))
@settings(max_examples=60, deadline=None)
def test_celsius_and_fahrenheit_have_their_zeros_but_differences_have_none(value: float) -> None:
    assert read_quantity(f"{value!r} °C", KELVIN).value == pytest.approx(value + 273.15, abs=1e-9)
    fahrenheit = read_quantity(f"{value!r} °F", KELVIN).value if value > -450 else 0.0
    assert fahrenheit == pytest.approx((value + 459.67) * 5 / 9, abs=1e-9)
    assert read_quantity(f"{abs(value)!r} °C more", KELVIN).value == pytest.approx(300.0 + abs(value), abs=1e-9)


@given(st.integers(1, 999_999))
@settings(max_examples=60, deadline=None)
def test_a_share_is_the_same_share_however_it_is_counted(millionths: int) -> None:
    said = f"{millionths} parts per million"
    assert read_quantity(said, CARBON).value == millionths
    assert read_quantity(said, SHARE).value == pytest.approx(millionths / 1e6, rel=1e-12)
    assert read_quantity(said, TRUCKS).value == pytest.approx(millionths / 1e4, rel=1e-12)
    percent = f"{Fraction(millionths, 10_000).numerator}/{Fraction(millionths, 10_000).denominator} %"
    assert read_quantity(percent, CARBON).value == pytest.approx(millionths, rel=1e-12)


@given(st.floats(1e-3, 1e4), st.sampled_from([("twice", 2), ("half of", 0.5), ("a third of", 1 / 3), ("triple", 3)]))
@settings(max_examples=60, deadline=None)
def test_a_multiple_of_an_amount_has_nothing_to_do_with_the_present_value(
    value: float, said: tuple[str, float]
) -> None:
    word, factor = said
    assert read_quantity(f"{word} {value!r} kHz", FREQUENCY).value == pytest.approx(value * factor * 1000, rel=1e-12)
    assert read_quantity(f"{word} {value!r}", FREQUENCY, 7.0).value == pytest.approx(value * factor, rel=1e-12)


@given(st.floats(1.0, 1e6), st.floats(0.1, 99.0))
@settings(max_examples=60, deadline=None)
def test_relative_changes_are_arithmetic_on_the_live_value(live: float, percent: float) -> None:
    assert read_quantity(f"{percent!r} % more", FREQUENCY, live).value == pytest.approx(
        live * (1 + percent / 100), rel=1e-12
    )
    assert read_quantity(f"reduce by {percent!r} %", FREQUENCY, live).value == pytest.approx(
        live * (1 - percent / 100), rel=1e-12
    )
    assert read_quantity(f"+{percent!r}", ParameterInfo("x", 1.0, "float", "", 0.0), live).value == pytest.approx(
        live + percent, rel=1e-12
    )


@given(st.integers(1, 6))
def test_powers_in_words_and_roots(base: int) -> None:
    assert read_quantity(f"{base} cubed", PERIOD).value == base**3
    assert read_quantity(f"{base} squared", PERIOD).value == base**2
    assert read_quantity(f"sqrt({base * base})", PERIOD).value == base


@pytest.mark.parametrize("span", ["half", "a third", "+10 %"])
def test_what_may_be_points_or_a_part_is_asked(span: str) -> None:
    for parameter in (TRUCKS, SHARE):
        with pytest.raises(Ambiguous):
            read_quantity(span, parameter)


@given(st.lists(st.sampled_from(WORDS), max_size=7), st.sampled_from(["", " "]))
@example(["0.2", "g", "g0"], " ")
@example(["half", "of", "5", "%"], " ")
@example(["sqrt", "-3"], " ")
@settings(max_examples=600, deadline=None)
def test_any_row_of_words_gives_a_value_in_bounds_or_a_sentence(words: list[str], glue: str) -> None:
    for parameter in EVERY:
        assert _in_bounds_or_refused(glue.join(words), parameter), parameter.name


def _in_bounds_or_refused(text: str, parameter: ParameterInfo) -> bool:
    """Any other exception is a defect."""
    try:
        value = read_quantity(text, parameter).value
    except Refused as refusal:
        return bool(refusal.message)
    return parameter.check(value) == value
