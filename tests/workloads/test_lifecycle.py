"""Lives that go astray and are told: errors of their own, nonsense on the channel, long steps, late answers, ways back."""

from __future__ import annotations

import os
import signal
import threading

import pytest
from workload_bench import Bench, until

from measurement.errors import Conflict, LodgerError, Refused, WorkloadError
from workloads.runner import RestartPolicy, SetResult


def test_an_error_of_its_own_is_its_last_words_and_not_repeated(bench: Bench) -> None:
    fails = bench.run("fails")
    until(lambda: fails.state == "failed", "it fails")
    assert fails.snapshot().last_words == "ArithmeticError: the lattice came apart (at step 5)"
    assert any("Traceback" in line for line in fails.log_tail(20))
    assert fails.recent("energy", 1)[0].step == 5


def test_a_program_that_cannot_start_is_said_at_once(bench: Bench) -> None:
    missing = bench.adopt("missing", ["no-such-program"])
    with pytest.raises(WorkloadError, match="no program no-such-program"):
        missing.start()
    assert missing.state == "failed"
    assert "no-such-program" in (missing.snapshot().last_words or "")


def test_a_program_that_knows_nothing_of_us_is_told_what_it_needs(bench: Bench) -> None:
    silent = bench.make("silent")
    silent.start()
    until(lambda: silent.state == "failed", "it ends")
    assert "steer.attach" in (silent.snapshot().last_words or "")
    assert silent.log_tail() == ["computing, unaware of everybody"]


def test_rubbish_is_told_and_what_is_sensible_arrives(bench: Bench) -> None:
    rubbish = bench.run("rubbish")
    until(lambda: rubbish.snapshot().step == 7, "the sensible step arrives")
    assert rubbish.snapshot().metrics == {"energy": 2.5}
    assert rubbish.set({"tune": 1.5}, timeout_s=30).changes[0].step == 8
    assert sum("no message on the steering channel" in text for text in bench.texts("alert")) == 1
    assert rubbish.stop().after_state == "stopped"


def test_a_long_step_holds_nobody_up(bench: Bench) -> None:
    sleepy = bench.run("sleepy", stall_after_s=0.5, stop_grace_s=0.5)
    until(lambda: any("has not finished step 3" in text for text in bench.texts("alert")), "the stall is told")
    late: list[SetResult | LodgerError] = []
    pending = sleepy.set({"depth": 2.0}, timeout_s=0.1, on_applied=late.append)
    assert (pending.pending, pending.changes[0].step) == (True, None)
    assert sleepy.snapshot().changed == {"depth": 2.0}
    assert sleepy.pause(timeout_s=0.1).note == "pending"
    stopped = sleepy.stop()
    assert (stopped.after_state, stopped.note) == ("stopped", "terminated")
    assert "ended by SIGTERM" in (sleepy.snapshot().last_words or "")
    assert isinstance(late[0], Conflict)
    assert sleepy.snapshot().changed == {}


def test_a_late_answer_is_told(bench: Bench) -> None:
    heat = bench.run("heat", 0, 0.8)
    late: list[SetResult | LodgerError] = []
    assert heat.set({"rate": 0.2}, timeout_s=0.0, on_applied=late.append).pending
    assert heat.set({"edge": "closed"}, timeout_s=0.0, on_applied=late.append).pending
    until(lambda: len(late) == 2, "both answers come")
    assert isinstance(late[0], SetResult)
    assert late[0].changes[0].new == 0.2
    assert isinstance(late[1], Refused)


def test_stopped_while_it_waits_to_go_on_it_stays_stopped(bench: Bench) -> None:
    heat = bench.run("heat", restart_policy=RestartPolicy(backoff_s=(60.0,)))
    heat.checkpoint()
    pid = heat.snapshot().pid
    assert pid
    os.kill(pid, signal.SIGKILL)
    until(lambda: heat.state == "starting", "it waits to go on")
    assert heat.stop().after_state == "stopped"
    assert heat.state == "stopped"


def test_watching_from_many_threads_never_sees_half_a_change(bench: Bench) -> None:
    heat = bench.run("heat", 0, 0)
    until(lambda: heat.snapshot().metrics, "metrics arrive")
    broken: list[object] = []
    leave = threading.Event()

    def watch() -> None:
        while not leave.is_set():
            values = {name: info.value for name, info in heat.snapshot().parameters.items()}
            if values["rate"] not in (0.1, values["cells"] / 100):  # type: ignore[operator]
                broken.append(values)

    watchers = [threading.Thread(target=watch) for _ in range(2)]
    for watcher in watchers:
        watcher.start()
    for cells in range(2, 12):
        heat.set({"cells": cells, "rate": cells / 100}, timeout_s=30)
    leave.set()
    for watcher in watchers:
        watcher.join()
    assert broken == []


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
