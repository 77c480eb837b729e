"""How long "set X to Y" takes from the request to the simulation's acknowledgement: ``python benchmarks/steering.py``.

Two kinds of it: what the code reads to its last word ("set the seed to 7") is not put to the model, what says more ("for the next
figure I need a seed of 7") is. Beside each, in the same run and turn by turn: the engine's bare decode of as many tokens (for
the first kind as many as the second took at the median), without tools, grammar or guard, from a cached prompt, by the
server's own clock. The prompt's prefix is cached, as it is after the first request of a launch. Covers
the embedded engine and gw_lattice with 60 nodes at niceness 5; not the page, nor a big model.

Figures are medians and 95th percentiles; only the ratios of one run mean anything.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from agent.engines.base import Engine, EngineOptions
from agent.engines.llama_cpp import Server
from agent.engines.recorder import purpose
from agent.evaluation.scores import quantiles
from agent.evaluation.steering import await_metrics
from agent.models.channel import Channel, open_channel
from agent.session import Conversations
from measurement.host import machine
from measurement.store import Store
from tools.contract import Actor
from workloads.runner import Workload, Workloads

RUN = "from workloads.gw_lattice import main; main(total_steps=100_000_000)"
WARM_TURNS = 3
PLAIN = (
    "set the frequency to {} Hz", "set gw_frequency to {}", "change the seed to {}", "set num_lattice_nodes to {}",
    "please set the frequency to {} Hz", "set the seed to {}",
)  # fmt: skip
WORDY = (
    "for the next figure I need a frequency of {} Hz", "let the lattice have {} nodes today", "my notes need a seed of {}",
    "we should have a wave frequency of {} Hz for this picture",
)  # fmt: skip


@dataclass(frozen=True)
class Turn:
    """One request: the person's wait, the engine's share of it, and a bare decode of as many tokens."""

    wall_s: float
    requests: int
    prompt_tokens: int
    cached_tokens: int
    decoded_tokens: int
    prefill_s: float
    decode_s: float
    bare_s: float


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--turns", type=int, default=40)
    turns = parser.parse_args().turns
    with tempfile.TemporaryDirectory() as folder, ExitStack() as started:
        store, engine, house = _launch(Path(folder), started)
        await_metrics(house.get(None))
        plain, wordy = asyncio.run(_measure(turns, store, engine, house))
    _report(plain, wordy, engine)


def _launch(folder: Path, started: ExitStack) -> tuple[Store, Engine, Workloads]:
    store = Store(folder / "lodger.db")
    started.callback(store.close)
    engine = Server(EngineOptions(run_folder=folder / "run", log_folder=folder))
    started.callback(engine.stop)
    engine.start()
    house = Workloads()
    workload = Workload(
        "gw_lattice", [sys.executable, "-c", RUN], store=store, run_folder=folder / "run", log_folder=folder,
        nice=5, parameters={"num_lattice_nodes": 60},
    )  # fmt: skip
    house.add(workload)
    started.callback(workload.stop)
    workload.start()
    engine.wait_ready(60)
    return store, engine, house


async def _measure(turns: int, store: Store, engine: Engine, house: Workloads) -> tuple[list[Turn], list[Turn]]:
    """The turns that ask the model last: their tokens say how many the others are held against."""
    conversations, channel = Conversations(store, house, engine), open_channel(engine, store.add_request)
    wordy = [await _turn(text, store, conversations, channel) for text in _told(WORDY, turns + WARM_TURNS, 1000)]
    tokens = round(statistics.median(turn.decoded_tokens for turn in wordy[WARM_TURNS:]))
    plain = [await _turn(text, store, conversations, channel, tokens) for text in _told(PLAIN, turns + WARM_TURNS, 100)]
    return plain[WARM_TURNS:], wordy[WARM_TURNS:]


def _told(said: Sequence[str], count: int, first: int) -> list[str]:
    return [said[place % len(said)].format(first + place) for place in range(count)]


async def _turn(text: str, store: Store, conversations: Conversations, channel: Channel, against: int = 0) -> Turn:
    conversation = conversations.start()
    began_s, ending = time.monotonic(), {}
    with purpose("evaluation") as why:
        async for event in conversations.send(text, conversation, Actor("user", "benchmark")):
            ending = event
    wall_s = time.monotonic() - began_s
    if not any(call["status"] == "done" for call in ending.get("tool_calls", ())):
        raise SystemExit(f"'{text}' was not carried out: {ending}")
    made = [request for request in store.requests(20) if request.conversation == conversation] or why.requests
    decoded = sum(request.completion_tokens or 0 for request in made)
    return Turn(
        wall_s, len(made), sum(request.prompt_tokens or 0 for request in made),
        sum(request.cached_tokens or 0 for request in made), decoded, sum(request.prefill_s or 0.0 for request in made),
        sum(request.decode_s or 0.0 for request in made), await _bare(channel, decoded or against),
    )  # fmt: skip


async def _bare(channel: Channel, tokens: int) -> float:
    """Seconds of decoding ``tokens`` tokens of free text, by the server's clock; scaled when the model ends sooner."""
    with purpose("evaluation") as why:
        async for _ in channel.talk([{"role": "user", "content": "Tell me a long story."}], max_tokens=max(2, tokens)):
            pass
    (request,) = why.requests[-1:]
    return (request.decode_s or 0.0) * tokens / (request.completion_tokens or 1)


def _report(plain: Sequence[Turn], wordy: Sequence[Turn], engine: Engine) -> None:
    computer = machine()
    print(
        f"{computer.cpu_name}, {computer.cpu_count} CPUs, load {os.getloadavg()[0]:.1f}; {engine.model} on {engine.name}"
    )
    for said, measured in (("'set X to Y'", plain), ("the same in more words", wordy)):
        asked = [turn for turn in measured if turn.requests]
        print(f"{len(measured)} requests {said}, {len(asked)} of which asked the model:")
        _times(measured, asked)
        _ratios(measured, asked)


def _times(measured: Sequence[Turn], asked: Sequence[Turn]) -> None:
    for name, values in (
        ("request to acknowledgement", [turn.wall_s for turn in measured]),
        ("  of this, reading the prompt", [turn.prefill_s for turn in asked]),
        ("  of this, decoding the answer", [turn.decode_s for turn in asked]),
        ("  of this, everything else", [turn.wall_s - turn.prefill_s - turn.decode_s for turn in asked]),
        ("bare decode of as many tokens", [turn.bare_s for turn in measured]),
    ):
        if values:
            found = quantiles(values)
            print(f"  {name:<34} p50 {found['p50'] * 1e3:8.1f} ms   p95 {found['p95'] * 1e3:8.1f} ms")


def _ratios(measured: Sequence[Turn], asked: Sequence[Turn]) -> None:
    ratio = quantiles([turn.wall_s / turn.bare_s for turn in measured if turn.bare_s])
    print(f"  {'ratio to the bare decode':<34} p50 {ratio['p50']:8.2f}      p95 {ratio['p95']:8.2f}")
    for name in ("prompt_tokens", "cached_tokens", "decoded_tokens") if asked else ():
        counts = [getattr(turn, name) for turn in asked]
        print(f"  {name.replace('_', ' '):<34} median {statistics.median(counts):.0f}, {min(counts)} to {max(counts)}")


if __name__ == "__main__":
    main()
