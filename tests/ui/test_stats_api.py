"""Telemetry from elsewhere, charts, incidents and their export, as programs meet them; alerts as a socket meets them."""

from __future__ import annotations

import csv
import io
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from places import Place, until
from websockets.sync.client import connect

from agent.monitoring.monitor import Monitor
from measurement.store import Telemetry
from ui.house import House


@pytest.fixture
def watched(house: House, open_house: Callable[..., Place]) -> Iterator[Place]:
    with Monitor(house.store, house.workloads, None, interval_s=0.0) as monitor:
        yield open_house(residents=(monitor,))


def report(place: Place, **row: Any) -> None:
    answer = place.client.post("/api/stats", json=row)
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "logged": True}), answer.text


def test_another_machines_monitor_reports_in_and_one_shift_is_one_alert(watched: Place) -> None:
    chance, began = np.random.default_rng(1), time.time() - 700
    latencies = np.exp(chance.normal(-1.0, 0.1, 330))
    monitor = watched.house.monitor
    assert monitor is not None
    with connect(watched.ws_url) as socket:
        for k, latency_s in enumerate(latencies.tolist()):
            at, slow = began + 2 * k, 3.0 if k >= 310 else 1.0
            if k in (0, 329):
                report(
                    watched,
                    source="lab-2",
                    provider="vllm",
                    model="qwen",
                    timestamp=at,
                    latency_s=slow * latency_s,
                    queue=3,
                )
            else:
                monitor.take(Telemetry(at, "lab-2", "outside", "vllm", "qwen", latency_s=slow * latency_s))
        alert = until(
            lambda: next((m for m in [json.loads(socket.recv(30))] if m["type"] == "alert"), None), "an alert"
        )
        assert alert["details"]["metric"] == "latency_s"
        end, later = time.monotonic() + 1.5, []
        while time.monotonic() < end:
            later.append(json.loads(socket.recv(30))["type"])  # a status comes every second
        assert "alert" not in later

    chart = watched.client.get("/api/stats/spc", params={"hours": 1, "provider": "vllm", "metric": "latency_s"}).json()
    assert chart["n"] == len(chart["timestamps"]) == len(chart["latency_s"]) == 330
    assert chart["lcl"] < chart["center"] < chart["ucl"]
    assert not chart["provisional"]
    assert min(chart["violations"]["1"]) >= 310
    (incident,) = chart["incidents"]
    assert alert["details"]["incident"] == incident["id"]
    others = watched.client.get("/api/stats/spc", params={"provider": "vllm", "metric": "queue"}).json()
    assert others["values"][0] == 3

    listed = watched.client.get("/api/violations", params={"hours": 1, "status": "open"}).json()["violations"]
    assert [one["id"] for one in listed if one["source"] == "lab-2"] == [incident["id"]]
    seen = watched.client.post(f"/api/violations/{incident['id']}/acknowledge", json={"note": "=a backup"})
    assert (seen.json()["violation"]["status"], seen.json()["violation"]["note"]) == ("acknowledged", "=a backup")
    rows = list(csv.DictReader(io.StringIO(watched.client.get("/api/export/violations").text)))
    assert [row["note"] for row in rows if row["id"] == incident["id"]] == ["'=a backup"]
    assert watched.client.post(f"/api/violations/{incident['id']}/resolve").json()["violation"]["status"] == "resolved"
    again = watched.client.post(f"/api/violations/{incident['id']}/resolve")
    assert (again.status_code, "already" in again.json()["error"]) == (409, True)
    assert len(watched.client.get("/api/export/stats").text.splitlines()) > 330


def test_an_error_reported_is_an_outage_and_never_a_latency(watched: Place) -> None:
    report(watched, source="lab-3", provider="ollama", model="m", latency_s=0.001, error="connection refused")
    chart = watched.client.get("/api/stats/spc", params={"provider": "ollama"}).json()
    assert (chart["values"], len(chart["outages"])) == ([None], 1)
    assert "connection refused" in chart["outages"][0]["reason"]
    assert chart["reason"]


@pytest.mark.parametrize(
    ("wish", "says"),
    [({"latency_s": -1}, "latency_s"), ({"latency_s": "slow"}, "latency_s"), ({"timestamp": 0}, "timestamp")],
)
def test_nonsense_is_refused_in_a_sentence(watched: Place, wish: dict[str, Any], says: str) -> None:
    answer = watched.client.post("/api/stats", json=wish)
    assert answer.status_code == 422
    assert says in answer.json()["error"]


def test_what_is_not_there_is_said(watched: Place) -> None:
    assert watched.client.get("/api/violations/inc-none").status_code == 404
    assert watched.client.post("/api/stats/baseline", json={"metric": "latency_s", "model": "none"}).status_code == 422
    empty = watched.client.get("/api/stats/spc", params={"model": "none"}).json()
    assert (empty["values"], empty["center"]) == ([], None)
    assert "Nothing was measured" in empty["reason"]
