"""Watching and steering real simulations: what a person at the page sees and does on a good day."""

from __future__ import annotations

import json
import sys
import threading
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest
from workload_bench import SAMPLES, Bench, until

from measurement.errors import Conflict, LodgerError, NotFound, Refused, SettingsError
from workloads.catalogue import builtins, command_for, name_for
from workloads.runner import SetResult, Workload, Workloads


def test_a_run_goes_from_start_to_finish_and_every_reading_is_kept(bench: Bench) -> None:
    heat = bench.run("heat", 300, 0)
    until(lambda: heat.state == "finished", "the run finishes")
    shown = heat.snapshot()
    assert (shown.step, shown.total_steps, shown.device, shown.doc) == (300, 300, "cpu", "A rod that cools.")
    assert shown.metric_units == {"temperature": "K"}
    assert shown.taken_at is not None
    until(lambda: heat.snapshot().pid is None, "the process is gone")
    bench.store.flush()
    run = bench.store.runs("heat")[0]
    assert (run.id, run.state, run.step, run.total_steps, run.parameters["rate"]) == (
        shown.run,
        "finished",
        300,
        300,
        0.1,
    )
    assert run.ended_at is not None
    stored = bench.store.readings(run.id, "temperature", 1000)
    assert sum(reading.count for reading in stored) == 300
    assert stored[-1].value == shown.metrics["temperature"]
    assert [reading.step for reading in heat.recent("temperature", 3)] == [297, 298, 299]
    with pytest.raises(NotFound, match="Did you mean temperature"):
        heat.recent("temprature")


def test_the_snapshot_has_the_shape_of_the_api_and_cannot_be_changed(bench: Bench) -> None:
    heat = bench.run("heat")
    until(lambda: heat.snapshot().metrics, "metrics arrive")
    told = json.loads(json.dumps(heat.snapshot().to_json(), allow_nan=False))
    assert {"name", "state", "step", "total_steps", "metrics", "parameters", "pid", "device"} <= told.keys()
    assert told["total_steps"] is None
    assert told["parameters"]["edge"] == {
        "value": "open", "type": "choice", "unit": "", "minimum": None, "maximum": None, "choices": ["open", "closed"],
        "doc": "", "aliases": [],
    }  # fmt: skip
    with pytest.raises(FrozenInstanceError):
        heat.snapshot().step = 5  # type: ignore[misc]


def test_pause_change_and_resume(bench: Bench) -> None:
    heat = bench.run("heat")
    paused = heat.pause()
    assert (paused.before_state, paused.after_state, paused.note) == ("running", "paused", None)
    assert heat.pause().note == "already"
    result = heat.set({"rate": 0.25, "cells": 4.0})
    assert [(change.name, change.old, change.new, change.unit, change.step) for change in result.changes] == [
        ("rate", 0.1, 0.25, "1/s", paused.step),
        ("cells", 8, 4, "", paused.step),
    ]
    assert heat.snapshot().step == paused.step
    assert heat.snapshot().steps_per_second is None
    assert heat.snapshot().parameters["rate"].value == 0.25
    assert heat.resume().after_state == "running"
    until(lambda: heat.snapshot().step > paused.step + 5, "it goes on")
    until(lambda: heat.snapshot().steps_per_second, "its speed is known")
    assert heat.resume().note == "already"
    until(lambda: "rebuilt with 4 cells" in heat.snapshot().notes, "the simulation's note arrives")
    assert [d["changes"][0]["new"] for kind, d in bench.events if kind == "change"] == [0.25]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"rate": 0.2, "cells": 1000}, "cells = 1000 is above the maximum; allowed is 2 to 64"),
        ({"rate": 0.2, "edge": "closed"}, "even number of lids"),
        ({"rate": 0.2, "edge": "round"}, "choose one of open, closed"),
        ({"rate": float("nan")}, "is a number, not nan"),
        ({"cells": "many"}, "is a whole number, not 'many'"),
    ],
)
def test_a_refusal_names_what_is_allowed_and_changes_nothing(bench: Bench, changes: dict, words: str) -> None:
    heat = bench.run("heat")
    with pytest.raises(Refused) as refused:
        heat.set(changes)
    assert words in refused.value.message
    assert {name: info.value for name, info in heat.snapshot().parameters.items()} == {
        "rate": 0.1,
        "cells": 8,
        "edge": "open",
    }
    assert heat.snapshot().changed == {}
    assert heat.state == "running"
    with pytest.raises(NotFound, match="Did you mean cells"):
        heat.set({"cell": 3})


def test_stop_then_change_then_restart(bench: Bench) -> None:
    heat = bench.run("heat")
    first = heat.snapshot().run
    stopped = heat.stop()
    assert (stopped.after_state, stopped.note, heat.snapshot().last_words) == ("stopped", None, None)
    assert heat.stop().note == "already"
    with pytest.raises(Conflict, match="nothing to pause; restart it"):
        heat.pause()
    with pytest.raises(Refused):
        heat.set({"rate": 9})
    kept = heat.set({"rate": 0.4})
    assert (kept.kept, kept.pending, kept.changes[0].step) == (True, False, None)
    assert heat.snapshot().changed == {"rate": 0.4}
    heat.restart()
    until(lambda: heat.state == "running", "it runs again")
    assert heat.snapshot().run != first
    assert heat.snapshot().parameters["rate"].value == 0.4
    assert heat.snapshot().changed == {}
    with pytest.raises(Conflict, match="runs already"):
        heat.start()
    heat.restart(reset=True)
    until(lambda: heat.state == "running", "it runs with its defaults")
    assert heat.snapshot().parameters["rate"].value == 0.1
    heat.stop()
    bench.store.flush()
    assert [run.parameters["rate"] for run in bench.store.runs("heat")] == [0.1, 0.4, 0.1]


def test_what_finished_is_restarted_from_step_0_with_present_parameters(bench: Bench) -> None:
    heat = bench.run("heat", 30, parameters={"cells": 5})
    heat.set({"rate": 0.3})
    until(lambda: heat.state == "finished", "it finishes")
    restarted = heat.restart()
    assert (restarted.before_state, restarted.step) == ("finished", 0)
    until(lambda: heat.state == "finished", "it finishes again")
    assert {name: info.value for name, info in heat.snapshot().parameters.items()} == {
        "rate": 0.3,
        "cells": 5,
        "edge": "open",
    }
    assert heat.snapshot().step == 30


def test_going_back_to_a_checkpoint_brings_state_parameters_and_step(bench: Bench) -> None:
    heat = bench.run("heat")
    saved = heat.checkpoint()
    assert Path(saved.path).is_file()
    heat.set({"cells": 4, "rate": 0.5})
    back = heat.restore(saved.path)
    assert {change.name: change.new for change in back.changes} == {"rate": 0.1, "cells": 8, "edge": "open"}
    assert back.changes[0].step == saved.step
    assert heat.snapshot().parameters["cells"].value == 8
    fails = bench.run("diverges")
    with pytest.raises(Conflict, match=r"no @sim\.checkpoint"):
        fails.checkpoint()


def test_changes_from_many_people_at_once_all_take_effect_in_some_order(bench: Bench) -> None:
    heat = bench.run("heat")
    results: list[SetResult | LodgerError] = []
    threads = [
        threading.Thread(target=lambda n=n: results.append(heat.set({"cells": n, "rate": n / 100}, timeout_s=30)))
        for n in range(2, 10)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    pairs = [tuple(change.new for change in result.changes) for result in results if isinstance(result, SetResult)]
    assert sorted(pairs) == [(n, n / 100) for n in range(2, 10)]
    values = {name: info.value for name, info in heat.snapshot().parameters.items()}
    assert values["rate"] == values["cells"] / 100  # type: ignore[operator]


def test_pictures_arrive(bench: Bench) -> None:
    heat = bench.run("heat")
    until(heat.pictures, "a picture arrives")
    rod = heat.pictures()["rod"]
    assert (rod.rows, rod.columns, len(rod.values), rod.unit) == (2, 8, 16, "K")


def test_a_fleet_knows_its_members_and_stops_them_together(bench: Bench) -> None:
    fleet = Workloads()
    with pytest.raises(NotFound, match="no workload in this launch"):
        fleet.get()
    told: set[tuple[str, str]] = set()
    leave = fleet.subscribe(lambda event: told.add((event.workload, event.kind)))
    one, two = bench.make("heat", name="one"), bench.make("heat", name="two")
    fleet.add(one)
    fleet.add(two)
    with pytest.raises(SettingsError, match="two workloads called one"):
        fleet.add(bench.make("heat", name="one"))
    assert (fleet.get(), fleet.get("two"), fleet.names(), list(fleet)) == (one, two, ["one", "two"], [one, two])
    with pytest.raises(NotFound, match="Did you mean two"):
        fleet.get("tow")
    for member in fleet:
        member.start()
    until(lambda: {("one", "metrics"), ("two", "metrics")} <= told, "both are heard")
    leave()
    fleet.stop_all()
    assert [member.state for member in fleet] == ["stopped", "stopped"]


def test_a_listener_that_fails_harms_nobody(bench: Bench) -> None:
    heat = bench.make("heat", 20)
    heat.subscribe(lambda event: 1 / 0)
    heat.start()
    until(lambda: heat.state == "finished", "it finishes")


def test_commands_are_found_by_looking(tmp_path: Path) -> None:
    assert "gw_lattice" in builtins()
    assert command_for("gw_lattice") == [sys.executable, "-m", "workloads.gw_lattice"]
    heat = SAMPLES / "heat.py"
    assert (command_for(str(heat)), name_for(str(heat))) == ([sys.executable, str(heat)], "heat")
    with pytest.raises(NotFound, match=r"Did you mean gw_lattice\? Built in: .*gw_lattice"):
        command_for("gw_latice")
    with pytest.raises(NotFound, match=r"no workload file .*nowhere\.py"):
        command_for("nowhere.py")
    (tmp_path / "sim.txt").touch()
    with pytest.raises(SettingsError, match="no Python file"):
        command_for(str(tmp_path / "sim.txt"))


def test_a_workload_of_an_impossible_name_is_refused(bench: Bench) -> None:
    with pytest.raises(SettingsError, match="cannot be called"):
        Workload("../x", ["true"], store=bench.store, run_folder=bench.folder, log_folder=bench.folder)
