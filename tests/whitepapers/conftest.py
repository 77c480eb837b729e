"""Real runs in a real store: a finished lattice with a change, an alert and an incident in it, and a hostile simulation."""

from __future__ import annotations

import math
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from measurement.carbon import grid
from measurement.host import machine
from measurement.power import source
from measurement.power.base import PowerSettings
from measurement.powerhouse import PowerHouse
from measurement.requests import Request
from measurement.store import ChartIncident, Event, Store, Telemetry
from tools import registry
from tools.contract import Actor, ToolContext
from whitepapers.building import Sources
from whitepapers.desk import Report, Reports
from whitepapers.paper import Wish
from workloads.runner import Workload, Workloads

ROOT = Path(__file__).parents[2]
PATIENCE_S = 700.0
LATTICE = "from workloads.gw_lattice import main; main(total_steps=160)"


def until(holds: Callable[[], object], what: str) -> None:
    """Wait for something that will come."""
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, f"waited too long for this: {what}"
        time.sleep(0.05)


@pytest.fixture(scope="session")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sources]:
    folder = tmp_path_factory.mktemp("runs")
    with Store(folder / "lodger.db") as store:
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
        _live(store, workloads, folder)
        yield Sources(store, workloads, machine(), "9.9.9")
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


@pytest.fixture(scope="session")
def desk(sources: Sources, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reports]:
    with Reports(tmp_path_factory.mktemp("papers") / "whitepapers", sources) as desk:
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
