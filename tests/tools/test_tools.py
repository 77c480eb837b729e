"""The tools on a live simulation: what they change, what they say, what they leave on record."""

from __future__ import annotations

import inspect
import json
import time
from typing import Any

import pytest

from measurement.errors import Ambiguous, Conflict, NotFound
from tests.tools.pendulum import Bench, until
from tools.contract import Actor
from tools.registry import tools


def test_every_tool_tells_the_model_what_it_and_its_arguments_do() -> None:
    found = tools()
    assert {"get_simulation_state", "set_parameter", "undo", "generate_white_paper"} <= set(found)
    for name, spec in found.items():
        assert spec.description, name
        assert set(spec.parameters["properties"]) == set(list(inspect.signature(spec.function).parameters)[1:])
        assert all(field.get("description") for field in spec.parameters["properties"].values()), name
    assert not found["get_simulation_state"].actuator
    assert found["undo"].actuator


def test_the_state_is_told_with_step_time_and_every_metric(bench: Bench) -> None:
    outcome = bench.call("get_simulation_state")
    facts = {fact.name: fact for fact in outcome.facts}
    step = facts["step"].value
    assert outcome.summary.startswith(f"**pendulum** is running: step {step} of 1000000 (")
    assert ", taken " in outcome.summary
    assert "| fractal_dimension | 1.5 |  |" in outcome.summary
    assert facts["energy"].unit == "J"
    assert facts["energy"].run == bench.workload.snapshot().run
    assert outcome.result["state"] == "running"
    json.dumps(outcome.result, allow_nan=False)
    bench.store.flush()
    stored = bench.store.fact(facts["energy"].id)
    assert stored is not None
    assert stored.value == facts["energy"].value


def test_a_quantity_in_words_takes_effect_and_is_on_record(bench: Bench) -> None:
    outcome = bench.call("set_parameter", name="Swing frequency", value="1.2 kHz")
    (change,) = outcome.result["changes"]
    assert change == {
        "name": "swing_frequency",
        "old": 100.0,
        "new": 1200.0,
        "unit": "Hz",
        "step": change["step"],
        "audit_id": outcome.audit_id,
    }
    first, second = outcome.summary.split("\n\n")
    assert first == f"**swing_frequency**: 100 → **1200** Hz, in effect at step {change['step']}."
    assert second == 'I read "Swing frequency" as swing_frequency; 1.2 kHz = 1200 Hz.'
    assert bench.value("swing_frequency") == 1200.0
    row = bench.newest()
    assert (row.id, row.status, row.tool, row.workload) == (outcome.audit_id, "done", "set_parameter", "pendulum")
    assert (row.actor_kind, row.conversation, row.words) == ("model", "c-1", "please")
    assert row.args == {"name": "Swing frequency", "value": "1.2 kHz"}
    assert row.changes[0]["old"] == 100.0


def test_the_simulation_itself_runs_with_the_new_value(bench: Bench) -> None:
    bench.call("set_parameter", name="swing amplitude", value="5 × 10⁻²¹")
    until(lambda: bench.workload.snapshot().metrics["amplitude"] == 5e-21)
    bench.call("set_parameter", name="swing_amplitude", value="double")
    until(lambda: bench.workload.snapshot().metrics["amplitude"] == 1e-20)


@pytest.mark.parametrize(
    ("name", "value", "words", "error"),
    [
        ("pendulums", "10 million", ["10000000", "10 to 20000", "Nothing was changed"], "Refused"),
        ("num_pendulums", "0.5 pendulums", ["whole numbers"], "Refused"),
        ("swing_frequency", "5 kg", ["Hz", "kg"], "Refused"),
        ("shape", "cube", ["ball, rod, disc"], "Refused"),
        ("swing", 3, ["swing_amplitude or swing_frequency"], "Ambiguous"),
        ("energy", 3, ["metric", "swing_frequency"], "NotFound"),
        ("colour", "red", ["colour"], "NotFound"),
        ("swing_frequency", "1.5 or maybe 2", ["Which one"], "Ambiguous"),
        ("swing_amplitude", "9.5e-19", ["the pendulum hits the wall"], "Refused"),
    ],
)
def test_what_cannot_be_is_refused_with_a_reason_on_record(
    bench: Bench, name: str, value: object, words: list[str], error: str
) -> None:
    before = {key: info.value for key, info in bench.workload.snapshot().parameters.items()}
    outcome = bench.call("set_parameter", name=name, value=value)
    assert outcome.status == "refused"
    assert type(outcome.error).__name__ == error
    assert all(word in outcome.summary for word in words), outcome.summary
    assert {key: info.value for key, info in bench.workload.snapshot().parameters.items()} == before
    row = bench.newest()
    assert (row.status, row.error) == ("refused", outcome.summary)


def test_several_changes_are_all_or_none(bench: Bench) -> None:
    refused = bench.call("set_parameters", changes={"frequency": "2 kHz", "num_pendulums": 5})
    assert refused.status == "refused"
    assert bench.value("swing_frequency") == 100.0
    twice = bench.call("set_parameters", changes={"frequency": 1, "swing_frequency": 2})
    assert twice.status == "refused"
    done = bench.call(
        "set_parameters", changes={"frequency": "2 kHz", "num_pendulums": "1k", "shape": "ROD", "loud": "on"}
    )
    assert [change["new"] for change in done.result["changes"]] == [2000.0, 1000, "rod", True]
    assert len({change["step"] for change in done.result["changes"]}) == 1
    undone = bench.call("undo")
    assert undone.status == "done"
    assert [bench.value(name) for name in ("swing_frequency", "num_pendulums", "shape", "loud")] == [
        100.0,
        500,
        "ball",
        False,
    ]


def test_undo_goes_back_one_change_at_a_time_and_can_be_undone(bench: Bench) -> None:
    assert "nothing to undo" in bench.call("undo").summary
    bench.call("set_parameter", name="frequency", value=200)
    page = Actor("user", "Ada", None, None)
    bench.call("set_parameter", actor=page, name="frequency", value=300)
    bench.call("set_parameter", name="frequency", value="9 kHz")  # refused: nothing to take back
    first = bench.call("undo")
    assert bench.value("swing_frequency") == 200.0
    assert "**swing_frequency**: 300 → **200** Hz" in first.summary
    assert "made on the page by Ada at" in first.summary
    assert bench.newest().undo_of
    bench.call("undo")
    assert bench.value("swing_frequency") == 100.0
    redo = bench.call("undo", audit_id=first.audit_id)
    assert redo.status == "done"
    assert bench.value("swing_frequency") == 300.0
    again = bench.call("undo", audit_id=first.audit_id)
    assert isinstance(again.error, Conflict)
    assert bench.value("swing_frequency") == 300.0


def test_undo_after_undo_with_nothing_below_is_a_redo(bench: Bench) -> None:
    bench.call("set_parameter", name="frequency", value=200)
    for expected in (100.0, 200.0, 100.0):
        assert bench.call("undo").status == "done"
        assert bench.value("swing_frequency") == expected


def test_undo_leaves_alone_what_a_restart_with_the_defaults_has_overtaken(bench: Bench) -> None:
    bench.call("set_parameter", name="frequency", value=200)
    assert bench.call("restart_simulation", reset=True).status == "done"
    deadline = time.monotonic() + 30
    while bench.value("swing_frequency") != 100.0 and time.monotonic() < deadline:
        time.sleep(0.05)
    outcome = bench.call("undo")
    assert outcome.status == "refused", outcome.summary
    assert "in force" in outcome.summary
    assert bench.value("swing_frequency") == 100.0


def test_pause_resume_and_their_undo(bench: Bench) -> None:
    paused = bench.call("pause_simulation")
    assert paused.summary == f"**pendulum** is paused at step {paused.result['step']}."
    again = bench.call("pause_simulation")
    assert again.status == "done"
    assert "already" in again.summary
    changed = bench.call("set_parameter", name="frequency", value="double")
    assert changed.status == "done"
    bench.call("undo")
    assert bench.value("swing_frequency") == 100.0
    undone = bench.call("undo")
    assert "goes on" in undone.summary
    assert bench.workload.state == "running"
    bench.call("undo")
    assert bench.workload.state == "paused"
    bench.call("resume_simulation")
    assert bench.workload.state == "running"


def test_stop_keep_and_restart(bench: Bench) -> None:
    assert bench.call("stop_simulation").result["state"] == "stopped"
    pause = bench.call("pause_simulation")
    assert isinstance(pause.error, Conflict)
    kept = bench.call("set_parameter", name="frequency", value=440)
    assert "kept for the next start" in kept.summary
    assert kept.result["changes"][0]["step"] is None
    assert "is stopped: step" in bench.call("get_simulation_state").summary
    assert bench.call("restart_simulation").status == "done"
    until(lambda: bench.workload.state == "running")
    assert bench.value("swing_frequency") == 440.0
    assert bench.call("restart_simulation", reset=True).result["step"] == 0
    until(lambda: bench.workload.state == "running" and bench.value("swing_frequency") == 100.0)


def test_a_metric_that_is_declared_and_not_reported_yet_has_an_empty_history_and_says_why(bench: Bench) -> None:
    outcome = bench.call("get_metrics_history", metric="late phase")
    assert (outcome.status, outcome.error) == ("done", None)
    assert outcome.result is not None
    assert {key: outcome.result[key] for key in ("metric", "unit", "steps", "values", "taken_at")} == {
        "metric": "late_phase", "unit": "rad", "steps": [], "values": [], "taken_at": [],
    }  # fmt: skip
    assert "not reported late_phase yet" in outcome.summary


def test_the_history_of_a_metric_comes_with_its_plot(bench: Bench) -> None:
    until(lambda: bench.workload.snapshot().step > 60)
    outcome = bench.call("get_metrics_history", metric="fractal dim", last_n="50")
    assert set(outcome.result) == {"metric", "unit", "steps", "values", "taken_at"}
    assert outcome.result["metric"] == "fractal_dimension"
    assert len(outcome.result["values"]) == 50
    assert outcome.series is not None
    assert outcome.series.x == outcome.result["steps"]
    assert "minimum 1.5, mean 1.5, maximum 1.5, last **1.5**" in outcome.summary
    energy = bench.call("get_metrics_history", metric="energy", last_n=4)
    values = energy.result["values"]
    named = {fact.name: fact.value for fact in energy.facts}
    assert named["energy mean"] == pytest.approx(sum(values) / 4)
    assert named["energy minimum"] == values[0]
    assert f"last **{values[-1]:.6g} J**" in energy.summary


def test_what_is_not_finite_is_counted_and_travels_as_strict_json(bench: Bench) -> None:
    until(lambda: bench.workload.snapshot().step > 12)
    outcome = bench.call("get_metrics_history", metric="gap", last_n=10)
    assert outcome.result["values"].count("NaN") == 5
    assert "5 of them are not finite" in outcome.summary
    json.dumps(outcome.result, allow_nan=False)


def test_the_parameters_are_listed_with_bounds_and_present_values(bench: Bench) -> None:
    summary = bench.call("get_available_parameters").summary
    assert "| **swing_frequency** | swings \\| second | Hz | 1 … 5000 | **100** |" in summary
    assert "| **shape** | what swings |  | ball, rod, disc | **ball** |" in summary
    assert "| **loud** | tick aloud |  | on or off | **off** |" in summary


@pytest.mark.parametrize(
    ("tool", "args", "words"),
    [
        ("set_parameter", {"nme": "x"}, ["'name' is missing", "no argument 'nme'"]),
        ("set_parameter", {"name": "frequency", "value": None}, ["'value'"]),
        ("get_metrics_history", {"metric": "energy", "last_n": "many"}, ["'last_n'", "many"]),
        ("get_metrics_history", {"metric": "energy", "last_n": 0}, ["1 to 10000"]),
        ("get_metrics_history", {"metric": "frequency"}, ["frequency"]),
        ("make_coffee", {}, ["no tool 'make_coffee'"]),
        ("undo", {"audit_id": "a-nothing"}, ["a-nothing"]),
        ("get_simulation_state", {"workload": "nonesuch"}, ["nonesuch", "pendulum"]),
    ],
)
def test_a_call_that_cannot_be_is_a_sentence(bench: Bench, tool: str, args: dict[str, Any], words: list[str]) -> None:
    outcome = bench.call(tool, **args)
    assert outcome.status == "refused"
    assert outcome.error is not None
    assert all(word in outcome.summary for word in words), outcome.summary


def test_what_this_launch_does_not_have_is_said(bench: Bench) -> None:
    outcome = bench.call("generate_white_paper")
    assert outcome.status == "failed"
    assert "No reports are written" in outcome.summary


def test_a_question_is_told_from_a_refusal(bench: Bench) -> None:
    assert isinstance(bench.call("set_parameter", name="swing", value=1).error, Ambiguous)
    assert isinstance(bench.call("set_parameter", name="colour", value=1).error, NotFound)


def test_nothing_is_changed_off_the_record_but_a_run_can_still_be_stopped(bench: Bench) -> None:
    bench.store.close()
    refused = bench.call("set_parameter", name="frequency", value=200)
    assert refused.status == "failed"
    assert "could not be put on record" in refused.summary
    assert bench.value("swing_frequency") == 100.0
    paused = bench.call("pause_simulation")
    assert paused.status == "done"
    assert "not on record" in paused.summary
    assert bench.workload.state == "paused"


def test_a_change_that_the_simulation_takes_late_is_pending_then_on_record(slow_bench: Bench) -> None:
    outcome = slow_bench.call("set_parameter", name="frequency", value="1 kHz")
    if outcome.status == "done":  # it fell just before a step boundary; the next one is a whole step away
        outcome = slow_bench.call("set_parameter", name="frequency", value="2 kHz")
    assert outcome.status == "pending"
    assert "takes effect at the next step boundary" in outcome.summary
    assert outcome.audit_id is not None
    assert slow_bench.newest().status == "pending"
    row = until(
        lambda: (entry := slow_bench.store.audit_entry(outcome.audit_id or "")) and entry.status == "done" and entry
    )
    assert row.changes[0]["step"] is not None
    assert row.changes[0]["new"] == slow_bench.value("swing_frequency")
