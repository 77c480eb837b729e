"""What the field suite's first run got wrong and what must stay right: read without a model."""

from __future__ import annotations

import pytest

from agent.numbers import LEFT_OUT, NumberGate
from agent.reading.mentions import Vocabulary
from agent.reading.message import read
from workloads.parameters import ParameterInfo

CARS = ("cars", "number of cars", "number of vehicles")
PARAMETERS = (
    ParameterInfo("speed_limit", 120.0, "float", "km/h", 10.0, 250.0, aliases=("limit",)),
    ParameterInfo("num_cars", 40, "int", "", 2, 400, aliases=CARS),
    ParameterInfo("weather", "dry", "choice", choices=("dry", "rain", "snow")),
    ParameterInfo("light_frequency", 0.02, "float", "Hz", 0.0, 1e4, aliases=("frequency",)),
)
VOCABULARY = Vocabulary({info.name: info for info in PARAMETERS}, ("brightness",), {"brightness": "W"})
NOW = {"light_frequency": 100.0, "num_cars": 40, "brightness": 2.0}


@pytest.mark.parametrize(
    ("said", "given"),
    [
        ("cut the speed limit by a quarter", [("speed_limit", "down by a quarter")]),
        ("set the number of bicycles to 4", []),
        ("set the number of vehicels to 4", [("num_cars", "4")]),
        ("set the cars to a hundred something", []),
        ("mets la fréquence à 120 Hz", [("light_frequency", "120 Hz")]),
    ],
)
def test_what_is_given_to_which_parameter(said: str, given: list[tuple[str, str]]) -> None:
    assert [(a.parameter, a.value) for c in read(said, VOCABULARY).clauses for a in c.assignments] == given


def test_two_choices_of_one_parameter_are_in_doubt() -> None:
    (clause,) = read("set it to dry and snow", VOCABULARY).clauses
    assert clause.doubtful


def test_what_others_did_is_no_order() -> None:
    reading = read("In the paper they used 90 cars and a frequency of 35 Hz, which struck me as low.", VOCABULARY)
    assert not reading.has_order


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("if the frequency is above 0.05 kHz", True),
        ("if the frequency is above 0.5 kHz", False),
        ("if the brightness is above 1500 mW", True),
        ("if the brightness is above 3 bar", None),
        ("if there are fewer than 50 cars", True),
        ("if the number of cars is 41", False),
        ("as long as the weather is not dry", None),
    ],
)
def test_a_condition_is_compared_in_its_own_unit_or_asked_back(condition: str, holds: bool | None) -> None:
    found = [c.condition for c in read(f"{condition}, set the limit to 80", VOCABULARY).clauses if c.condition]
    assert found
    assert found[-1].check(NOW) is holds


def test_a_sentence_that_speaks_like_a_tool_is_held_to_the_facts_even_in_small_talk() -> None:
    gate = NumberGate("110 is better", claims_only=True)
    claimed = "".join([*gate.feed("**limit**: 120 → 110, in effect at step 8224.\n"), *gate.close()])
    assert LEFT_OUT.strip() in claimed
    assert "8224" not in claimed
    free = NumberGate("who was Gauss?", claims_only=True)
    assert "1777" in "".join([*free.feed("He was born in 1777.\n"), *free.close()])
