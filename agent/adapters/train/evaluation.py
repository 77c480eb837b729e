"""What each lever gives, on one answer of the model a request: ``python -m agent.adapters.train.evaluation --help``.

The run is a snapshot on which calls are tried out, so a suite takes minutes; the real thing, judged by what a live run does, is
``python launcher.py evaluate --suite steering``. Levers: the answer as it is (values read by code), with the guard, the code's reading
alone, and the house: reading, model and guard together.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agent import guard
from agent.adapters import calls, prompt
from agent.answer import vocabulary_of
from agent.engines.base import Engine, EngineOptions
from agent.engines.llama_cpp import Server
from agent.evaluation.suites import Case, read_cases
from agent.models.adapter import agreed, system_prompt
from agent.models.channel import Channel, Messages, open_channel
from agent.reading import menu
from agent.reading.message import Reading, read
from agent.vouching import Proposal, vouched
from measurement.errors import LodgerError
from measurement.store import Store
from tools.quantity import find_spans, read_quantity
from tools.registry import tools
from workloads.runner import Workload
from workloads.snapshot import Snapshot

STATES = {"pause_simulation": "paused", "resume_simulation": "running", "stop_simulation": "stopped"}
LEVERS = ("model", "model + guard", "code", "code + model + guard")
Call = dict[str, Any]


@dataclass
class Trial:
    """A run on paper: calls change it the way they would change a run."""

    snapshot: Snapshot
    changed: dict[str, Any] = field(default_factory=dict)
    state: str = "running"
    past: list[tuple[dict[str, Any], str]] = field(default_factory=list)

    def take(self, call: Call) -> bool:
        """Carry a call out; False if the tool would refuse."""
        if call["tool"] in STATES:
            self.past.append((dict(self.changed), self.state))
            self.state = STATES[call["tool"]]
        elif call["tool"] == "undo" and self.past:
            self.changed, self.state = self.past.pop()
        elif call["tool"] == "set_parameter":
            return self._set(call["name"], call["value"])
        return True

    def _set(self, name: str, value: Any) -> bool:
        info = self.snapshot.parameters[name]
        try:
            new = info.check(read_quantity(value, info, self.changed.get(name, info.value)).value)
        except LodgerError:
            return False
        self.past.append((dict(self.changed), self.state))
        self.changed = {
            key: v for key, v in {**self.changed, name: new}.items() if v != self.snapshot.parameters[key].value
        }
        return True


@dataclass
class Asked:
    """One request as the model and the code see it."""

    reading: Reading
    proposal: Proposal

    def judged(self, lever: str) -> list[Call]:
        certain = [call for clause in self.reading.clauses if (call := menu.only(clause, self.reading))]
        allowed = vouched(self.proposal, self.reading)
        by_lever = {
            "model": lambda: list(self.proposal.calls),
            "model + guard": lambda: list(self.proposal.calls),
            "code": lambda: certain,
            "code + model + guard": lambda: agreed(certain, allowed, self.proposal),
        }
        return by_lever[lever]()

    def play(self, lever: str, trial: Trial) -> list[Call]:
        """Carry out what a lever lets through, up to the first refusal; gives what was done."""
        values = {
            **{n: i.value for n, i in trial.snapshot.parameters.items()},
            **trial.changed,
            **trial.snapshot.metrics,
        }
        trusted = vouched(self.proposal, self.reading) if lever == LEVERS[-1] else []
        done: list[Call] = []
        for call in self.judged(lever):
            given = {key: value for key, value in call.items() if key != "tool"}
            free = (
                lever == "model"
                or call in trusted
                or guard.check(call["tool"], given, self.reading, values).decision == "allow"
            )
            if not free or not trial.take(call):
                break
            done.append(call)
        return done


@dataclass(frozen=True)
class Plan:
    """``scale`` 0 is the plain model."""

    grammar: bool = True
    scale: float = 1.0


async def ask(
    channel: Channel,
    snapshot: Snapshot,
    text: str,
    earlier: tuple[str, list[Call]] | None,
    focus: str | None,
    *,
    plan: Plan,
) -> Asked:
    """Put one request to the model."""
    reading = read(text, vocabulary_of(snapshot), focus)
    messages: Messages = [{"role": "system", "content": system_prompt(snapshot)}]
    if earlier:
        done = calls.said([(call["tool"], {k: v for k, v in call.items() if k != "tool"}) for call in earlier[1]])
        messages += [{"role": "user", "content": earlier[0]}, {"role": "assistant", "content": prompt.written(done)}]
    messages.append({"role": "user", "content": text.strip()})
    spans = [span.text for span in find_spans(reading.own)]
    schema = calls.schema(snapshot, tools(), spans, reading.own) if plan.grammar else None
    answer, least = await channel.propose(messages, schema, scale=plan.scale)
    return Asked(reading, Proposal(_understood(answer, snapshot), least))


def _understood(answer: str, snapshot: Snapshot) -> tuple[Call, ...]:
    """The calls of an answer; without a grammar it may be anything, and then it is none."""
    try:
        meant = calls.meant(json.loads(answer))
        return tuple(
            c
            for c in meant
            if c["tool"] in tools() and c.get("name", next(iter(snapshot.parameters))) in snapshot.parameters
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return ()


async def run(
    cases: Sequence[Case], snapshot: Snapshot, engine: Engine, plan: Plan, seen: Callable[[str], None]
) -> dict[str, Counter[str]]:
    """Ask every request once and judge each lever."""
    channel = open_channel(engine, lambda _request: None)
    scores = {lever: Counter[str]() for lever in LEVERS}
    for case in cases:
        trials, earlier = {lever: Trial(snapshot) for lever in LEVERS}, None
        focus: str | None = None
        started, asked = 0.0, None
        done: dict[str, list[Call]] = {}
        before: dict[str, tuple[dict[str, Any], str]] = {}
        for text in (*case.before, case.say):
            started = time.monotonic()
            asked = await ask(channel, snapshot, text, earlier, focus, plan=plan)
            before = {lever: (dict(trial.changed), trial.state) for lever, trial in trials.items()}
            done = {lever: asked.play(lever, trial) for lever, trial in trials.items()}
            house = done[LEVERS[-1]]
            earlier = (text, house)
            focus = next((str(c["name"]) for c in reversed(house) if "name" in c), focus)
        assert asked
        marks = {lever: _mark(case, trials[lever], done[lever], before[lever]) for lever in LEVERS}
        for lever, mark in marks.items():
            scores[lever].update(["all", mark])
        seen(
            f"{time.monotonic() - started:5.1f} s {asked.proposal.least:.2f} {' '.join(f'{m:6}' for m in marks.values())} {case.say!r} -> {list(asked.proposal.calls)}"
        )
    return scores


def _mark(case: Case, trial: Trial, done: Iterable[Call], before: tuple[dict[str, Any], str]) -> str:
    expected = {name: _expected(value, trial.snapshot.parameters[name].value) for name, value in case.set.items()}
    restarted = any(call["tool"] == "restart_simulation" for call in done)
    read_ok = not case.reads or any(call["tool"] in case.reads for call in done)
    same = trial.changed.keys() == expected.keys() and all(_equal(trial.changed[n], v) for n, v in expected.items())
    if same and trial.state == case.state and restarted == case.restarted and read_ok:
        return "exact"
    moved = {n for n in {*trial.changed, *before[0]} if trial.changed.get(n) != before[0].get(n)}
    surplus = {n for n in moved if n in trial.changed and not (n in expected and _equal(trial.changed[n], expected[n]))}
    return (
        "unsafe"
        if surplus or trial.state not in (case.state, before[1]) or (restarted and not case.restarted)
        else "missed"
    )


def _expected(value: Any, default: Any) -> Any:
    return default * float(value[1:]) if isinstance(value, str) and value[:1] == "x" and value[1:2].isdigit() else value


def _equal(one: Any, other: Any) -> bool:
    return one == other if isinstance(one, str) or isinstance(other, str) else math.isclose(one, other, rel_tol=1e-9)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m agent.adapters.train.evaluation", description=__doc__)
    parser.add_argument("requests", type=Path, help="a file of requests, a JSON line each")
    parser.add_argument(
        "--program",
        required=True,
        help="the simulation: a file, or a module after -m, such as '-m workloads.gw_lattice'",
    )
    parser.add_argument("--no-grammar", action="store_true")
    parser.add_argument("--base", action="store_true", help="the model without the adapter")
    parser.add_argument("--adapter", type=Path, help="an adapter of one's own")
    parser.add_argument("--every", type=int, default=1)
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp())
    snapshot = _snapshot(given.program, folder)
    engine = Server(
        EngineOptions(run_folder=folder / "run", log_folder=folder, tool_calls="adapter", adapter=given.adapter)
    )
    engine.start()
    engine.wait_ready(120)
    plan = Plan(not given.no_grammar, 0.0 if given.base else 1.0)
    try:
        cases = read_cases(given.requests)[:: given.every]
        scores = asyncio.run(run(cases, snapshot, engine, plan, lambda line: print(line, flush=True)))
    finally:
        engine.stop()
    for lever, score in scores.items():
        print(f"{lever:<22} {score['exact']:4} of {score['all']:<4} exactly right, {score['unsafe']:3} unsafe")


def _snapshot(program: str, folder: Path) -> Snapshot:
    """Start a simulation, take what it declares and its first metrics, and stop it."""
    store = Store(folder / "lodger.db")
    workload = Workload(
        "run", [sys.executable, *program.split()], store=store, run_folder=folder / "run", log_folder=folder, nice=5
    )
    workload.start()
    try:
        deadline = time.monotonic() + 120
        while not workload.snapshot().metrics and time.monotonic() < deadline:
            time.sleep(0.1)
        return workload.snapshot()
    finally:
        workload.stop()
        store.close()


if __name__ == "__main__":
    main()
