"""A person's words become the value that they mean, or a refusal, or a question; never anything else."""

from __future__ import annotations

import csv
import math
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from measurement.errors import Ambiguous, Refused
from tools.quantity import find_spans, read_quantity
from workloads.parameters import ParameterInfo

TABLE = Path(__file__).with_name("spans.tsv")
ROWS = list(csv.DictReader(TABLE.open(encoding="utf-8"), delimiter="\t", quoting=csv.QUOTE_NONE))
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


@pytest.mark.parametrize("row", [r for r in ROWS if r["kind"] in ("float", "int")], ids=lambda row: row["span"])
def test_what_can_be_read_is_found_verbatim_in_a_sentence(row: dict[str, str]) -> None:
    """A number that a model may hand over must be offered to it as the person wrote it (nothing around it is needed)."""
    span = re.sub(r"(?: now|,? please|, thanks)$", "", row["span"])
    if row["expected"] in ("refused", "ambiguous") or not span[0].isdigit() or not span[-1].isalnum():
        return
    noun = re.sub(r" ?(?:lattice )?(?:nodes|steps|strain)$", "", span)
    found = [s.text for s in find_spans(f"please set the thing to {span}, then pause")]
    assert found in ([span], [noun])


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


WORDS = [
    "5",
    "1.2",
    "1,234",
    "10",
    "kHz",
    "Hz",
    "ms",
    "m",
    "K",
    "%",
    "°C",
    "nodes",
    "half",
    "double",
    "twice",
    "quarter",
    "of",
    "to",
    "by",
    "per",
    "a",
    "an",
    "the",
    "it",
    "its",
    "maximum",
    "min",
    "range",
    "than",
    "more",
    "less",
    "higher",
    "up",
    "or",
    "between",
    "and",
    "add",
    "increase",
    "ten",
    "million",
    "point",
    "times",
    "x",
    "×",
    "^",
    "*",
    "/",
    "-",
    "−",
    "+",
    "(",
    ")",
    ",",
    ".",
    "⁻²¹",
    "½",
    "pi",
    "e-21",
    "order",
    "magnitude",
    "factor",
]


@given(st.lists(st.sampled_from(WORDS), max_size=8), st.sampled_from(["", " "]))
@settings(max_examples=800, deadline=None)
def test_any_row_of_words_gives_a_value_in_bounds_or_a_sentence(words: list[str], glue: str) -> None:
    for parameter in (FREQUENCY, COUNT):
        assert _in_bounds_or_refused(glue.join(words), parameter)


@given(st.lists(st.sampled_from(["set", "please", "now", *WORDS]), max_size=14), st.sampled_from(["", " "]))
@settings(max_examples=500, deadline=None)
def test_spans_are_slices_in_order_without_overlap(words: list[str], glue: str) -> None:
    text = glue.join(words)
    end = 0
    for span in find_spans(text):
        assert text[span.start : span.end] == span.text
        assert end <= span.start < span.end
        end = span.end


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("set it to 1.2 kHz", ["1.2 kHz"]),
        ("10 million nodes please", ["10 million"]),
        ("set gw_amplitude to 5e-21", ["5e-21"]),
        ("set it to 5 x 10^-21.", ["5 x 10^-21"]),
        ("to 5 × 10⁻²¹ now", ["5 × 10⁻²¹"]),
        ("gw_frequency=440Hz", ["440Hz"]),
        ("cut it in half", ["half"]),
        ("double the temperature", ["double"]),
        ("two parts per million", ["two parts per million"]),
        ("show the last 50 values at step 3", ["50", "3"]),
        ("set it to 3 or maybe 4", ["3 or maybe 4"]),
        ("somewhere between 3 and 5 Hz", ["between 3 and 5 Hz"]),
        ("set a to 3 and b to 4.5 K", ["3", "4.5 K"]),
        ("change it from 3 to 4", ["3", "4"]),
        ("raise it by 10 %", ["10 %"]),
        ("make it 10 % more", ["10 % more"]),
        ("a quarter of its range", ["a quarter of its range"]),
        ("half of what it is now", ["half of what it is now"]),
        ("set it to its maximum", ["its maximum"]),
        ("what is the maximum temperature?", []),
        ("64 by 64 nodes", ["64 by 64"]),
        ("put 5 in there, 6 at most", ["5", "6"]),
        ("pon la temperatura a 5 y pausa", ["5"]),
        ("1,5 kHz s'il vous plaît", ["1,5 kHz"]),
        ("règle-le sur 5 s'il vous plaît", ["5"]),
        ("set gw2_freq in v1.2 of file3.py at 10:42:07", []),
        ("this one, not that one", []),
        ("set T to -5 °C", ["-5 °C"]),
        ("set it to -1e-3!", ["-1e-3"]),
        ("pause it", []),
        ("", []),
    ],
)
def test_spans_in_sentences(text: str, spans: list[str]) -> None:
    assert [span.text for span in find_spans(text)] == spans


@given(st.floats(min_value=1e-30, max_value=1e30), st.sampled_from(["", " Hz", " kHz", " K", " nodes"]))
@settings(max_examples=150, deadline=None)
def test_a_number_in_a_sentence_is_found_whole(value: float, unit: str) -> None:
    spans = [span.text for span in find_spans(f"please set the level to {value!r}{unit}, thanks")]
    assert spans == [f"{value!r}{'' if unit == ' nodes' else unit}"]


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
