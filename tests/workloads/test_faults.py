"""Bad days: killed, frozen for half a minute, out of memory, poisoned, flooded with changes, unread, deaf to a stop.

Each time what is shown of the simulation and what the store holds must be right, and agree; see ``agree``.
"""

from __future__ import annotations

import json
import math
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from workload_bench import Bench, until

from measurement.errors import LodgerError, Unavailable
from workloads.runner import SetResult, Workload

ROOT = Path(__file__).parents[2]
FROZEN_S = 30.0
CHANGES, CHANGES_PER_S = 1000, 100


def kill(workload: Workload, number: signal.Signals = signal.SIGKILL) -> None:
    pid = workload.snapshot().pid
    assert pid
    os.kill(pid, number)


def agree(bench: Bench, workload: Workload) -> None:
    """The run's row in the store is the live state, and the kept steps are those that were reported, each once."""

    def row_is_live() -> bool:
        bench.store.flush()
        known, row = workload.snapshot(), bench.store.runs(workload.name)[0]
        values = {name: parameter.value for name, parameter in known.parameters.items()}
        return (row.id, row.state, row.last_words, row.parameters) == (known.run, known.state, known.last_words, values)

    until(row_is_live, "the store and the live state agree")


def steps_kept(bench: Bench, workload: Workload, metric: str) -> list[int]:
    run = workload.snapshot().run
    assert run
    bench.store.flush()
    return [reading.step for reading in bench.store.readings(run, metric, 100_000)]


# ---- SIGSTOP for 30 s: it is frozen before the other tests and thawed after them, so that their work fills the time


@dataclass
class Frozen:
    """A simulation that a signal has frozen, since when (monotonic, s), at which step; and its neighbour."""

    bench: Bench
    workload: Workload
    neighbour: Workload
    since_s: float
    step: int


@pytest.fixture(scope="module")
def frozen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Frozen]:
    bench = Bench(tmp_path_factory.mktemp("frozen"))
    try:
        troubled = bench.run("troubled", stall_after_s=1.0)
        neighbour = bench.run("troubled", name="neighbour")
        until(lambda: troubled.snapshot().step > 5, "some steps")
        kill(troubled, signal.SIGSTOP)
        since_s = time.monotonic()
        until(lambda: any("has not finished step" in text for text in bench.texts("alert")), "the stall is told")
        yield Frozen(bench, troubled, neighbour, since_s, troubled.snapshot().step)
    finally:
        bench.close()


def test_frozen_by_a_signal_it_is_told_and_what_is_asked_waits(frozen: Frozen) -> None:
    late = frozen.workload.set({"level": 7.0}, timeout_s=0.1)
    assert late.pending
    assert frozen.workload.snapshot().changed == {"level": 7.0}
    assert frozen.workload.state == "running"
    assert frozen.workload.pause(timeout_s=0.1).note == "pending"
    assert frozen.workload.resume(timeout_s=0.1).note == "pending"


# ---- kill -9


def test_killed_without_a_checkpoint_it_is_failed_with_last_words(bench: Bench) -> None:
    heat = bench.run("heat")
    until(lambda: heat.snapshot().step > 5, "some steps")
    kill(heat)
    until(lambda: heat.state == "failed", "the end is noticed")
    words = heat.snapshot().last_words
    assert words
    assert "ended by SIGKILL at step" in words
    assert heat.snapshot().pid is None
    agree(bench, heat)
    until(lambda: any("SIGKILL" in event.text for event in bench.store.events(kind="state")), "an event says it")
    steps = steps_kept(bench, heat, "temperature")
    assert steps == list(range(len(steps)))
    heat.restart()
    until(lambda: heat.state == "running", "it can be restarted")
    assert heat.snapshot().last_words is None


def test_killed_with_a_checkpoint_it_goes_on_from_there_as_it_was_set(bench: Bench) -> None:
    heat = bench.run("heat", checkpoint_every_s=0.3)
    run = heat.snapshot().run
    folder = bench.folder / "run" / "checkpoints" / "heat"
    until(lambda: list(folder.glob("*.checkpoint")), "a checkpoint is written")
    saved = heat.checkpoint()
    heat.set({"cells": 4, "rate": 0.3})
    kill(heat)
    until(lambda: heat.state == "starting", "the end is noticed")
    until(lambda: heat.state == "running", "it goes on")
    until(lambda: not heat.snapshot().changed, "later changes are made again")
    assert heat.snapshot().run == run
    assert heat.snapshot().step >= saved.step
    assert [heat.snapshot().parameters[name].value for name in ("cells", "rate")] == [4, 0.3]
    assert any("goes on from the checkpoint of step" in note for note in heat.snapshot().notes)
    assert any("Restored from the checkpoint" in note for note in heat.snapshot().notes)
    agree(bench, heat)
    assert len(bench.store.runs("heat")) == 1


def test_killed_again_and_again_it_gives_up(bench: Bench) -> None:
    heat = bench.run("heat")
    heat.checkpoint()
    pids = set()
    for _ in range(4):
        until(lambda: heat.state == "running" and heat.snapshot().pid not in {None, *pids}, "it runs")
        pids.add(heat.snapshot().pid)
        kill(heat)
    until(lambda: heat.state == "failed", "it is given up")
    assert "SIGKILL" in (heat.snapshot().last_words or "")
    agree(bench, heat)


# ---- out of memory


def test_out_of_memory_ends_it_with_a_reason_and_nobody_else(bench: Bench) -> None:
    other = bench.run("troubled", name="other")
    greedy = bench.run("troubled", "memory", memory_limit_bytes=512 << 20, restart_policy=None)
    until(lambda: greedy.state == "failed", "it fails")
    assert "MemoryError" in (greedy.snapshot().last_words or "")
    agree(bench, greedy)
    step = other.snapshot().step
    until(lambda: other.snapshot().step > step, "the other one goes on")
    agree(bench, other)


# ---- NaN


def test_poisoned_with_nan_it_arrives_as_such_and_heals(bench: Bench) -> None:
    troubled = bench.run("troubled")
    troubled.set({"poison": True}, timeout_s=30)
    until(lambda: math.isnan(troubled.snapshot().metrics.get("height", 0.0)), "NaN arrives")
    troubled.set({"poison": False}, timeout_s=30)
    until(lambda: troubled.snapshot().metrics["height"] == 1.0, "it heals")
    run = troubled.snapshot().run
    assert run
    bench.store.flush()
    kept = bench.store.readings(run, "height", 100_000)
    assert any(math.isnan(reading.value) for reading in kept)
    assert not any(reading.value == 0.0 for reading in kept)
    assert sum("height of troubled is NaN" in text for text in bench.texts("alert")) == 1
    agree(bench, troubled)


def test_what_is_not_finite_arrives_as_such_and_alarms_once(bench: Bench) -> None:
    diverges = bench.run("diverges")
    until(lambda: diverges.state == "finished", "it finishes")
    bench.store.flush()
    run = diverges.snapshot().run
    assert run
    assert sum(math.isnan(reading.value) for reading in bench.store.readings(run, "energy", 500)) == 80
    assert diverges.snapshot().to_json()["metrics"] == {"energy": 1.0, "drift": "-Infinity"}
    alerts = [text for text in bench.texts("alert") if "picture" not in text]
    assert alerts == ["energy of diverges is NaN at step 20.", "drift of diverges is -Infinity at step 151."]
    assert any("points of the picture field are not finite" in text for text in bench.texts("alert"))
    assert any("colour was given 'red'" in note for note in diverges.snapshot().notes)


# ---- a hundred changes a second


def test_a_hundred_changes_a_second_are_each_applied_once_and_in_order(bench: Bench) -> None:
    troubled = bench.run("troubled")
    wanted = [float(value) for value in range(2, CHANGES + 2)]
    late: list[SetResult | LodgerError] = []
    sent, began_s = 0, time.monotonic()
    while sent < CHANGES:
        if time.monotonic() < began_s + sent / CHANGES_PER_S:
            time.sleep(0.001)
            continue
        try:
            troubled.set({"level": wanted[sent]}, timeout_s=0.0, on_applied=late.append)
            sent += 1
        except Unavailable:  # 64 wait unread: we are told, and try again
            time.sleep(0.01)
    until(lambda: not troubled.snapshot().changed, "none is left waiting")
    until(lambda: troubled.snapshot().metrics["height"] == wanted[-1], "the last one is in force")
    applied = [change for kind, details in bench.events if kind == "change" for change in details["changes"]]
    assert [change["new"] for change in applied] == wanted
    assert [change["old"] for change in applied] == [1.0, *wanted[:-1]]
    at = [change["step"] for change in applied]
    assert at == sorted(at)
    told = [answer.changes[0].new for answer in late if isinstance(answer, SetResult)]
    assert len(told) == len(late)  # none was refused
    assert told == sorted(told)
    agree(bench, troubled)


# ---- a full pipe


FAST = """
from workloads import steer
sim = steer.attach("fast", total_steps=20_000)
for step in sim.steps():
    sim.report(x=step, y=2 * step, z=-step)
print("through", flush=True)
"""


def test_a_full_pipe_costs_the_simulation_nothing_but_detail() -> None:
    ours, theirs = socket.socketpair()
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    with theirs:
        env = {**os.environ, "PYTHONPATH": str(ROOT), "LODGER_CHANNEL": f"fd:{theirs.fileno()}"}
        process = subprocess.Popen(
            [sys.executable, "-c", FAST], env=env, pass_fds=(theirs.fileno(),), stdout=subprocess.PIPE, text=True
        )
    assert process.stdout
    assert process.stdout.readline() == "through\n"  # nobody has read a byte, and all steps are done
    ours.settimeout(60)
    rows: list[list[float]] = []
    for line in ours.makefile("rb"):
        message = json.loads(line)
        rows += message.get("rows", {}).get("x", [])
        if message["type"] == "bye":
            break
    counts = [row[3] if len(row) > 3 else 1 for row in rows]
    assert sum(counts) == 20_000  # merged, and said; none is lost
    assert max(row[5] if len(row) > 3 else row[1] for row in rows) == 19_999
    assert process.wait(60) == 0
    ours.close()


def test_a_workload_that_reads_nothing_and_heeds_nothing_is_killed(bench: Bench) -> None:
    """The pipe to it is full, and it ignores both the request to stop and SIGTERM."""
    deaf = bench.run("stubborn", "deaf", stop_grace_s=0.5)
    big = "x" * 300_000
    for _ in range(3):
        assert deaf.set({"mood": big}, timeout_s=0.0).pending
    until(lambda: deaf.snapshot().step > 3, "it is still watched")
    stopped = deaf.stop()
    assert (stopped.after_state, stopped.note) == ("stopped", "killed")
    assert "ended by SIGKILL" in (deaf.snapshot().last_words or "")
    agree(bench, deaf)
    assert deaf.snapshot().parameters["mood"].value == "grim"  # what was never acknowledged is not shown as in force


def test_a_store_that_cannot_be_written_does_not_stop_the_simulation(bench: Bench) -> None:
    bench.store.close()
    heat = bench.run("heat", 50)
    until(lambda: heat.state == "finished", "it finishes all the same")
    assert heat.recent("temperature", 1)[0].step == 49
    assert any("is not recorded" in text for text in bench.texts("alert"))


def test_thawed_after_half_a_minute_it_goes_on_where_it_was(frozen: Frozen) -> None:
    """The last one, so that the tests before have filled the 30 s; see ``frozen``."""
    while (left_s := frozen.since_s + FROZEN_S - time.monotonic()) > 0.0:
        time.sleep(left_s)
    troubled, bench = frozen.workload, frozen.bench
    assert (troubled.state, troubled.snapshot().step) == ("running", frozen.step)
    kill(troubled, signal.SIGCONT)
    until(lambda: troubled.snapshot().step > frozen.step + 5, "it goes on")
    until(lambda: not troubled.snapshot().changed, "what was asked meanwhile is done")
    steps = steps_kept(bench, troubled, "step_count")
    assert steps == list(range(len(steps)))  # none is lost, none twice
    assert sum("has not finished step" in text for text in bench.texts("alert")) == 1
    agree(bench, troubled)
    agree(bench, frozen.neighbour)
    beside = steps_kept(bench, frozen.neighbour, "step_count")
    assert beside == list(range(len(beside)))
    assert len(beside) > len(steps)  # the neighbour was not held up
