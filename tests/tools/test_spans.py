"""What looks like a value in a text is found verbatim, whole, and only once."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tools.table import ROWS, WORDS
from tools.quantity import find_spans


@pytest.mark.parametrize("row", [r for r in ROWS if r["kind"] in ("float", "int")], ids=lambda row: row["span"])
def test_what_can_be_read_is_found_verbatim_in_a_sentence(row: dict[str, str]) -> None:
    """A number that a model may hand over must be offered to it as the person wrote it (nothing around it is needed)."""
    span = re.sub(r"(?: now|,? please|, thanks)$", "", row["span"])
    if row["expected"] in ("refused", "ambiguous") or not span[0].isdigit() or not span[-1].isalnum():
        return
    noun = re.sub(r" ?(?:lattice )?(?:nodes|steps|strain|cars)$", "", span)
    found = [s.text for s in find_spans(f"please set the thing to {span}, then pause")]
    assert found in ([span], [noun])


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
