"""The monitor as a person meets it: a slowed engine is one incident that ends by itself, a killed one an outage."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from agent.engines.base import EngineOptions
from agent.engines.recorder import requests_under_way
from agent.monitoring.monitor import Monitor
from measurement.control import Process, Watch, control_chart, design, metric_named
from measurement.errors import Refused
from measurement.store import Audit, ChartIncident, Store, Telemetry
from tests.agent.paced_engine import PacedEngine
from workloads.runner import WorkloadEvent, Workloads

PATIENCE_S = 240.0
TOKEN_S = 0.001
THREADS = 40
HOG = f"""
import hashlib, os, sys, threading, time
os.sched_setaffinity(0, {{int(sys.argv[1])}})
burn = lambda: hashlib.pbkdf2_hmac("sha256", b"hog", b"", 2**31 - 1)
for _ in range({THREADS}):
    threading.Thread(target=burn, daemon=True).start()
time.sleep(600)
"""


def until(true: Callable[[], Any], what: str) -> Any:
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        if found := true():
            return found
        time.sleep(0.05)
    raise AssertionError(f"not within {PATIENCE_S:.0f} s: {what}")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "lodger.db") as opened:
        yield opened


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[PacedEngine]:
    paced = PacedEngine(EngineOptions(run_folder=tmp_path, log_folder=tmp_path))
    paced.pace(TOKEN_S)
    paced.start()
    yield paced
    paced.stop()


def raised_by(store: Store, alarm: str) -> list[ChartIncident]:
    return [incident for incident in store.incidents() if incident.alarm == alarm]


def test_an_engine_slowed_by_a_hog_is_one_incident_and_a_killed_one_an_outage(
    store: Store, engine: PacedEngine
) -> None:
    told: list[WorkloadEvent] = []
    processor = max(os.sched_getaffinity(0))
    os.sched_setaffinity(engine.pids()[0], {processor})  # the hog takes this one, whatever else runs here
    # a million points between two false alarms: what opens here is the slowness, not the noise of a shared machine
    monitor = Monitor(store, Workloads(), engine, interval_s=0.04, false_alarms_per_day=0.1, baseline_points=100)
    monitor.subscribe(told.append)
    with monitor:
        until(lambda: store.baselines(only={"metric": "inter_token_s"}), "100 points make a baseline")
        before = len(store.incidents())
        store.add_audit(Audit("a1", time.time(), "user", "", None, None, "set_parameter", status="done"))
        hog = subprocess.Popen([sys.executable, "-c", HOG, str(processor)])
        try:
            until(lambda: len(store.incidents()) > before, "the slow engine is noticed")
            seen = store.incidents()[0]
            until(lambda: len(store.incident(seen.id).points) > 11, "the points after the alarm are kept too")
        finally:
            hog.kill()
            hog.wait()
        (incident,) = raised_by(store, "cusum")[: len(store.incidents()) - before]
        assert incident.direction == "up"
        assert incident.size_sigma is not None
        assert incident.size_sigma > 1
        assert store.incident(incident.id).rules, "Nelson's rules name what the alarm heard"
        assert hog.pid in {one["pid"] for one in incident.snapshot["busiest"]}
        assert incident.snapshot["cpu_percent"] > 0
        assert [change["tool"] for change in incident.snapshot["changes"]] == ["set_parameter"]
        until(lambda: store.incident(incident.id).ended_at, "the incident ends when the hog is gone")
        assert store.incident(incident.id).status == "resolved"
        assert [event.details["incident"] for event in told].count(incident.id) == 1
        assert [event.details.get("incident") for event in store.events(kind="alert")].count(incident.id) == 1

        engine.stop()
        outage = until(lambda: raised_by(store, "outage"), "the killed engine is noticed")[0]
        failed = until(lambda: [row for row in store.telemetry(outage.taken_at) if row.outcome not in ("ok", "skipped")], "it is on record")  # fmt: skip
        assert all(row.latency_s is None for row in failed)
        engine.start()
        until(lambda: store.incident(outage.id).ended_at, "the outage ends when the engine answers again")
    assert all(request.purpose == "probe" and request.completion_tokens in (8, None) for request in store.requests())
    chart = control_chart(store, "latency_s", 1.0, time.time())
    assert not chart.provisional
    assert chart.outages
    assert incident.id in {each.id for each in chart.incidents}
    assert np.count_nonzero(np.isnan(chart.values)) >= len(chart.outages)


def test_the_probe_keeps_its_schedule_and_leaves_a_busy_engine_alone(store: Store, engine: PacedEngine) -> None:
    engine.pace(0.03)  # an answer takes longer than the interval: ticks are left out, none are made up for
    monitor = Monitor(store, Workloads(), engine, interval_s=0.1)
    began_at = time.time()
    with monitor:
        until(lambda: monitor.state.probes >= 5, "five probes")
    times = [request.taken_at for request in reversed(store.requests(purpose="probe"))]
    offsets = [((at - began_at) / 0.1) % 1 for at in times]
    assert max(offsets) - min(offsets) < 0.9
    assert min(b - a for a, b in pairwise(times)) > 0.15
    assert requests_under_way() == 0
    assert monitor.state.busy_share
    assert monitor.state.busy_share <= 1


def test_a_stable_process_wakes_nobody_and_a_shift_of_one_sigma_is_found() -> None:
    chance = np.random.default_rng(3)
    watch = Watch(metric_named("latency_s"), design("cusum", 1.0, 2.0, 3))
    stable = np.exp(chance.normal(-2.0, 0.2, 10_300))
    assert not [at for at, value in enumerate(stable) if watch.push(float(at), float(value)).began]
    assert watch.frozen is not None
    assert watch.frozen.points == 300
    assert not watch.push(20_000.0, 1000.0).began  # a lone outlier is marked on the chart and wakes nobody
    assert watch.recent[-1].rules == (1,)
    shifted = np.exp(chance.normal(-1.8, 0.2, 200))
    began = [at for at, value in enumerate(shifted) if watch.push(at + 30_000.0, float(value)).began]
    assert len(began) == 1
    assert began[0] < 100
    back = np.exp(chance.normal(-2.0, 0.2, 200))
    assert sum(watch.push(at + 40_000.0, float(value)).ended for at, value in enumerate(back)) == 1


def test_an_ewma_is_an_alarm_by_choice_and_alike_neighbours_are_judged_by_residuals() -> None:
    chance = np.random.default_rng(4)
    series = [10.0]
    for noise in chance.normal(0, 1, 4000):
        series.append(10 + 0.8 * (series[-1] - 10) + noise)
    watch = Watch(metric_named("cpu_percent"), design("ewma", 1.0, 2.0, 3))
    began = [at for at, value in enumerate(series) if watch.push(float(at), value).began]
    assert watch.frozen is not None
    assert watch.frozen.lag1 == pytest.approx(0.8, abs=0.15)
    assert len(began) <= 1  # judged as they are, half of the points would alarm


def test_what_others_report_is_judged_by_limits_of_its_own_and_a_person_sets_new_ones(store: Store) -> None:
    monitor = Monitor(store, Workloads(), None, interval_s=0.0)
    elsewhere = Process("lab-2", "outside", "vllm", "qwen")
    chance = np.random.default_rng(5)
    with monitor:
        with pytest.raises(Refused, match="300 points"):
            monitor.rebaseline("latency_s", elsewhere, "ada")
        now = time.time()
        for at, latency_s in enumerate(np.exp(chance.normal(0.0, 0.1, 360))):
            slow = 2.0 if at >= 340 else 1.0
            monitor.take(
                Telemetry(now - 800 + 2 * at, "lab-2", "outside", "vllm", "qwen", latency_s=float(slow * latency_s))
            )
        store.flush()
        (incident,) = store.incidents()
        assert (incident.source, incident.metric, incident.ended_at) == ("lab-2", "latency_s", None)
        monitor.rebaseline("latency_s", elsewhere, "ada")
        store.flush()
        assert store.incident(incident.id).ended_at is not None
    assert [each.actor for each in store.baselines(only={"metric": "latency_s"})] == ["ada", "monitor"]
