"""``launcher.py evaluate``: put a suite of requests to a model that steers live simulations, and say how often it is right.

It runs in a folder of its own below the data folder, so it may run beside a launch and leaves no trace in its history.
Exit code: 0 when the goal is reached and nothing unasked was changed, 1 when not, 2 when it could not be run.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import data_folder
from agent.engines import engine_class
from agent.engines.base import Engine
from agent.evaluation import steering, suites
from agent.evaluation.scores import Score
from measurement.errors import SettingsError, StoreError
from measurement.host import machine
from measurement.store import Store
from premises import ENGINE_TIMEOUT_S, engine_options
from settings import ROOT, VERSION, environment, parse
from stages import Stages
from workloads.reaper import reap

if TYPE_CHECKING:
    from agent.evaluation.judge import Verdict
    from workloads.runner import Workload, Workloads

SUITES = ROOT / "tests" / "agent"
GOAL = 0.95
EVERY_S = 5.0


def main(argv: Sequence[str]) -> int:
    """Run one evaluation; the arguments that are not its own are a launch's (``--engine``, ``--model`` …)."""
    own, rest = _parser().parse_known_args(argv)
    settings, _ = parse(rest, environment())
    suite = _chosen(suites.load(suites.find(own.suite, SUITES)), own.category, own.every)
    data = _folder(settings.data_dir / "evaluation")
    with ExitStack() as started:
        data_folder.lock(data, started)
        reap(data / "run")
        store = Store(data / "lodger.db")
        started.callback(store.close)
        with Stages(sys.stdout).stage("LLM engine") as stage:
            engine = engine_class(settings.engine)(engine_options(settings, data))
            started.callback(engine.stop)
            engine.start()
            engine.wait_ready(ENGINE_TIMEOUT_S, stage.progress)
            stage.done(f"{engine.model} on {engine.name}", engine.pids())
        score = _run(suite, store, engine, data)
        written = _write(suite, score, engine, settings.data_dir / "evaluations")
    return _report(score, written, own.goal)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "launcher.py evaluate", allow_abbrev=False, epilog="Every flag of a launch may be given too, such as --engine."
    )
    parser.add_argument("--suite", default="steering", help="a suite's name, or a folder with a suite.toml")
    parser.add_argument("--category", action="append", help="only the requests of this category; may be repeated")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only every Nth request of each category")
    parser.add_argument(
        "--goal", type=float, default=GOAL, help=f"share exactly right for exit code 0 (default {GOAL})"
    )
    return parser


def _folder(path: Path) -> Path:
    try:
        (path / "logs").mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"The folder {path} cannot be made ({error.strerror}); choose another place with --data-dir."
        ) from error
    return path.resolve()


def _chosen(suite: suites.Suite, categories: Sequence[str] | None, every: int) -> suites.Suite:
    """The part of a suite that is wanted. Raises: SettingsError, when nothing is."""
    parts = [replace(part, cases=suites.sample(part.cases, categories, every)) for part in suite.parts]
    chosen = replace(suite, parts=[part for part in parts if part.cases])
    if not chosen.parts:
        known = sorted({case.category for part in suite.parts for case in part.cases})
        raise SettingsError(f"The suite {suite.name} has no such category; there are {', '.join(known)}.")
    return chosen


def _run(suite: suites.Suite, store: Store, engine: Engine, data: Path) -> Score:
    from agent.session import Conversations

    print(f"\n{suite.name}: {suite.size} requests to {len(suite.parts)} simulations", flush=True)
    verdicts: list[Verdict] = []
    for part in suite.parts:
        with _house(part, store, data) as (house, workload):
            seen = _Progress(part.workload, len(part.cases))
            verdicts += asyncio.run(steering.run(part.cases, Conversations(store, house, engine), workload, seen))
            seen.finish()
    return Score(verdicts)


@contextmanager
def _house(part: suites.Part, store: Store, data: Path) -> Iterator[tuple[Workloads, Workload]]:
    """One simulation, alone, from its start to its stop."""
    from workloads.runner import Workload, Workloads

    house = Workloads()
    workload = Workload(
        part.workload, list(part.argv), store=store, run_folder=data / "run", log_folder=data / "logs",
        env=dict(environment()), nice=5, parameters=dict(part.parameters),
    )  # fmt: skip
    house.add(workload)
    workload.start()
    try:
        yield house, workload
    finally:
        workload.stop()


class _Progress:
    """Tells every few seconds how far it is."""

    def __init__(self, name: str, count: int) -> None:
        self._name, self._count = name, count
        self._done = self._right = self._unsafe = 0
        self._began_s = self._said_s = time.monotonic()

    def __call__(self, verdict: Verdict) -> None:
        self._done, self._right = self._done + 1, self._right + verdict.exact
        self._unsafe += verdict.unsafe
        if time.monotonic() - self._said_s > EVERY_S:
            self._said_s = time.monotonic()
            self._say("…")

    def finish(self) -> None:
        """The last word."""
        self._say("✓")

    def _say(self, sign: str) -> None:
        print(
            f"  {sign}  {self._name:<18} {self._done:4} of {self._count:<4} {self._right:4} exactly right, "
            f"{self._unsafe} unsafe   {time.monotonic() - self._began_s:5.0f} s",
            flush=True,
        )


def _write(suite: suites.Suite, score: Score, engine: Engine, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    now, computer = datetime.now(UTC), machine()
    told: dict[str, Any] = {
        "suite": suite.name, "taken_at": now.isoformat(timespec="seconds"), "version": VERSION,
        "engine": engine.name, "model": engine.model, "tool_calls": engine.capabilities.tool_calls,
        "cpu": computer.cpu_name, "cpu_count": computer.cpu_count, "gpus": [gpu.name for gpu in computer.gpus],
        **score.to_json(),
    }  # fmt: skip
    target = folder / f"{suite.name}-{now:%Y%m%dT%H%M%S}.json"
    target.write_text(json.dumps(told, ensure_ascii=False, indent=1, default=str), "utf-8")
    return target


def _report(score: Score, written: Path, goal: float) -> int:
    overall = score.shares["all"]
    print(f"\n{score.table()}\n\n{score.misses()}\n\nEvery verdict: {written}", flush=True)
    reached = not score.unsafe and overall.right >= goal * overall.count
    print(f"Goal ({goal:.0%} exactly right, nothing unasked): {'reached' if reached else 'not reached'}", flush=True)
    return 0 if reached else 1
