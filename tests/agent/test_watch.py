"""The watch over a real simulation: one alert an incident, told everywhere, explained from facts, with what was armed."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from agent.reading import menu
from agent.reading.mentions import Vocabulary
from agent.reading.message import read
from agent.watch import Watch
from measurement.errors import Refused
from measurement.store import Reading, Store
from tools import registry
from tools.contract import Actor, ToolContext
from workloads.alert_rules import Condition, Trial
from workloads.alert_rules import read as read_condition
from workloads.runner import Workload, Workloads
from workloads.watchlist import Rule, Watchlist

SIMULATION = """
import time
from workloads import steer
sim = steer.attach("pond")
level = sim.parameter("level", 5.0, minimum=-100.0, maximum=100.0)
sim.metric("height", unit="m")
for step in sim.steps():
    sim.report(height=level * 1.0, norm=1.0)
    time.sleep(0.01)
"""
PATIENCE_S = 60.0


def until(condition: Callable[[], Any], what: str) -> Any:
    deadline = time.monotonic() + PATIENCE_S
    while not (found := condition()):
        assert time.monotonic() < deadline, f"not within {PATIENCE_S:g} s: {what}"
        time.sleep(0.01)
    return found


@pytest.fixture
def pond(tmp_path: Path) -> Iterator[tuple[Workloads, Store, list[Any]]]:
    store, house, told = Store(tmp_path / "lodger.db"), Workloads(), []
    house.add(
        Workload(
            "pond", [sys.executable, "-c", SIMULATION], store=store, run_folder=tmp_path / "run", log_folder=tmp_path
        )
    )
    house.get("pond").start()
    house.subscribe(lambda event: told.append(event) if event.kind == "alert" else None)
    with Watch(store, house, None):
        until(lambda: house.get("pond").snapshot().metrics, "metrics arrive")
        yield house, store, told
    house.get("pond").stop()
    store.close()


def do(house: Workloads, store: Store, tool: str, conversation: str | None = None, **args: Any) -> Any:
    return registry.call(tool, ToolContext(house, store, Actor("user", conversation=conversation)), args)


def test_an_alert_is_told_once_explained_and_does_what_was_armed(pond: tuple[Workloads, Store, list[Any]]) -> None:
    house, store, told = pond
    store.ensure_conversation("c-1")
    made = do(house, store, "set_alert", "c-1", condition="height < 2", action="pause")
    assert (made.status, made.result["alert"]["condition"]) == ("done", "height falls below 2")
    assert "pause" in made.summary
    do(house, store, "set_parameter", name="level", value="1.5")
    alert = until(lambda: told, "the alert is told")[0].details
    assert alert["text"].startswith("height of pond is 1.5 m at step ")
    assert "level 5 → 1.5 at step" in alert["text"]
    assert "As armed: pond is paused" in alert["text"]
    assert alert["series"]["y"][-1] == 1.5
    assert house.get("pond").state == "paused"
    assert until(lambda: [m for m in store.messages("c-1") if "Alert" in m.content], "it stands in the chat")
    row = next(entry for entry in store.audit() if entry.tool == "pause_simulation")
    assert (row.actor_kind, row.status) == ("watch", "done")
    do(house, store, "resume_simulation")
    step = house.get("pond").snapshot().step
    until(lambda: house.get("pond").snapshot().step > step + 40, "it goes on below the limit")
    assert len(told) == 1
    do(house, store, "set_parameter", name="level", value="4")
    until(lambda: house.get("pond").snapshot().step > step + 120, "a calm stretch")
    do(house, store, "set_parameter", name="level", value="1")
    until(lambda: len(told) == 2, "the next incident is told")
    store.flush()
    assert sum("height of pond" in event.text for event in store.events(kind="alert")) == 2


def test_alerts_are_listed_and_removed(pond: tuple[Workloads, Store, list[Any]]) -> None:
    house, store, _ = pond
    assert do(house, store, "remove_alert").status == "refused"
    do(house, store, "set_alert", condition="the height rises by 5 %")
    do(house, store, "set_alert", condition="hieght > 50")
    listed = do(house, store, "list_alerts")
    assert "height rises by 5 % of its baseline" in listed.summary
    assert "grows to 1000000 times" in listed.summary or "1e+06" in listed.summary
    assert do(house, store, "set_alert", condition="it gets odd").status == "refused"
    assert do(house, store, "remove_alert", alert="norm").status == "refused"
    assert len(do(house, store, "remove_alert", alert="height").result["removed"]) == 2


def _readings(*values: float) -> list[Reading]:
    return [Reading("run", "x", step, value, 0.0) for step, value in enumerate(values)]


def _told(condition: Condition, values: list[float]) -> list[int]:
    trial = Trial(condition)
    return [found.step for reading in _readings(*values) if (found := trial.judge(reading))]


def test_each_kind_of_condition_on_numbers() -> None:
    nan = float("nan")
    base = [2.0] * 20
    assert _told(Condition("x", "below", 1.0), [2, 0.5, 0.4, 2, 0.5]) == [1]  # one incident: not calm in between
    assert _told(Condition("x", "below", 1.0), [0.5, *[2.0] * 20, 0.5]) == [0, 21]
    assert _told(Condition("x", "falls", 0.1, relative=True), [*base, 1.81, 1.79]) == [21]
    assert _told(Condition("x", "falls", 0.1), [*base, 1.91, 1.89]) == [21]
    assert _told(Condition("x", "moves", 0.01, relative=True), [*base, 2.01, 2.03]) == [21]
    assert _told(Condition("x", "grows", 1e6), [*base, 1e6, -3e6]) == [21]
    assert _told(Condition("x", "not finite"), [1, nan, nan, 1]) == [1]
    assert _told(Condition("x", "below", 1.0), [nan, 2]) == []
    merged = Reading("run", "x", 3, 2.0, 0.0, count=4, minimum=0.5, maximum=3.0)
    assert Trial(Condition("x", "below", 1.0)).judge(merged)


def test_settings_and_files_hold_alerts(tmp_path: Path) -> None:
    kept = Watchlist(tmp_path / "alerts.json")
    kept.add(Rule("", read_condition("energy is not finite"), "heat", "checkpoint"))
    kept.from_settings(["heat.energy rises by 5 % -> pause", "norm < 0.9"])
    again = Watchlist(tmp_path / "alerts.json")
    assert [(rule.action, rule.workload) for rule in again.made()] == [("checkpoint", "heat")]
    again.from_settings(["heat.energy rises by 5 % -> pause"])
    assert [rule.action for rule in again.concerning("heat", "energy") if rule.origin == "settings"] == ["pause"]
    with pytest.raises(Refused, match="no condition"):
        again.from_settings(["nonsense"])
    (tmp_path / "alerts.json").write_text("[{")
    assert Watchlist(tmp_path / "alerts.json").made() == []


VOCABULARY = Vocabulary({}, ("correlation", "strain_energy"), {"strain_energy": "J"})


@pytest.mark.parametrize(
    ("said", "condition", "action"),
    [
        ("tell me when correlation falls below 0.8", "correlation falls below 0.8", "tell"),
        ("please let me know if the correlation drops under .8!", "correlation drops under .8", "tell"),
        ("Pause it as soon as the strain energy exceeds 3e-2.", "strain_energy exceeds 3e-2", "pause"),
        ("warn me when the energy rises by more than 5 %", "strain_energy rises by more than 5 %", "tell"),
        ("take a checkpoint once the correlation is above 0.99", "correlation is above 0.99", "checkpoint"),
        ("warn me once the strain energy climbs past 3 kJ", "strain_energy climbs past 3000", "tell"),
        ("sag mir, wenn correlation unter 0.5 fällt", "correlation unter 0.5 fällt", "tell"),
    ],
)
def test_requests_for_alerts_are_read(said: str, condition: str, action: str) -> None:
    reading = read(said, VOCABULARY)
    found = next(clause.alert for clause in reading.clauses if clause.alert)
    assert (found.condition, found.action) == (condition, action)
    read_condition(found.condition)
    offered = menu.offer(reading.clauses[0], reading)
    assert [entry["properties"]["tool"]["const"] for entry in offered.entries] == ["set_alert"]


@pytest.mark.parametrize(
    "said",
    [
        "don't tell me when correlation falls below 0.8",
        "if the correlation is above 0.9, pause",
        "tell me whether it runs",
        "tell me when it is done",
        "is the correlation below 0.8?",
    ],
)
def test_what_is_no_request_for_an_alert(said: str) -> None:
    assert not any(clause.alert for clause in read(said, VOCABULARY).clauses)


async def test_the_small_model_sets_lists_and_removes_alerts(conversations: Any, workloads: Workloads) -> None:
    async def ask(words: str) -> dict[str, Any]:
        return [event async for event in conversations.send(words)][-1]

    asked = (
        "tell me when the correlation falls below -2",
        "which alerts are set?",
        "remove the alert on correlation",
    )
    await asyncio.to_thread(until, lambda: "correlation" in workloads.get(None).snapshot().metrics, "it reports")
    answers = [await ask(words) for words in asked]
    calls = [[call["tool"] for call in answer["tool_calls"]] for answer in answers]
    assert calls == [["set_alert"], ["list_alerts"], ["remove_alert"]], [answer["response"] for answer in answers]
    assert "correlation falls below -2" in answers[1]["response"]
    assert workloads.watchlist.made() == []
