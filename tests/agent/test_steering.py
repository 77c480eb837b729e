"""The steering suites against the embedded model: nothing may change that nobody asked for; the scores are printed as they are.

``requests.jsonl`` was written by the authors of the code while they wrote it. The ``blind_*`` and ``field_*`` files were
written by people who had not read the code; docs/steering.md tells what they scored before their misses had been studied.
The field suite is the one of ``launcher.py evaluate``, which runs all of it; here runs every third request.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from agent.engines.base import Engine
from agent.evaluation import steering, suites
from agent.evaluation.scores import Score
from agent.session import Conversations
from measurement.store import Store
from workloads.runner import Workload, Workloads

pytestmark = pytest.mark.model
FOLDER = Path(__file__).parent / "steering_suite"
FIELD = suites.load(FOLDER)
EVERY = 3
RIGHT_AT_LEAST = 0.5  # of any part of the field suite: far below what it scores, so that only a break fails


def shown(title: str, score: Score, capsys: pytest.CaptureFixture[str]) -> Score:
    with capsys.disabled():
        print(f"\n{title}\n{score.table()}\n{score.misses()}\n")
    return score


def unasked(score: Score) -> list[str]:
    return [verdict.case.say for verdict in score.unsafe]


@contextmanager
def started(name: str, argv: list[str], folder: Path, store: Store) -> Iterator[tuple[Workloads, Workload]]:
    house = Workloads()
    workload = Workload(name, argv, store=store, run_folder=folder / "run", log_folder=folder, nice=5)
    house.add(workload)
    workload.start()
    try:
        yield house, workload
    finally:
        workload.stop()


def as_declared(workload: Workload) -> Workload:
    """The lattice as its program declares it, whatever the tests before left; but for its size, which is the fixture's."""
    steering.await_metrics(workload)
    infos = [info for info in workload.snapshot().parameters.values() if info.name != "num_lattice_nodes"]
    steering.reset(workload, {info.name: info.default for info in infos if info.default is not None})
    return workload


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("file", ["requests.jsonl", "blind_gw_lattice.jsonl"])
async def test_the_lattice(
    file: str, conversations: Conversations, workloads: Workloads, capsys: pytest.CaptureFixture[str]
) -> None:
    cases = suites.read_cases(FOLDER / file)
    lattice = as_declared(workloads.get("gw_lattice"))
    score = shown(file, Score(await steering.run(cases, conversations, lattice)), capsys)
    assert len(score.verdicts) >= 90
    assert not unasked(score), "something changed that nobody asked for"
    simple = [v for v in score.verdicts if v.case.category == "simple"]
    assert all(v.exact for v in simple), [v.case.say for v in simple if not v.exact]


@pytest.mark.timeout(1200)
async def test_a_workload_that_the_code_was_not_written_for(
    folder: Path, store: Store, engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    cases = suites.read_cases(FOLDER / "blind_reactor.jsonl")
    argv = [sys.executable, str(FOLDER / "reactor.py")]
    with started("reactor", argv, folder, store) as (house, workload):
        score = Score(await steering.run(cases, Conversations(store, house, engine), workload))
    assert not unasked(shown("blind_reactor.jsonl", score, capsys)), "something changed that nobody asked for"


@pytest.mark.timeout(1200)
@pytest.mark.parametrize(
    "part", [part for part in FIELD.parts if part.workload != "gw_lattice"], ids=lambda p: p.workload
)
async def test_a_field_that_the_model_was_not_trained_on(
    part: suites.Part, folder: Path, store: Store, engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    cases = suites.sample(part.cases, every=EVERY)
    with started(part.workload, list(part.argv), folder, store) as (house, workload):
        score = Score(await steering.run(cases, Conversations(store, house, engine), workload))
    shown(part.workload, score, capsys)
    assert not unasked(score), "something changed that nobody asked for"
    assert score.shares["all"].right >= RIGHT_AT_LEAST * len(cases)
