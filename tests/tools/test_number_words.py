"""Numbers in words of German, French and Spanish: found in a sentence, read to their value, and never in English."""

from __future__ import annotations

import pytest

from tools.quantity import find_spans, read_quantity
from workloads.parameters import ParameterInfo

DIAL = ParameterInfo("dial", 4.0, "float", minimum=0.0, maximum=1e6)


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("auf einundzwanzig", 21),
        ("auf zweihundertfünfzig", 250),
        ("auf zweitausenddreihundert", 2300),
        ("auf tausend", 1000),
        ("auf anderthalb", 1.5),
        ("auf drei Komma fünf", 3.5),
        ("auf das Dreifache", 12),
        ("senke es um die Hälfte", 2),
        ("à vingt et un", 21),
        ("à vingt-et-un", 21),
        ("à soixante-dix", 70),
        ("à soixante-dix-sept", 77),
        ("à quatre-vingt-dix-neuf", 99),
        ("à deux cent cinquante", 250),
        ("à trois mille", 3000),
        ("à trois virgule cinq", 3.5),
        ("réduis-le de moitié", 2),
        ("a veintiuno", 21),
        ("a treinta y cinco", 35),
        ("a ciento veinte", 120),
        ("a doscientas cincuenta", 250),
        ("a dos mil", 2000),
        ("a tres coma cinco", 3.5),
        ("a la mitad", 2),
        ("al doble", 8),
        ("auf 0,02 ein", 0.02),
        ("ohne es auf 0,02 zu setzen", 0.02),
    ],
)
def test_a_number_in_words_is_found_and_read(said: str, value: float) -> None:
    (span,) = find_spans(said)
    assert read_quantity(span.text, DIAL).value == value


@pytest.mark.parametrize(
    "said",
    [
        "erhöhe es um die Hälfte",  # by half, or to half? asked
        "um das Doppelte erhöhen",
        "once upon a time",
        "an elf and a cent",
        "set it to null",
        "five six",
        "treinta cuarenta",
    ],
)
def test_what_is_no_single_number_is_not_read_as_one(said: str) -> None:
    spans = find_spans(said)
    assert len(spans) != 1
