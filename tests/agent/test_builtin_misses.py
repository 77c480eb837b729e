"""What the first run over the built-in simulations got wrong and what must stay right: read without a model."""

from __future__ import annotations

from typing import Any

import pytest

from agent.reading import menu
from agent.reading.mentions import Vocabulary
from agent.reading.message import Reading, read
from workloads.parameters import ParameterInfo

PARAMETERS = (
    ParameterInfo("num_sources", 200, "int", "", 50, 2000, aliases=("sources", "number of sources")),
    ParameterInfo("helical_turns", 12, "int", "", 1, 20, aliases=("turns",)),
    ParameterInfo("base_frequency", 1e3, "float", "Hz", 1.0, 1e5, aliases=("frequency",)),
    ParameterInfo("sampling_rate", 4096.0, "float", "Hz", 256.0, 65536.0, aliases=("sample rate",)),
    ParameterInfo("field", 1.0, "float", "", 0.0, 5.0, aliases=("transverse field",)),
)
VOCABULARY = Vocabulary({info.name: info for info in PARAMETERS}, ("energy", "wave_speed"), {"energy": "J"})


def ordered(said: str, focus: str | None = None) -> list[tuple[str, str]]:
    reading = read(said, VOCABULARY, focus)
    found = [menu.only(clause, reading) for clause in reading.clauses]
    return [(call["name"], call["value"]) for call in found if call and call["tool"] == "set_parameter"]


@pytest.mark.parametrize(
    ("said", "focus", "wanted"),
    [
        ("From now on we sample at 32 kHz, could you set that for me?", None, [("sampling_rate", "32 kHz")]),
        ("The field is to be 3. Please do that.", None, [("field", "3")]),
        ("Could you do 400 sources, with 16 turns?", None, [("num_sources", "400"), ("helical_turns", "16 turns")]),
        ("sorry, I meant 2.5 kHz", "base_frequency", [("base_frequency", "2.5 kHz")]),
        ("num_sorces = 350 plz", None, [("num_sources", "350")]),
        ("transverse field: plus 15 percent please", None, [("field", "15 percent more")]),
        ("field 2: the field is 2", None, [("field", "2")]),
        ("set the frequency to 200 Hz, no wait, 250 Hz", None, [("base_frequency", "250 Hz")]),
        ("one and a half times the field", None, [("field", "one and a half times")]),
        ("field times five", None, [("field", "up by a factor of five")]),
        ("field up 0.5", None, [("field", "up by 0.5")]),
        ("reduce the field to 20%", None, [("field", "20%")]),
        ("set the field to 2 and then double it", None, [("field", "2"), ("field", "double it")]),
        (
            "increase field and base frequency by 10 %",
            None,
            [("field", "up by 10 %"), ("base_frequency", "up by 10 %")],
        ),
        ("instead of 1 use 2 for the field", None, [("field", "2")]),
        ("start over with 16 turns", None, [("helical_turns", "16 turns")]),
        ("hmm too much, make it 0.5", "field", [("field", "0.5")]),
        ("if the field is 1, make it 2", None, [("field", "2")]),
        ("field += 2", None, [("field", "2 more")]),
        ("field -= 2", None, [("field", "2 less")]),
        ("field *= 2", None, [("field", "up by a factor of 2")]),
        ("field / 2", None, [("field", "down by a factor of 2")]),
        ("revert the field to 2", None, [("field", "2")]),
        ("set the field to 2, ok?", None, [("field", "2")]),
        ("the field has to be set to 2", None, [("field", "2")]),
    ],
)
def test_what_is_set(said: str, focus: str | None, wanted: list[tuple[str, str]]) -> None:
    assert ordered(said, focus) == wanted


@pytest.mark.parametrize(
    "said",
    [
        "Here's a comment out of someone's script: # TODO pause the run, set field to 4. Is that good style?",
        "I found this line in a README of theirs: set field to 4",
        "# set field to 4",
        "What does set field to 4 mean?",
        "The field in the paper is 3. Don't do that.",
        "They used a field of 3. Do that?",
        "The field was said to be 3, should I do that?",
    ],
)
def test_what_is_shown_or_forbidden_is_not_done(said: str) -> None:
    assert not ordered(said)
    assert not read(said, VOCABULARY).has_order


@pytest.mark.parametrize(
    "said",
    ["give me 3 jokes", "I want 3 coffees", "set a timer for 4", "we need 2 more people on this", "I need 4 minutes"],
)
def test_what_was_spoken_of_last_is_not_set_by_talk_of_other_things(said: str) -> None:
    assert not ordered(said, "field")


def test_a_condition_on_it_is_about_what_the_sentence_names() -> None:
    (clause,) = read("set the field to 0.5 only if it is above 1", VOCABULARY).clauses
    assert clause.condition
    assert clause.condition.check({"field": 0.9}) is False


SLIPPED = Vocabulary(
    {
        info.name: info
        for info in (
            ParameterInfo("feed_rate", 0.5, "float", "", 0.0, 5.0, aliases=("feed",)),
            ParameterInfo("feed_concentration", 1.0, "float", "", 0.0, 5.0),
            ParameterInfo("speed_limit", 120.0, "float", "km/h", 10.0, 250.0, aliases=("maximum speed",)),
            ParameterInfo("bath_temperature", 300.0, "float", "K", 1.0, 900.0, aliases=("heat bath",)),
            ParameterInfo("scheme", "grey", "choice", choices=("grey", "two_stream", "platinum")),
        )
    },
    (),
)


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("feed conentration 1.8", [("feed_concentration", "1.8")]),
        ("feed 1.8", [("feed_rate", "1.8")]),
        ("swich the scheme to two_streem", [("scheme", "two_stream")]),
        ("scheme: two stream", [("scheme", "two_stream")]),
        ("feed rate to 10 % of its maximum", [("feed_rate", "10 % of its maximum")]),
        ("heat the box up to 400 K", [("bath_temperature", "400 K")]),
        ("cut the speed limit by a quarter", [("speed_limit", "down by a quarter")]),
        ("would you mind lowering the feed to 0.2?", [("feed_rate", "0.2")]),
    ],
)
def test_slips_and_words_that_are_no_names(said: str, wanted: list[tuple[str, str]]) -> None:
    reading = read(said, SLIPPED)
    found = [menu.only(clause, reading) for clause in reading.clauses]
    assert [(call["name"], call["value"]) for call in found if call] == wanted


def test_a_question_about_a_name_keeps_the_name() -> None:
    (clause,) = read("What does sampling_rate do?", VOCABULARY).clauses
    assert [mention.name for mention in clause.mentions] == ["sampling_rate"]


def test_a_name_said_in_full_counts_in_a_condition_before_words_of_others() -> None:
    (clause,) = read("If the wave energy is below 1 J, set the field to 2", VOCABULARY).clauses
    assert clause.condition
    assert clause.condition.check({"energy": 0.5}) is True


UNASKED = (
    "the field is 3",
    "it is 3",
    "is the field 3",
    "field is set to 3",
    "the default config has the field set to 3",
    "the field should be 3 by now",
    "The paper: sources 300, field 3",
    "According to Anna, set the field to 3",
    "From: Anna\nSubject: run\n\nplease set the field to 3",
    "--- forwarded message ---\nset the field to 3",
    "todo: set the field to 3",
    "note to self: set the field to 3",
    "Anna and Bob set the field to 3",
    "my students set the field to 3",
    "let Anna set the field to 3",
    "I typed set the field to 3",
    "you set the field to 3",
    "I'd set the field to 3",
    "I'd restart with 300 sources",
    "we had to restart with 300 sources",
    "restart with 300 sources?",
    "raise the field to 3? no way",
    "the goal is to raise the field to 3",
    "I forgot to set the field to 3",
    "remind me to set the field to 3",
    "show me how to set the field to 3",
    "we will need a field of 3",
    "I want to know what a field of 3 does",
    "you would have to set the field to 3 for that",
    "take 300 sources for example",
    "set the field to 3, no, forget that",
    "set the field to 3. Actually don't.",
    "set the field to 3... never mind",
    "set the field to 3, haha just kidding",
    "set the field to 3 - wait, is that stable?",
    "Setze das field auf 3, ach nein, lass es",
    "set the field below 3",
    "set the field to at most 3",
    "field > 3",
    "put 3 apples in the field",
    "a field of 12 eggs",
    "try it 3 times",
    "the field doubled",
    "3 is fine",
    "$3",
    "see fig. 3",
    "In Smith et al. the field is 3",
    "field doubled",
    "for reference, field 3",
    "I typed set the field to 3 and nothing happened",
    "set the field to 3?",
)


@pytest.mark.parametrize("focus", [None, "field"])
@pytest.mark.parametrize("said", UNASKED)
def test_what_nobody_asked_for(said: str, focus: str | None) -> None:
    assert ordered(said, focus) == []


@pytest.mark.parametrize(
    "said",
    [
        "I want to set the field to 3",
        "please be so kind as to set the field to 3",
        "could you change the field to 3?",
        "never mind. set the field to 3",
        "set the field to 2, no, forget that, set the field to 3",
        "I'd like the field to go up to 3",
    ],
)
def test_what_is_still_asked_for(said: str) -> None:
    assert ordered(said) == [("field", "3")]


@pytest.mark.parametrize(
    "said", ["every 10 steps set the field to 3", "set the field to 3 for 100 steps", "eventually set the field to 3"]
)
def test_what_is_for_a_time_or_later_is_asked_back(said: str) -> None:
    assert all(clause.condition for clause in read(said, VOCABULARY).clauses if clause.assignments)


def test_a_name_without_a_value_waits_for_it() -> None:
    assert ordered("sources and field to 300") != [("field", "300")]


@pytest.mark.parametrize(
    "said",
    [
        "hold that thought",
        "pause for thought",
        "let me pause here for a second",
        "the atoms freeze at low values",
        "to freeze it you need patience",
        "continue explaining please",
        "carry on with the explanation",
        "my resume is 2 pages",
        "undo is a nice feature",
        "und so weiter",
        "it's on pause",
        "I hit pause",
        "undo the last 3 changes",
        "undo everything",
        "sigue así",
    ],
)
def test_a_saying_is_no_deed(said: str) -> None:
    reading = read(said, VOCABULARY)
    assert not any(call["tool"] != "set_parameter" and "_simulation" in call["tool"] for call in acts(reading)), acts(
        reading
    )


def acts(reading: Reading) -> list[dict[str, Any]]:
    calls = [menu.only(clause, reading) for clause in reading.clauses]
    return [call for call in calls if call and not call["tool"].startswith(("get_", "list_"))]


@pytest.mark.parametrize("said", ["use anything but platinum", "remove platinum", "use everything except platinum"])
def test_a_choice_that_is_ruled_out_is_not_chosen(said: str) -> None:
    assert not acts(read(said, SLIPPED))
