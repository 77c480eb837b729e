"""Branches, comparisons, sweeps and exact undo, on a simulation whose course is known in closed form."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from measurement.errors import OutOfMemory
from measurement.store import Store
from tools import registry
from tools.contract import Actor, Outcome, ToolContext
from workloads.branches import Branches
from workloads.ledger import Ledger
from workloads.runner import Workload, Workloads

# x grows by rate a step: after a branch at step s with x0, the branch has x0 + (n - s) * its own rate.
COUNTER = """
import time
from workloads import steer
sim = steer.attach("counter")
rate = sim.parameter("rate", 1.0, minimum=-10.0, maximum=10.0)
x = [0.0]
@sim.checkpoint
def save(): return x[0]
@sim.restore
def load(state): x[0] = state
for step in sim.steps():
    x[0] += rate
    sim.report(x=x[0], twice=2 * x[0])
    time.sleep(0.005)
"""
PATIENCE_S = 90.0


def until(condition: Callable[[], Any], what: str) -> Any:
    deadline = time.monotonic() + PATIENCE_S
    while not (found := condition()):
        assert time.monotonic() < deadline, f"not within {PATIENCE_S:g} s: {what}"
        time.sleep(0.02)
    return found


class House:
    def __init__(self, folder: Path) -> None:
        self.store, self.workloads = Store(folder / "lodger.db"), Workloads()
        self.counter = Workload(
            "counter", [sys.executable, "-c", COUNTER], store=self.store, run_folder=folder / "run", log_folder=folder
        )
        self.workloads.add(self.counter)
        self.counter.start()
        until(lambda: self.counter.snapshot().metrics, "metrics arrive")

    def do(self, tool: str, **args: Any) -> Outcome:
        return registry.call(tool, ToolContext(self.workloads, self.store, Actor("user")), args)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    yield house
    house.workloads.branches.stop_all()
    house.counter.stop()
    house.store.close()


def test_a_branch_differs_from_the_very_first_step_by_what_was_changed(house: House) -> None:
    made = house.do("branch_simulation", changes={"rate": "3"}, steps=30)
    assert made.status == "done", made.summary
    start = made.result["step"]
    branch = house.workloads.get(made.result["branch"])
    until(lambda: branch.state == "stopped", "the branch ends by itself")
    assert branch.snapshot().step >= start + 30
    until(lambda: house.counter.snapshot().step > branch.snapshot().step, "the original goes on")
    house.store.flush()
    compared = house.do("compare_runs", metric="x")
    assert compared.status == "done", compared.summary
    points = compared.result["metrics"]["x"]
    assert points["steps"][0] == start
    assert points["second"] == [
        b + 2.0 * (step - start + 1) for step, b in zip(points["steps"], points["first"], strict=True)
    ]
    assert compared.series
    assert compared.series.y[0] == 2.0
    assert "rate 1 and 3" in compared.summary
    assert house.counter.snapshot().parameters["rate"].value == 1.0
    assert house.do("compare_runs", first="counter", second=branch.snapshot().run).status == "done"


def test_a_change_with_its_state_kept_is_undone_exactly(house: House) -> None:
    changed = house.do("set_parameter", name="rate", value="-5", keep_state=True)
    assert changed.status == "done", changed.summary
    step = changed.result["changes"][0]["step"]
    before = until(lambda: [r for r in house.counter.recent("x", 500) if r.step == step - 1], "the reading")[0].value
    until(lambda: house.counter.snapshot().step > step + 20, "it goes on")
    undone = house.do("undo")
    assert f"the very state of step {step}" in undone.summary
    until(lambda: house.counter.snapshot().step > step + 5, "it goes on again")
    house.counter.pause(timeout_s=60)
    again = [r.value for r in house.counter.recent("x", 500) if r.step == step]
    assert again[-1] == before + 1.0
    assert house.do("undo").status == "done"  # the undo itself is taken back by value


def test_a_simulation_without_checkpoints_refuses_both(house: House, tmp_path: Path) -> None:
    code = COUNTER.replace("@sim.checkpoint\n", "").replace("@sim.restore\n", "")
    plain = Workload(
        "plain", [sys.executable, "-c", code], store=house.store, run_folder=tmp_path / "run", log_folder=tmp_path
    )
    house.workloads.add(plain)
    plain.start()
    until(lambda: plain.snapshot().metrics, "metrics arrive")
    assert "no @sim.checkpoint" in house.do("branch_simulation", changes={"rate": 2}, workload="plain").summary
    assert house.do("set_parameter", name="rate", value=2, keep_state=True, workload="plain").status == "refused"
    assert plain.snapshot().parameters["rate"].value == 1.0
    plain.stop()


def test_memory_is_asked_first_and_given_back(house: House) -> None:
    ledger = Ledger(8 * 2**30, "cpu", "the RAM")
    ledger.reserve("counter", 7 * 2**30)
    ledger.reserve("LLM", 2**30)
    branches = Branches(house.workloads, ledger)
    branch = branches.branch(house.counter, {"rate": 2.0}, 5)
    assert sum(ledger.reservations.values()) <= ledger.total_bytes
    assert ledger.reservations[branch.name] > 0
    until(lambda: branch.name not in ledger.reservations, "it is given back")
    assert ledger.reservations["counter"] == 7 * 2**30
    ledger.reserve("counter", 2**20)  # pretend that it has no more than this
    ledger.reserve("LLM", 8 * 2**30 - 2**20)
    with pytest.raises(OutOfMemory, match="can spare"):
        branches.branch(house.counter, {"rate": 2.0}, 5)
    assert house.counter.state == "running"
    branches.stop_all()


def test_a_sweep_makes_a_table_and_a_plot_and_can_be_stopped(house: House) -> None:
    started = house.do("sweep_parameter", name="rate", values=["-1", "2", "4"], steps=10)
    assert started.status == "done", started.summary
    assert house.do("sweep_parameter", name="rate", values=[1, 2], steps=10).status == "refused"
    until(lambda: (house.workloads.sweeper.latest or started).state != "running", "the sweep ends")  # type: ignore[union-attr]
    shown = house.do("get_sweep", metric="x")
    rows = shown.result["rows"]
    assert (shown.result["state"], [row["value"] for row in rows]) == ("finished", [-1.0, 2.0, 4.0])
    assert shown.series
    assert shown.series.x == [-1.0, 2.0, 4.0]
    assert "| rate | x | twice |" in shown.summary
    until(lambda: [e for e in house.store.events(kind="notice") if "sweep of rate" in e.text], "its end is on record")
    house.do("sweep_parameter", name="rate", values=[1, 2, 3, 4], steps=1_000_000)
    until(lambda: house.workloads.branches.of("counter"), "the first value runs")
    assert house.do("stop_sweep").result["state"] == "stopped"
    assert house.do("stop_sweep").status == "refused"
    assert house.workloads.names() == ["counter"]
