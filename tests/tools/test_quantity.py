"""A person's words become the value that they mean, or a refusal, or a question; never anything else."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from measurement.errors import Ambiguous, Refused
from tests.tools.table import ROWS, WORDS
from tools.quantity import read_quantity
from workloads.parameters import ParameterInfo

FREQUENCY = ParameterInfo("gw_frequency", 100.0, "float", "Hz", 1.0, 5000.0)
FREE = ParameterInfo("level", 1.0, "float")
COUNT = ParameterInfo("num_nodes", 500, "int", "", 0, 10**12)


def parameter_of(row: dict[str, str]) -> ParameterInfo:
    """The parameter that a line of the table describes; the choices stand in the column of the current value."""
    kind: Any = row["kind"]
    low, high = (float(row[side]) if row[side] else None for side in ("minimum", "maximum"))
    current, choices = row["current"], None
    if kind == "choice":
        words = current.split("|")
        choices = tuple(int(word) if word.isdigit() else word for word in words)
        value: Any = choices[0]
    else:
        value = {"bool": lambda: current == "on", "int": lambda: int(current)}.get(kind, lambda: float(current))()
    return ParameterInfo(row["parameter"], value, kind, row["unit"], low, high, choices)


def outcome(span: str, parameter: ParameterInfo) -> Any:
    try:
        return read_quantity(span, parameter).value
    except Ambiguous:
        return "ambiguous"
    except Refused:
        return "refused"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['parameter']}: {row['span']}")
def test_a_span_is_read_as_written_in_the_table(row: dict[str, str]) -> None:
    got, expected = outcome(row["span"], parameter_of(row)), row["expected"]
    if expected in ("refused", "ambiguous"):
        assert got == expected
    elif row["kind"] == "bool":
        assert got is (expected == "on")
    elif row["kind"] == "choice":
        assert str(got) == expected
    elif row["kind"] == "int":
        assert type(got) is int
        assert got == int(expected)
    else:
        assert type(got) is float
        assert got == pytest.approx(float(expected), rel=1e-12)


def test_the_table_is_long_enough() -> None:
    assert len(ROWS) >= 300


@pytest.mark.parametrize(
    ("span", "words"),
    [
        ("6 kHz", ["6000 Hz", "5000", "above its maximum", "Nothing was changed"]),
        ("5 kg", ["Hz", "kg", "Nothing was changed"]),
        ("nan", ["finite", "1 to 5000 Hz"]),
        ("gibberish", ["gibberish", "1 to 5000 Hz"]),
        ("3 or maybe 4", ["gw_frequency", "Which one"]),
        ("1,234 Hz", ["1234 Hz", "1.234 Hz"]),
        ("by 50 Hz", ["Up or down"]),
    ],
)
def test_a_refusal_says_what_is_wrong_and_what_is_allowed(span: str, words: list[str]) -> None:
    with pytest.raises(Refused) as caught:
        read_quantity(span, FREQUENCY)
    assert all(word in caught.value.message for word in words), caught.value.message


def test_how_it_was_read_is_said_only_when_it_was_not_plain() -> None:
    assert read_quantity("1.2 kHz", FREQUENCY).said == "1.2 kHz = 1200 Hz"
    assert read_quantity("2 ms", FREQUENCY).said == "a period of 2 ms = 500 Hz"
    assert read_quantity("1200", FREQUENCY).said == ""
    assert read_quantity("1200 Hz", FREQUENCY).said == ""
    assert read_quantity(1200, FREQUENCY).said == ""


def test_a_change_stands_on_the_live_value() -> None:
    assert read_quantity("double", FREQUENCY, 300.0).value == 600.0
    assert read_quantity("double", FREQUENCY, 300.0).relative
    with pytest.raises(Refused):
        read_quantity("double", FREQUENCY, math.nan)


@pytest.mark.parametrize("value", [True, math.nan, math.inf, -math.inf, 5001, "x" * 1000])
def test_json_values_are_checked_like_words(value: Any) -> None:
    with pytest.raises(Refused):
        read_quantity(value, FREQUENCY)


def test_the_default_is_known_where_the_workload_told_it() -> None:
    assert read_quantity("default", ParameterInfo("x", 5.0, "float", default=2.0)).value == 2.0


@given(st.floats(allow_nan=False, allow_infinity=False))
@example(5e-324)
@example(1.7976931348623157e308)
@settings(max_examples=200, deadline=None)
def test_every_number_that_python_prints_is_read_back_exactly(value: float) -> None:
    assert read_quantity(repr(value), FREE).value == value
    assert read_quantity(value, FREE).value == value


@given(st.integers(min_value=1, max_value=10**12 - 1))
@settings(max_examples=100, deadline=None)
def test_every_grouping_of_a_whole_number_is_the_same_number(value: int) -> None:
    grouped = f"{value:,}"
    assert read_quantity(grouped, COUNT).value == value
    for mark in ("_", "'", " ", "\u202f", "\u00a0"):
        assert read_quantity(grouped.replace(",", mark), COUNT).value == value


@given(st.integers(1, 9999), st.integers(-30, 30))
@settings(max_examples=100, deadline=None)
def test_every_notation_of_a_power_of_ten_is_the_same_number(mantissa: int, power: int) -> None:
    superscript = str(power).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    expected = float(Fraction(mantissa) * Fraction(10) ** power)
    for written in (
        f"{mantissa}e{power}", f"{mantissa}E{power}", f"{mantissa} x 10^{power}", f"{mantissa}×10{superscript}",
        f"{mantissa}*10**{power}", f"{mantissa} · 10^{{{power}}}", f"{mantissa} times ten to the {power}",
    ):  # fmt: skip
        assert read_quantity(written, FREE).value == expected, written


@given(st.floats(min_value=1.0, max_value=5000.0))
@settings(max_examples=100, deadline=None)
def test_a_prefix_moves_the_decimal_point_and_nothing_else(value: float) -> None:
    exact = Fraction(repr(value))
    kilo, milli = exact / 1000, exact * 1000
    assert read_quantity(f"{_decimal(kilo)} kHz", FREQUENCY).value == value
    assert read_quantity(f"{_decimal(milli)} mHz", FREQUENCY).value == value


@given(st.floats(allow_nan=False, allow_infinity=False), st.floats(-1e6, 1e6), st.floats(0, 1e6))
@settings(max_examples=100, deadline=None)
def test_a_value_is_inside_its_bounds_or_refused_never_moved(value: float, low: float, width: float) -> None:
    bounded = ParameterInfo("x", low, "float", "", low, low + width)
    if low <= value <= low + width:
        assert read_quantity(repr(value), bounded).value == value
    else:
        with pytest.raises(Refused):
            read_quantity(repr(value), bounded)


@given(st.text(max_size=60))
@example("5 °C / 0")
@example("((((((((((1")
@example("--5")
@example("5 per per per")
@example("1^1^1^1^1")
@example("half a a million of")
@example("٣")
@example("²")
@settings(max_examples=400, deadline=None)
def test_any_text_gives_a_value_in_bounds_or_a_sentence(text: str) -> None:
    for parameter in (FREQUENCY, COUNT):
        assert _in_bounds_or_refused(text, parameter)


@given(st.lists(st.sampled_from(WORDS), max_size=8), st.sampled_from(["", " "]))
@settings(max_examples=800, deadline=None)
def test_any_row_of_words_gives_a_value_in_bounds_or_a_sentence(words: list[str], glue: str) -> None:
    for parameter in (FREQUENCY, COUNT):
        assert _in_bounds_or_refused(glue.join(words), parameter)


def _in_bounds_or_refused(text: str, parameter: ParameterInfo) -> bool:
    """Any other exception is a defect."""
    try:
        value = read_quantity(text, parameter).value
    except Refused as refusal:
        return bool(refusal.message)
    return parameter.check(value) == value


def _decimal(exact: Fraction) -> str:
    """An exact decimal without an exponent."""
    digits = exact.denominator.bit_length() + 4
    scaled = exact * 10**digits
    assert scaled.denominator == 1
    text = str(scaled.numerator).rjust(digits + 1, "0")
    return f"{text[:-digits]}.{text[-digits:]}"
