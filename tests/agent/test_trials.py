"""Trying beside the run in words, and asking back instead of talking: read without a model, then lived with the real small one."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent.engines.base import Engine
from agent.guard import check, gaps, suggestions
from agent.reading import menu
from agent.reading.mentions import Vocabulary
from agent.reading.message import read
from agent.session import Conversations
from agent.vouching import Proposal, vouched
from measurement.store import Store
from tests.agent.test_watch import until
from workloads.parameters import ParameterInfo
from workloads.runner import Workload, Workloads

PARAMETERS = (
    ParameterInfo("amplitude", 1e-21, "float", minimum=0.0),
    ParameterInfo("frequency", 30.0, "float", "Hz", 1.0, 1e4),
    ParameterInfo("temperature", 1.0, "float", "", 0.0, 10.0),
    ParameterInfo("shape", "sine", "choice", choices=("sine", "square")),
    ParameterInfo("sweep_rate", 1.0, "float"),
)
VOCABULARY = Vocabulary({info.name: info for info in PARAMETERS}, ("level",))
HOT = {"changes": {"temperature": "3"}}


def calls(text: str) -> list[dict[str, Any]]:
    reading = read(text, VOCABULARY)
    return [call for clause in reading.clauses if (call := menu.only(clause, reading))]


@pytest.mark.parametrize(
    ("text", "tool", "args"),
    [
        ("branch with amplitude 2e-21", "branch_simulation", {"changes": {"amplitude": "2e-21"}}),
        ("set the temperature to 3 in a branch", "branch_simulation", HOT),
        ("starte einen Zweig mit temperature 3", "branch_simulation", HOT),
        (
            "make a branch with temperature 3 and shape square for 200 steps",
            "branch_simulation",
            {"changes": {"shape": "square", "temperature": "3"}, "steps": 200},
        ),
        (
            "sweep temperature over 0, 1, 2 for 50 steps",
            "sweep_parameter",
            {"name": "temperature", "values": ["0", "1", "2"], "steps": 50},
        ),
        (
            "sweep frequency over 0.1, 0.2 and 0.3 kHz",
            "sweep_parameter",
            {"name": "frequency", "values": ["0.1 kHz", "0.2 kHz", "0.3 kHz"]},
        ),
        ("sweep the shape over sine and square", "sweep_parameter", {"name": "shape", "values": ["sine", "square"]}),
        ("compare the runs", "compare_runs", {}),
        ("what is the difference between the branches?", "compare_runs", {}),
        ("how is the sweep going?", "get_sweep", {}),
        ("stop the sweep", "stop_sweep", {}),
        ("keep this state", "checkpoint_simulation", {}),
        (
            "set the temperature to 3 keeping the state",
            "set_parameter",
            {"name": "temperature", "value": "3", "keep_state": True},
        ),
    ],
)
def test_words_for_a_trial(text: str, tool: str, args: dict[str, Any]) -> None:
    assert calls(text) == [{"tool": tool, **args}]
    assert check(tool, args, read(text, VOCABULARY), {}).decision == "allow"


def test_what_follows_a_trial_is_a_request_of_its_own() -> None:
    named = [call["tool"] for call in calls("branch with amplitude 2e-21 and temperature 3, then pause")]
    assert named == ["branch_simulation", "pause_simulation"]


@pytest.mark.parametrize(
    "text",
    [
        "don't branch with temperature 3",
        "should I branch with temperature 3?",
        "my colleague said branch with temperature 3",
        'what does "branch with temperature 3" do?',
        "what branch of physics is this?",
        "set the sweep rate to 3",
        "branch with temperature 4",
    ],
)
def test_no_trial_with_these_values_is_ordered(text: str) -> None:
    assert check("branch_simulation", HOT, read(text, VOCABULARY), {}).decision != "allow"


def test_a_value_of_a_trial_is_never_set_in_the_run_itself_even_on_the_models_word() -> None:
    reading = read("try temperature 3 in a branch", VOCABULARY)
    change = {"name": "temperature", "value": "3"}
    assert vouched(Proposal(({"tool": "set_parameter", **change},), 0.999), reading) == []
    assert check("set_parameter", change, reading, {}).decision == "ask"


@pytest.mark.parametrize(
    ("text", "tool", "args"),
    [
        ("what if the temperature were 3?", "branch_simulation", HOT),
        ("was wäre, wenn die temperature 3 wäre?", "branch_simulation", HOT),
        ("the temperature could be 3", "set_parameter", {"name": "temperature", "value": "3"}),
        ("how about a temperature of 3?", "set_parameter", {"name": "temperature", "value": "3"}),
        ("could we try 300 Hz?", "set_parameter", {"name": "frequency", "value": "300 Hz"}),
    ],
)
def test_a_wish_that_is_no_order_is_asked_back_with_yes_and_no(text: str, tool: str, args: dict[str, Any]) -> None:
    reading = read(text, VOCABULARY)
    assert calls(text) == []
    assert suggestions(reading) == [(tool, args)]
    assert gaps(reading)[0].endswith("?")


@pytest.mark.parametrize(
    "text",
    [
        "halve it",
        "verdopple es",
        "make it brighter",
        "3 then",
        "sweep the temperature",
        "Rührer ausschalten",
    ],
)
def test_what_names_no_parameter_or_value_is_asked_for_it(text: str) -> None:
    reading = read(text, VOCABULARY)
    assert "hich parameter" in gaps(reading)[0]
    assert suggestions(reading) == []


@pytest.mark.parametrize(
    "text",
    [
        "tell me 3 jokes",
        "give me 3 reasons",
        "what is 17 times 3?",
        "I have 2 cats",
        "compare tea and coffee in two sentences",
        "thank you!",
    ],
)
def test_talk_stays_talk(text: str) -> None:
    assert gaps(read(text, VOCABULARY)) == []


PROGRAM = """
import time
from workloads import steer
sim = steer.attach("heat")
temperature = sim.parameter("temperature", 1.0, minimum=0.0, maximum=10.0)
x = [0.0]
@sim.checkpoint
def save(): return x[0]
@sim.restore
def load(state): x[0] = state
for step in sim.steps():
    x[0] += temperature
    sim.report(heat=x[0])
    time.sleep(0.01)
"""


@pytest.fixture
def house(tmp_path: Path, store: Store) -> Iterator[Workloads]:
    house = Workloads()
    argv = [sys.executable, "-c", PROGRAM]
    house.add(Workload("heat", argv, store=store, run_folder=tmp_path / "run", log_folder=tmp_path))
    house.get("heat").start()
    until(lambda: house.get("heat").snapshot().metrics, "it reports")
    yield house
    house.branches.stop_all()
    house.stop_all()


@pytest.fixture
def loop() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.mark.model
@pytest.mark.timeout(300)
def test_the_small_model_branches_on_a_yes_compares_and_sweeps(
    house: Workloads, store: Store, engine: Engine, loop: asyncio.Runner
) -> None:
    conversations = Conversations(store, house, engine)
    id = conversations.start()

    def say(words: str) -> dict[str, Any]:
        async def talk() -> dict[str, Any]:
            return [event async for event in conversations.send(words, id)][-1]

        return loop.run(talk())

    def done(ending: dict[str, Any]) -> list[tuple[str, str]]:
        return [(call["tool"], call["status"]) for call in ending.get("tool_calls", [])]

    asked = say("what if the temperature were 2?")
    assert done(asked) == [("branch_simulation", "pending")], asked
    assert asked["response"].count("Shall I") == 1
    made = say("yes")
    assert done(made) == [("branch_simulation", "done")], made
    branch = house.get(house.branches.of("heat")[-1].name)
    assert branch.snapshot().parameters["temperature"].value == 2.0
    until(lambda: branch.snapshot().step > (made["tool_calls"][0]["result"]["step"] or 0) + 5, "the branch goes on")
    store.flush()
    assert done(say("compare it with the branch")) == [("compare_runs", "done")]
    swept = say("sweep temperature over 0, 1, 2 for 5 steps")
    assert done(swept) == [("sweep_parameter", "done")], swept
    until(lambda: house.sweeper.latest and house.sweeper.latest.state != "running", "the sweep ends")
    assert done(say("keep this state")) == [("checkpoint_simulation", "done")]
    assert house.get("heat").snapshot().parameters["temperature"].value == 1.0
