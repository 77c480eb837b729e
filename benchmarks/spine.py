#!/usr/bin/env python3
"""What Lodger costs: beside the bare engine, and beside the simulation alone. Ratios from one run on one machine.

``python benchmarks/spine.py`` prints all figures in about four minutes; a figure's own option prints that one alone:

--talk    tokens per second and time to the first token through ``/ws`` against the same request straight to the engine
--steps   steps per second of ``gw_lattice`` alone against with an idle LLM beside it
--start   time from the launcher's start to the first answer against the engine's own load time

Both sides of a ratio are measured in turns, so that what else the machine does falls on both.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import httpx  # noqa: E402
from websockets.sync.client import connect  # noqa: E402

from agent import instructions  # noqa: E402
from agent.engines.base import EngineOptions  # noqa: E402
from agent.engines.llama_cpp import Server  # noqa: E402
from agent.models.grammar import dialogue  # noqa: E402
from measurement.host import machine  # noqa: E402
from measurement.store import Store  # noqa: E402
from tests.launches import Launch  # noqa: E402
from workloads.runner import Workload  # noqa: E402

MESSAGE = "Why is the sky blue, and why is the sunset red?"
STATUS_QUESTION = "What's the current simulation status?"
LONG_RUN = "from workloads.gw_lattice import main; main(total_steps=100_000_000)"
WINDOW_S = 5.0
SETTLE_S = 0.5
FEWEST_ROUNDS = 3
BUDGET_S = {"talk": 70.0, "steps": 70.0, "start": 60.0}


@dataclass(frozen=True)
class Answer:
    """One answer as its reader met it: seconds from the request to the first words and to the end, and its tokens.

    ``engine_s`` is the engine's own account of the same request: reading the prompt and writing the tokens.
    """

    first_s: float
    whole_s: float
    tokens: int
    engine_s: float

    @property
    def tokens_per_s(self) -> float:
        return self.tokens / self.whole_s

    @property
    def engine_part(self) -> float:
        """How much of the reader's time the engine itself took: what the machine does besides slows both alike."""
        return self.engine_s / self.whole_s


# The same words, through the house and straight to the engine


def talk(out: Callable[[str], None]) -> None:
    """Print tokens per second and the added time to the first token."""
    with folder() as place, Launch(place, "--llm-only") as launch:
        launch.open()
        engine = _engine_of(launch)
        _through_the_house(launch)  # both find the prompt in the engine's cache from here on
        _straight(*engine)
        with Store(launch.data / "lodger.db") as store:
            pairs = [(_timed(launch, store), _straight(*engine)) for _ in rounds(BUDGET_S["talk"])]
            _assert_same_prompt(store)
    house, bare = zip(*pairs, strict=True)
    in_turns = [one.tokens_per_s / other.tokens_per_s for one, other in pairs]
    by_account = [one.engine_part / other.engine_part for one, other in pairs]
    added_ms = [1000 * (one.first_s - other.first_s) for one, other in pairs]
    out(
        f"tokens per second, /ws : engine  {spread(by_account, '.3f')}   (aim ≥ 0.97; each against the engine's own time)"
    )
    out(f"   the same by the clock alone   {spread(in_turns, '.3f')}   (other work on the machine falls on it)")
    out(f"   through /ws                   {spread([answer.tokens_per_s for answer in house], '.1f')} tokens/s")
    out(f"   straight to the engine        {spread([answer.tokens_per_s for answer in bare], '.1f')} tokens/s")
    out(f"   tokens an answer              {spread([float(answer.tokens) for answer in house + bare], '.0f')}")
    out(f"added time to first token        {spread(added_ms, '.0f')} ms")
    out(f"   straight to the engine        {spread([1000 * answer.first_s for answer in bare], '.0f')} ms")


def _timed(launch: Launch, store: Store) -> Answer:
    """Ask through the house; the store has the engine's account of it."""
    answer = _through_the_house(launch)
    (request,) = store.requests(limit=1, purpose="chat")
    assert request.prefill_s is not None
    assert request.decode_s is not None
    assert request.completion_tokens == answer.tokens
    return replace(answer, engine_s=request.prefill_s + request.decode_s)


def _through_the_house(launch: Launch) -> Answer:
    with connect(f"ws://127.0.0.1:{launch.port}/ws", max_size=None) as line:
        began_s, first_s = time.monotonic(), None
        line.send(json.dumps({"type": "chat", "message": MESSAGE}))
        while (event := json.loads(line.recv(timeout=120)))["type"] not in ("response", "error"):
            if first_s is None and event["type"] == "token":
                first_s = time.monotonic() - began_s
        whole_s = time.monotonic() - began_s
    assert event["type"] == "response", event
    assert first_s is not None, event
    return Answer(first_s, whole_s, event["usage"]["completion_tokens"], engine_s=0.0)


def _straight(base_url: str, key: str, model: str) -> Answer:
    """The very request that the house makes for these words; ``_assert_same_prompt`` holds that."""
    body = {
        "model": model,
        "messages": _messages(),
        "temperature": 0.2,
        "max_tokens": 512,
        "frequency_penalty": 0.3,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    first_s, tokens, engine_s, began_s = None, 0, 0.0, time.monotonic()
    headers = {"Authorization": f"Bearer {key}"}
    with httpx.stream("POST", f"{base_url}/chat/completions", json=body, headers=headers, timeout=120) as answer:
        for line in answer.raise_for_status().iter_lines():
            if not line.startswith("data: {"):
                continue
            chunk = json.loads(line.removeprefix("data: "))
            if first_s is None and any(choice["delta"].get("content") for choice in chunk["choices"]):
                first_s = time.monotonic() - began_s
            tokens = (chunk.get("usage") or {}).get("completion_tokens", tokens)
            timings = chunk.get("timings") or {}
            engine_s = sum(timings.get(part, 0.0) for part in ("prompt_ms", "predicted_ms")) / 1000 or engine_s
    assert first_s is not None
    return Answer(first_s, time.monotonic() - began_s, tokens, engine_s)


def _messages() -> list[dict[str, Any]]:
    system = {"role": "system", "content": instructions.TALK}
    return [system, *dialogue(instructions.TALK_EXAMPLES), {"role": "user", "content": MESSAGE}]


def _assert_same_prompt(store: Store) -> None:
    """The store keeps a hash of what the house asked."""
    wanted = hashlib.sha256(json.dumps(_messages(), sort_keys=True).encode()).hexdigest()[:16]
    asked = {request.prompt_hash for request in store.requests(limit=1000, purpose="chat")}
    assert asked == {wanted}, "the house asks something else than this benchmark; bring _messages up to date"


def _engine_of(launch: Launch) -> tuple[str, str, str]:
    """Address, key and model of a launch's engine, as its process was given them."""
    (pid,) = launch.survivors("llama_cpp_child")
    settings = json.loads(Path(f"/proc/{pid}/cmdline").read_text().split("\0")[-2])
    variables = Path(f"/proc/{pid}/environ").read_text().split("\0")
    (key,) = (line.partition("=")[2] for line in variables if line.startswith("LODGER_ENGINE_KEY="))
    return f"http://127.0.0.1:{settings['port']}/v1", key, settings["alias"]


# The simulation alone, and with an idle LLM beside it


def steps(out: Callable[[str], None]) -> None:
    """Print the ratio of the steps per second, and what the idle engine takes of a core."""
    with folder() as place, Store(place / "lodger.db") as store:
        workload = Workload(
            "gw_lattice", [sys.executable, "-c", LONG_RUN], store=store, run_folder=place / "run", log_folder=place
        )
        workload.start()
        try:
            _rate_over_window(workload)  # the first steps are slower
            pairs = [_alone_and_beside(workload, place, turn) for turn in rounds(BUDGET_S["steps"])]
        finally:
            workload.stop()
    alone, beside, used = zip(*pairs, strict=True)
    out(
        f"steps per second, beside : alone  {spread([b / a for a, b in zip(alone, beside, strict=True)], '.3f')}   (aim ≥ 0.99)"
    )
    out(f"   alone                        {spread(alone, '.1f')} steps/s")
    out(f"   beside an idle LLM           {spread(beside, '.1f')} steps/s")
    out(f"   the idle LLM's own time      {spread([100 * part for part in used], '.2f')} % of a core")


def _alone_and_beside(workload: Workload, place: Path, turn: int) -> tuple[float, float, float]:
    """One pair of windows; every other pair in reverse, so that a drift of the machine falls on both alike."""
    if turn % 2:
        beside, used = _beside(workload, place)
        return _rate_over_window(workload), beside, used
    alone = _rate_over_window(workload)
    return alone, *_beside(workload, place)


def _beside(workload: Workload, place: Path) -> tuple[float, float]:
    engine = Server(EngineOptions(run_folder=place / "run", log_folder=place))
    engine.start()
    try:
        engine.wait_ready(120)
        time.sleep(SETTLE_S)
        before_s, began_s = _processor_s(engine.pids()), time.monotonic()
        rate = _rate_over_window(workload)
        return rate, (_processor_s(engine.pids()) - before_s) / (time.monotonic() - began_s)
    finally:
        engine.stop()
        time.sleep(SETTLE_S)


def _rate_over_window(workload: Workload) -> float:
    """Steps per second by the simulation's own clock: each step's reading carries its time."""
    began_at = time.time()
    time.sleep(WINDOW_S)
    taken = [reading for reading in workload.recent("energy", 4000) if reading.taken_at >= began_at]
    return (taken[-1].step - taken[0].step) / (taken[-1].taken_at - taken[0].taken_at)


def _processor_s(pids: list[int]) -> float:
    fields = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in pids]
    return sum(int(field[11]) + int(field[12]) for field in fields) / os.sysconf("SC_CLK_TCK")


# From nothing to the first answer


def start(out: Callable[[str], None]) -> None:
    """Print the time from the launcher's start to the first answer, against the engine's own load time."""
    found = [(_load_alone(), *_launch_to_answer()) for _ in rounds(BUDGET_S["start"])]
    loading, opened, answered = zip(*found, strict=True)
    out(
        f"launch to first answer : engine's load  {spread([a / b for a, b in zip(answered, loading, strict=True)], '.1f')}"
    )
    out(f"   the engine's own load        {spread(loading, '.2f')} s")
    out(f"   launch to open page          {spread(opened, '.2f')} s")
    out(f"   launch to first answer       {spread(answered, '.2f')} s")


def _load_alone() -> float:
    with folder() as place:
        engine = Server(EngineOptions(run_folder=place / "run", log_folder=place))
        began_s = time.monotonic()
        engine.start()
        try:
            engine.wait_ready(120)
            return time.monotonic() - began_s
        finally:
            engine.stop()


def _launch_to_answer() -> tuple[float, float]:
    began_s = time.monotonic()
    with folder() as place, Launch(place) as launch:
        launch.open()
        opened_s = time.monotonic() - began_s
        answer = launch.ask("/api/chat", "POST", json={"message": STATUS_QUESTION}).raise_for_status().json()
        assert "running" in answer["response"], answer
        return opened_s, time.monotonic() - began_s


# Rounds and words


def rounds(budget_s: float) -> Iterator[int]:
    """Count rounds while the budget lasts, three at least."""
    began_s, count = time.monotonic(), 0
    while count < FEWEST_ROUNDS or (time.monotonic() - began_s) * (count + 1) / count < budget_s:
        yield count
        count += 1


def spread(values: Any, form: str) -> str:
    """Median, and in brackets the least and the greatest, with their number."""
    return (
        f"{format(statistics.median(values), form):>7}  [{format(min(values), form)} … {format(max(values), form)}]"
        f"  n={len(values)}"
    )


@contextmanager
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="lodger-benchmark-") as path:
        yield Path(path)


def load() -> str:
    return " ".join(f"{value:.1f}" for value in os.getloadavg())


FIGURES = {"talk": talk, "steps": steps, "start": start}


def main() -> None:
    """Measure what is asked for and print it; with ``--save`` into a file as well."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    for name, figure in FIGURES.items():
        parser.add_argument(
            f"--{name}", action="store_true", help=(figure.__doc__ or "").lower().removeprefix("print ")
        )
    parser.add_argument("--save", type=Path, metavar="FILE", help="also write what is printed to this file")
    asked = parser.parse_args()
    lines: list[str] = []

    def out(line: str) -> None:
        print(line, flush=True)
        lines.append(line)

    host = machine()
    gpus = ", ".join(gpu.name for gpu in host.gpus) or "no GPU"
    out(f"{host.cpu_name}, {host.cpu_count} cores, {host.memory_bytes / 2**30:.1f} GiB, {gpus}; Python {host.python}")
    out("median [least … greatest]; load averages are those of 1, 5 and 15 minutes")
    for name, figure in FIGURES.items():
        if getattr(asked, name) or not any(getattr(asked, other) for other in FIGURES):
            out(f"\n{name}   (load average before: {load()})")
            figure(out)
            out(f"   (load average after: {load()})")
    if asked.save:
        asked.save.parent.mkdir(parents=True, exist_ok=True)
        asked.save.write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
