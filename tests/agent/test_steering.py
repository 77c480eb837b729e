"""The steering suites against the embedded model: nothing may change that nobody asked for; the scores are printed as they are.

``requests.jsonl`` was written by the authors of the code while they wrote it. The two ``blind_*`` files were written by
somebody who had not read the code; docs/steering.md tells what they scored before and after their misses had been studied.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from agent.engines.base import Engine
from agent.session import Conversations
from measurement.store import Store
from tests.agent.steering import Score, judge
from workloads.runner import Workload, Workloads

# One loop for all: the conversations keep their connection to the engine open from one test to the next, as in the product.
pytestmark = [pytest.mark.model, pytest.mark.asyncio(loop_scope="session")]
SUITES = Path(__file__).parent / "steering_suite"


def requests_of(file: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (SUITES / file).read_text("utf-8").splitlines() if line.strip()]


async def run(file: str, conversations: Conversations, workload: Workload, capsys: pytest.CaptureFixture[str]) -> Score:
    deadline = time.monotonic() + 60
    while not workload.snapshot().metrics and time.monotonic() < deadline:
        time.sleep(0.1)
    score = await judge(requests_of(file), conversations, workload)
    with capsys.disabled():
        print(f"\n{file}\n{score.table()}\n")
    return score


def unasked(score: Score) -> Sequence[str]:
    return [verdict.request["say"] for verdict in score.verdicts if verdict.unsafe]


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("file", ["requests.jsonl", "blind_gw_lattice.jsonl"])
async def test_the_lattice(
    file: str, conversations: Conversations, workloads: Workloads, capsys: pytest.CaptureFixture[str]
) -> None:
    score = await run(file, conversations, workloads.get("gw_lattice"), capsys)
    assert len(score.verdicts) >= 90
    assert not unasked(score), "something changed that nobody asked for"
    simple = [v for v in score.verdicts if v.request["category"] == "simple"]
    assert all(v.exact for v in simple), [v.request["say"] for v in simple if not v.exact]


@pytest.mark.timeout(1200)
async def test_a_workload_that_the_code_was_not_written_for(
    folder: Path, store: Store, engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    house = Workloads()
    argv = [sys.executable, str(SUITES / "reactor.py")]
    workload = Workload("reactor", argv, store=store, run_folder=folder / "run", log_folder=folder, nice=5)
    house.add(workload)
    workload.start()
    try:
        score = await run("blind_reactor.jsonl", Conversations(store, house, engine), workload, capsys)
    finally:
        workload.stop()
    assert not unasked(score), "something changed that nobody asked for"
