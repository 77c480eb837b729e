"""The adapter's rules without the model: what training data may hold, what an answer may hold, and when the model's word counts."""

from __future__ import annotations

import json
from itertools import islice

import pytest

from agent.adapters import calls, prompt
from agent.adapters.train import held_out
from agent.reading.mentions import Vocabulary
from agent.reading.message import read
from agent.vouching import Proposal, vouched
from tools.registry import tools
from workloads.parameters import ParameterInfo
from workloads.snapshot import Snapshot

PARAMETERS = {
    "drum_speed": ParameterInfo("drum_speed", 3.0, "float", "m/s", 0, 10, aliases=("pace",)),
    "drum_load": ParameterInfo("drum_load", 20, "int", "", 0, 500),
    "cycle": ParameterInfo("cycle", "wool", "choice", choices=("wool", "cotton", "synthetic")),
    "heater": ParameterInfo("heater", True, "bool"),
}
VOCABULARY = Vocabulary(PARAMETERS, ("wear",))
SNAPSHOT = Snapshot("washer", "running", 5, metrics={"wear": 0.2}, parameters=PARAMETERS)


def change(name: str, value: str) -> dict[str, str]:
    return {"tool": "set_parameter", "name": name, "value": value}


def test_names_that_the_model_is_judged_on_never_occur_in_training() -> None:
    train = pytest.importorskip("agent.adapters.train.examples", reason="the trainer needs pip install lodger[train]")
    seen: set[str] = set()
    for lesson in islice(train.lessons(3), 150):
        run = lesson.system.partition("Parameters:\n")[2]
        seen |= {held_out.plain(word) for line in run.split("\n") for word in _named(line)}
    assert len(seen) > 500
    assert {"gw amplitude", "temperature", "coolant"} <= held_out.forms()
    assert not seen & held_out.forms()


def _named(line: str) -> list[str]:
    """The names and aliases of a line; units stand in square brackets and are no names."""
    bare = line.replace("Metrics: ", "")
    head, _, unit = bare.partition(" [")
    return [word.strip() for part in (head, unit.partition("]")[2]) for word in _split(part)]


def _split(text: str) -> list[str]:
    for mark in "(){},":
        text = text.replace(mark, "\n")
    return [word for word in text.split("\n") if word.strip()]


def test_every_example_is_an_answer_that_the_grammar_admits() -> None:
    train = pytest.importorskip("agent.adapters.train.examples", reason="the trainer needs pip install lodger[train]")
    for lesson in islice(train.lessons(4), 40):
        for example in lesson.examples:
            answer = json.loads(example.answer)
            assert answer
            assert len(answer) <= calls.MOST_CALLS
            for call in answer:
                line = f"\n{call.get('name', call['tool'])}"
                assert line in lesson.system
                assert example.answer == prompt.written(answer)


def test_a_request_of_the_training_data_is_found_again_with_other_names_and_numbers() -> None:
    overlap = pytest.importorskip("agent.adapters.train.overlap", reason="the trainer needs pip install lodger[train]")
    names = ["drum_speed", "wear"]
    asked = [
        "set drum_speed to 7.5 m/s",
        "Plot wear",
        "would the drum mind a somewhat gentler spin of 2 m/s this time round",
    ]
    assert overlap.shared(asked, names) == asked[:2]


def test_an_answer_can_only_hold_values_that_were_said() -> None:
    schema = calls.schema(SNAPSHOT, tools(), ["4 m/s"], "speed 4 m/s, last 30")
    entries = schema["items"]["anyOf"]
    sets = [e["properties"] for e in entries if e["properties"]["tool"]["const"] == "set_parameter"]
    assert {"enum": ["4 m/s"]} in [s["value"] for s in sets]
    assert {"enum": ["wool", "cotton", "synthetic"]} in [s["value"] for s in sets]
    assert {"enum": ["on", "off"]} in [s["value"] for s in sets]
    silent = calls.schema(SNAPSHOT, tools(), [], "make it faster")["items"]["anyOf"]
    assert not [e for e in silent if e["properties"].get("name") == {"enum": ["drum_speed", "drum_load"]}]


def test_changes_go_to_the_tools_in_words_and_back() -> None:
    answer = [
        {"tool": "raise_parameter", "name": "drum_speed", "value": "2 m/s"},
        {"tool": "divide_parameter", "name": "drum_load", "value": "3"},
        {"tool": "raise_parameter", "name": "drum_load", "value": "10% more"},
        {"tool": "pause_simulation"},
        {"tool": "reply"},
    ]
    house = calls.meant(answer)
    assert [c.get("value") for c in house] == ["up by 2 m/s", "down by a factor of 3", "10% more", None]
    again = calls.said([(c["tool"], c) for c in house])
    assert again[:2] == answer[:2]
    assert prompt.written([]) == '[{"tool":"reply"}]'


VOUCHED = [
    ("the drum could do with 4 m/s", change("drum_speed", "4 m/s")),
    ("swithc over to coton", change("cycle", "cotton")),
    ("give it a rest for a minute", {"tool": "pause_simulation"}),
    ("no, rather 60", change("drum_load", "60")),
]
NOT_VOUCHED = [
    ("would 4 m/s hurt the drum?", change("drum_speed", "4 m/s")),
    ("my aunt says the drum could do with 4 m/s", change("drum_speed", "4 m/s")),
    ("never let the drum do 4 m/s", change("drum_speed", "4 m/s")),
    ("the drum could do with 4 m/s or 5 m/s", change("drum_speed", "4 m/s")),
    ("once it is warm, the drum could do with 4 m/s", change("drum_speed", "4 m/s")),
    ('translate "the drum could do with 4 m/s"', change("drum_speed", "4 m/s")),
    ("drum load could go to 60", change("drum_speed", "60")),
    ("a nice long rest", change("drum_speed", "4 m/s")),
    ("my washing machine does 4 m/s", change("drum_speed", "4 m/s")),
    ("finish it off for good", {"tool": "stop_simulation"}),
]


@pytest.mark.parametrize(("text", "call"), VOUCHED)
def test_the_models_word_counts_where_nothing_speaks_against_it(text: str, call: dict[str, str]) -> None:
    assert vouched(Proposal((call,), 0.99), read(text, VOCABULARY)) == [call]


@pytest.mark.parametrize(("text", "call"), VOUCHED)
def test_an_unsure_model_is_not_believed(text: str, call: dict[str, str]) -> None:
    assert vouched(Proposal((call,), 0.3), read(text, VOCABULARY)) == []


@pytest.mark.parametrize(("text", "call"), NOT_VOUCHED)
def test_the_models_word_does_not_count_against_the_persons(text: str, call: dict[str, str]) -> None:
    assert vouched(Proposal((call,), 0.999), read(text, VOCABULARY)) == []
