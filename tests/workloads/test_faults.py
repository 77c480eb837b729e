"""Bad days: simulations that crash, are killed, hang, flood, diverge or do not listen. Reported, never a hang or a crash."""

from __future__ import annotations

import math
import os
import signal
import threading

import pytest
from workload_bench import Bench, until

from measurement.clock import SystemClock
from measurement.errors import Conflict, LodgerError, Refused, WorkloadError
from workloads.alarm import Alarm
from workloads.runner import RestartPolicy, SetResult, Workload


def _kill(workload: Workload, number: signal.Signals = signal.SIGKILL) -> None:
    pid = workload.snapshot().pid
    assert pid
    os.kill(pid, number)


def test_killed_without_a_checkpoint_it_is_failed_with_last_words(bench: Bench) -> None:
    heat = bench.run("heat")
    until(lambda: heat.snapshot().step > 5, "some steps")
    _kill(heat)
    until(lambda: heat.state == "failed", "the end is noticed")
    words = heat.snapshot().last_words
    assert words
    assert "ended by SIGKILL at step" in words
    assert heat.snapshot().pid is None
    until(lambda: bench.store.runs("heat")[0].last_words == words, "the run's row says it")
    until(lambda: any("SIGKILL" in event.text for event in bench.store.events(kind="state")), "an event says it")
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
    _kill(heat)
    until(lambda: heat.state == "starting", "the end is noticed")
    until(lambda: heat.state == "running", "it goes on")
    until(lambda: not heat.snapshot().changed, "later changes are made again")
    assert heat.snapshot().run == run
    assert heat.snapshot().step >= saved.step
    assert [heat.snapshot().parameters[name].value for name in ("cells", "rate")] == [4, 0.3]
    assert any("goes on from the checkpoint of step" in note for note in heat.snapshot().notes)
    assert any("Restored from the checkpoint" in note for note in heat.snapshot().notes)


def test_killed_again_and_again_it_gives_up(bench: Bench) -> None:
    heat = bench.run("heat")
    heat.checkpoint()
    pids = set()
    for _ in range(4):
        until(lambda: heat.state == "running" and heat.snapshot().pid not in {None, *pids}, "it runs")
        pids.add(heat.snapshot().pid)
        _kill(heat)
    until(lambda: heat.state == "failed", "it is given up")
    assert "SIGKILL" in (heat.snapshot().last_words or "")


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


def test_a_workload_that_reads_nothing_and_heeds_nothing_is_killed(bench: Bench) -> None:
    deaf = bench.run("stubborn", "deaf", stop_grace_s=0.5)
    big = "x" * 300_000
    for _ in range(3):
        assert deaf.set({"mood": big}, timeout_s=0.0).pending
    until(lambda: deaf.snapshot().step > 3, "it is still watched")
    stopped = deaf.stop()
    assert (stopped.after_state, stopped.note) == ("stopped", "killed")
    assert "ended by SIGKILL" in (deaf.snapshot().last_words or "")


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


def test_stopped_while_it_waits_to_go_on_it_stays_stopped(bench: Bench) -> None:
    heat = bench.run("heat", restart_policy=RestartPolicy(backoff_s=(60.0,)))
    heat.checkpoint()
    _kill(heat)
    until(lambda: heat.state == "starting", "it waits to go on")
    assert heat.stop().after_state == "stopped"
    assert heat.state == "stopped"


def test_a_store_that_cannot_be_written_does_not_stop_the_simulation(bench: Bench) -> None:
    bench.store.close()
    heat = bench.run("heat", 50)
    until(lambda: heat.state == "finished", "it finishes all the same")
    assert heat.recent("temperature", 1)[0].step == 49
    assert any("is not recorded" in text for text in bench.texts("alert"))


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


class HandClock(SystemClock):
    def __init__(self) -> None:
        object.__setattr__(self, "now", 0.0)

    def monotonic_s(self) -> float:
        return self.now  # type: ignore[attr-defined]

    def move(self, seconds: float) -> None:
        object.__setattr__(self, "now", self.monotonic_s() + seconds)


def test_an_alarm_speaks_once_an_incident_and_counts_what_it_did_not_say() -> None:
    clock = HandClock()
    alarm = Alarm(clock, quiet_s=30)
    assert [alarm.begins("nan"), alarm.begins("nan")] == [0, None]
    for _ in range(5):
        alarm.ends("nan")
        assert alarm.begins("nan") is None
    alarm.ends("nan")
    clock.move(31)
    assert alarm.begins("nan") == 5
