"""Units are read as people write them and converted exactly; an angle is no bare number, a unit that may be two is two."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from measurement import units


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("kHz", "kilohertz"), ("khz", "kHz"), ("KHZ", "kHz"), ("cycles per second", "Hz"), ("per second", "1/s"),
        ("s⁻¹".replace("⁻¹", "^-1"), "1/s"), ("km/h", "kilometers per hour"), ("°C", "degrees celsius"),
        ("m s^-1", "m/s"), ("metres per second", "m/s"), ("square metres", "m^2"), ("sec", "s"), ("µs", "us"),
    ],
)  # fmt: skip
def test_two_spellings_of_one_unit(text: str, same: str) -> None:
    (one,), (other,) = units.find(text), units.find(same)
    assert (one.factor, one.roots, one.offset) == (other.factor, other.roots, other.offset)


def test_capitals_that_matter_are_not_guessed() -> None:
    assert {unit.name for unit in units.find("mhz")} == {"mHz", "MHz"}


@pytest.mark.parametrize(
    "word", ["in", "as", "at", "a", "am", "and", "to", "es", "y", "pizzas", "dB", "", "1", "//", "5"]
)
def test_words_of_a_sentence_are_no_units(word: str) -> None:
    assert units.find(word) == ()


@pytest.mark.parametrize(
    ("value", "source", "target", "expected", "how"),
    [
        ("1.2", "kHz", "Hz", "1200", ""),
        ("20", "°C", "K", "293.15", ""),
        ("68", "°F", "K", "293.15", ""),
        ("300", "K", "degC", "26.85", ""),
        ("2", "ms", "Hz", "500", "period"),
        ("50", "Hz", "ms", "20", "period"),
        ("60", "rpm", "Hz", "1", "angular frequency"),
        ("1", "turn/s", "Hz", "1", "angular frequency"),
    ],
)
def test_conversions_are_exact(value: str, source: str, target: str, expected: str, how: str) -> None:
    converted = units.convert(Fraction(value), units.find(source)[0], units.find(target)[0])
    assert converted is not None
    assert float(converted.value) == float(expected)
    assert converted.how == how


@pytest.mark.parametrize(
    ("source", "target"), [("kg", "Hz"), ("rad", "percent"), ("bit", "percent"), ("K", "Hz"), ("eV", "Hz")]
)
def test_another_dimension_is_no_measure(source: str, target: str) -> None:
    assert units.convert(Fraction(1), units.find(source)[0], units.find(target)[0]) is None


def test_a_difference_of_temperature_has_no_offset() -> None:
    celsius, kelvin = units.find("°C")[0], units.find("K")[0]
    assert units.convert_change(Fraction(5), celsius, kelvin) == 5
    assert units.convert_change(Fraction(5), units.find("ms")[0], units.find("Hz")[0]) is None


@given(st.text(max_size=30))
@settings(max_examples=300, deadline=None)
def test_any_text_is_units_or_none(text: str) -> None:
    assert all(unit.factor > 0 for unit in units.find(text))
