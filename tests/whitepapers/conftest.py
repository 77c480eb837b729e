"""Real runs in a real store: a finished lattice with a change, an alert and an incident in it, and a hostile simulation."""

from __future__ import annotations

import json
import math
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from agent.evaluation.judge import Verdict
from agent.evaluation.scores import Score
from agent.evaluation.suites import Case
from agent.evaluation.wording import Wording
from measurement.carbon import grid
from measurement.host import machine
from measurement.power import source
from measurement.power.base import PowerSettings
from measurement.powerhouse import PowerHouse
from measurement.requests import Request
from measurement.store import ChartIncident, Event, Store, Telemetry
from tests.advancing import advancing_tree
from tools import registry
from tools.contract import Actor, ToolContext
from whitepapers.building import Sources
from whitepapers.desk import Report, Reports
from whitepapers.paper import Wish
from workloads.run_energy import RunEnergy
from workloads.runner import Workload, Workloads

ROOT = Path(__file__).parents[2]
PATIENCE_S = 700.0
WATTS = 80.0
LATTICE = "from workloads.gw_lattice import main; main(total_steps=160)"


def until(holds: Callable[[], object], what: str) -> None:
    """Wait for something that will come."""
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, f"waited too long for this: {what}"
        time.sleep(0.05)


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder, with an evaluation of the model that answers."""
    place = tmp_path_factory.mktemp("data")
    evaluated(place / "evaluations", "steering-a.json", "test", "small-135m", "2026-01-01T10:00:00+00:00")
    return place


@pytest.fixture(scope="session")
def sources(place: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sources]:
    folder = tmp_path_factory.mktemp("runs")
    with Store(place / "lodger.db") as store, advancing_tree(folder / "powercap", WATTS) as tree:
        workloads = Workloads()
        for name, argv in {
            "gw_lattice": ["-c", LATTICE],
            "hostile": [str(Path(__file__).with_name("hostile.py"))],
        }.items():
            workloads.add(
                Workload(
                    name,
                    [sys.executable, *argv],
                    store=store,
                    run_folder=folder / "run",
                    log_folder=folder,
                    env={"PYTHONPATH": str(ROOT), "LODGER_ROOT": str(ROOT)},
                    parameters={"num_lattice_nodes": 20} if name == "gw_lattice" else None,
                )
            )
        settings = PowerSettings(powercap_root=tree)
        with (
            PowerHouse(settings, grid("WORLD"), sources=[source("rapl", settings)]) as power,
            RunEnergy(power, workloads, store, every_s=0.05) as meter,
        ):
            _live(store, workloads, folder)
            yield Sources(store, workloads, machine(), "9.9.9", None, place / "evaluations", meter.note)
            workloads.stop_all()


def _live(store: Store, workloads: Workloads, folder: Path) -> None:
    """Let both run to their ends, with everything in the lattice's life that a report tells of."""
    for workload in workloads:
        workload.start()
    lattice = workloads.get("gw_lattice")
    until(lambda: lattice.snapshot().step >= 5, "the lattice computes")
    outcome = registry.call(
        "set_parameter", ToolContext(workloads, store, Actor("user")), {"name": "temperature", "value": "0.9"}
    )
    assert outcome.status == "done", outcome.summary
    now = time.time()
    store.add_event(Event("event-a", now, "alert", "gw_lattice", "correlation & 50% of {it} are_low", {"step": 7}))
    store.add_incident(
        ChartIncident(
            "inc-a", now, "latency_s", "here", "probe", "llama_cpp", "small-135m", "cusum", now - 0.01,
            status="resolved", ended_at=now + 0.01, rules=[1, 5], direction="up", size_sigma=4.25, note="fan_noise $",
            snapshot={"cpu_percent": 88.0, "changes": [{}]},
        )
    )  # fmt: skip
    begin = now - 0.2  # inside the run, however short it was
    points = [0.2 * math.exp(0.1 * math.sin(3 * place)) for place in range(60)]
    store.add_telemetry(
        [
            Telemetry(begin + place * 0.003, "here", "probe", "llama_cpp", "small-135m", latency_s=value)
            for place, value in enumerate(points)
        ]
    )
    store.add_request(_metered(now, folder))
    for workload in workloads:
        until(lambda workload=workload: workload.state == "finished", f"{workload.name} finishes")
    assert store.flush()


def _metered(at: float, folder: Path) -> Request:
    """A request with the record of energy that a launch without a counter gives it: an estimate."""
    asked = Request("req-a", at, "chat", "test", "small-135m", prompt_tokens=30, completion_tokens=20, duration_s=0.5)
    settings = PowerSettings(powercap_root=folder / "no-counters")
    with PowerHouse(settings, grid("WORLD"), sources=[source("rapl", settings)]) as house:
        return replace(asked, energy=house.record(house.request("chat").close().result(), asked))


def evaluated(folder: Path, file: str, engine: str, model: str, at: str) -> Path:
    """Write down an evaluation as the launcher does: twenty requests, four of them not as wanted, one unasked for."""
    verdicts = [
        Verdict("gw_lattice", Case("simple" if place % 2 else "typo & co_", "say", set={"x": place}), place >= 4, place == 0,
                None, Wording(), {}, "running", (), "", 1.0 + place)
        for place in range(20)
    ]  # fmt: skip
    head = {"suite": "steering", "taken_at": at, "version": "0.1.0", "engine": engine, "model": model,
            "tool_calls": "grammar", "cpu": "a processor", "cpu_count": 2, "gpus": []}  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    (folder / file).write_text(json.dumps({**head, **Score(verdicts).to_json()}, default=str), "utf-8")
    return folder / file


@pytest.fixture(scope="session")
def desk(sources: Sources, place: Path) -> Iterator[Reports]:
    with Reports(place / "whitepapers", sources) as desk:
        yield desk


@pytest.fixture(scope="session")
def written(desk: Reports) -> Report:
    """A report of the lattice."""
    report = desk.wait(desk.order(Wish("gw_lattice", focus="correlation")).id, PATIENCE_S)
    assert report.status == "done", report.error
    return report


@pytest.fixture(scope="session")
def tex() -> None:
    missing = [name for name in ("latexmk", "pdflatex", "pdftotext", "chktex") if shutil.which(name) is None]
    if missing:
        pytest.skip(f"needs {', '.join(missing)}; run tests/setup-system.sh")
