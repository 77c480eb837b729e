"""More bad days: frozen by a signal, out of memory, poisoned with NaN, changed a hundred times a second, a reader that reads nothing."""

from __future__ import annotations

import json
import math
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from workload_bench import Bench, until

from measurement.errors import Unavailable

ROOT = Path(__file__).parents[2]
CHANGES = 300  # at a hundred a second


def test_frozen_by_a_signal_it_is_told_and_goes_on_where_it_was(bench: Bench) -> None:
    troubled = bench.run("troubled", stall_after_s=1.0)
    until(lambda: troubled.snapshot().step > 5, "some steps")
    pid = troubled.snapshot().pid
    assert pid
    os.kill(pid, signal.SIGSTOP)
    until(lambda: any("has not finished step" in text for text in bench.texts("alert")), "the stall is told")
    frozen = troubled.snapshot().step
    late = troubled.set({"level": 7.0}, timeout_s=0.1)
    assert late.pending
    assert troubled.state == "running"
    os.kill(pid, signal.SIGCONT)
    until(lambda: troubled.snapshot().parameters["level"].value == 7.0, "what was asked meanwhile is done")
    until(lambda: troubled.snapshot().step > frozen + 5, "it goes on")
    run = troubled.snapshot().run
    assert run
    bench.store.flush()
    steps = [reading.step for reading in bench.store.readings(run, "step_count", 100_000)]
    assert steps == list(range(len(steps)))  # none is lost, none twice
    assert sum("has not finished step" in text for text in bench.texts("alert")) == 1


def test_out_of_memory_ends_it_with_a_reason_and_nobody_else(bench: Bench) -> None:
    other = bench.run("troubled", name="other")
    greedy = bench.run("troubled", "memory", memory_limit_bytes=512 << 20, restart_policy=None)
    until(lambda: greedy.state == "failed", "it fails")
    assert "MemoryError" in (greedy.snapshot().last_words or "")
    bench.store.flush()
    assert bench.store.runs("troubled")[0].state == "failed"
    step = other.snapshot().step
    until(lambda: other.snapshot().step > step, "the other one goes on")


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


def test_a_hundred_changes_a_second_are_each_applied_once_and_in_order(bench: Bench) -> None:
    troubled = bench.run("troubled")
    sent, began = 0, time.monotonic()
    while sent < CHANGES:
        if time.monotonic() < began + sent / 100:
            time.sleep(0.001)
            continue
        try:
            troubled.set({"level": float(sent + 2)}, timeout_s=0.0)
            sent += 1
        except Unavailable:  # 64 wait unread: we are told, and try again
            time.sleep(0.01)
    until(lambda: troubled.snapshot().parameters["level"].value == CHANGES + 1.0, "the last one is in force")
    until(lambda: not troubled.snapshot().changed, "none is left waiting")
    applied = [change["new"] for kind, details in bench.events if kind == "change" for change in details["changes"]]
    assert applied == [float(value) for value in range(2, CHANGES + 2)]
    bench.store.flush()
    assert bench.store.runs("troubled")[0].parameters["level"] == CHANGES + 1.0


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


FAST = """
from workloads import steer
sim = steer.attach("fast", total_steps=20_000)
for step in sim.steps():
    sim.report(x=step, y=2 * step, z=-step)
print("through", flush=True)
"""


def test_going_back_to_a_checkpoint_loses_no_reading(bench: Bench) -> None:
    troubled = bench.run("troubled")
    until(lambda: troubled.snapshot().step > 20, "some steps")
    saved = troubled.checkpoint()
    until(lambda: troubled.snapshot().step > saved.step + 50, "it goes on")
    troubled.restore(saved.path)
    until(lambda: troubled.snapshot().step > saved.step + 20, "it goes on from there")
    troubled.pause(timeout_s=30)
    steps = [reading.step for reading in troubled.recent("step_count", 4096)]
    back = next(i for i in range(1, len(steps)) if steps[i] <= steps[i - 1])
    assert steps[:back] == list(range(back))  # all that was reported before the way back came before it
    assert steps[back] == saved.step
    assert steps[back:] == list(range(saved.step, steps[-1] + 1))
