"""A real house for the tests of floor 6: a database file, a child simulation, a server on a free port, a recorded conversation."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from places import PATIENCE_S, Place, until
from recorded import RecordedTalk

from measurement.host import machine
from measurement.store import Store
from ui.house import House, Launched
from ui.serve import PageServer
from ui.server import create_app
from workloads.runner import Workload, Workloads

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("house")
    store = Store(folder / "lodger.sqlite")
    workloads = Workloads()
    workload = Workload(
        "ticking",
        [sys.executable, str(Path(__file__).with_name("ticking.py"))],
        store=store,
        run_folder=folder / "run",
        log_folder=folder / "log",
        env={"PYTHONPATH": str(ROOT)},
        restart_policy=None,
        data_folder=folder / "data",
    )
    workloads.add(workload)
    workload.start()
    until(lambda: workload.state == "running" and workload.snapshot().metrics, "the simulation runs")
    yield House(
        settings_summary={"port": 0},
        version="0.0.0",
        store=store,
        workloads=workloads,
        engine=None,
        conversations=RecordedTalk(),
        ledger=None,
        memory_plan=None,
        machine=machine(),
        started_at=time.time(),
        log_folder=folder / "log",
        launched=Launched(engine=False, workloads=["ticking"]),
    )
    workloads.stop_all()
    store.close()


@pytest.fixture
def open_house(house: House) -> Iterator[Callable[..., Place]]:
    """Serve the house, changed as a test needs it, until the test ends."""
    opened: list[tuple[PageServer, httpx.Client]] = []

    def open_(**changes: Any) -> Place:
        talk = RecordedTalk()
        served = replace(house, **{"conversations": talk, **changes})
        server = PageServer(create_app(served, page=False), "127.0.0.1", 0)
        url = server.start()
        client = httpx.Client(base_url=url, timeout=PATIENCE_S)
        opened.append((server, client))
        return Place(served, talk, url, client)

    yield open_
    for server, client in opened:
        client.close()
        server.stop()


@pytest.fixture(scope="module")
def place(house: House) -> Iterator[Place]:
    """The house as most callers meet it: on loopback, without a token."""
    talk = RecordedTalk()
    served = replace(house, conversations=talk)
    server = PageServer(create_app(served, page=False), "127.0.0.1", 0)
    url = server.start()
    with httpx.Client(base_url=url, timeout=PATIENCE_S) as client:
        yield Place(served, talk, url, client)
    server.stop()
