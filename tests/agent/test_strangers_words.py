"""What people say who know neither the program nor its tables: read without a model, over a greenhouse that nobody trained on."""

from __future__ import annotations

from typing import Any

import pytest

from agent.guard import check, gaps, suggestions
from agent.reading import menu
from agent.reading.adjectives import asked_about
from agent.reading.going_back import Past, gone_back
from agent.reading.likewise import completed
from agent.reading.mentions import Vocabulary
from agent.reading.message import Reading, read
from workloads.parameters import ParameterInfo

PARAMETERS = (
    ParameterInfo("heating_power", 40.0, "float", "kW", 0.0, 200.0, aliases=("heating", "heater"), doc="power of the boiler"),
    ParameterInfo("vent_opening", 15.0, "float", "%", 0.0, 100.0, aliases=("vents", "ventilation"), doc="how far the roof vents stand open"),
    ParameterInfo("target_temperature", 20.0, "float", "degC", 5.0, 40.0, aliases=("setpoint", "T")),
    ParameterInfo("photoperiod", 16.0, "float", "h", 0.0, 24.0, aliases=("light hours",), doc="hours a day that the lamps burn"),
    ParameterInfo("humidity", 0.7, "float", "", 0.0, 1.0, aliases=("RH",)),
    ParameterInfo("drip_rate", 2.0, "float", "1/h", 0.0, 50.0, aliases=("drips",)),
    ParameterInfo("fan_speed", 300, "int", "rpm", 0, 1500, aliases=("fan",)),
    ParameterInfo("crop", "tomato", "choice", choices=("none", "tomato", "lettuce"), aliases=("plants",)),
    ParameterInfo("screen", False, "bool", aliases=("thermal screen",)),
)  # fmt: skip
VOCABULARY = Vocabulary(
    {info.name: info for info in PARAMETERS}, ("growth", "air_temperature"), {"air_temperature": "degC"}
)
Pairs = list[tuple[str, str]]


def calls(said: str, focus: str | None = None) -> list[dict[str, Any]]:
    reading = read(said, VOCABULARY, focus)
    return [call for clause in reading.clauses if (call := menu.only(clause, reading))]


def ordered(said: str, focus: str | None = None) -> Pairs:
    return [(call["name"], call["value"]) for call in calls(said, focus) if call["tool"] == "set_parameter"]


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("get rid of the heating completely", [("heating_power", "0")]),
        ("run it without heating", [("heating_power", "0")]),
        ("no plants at all for the moment, please", [("crop", "none")]),
        ("we don't need it any more, please shut the thermal screen off", [("screen", "off")]),
        ("install a thermal screen", [("screen", "on")]),
        ("Désactive le screen", [("screen", "off")]),
        ("the heating ought to be 60 kW", [("heating_power", "60 kW")]),
        ("a setpoint of 22 degrees would be better", [("target_temperature", "22 degrees")]),
        ("send in the fan at 400 rpm", [("fan_speed", "400 rpm")]),
        ("fan shoud be 400 rpm plese", [("fan_speed", "400 rpm")]),
        ("opening, no: vnets 35 %", [("vent_opening", "35 %")]),
        ("fan at 2.5 revolutions per second", [("fan_speed", "2.5 revolutions per second")]),
        ("set the humidity to three quarters", [("humidity", "3 parts in 4")]),
        ("heating 60 kW, i.e. 60000 W", [("heating_power", "60000 W")]),
        ("heating 60 kW, RH 0.5 and the fan at 400", [("heating_power", "60 kW"), ("humidity", "0.5"), ("fan_speed", "400")]),
        ("the heating is to be 50 kW, and the fan should run at 400 rpm", [("heating_power", "50 kW"), ("fan_speed", "400 rpm")]),
        ("lettuce instead of tomato", [("crop", "lettuce")]),
        ("drips should come down to 12 a day", [("drip_rate", "12 a day")]),
    ],
)  # fmt: skip
def test_orders(said: str, wanted: Pairs) -> None:
    assert ordered(said) == wanted


@pytest.mark.parametrize(
    "said",
    [
        "there is no heating in here",
        "why does it run without heating?",
        "no heating changes please",
        "remove the heating from the plot",
        "don't get rid of the heating",
        "the boss says a setpoint of 22 would be better",
        "not sure a heating of 60 kW would change anything",
        "the heating must be 60 kW by now, I guess",
        "all I can make out on the display: heating 75, vents 25",
        "found on the whiteboard: heating 75",
        "log excerpt: heating=75; screen=on",
        "with T = 25 °C, what is the vapour pressure?",
        "that's all I need for my 10 o'clock with the heating people",
        "make it 22 degrees in there",  # the air is measured in degrees too
        "setpoint 18 and setpoint 25",
        "the setpoint should be 18 degrees. Or 22? Hmm.",
    ],
)
def test_what_asks_for_nothing_or_leaves_open_what(said: str) -> None:
    assert ordered(said) == []


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("more heating", "What should heating_power be? It is 40 kW now."),
        ("could we have the crop changed", "What should crop be (none, tomato, lettuce)? It is tomato now."),
        ("crop: mango", "What should crop be (none, tomato, lettuce)? It is tomato now."),
        ("the lamps should burn 18 hours", "Shall I set photoperiod to 18 hours?"),
        ("gate 1, setpoint 18 and setpoint 25", "more than one way"),
    ],
)
def test_what_is_asked_back(said: str, asked: str) -> None:
    assert asked in " ".join(gaps(read(said, VOCABULARY)))


def test_a_guess_by_unit_and_words_waits_for_a_yes() -> None:
    assert suggestions(read("the lamps should burn 18 hours", VOCABULARY)) == [
        ("set_parameter", {"name": "photoperiod", "value": "18 hours"})
    ]


@pytest.mark.parametrize(
    ("said", "focus", "wanted"),
    [
        ("hm, no, rather 0.6", "humidity", [("humidity", "0.6")]),
        ("18 after all", "target_temperature", [("target_temperature", "18")]),
        ("it was 18 before", "target_temperature", []),
        ("is 18 better?", "target_temperature", []),
    ],
)
def test_what_is_said_of_it(said: str, focus: str, wanted: Pairs) -> None:
    assert ordered(said, focus) == wanted


NOW = {"growth": 2.0, "air_temperature": 24.0, "screen": False}


def verdicts(said: str) -> list[str]:
    """What the guard says to each of the certain calls."""
    reading: Reading = read(said, VOCABULARY)
    found = [menu.only(clause, reading) for clause in reading.clauses]
    return [check(c["tool"], {k: v for k, v in c.items() if k != "tool"}, reading, NOW).decision for c in found if c]


@pytest.mark.parametrize(
    ("said", "decisions"),
    [
        ("unless the screen is on, set the heating to 60 kW", ["allow"]),
        ("if growth is above 3 stop the run; otherwise set the heating to 60 kW", ["refuse", "allow"]),
        ("if the air temperature is above 20 °C open the vents to 50 %", ["allow"]),
        ("only when growth is higher than 3: heating to 10", ["refuse"]),
        ("if the screen is still off, double the heating", ["allow"]),
    ],
)
def test_conditions(said: str, decisions: list[str]) -> None:
    assert verdicts(said) == decisions


def test_a_question_can_be_the_condition_of_the_next_sentence() -> None:
    reading = read("Is growth above 1.5? If it is, set the fan to 600.", VOCABULARY)
    conditions = [clause.condition for clause in reading.clauses if clause.assignments]
    assert [one and one.check(NOW) for one in conditions] == [True]


SET = (("set_parameter", {"name": "heating_power", "value": "60"}),)
SHOWN = (("get_metrics_history", {"metric": "growth", "last_n": 20}),)


@pytest.mark.parametrize(
    ("said", "done", "meant"),
    [
        ("same for the vents", SET, "set vent_opening to 60"),
        ("and the vents too", SET, "set vent_opening to 60"),
        ("and the air temperature?", SHOWN, "Show the last 20 values of air_temperature."),
        ("and the vents to a tenth of that", SET, "and the vents to a tenth of 60"),
        ("what about the vents?", SET, "what about the vents?"),
        ("the vents look the same to me", SET, "the vents look the same to me"),
        ("same here", SET, "same here"),
    ],
)
def test_a_follow_up_is_said_in_full(said: str, done: tuple[Any, ...], meant: str) -> None:
    assert completed(said, VOCABULARY, done) == meant


def past() -> Past:
    """The heating went from 40 to 50 to 60, the fan from 300 to 400."""
    found = Past()
    for name, old in (("heating_power", 40.0), ("heating_power", 50.0), ("fan_speed", 300)):
        found.note(name, old)
    return found


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("put the heating back to what it was", "set heating_power to 50 kW"),
        ("back to what it was before, please", "set fan_speed to 300 rpm"),
        ("no wait, the previous value was better", "set fan_speed to 300 rpm"),
        ("resume, and the heating back to what it was", "resume; set heating_power to 50 kW"),
        ("put both back where they were", "set heating_power to 50 kW; set fan_speed to 300 rpm"),
        ("undo everything", "set heating_power to 40 kW; set fan_speed to 300 rpm"),
        ("was it better before?", "was it better before?"),
        ("don't put it back to what it was", "don't put it back to what it was"),
        ("put the screen back to what it was", "put the screen back to what it was"),  # it was never changed
    ],
)
def test_going_back(said: str, meant: str) -> None:
    assert gone_back(said, VOCABULARY, past(), "fan_speed") == meant


@pytest.mark.parametrize(
    ("said", "call"),
    [
        ("how has the growth evolved?", {"tool": "get_metrics_history", "metric": "growth", "last_n": 50}),
        ("any rule violations for time to first token today?", {"tool": "get_control_chart", "metric": "time_to_first_token_s", "hours": 1.0}),
        ("latency chart of the last 3 hours", {"tool": "get_control_chart", "metric": "latency_s", "hours": 3.0}),
        ("what caused the last alarm?", {"tool": "explain_incident"}),
        ("how much electricity have your answers used so far?", {"tool": "get_energy_report", "last_n": 5}),
        ("current wattage of this workstation?", {"tool": "get_power"}),
        ("restart with the defaults", {"tool": "restart_simulation", "reset": True}),
        ("now begin a new run", {"tool": "restart_simulation"}),
    ],
)  # fmt: skip
def test_other_calls(said: str, call: dict[str, Any]) -> None:
    assert calls(said) == [call]


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("how hot is it?", "target_temperature"),
        ("how humid is it in there?", "humidity"),
        ("how deep is it?", None),
        ("how are you?", None),
    ],
)
def test_an_adjective_tells_what_it_will_be(said: str, name: str | None) -> None:
    assert asked_about(said, VOCABULARY) == name


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("dial the heating to 60 kW", [("heating_power", "60 kW")]),
        ("Abre el vent al 50 %", [("vent_opening", "50 %")]),
        ("in the case that growth is over 3, please to set the heating to 10", [("heating_power", "10")]),
        ("compare the heating 60 kW", []),
        ("raised the heating to 60 kW", []),
        ("Ah, heating up to 200 kW.", []),
        ("heating from 0 to 200", []),
    ],
)
def test_verbs_that_nobody_listed_and_what_is_none(said: str, wanted: Pairs) -> None:
    assert ordered(said) == wanted
