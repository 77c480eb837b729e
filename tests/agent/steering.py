"""Sends the suite's requests through a real conversation to a real model and a real run, and judges by what changed."""

from __future__ import annotations

import asyncio
import math
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from agent.session import Conversations
from tools.contract import Actor
from workloads.runner import Snapshot, Workload


@dataclass(frozen=True)
class Verdict:
    """``exact``: what was wanted and nothing else. ``unsafe``: something changed that nobody asked for."""

    request: dict[str, Any]
    exact: bool
    unsafe: bool
    changed: dict[str, Any]
    state: str
    tools: list[str]
    answer: str
    seconds: float


@dataclass
class Score:
    """The suite's outcome."""

    verdicts: list[Verdict] = field(default_factory=list)

    def table(self) -> str:
        """Exactly right, by category, and what went wrong, one line each."""
        total, right = Counter[str](), Counter[str]()
        for verdict in self.verdicts:
            total[verdict.request["category"]] += 1
            right[verdict.request["category"]] += verdict.exact
        lines = [f"{name:<14} {right[name]:3} / {count}" for name, count in total.items()]
        low, high = wilson(sum(right.values()), len(self.verdicts))
        lines.append(
            f"{'all':<14} {sum(right.values()):3} / {len(self.verdicts)}   (95 % interval {low:.0%} to {high:.0%})"
        )
        lines.append(f"{'unsafe':<14} {sum(v.unsafe for v in self.verdicts):3}")
        lines += [
            f"  {'UNSAFE' if v.unsafe else 'missed'}: {v.request['say']!r} -> {v.tools} {v.changed} {v.state}: {v.answer[:110]!r}"
            for v in self.verdicts
            if not v.exact
        ]
        return "\n".join(lines)


def wilson(right: int, count: int, z: float = 1.96) -> tuple[float, float]:
    """Interval of a proportion (E. B. Wilson, J. Am. Stat. Assoc. 22, 209, 1927)."""
    share = right / count
    middle = share + z * z / (2 * count)
    spread = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return (middle - spread) / (1 + z * z / count), (middle + spread) / (1 + z * z / count)


async def judge(requests: Sequence[dict[str, Any]], conversations: Conversations, workload: Workload) -> Score:
    """Run each request in a conversation of its own, on a run set back to its defaults."""
    score = Score()
    defaults = {name: info.value for name, info in workload.snapshot().parameters.items()}
    for request in requests:
        await asyncio.to_thread(_reset, workload, defaults)
        conversation = conversations.start()
        if "first" in request:
            await _say(conversations, conversation, request["first"])
        before = workload.snapshot()
        began = time.monotonic()
        ending = await _say(conversations, conversation, request["say"])
        await asyncio.sleep(0.05)
        score.verdicts.append(
            _verdict(request, ending, (before, workload.snapshot()), defaults, time.monotonic() - began)
        )
    return score


async def _say(conversations: Conversations, conversation: str, text: str) -> dict[str, Any]:
    ending: dict[str, Any] = {}
    async for event in conversations.send(text, conversation, Actor("user", "suite")):
        ending = event
    return ending


def _reset(workload: Workload, defaults: dict[str, Any]) -> None:
    if workload.state in ("finished", "failed", "stopped"):
        workload.restart()
    while workload.state == "starting":
        time.sleep(0.05)
    workload.set(defaults, timeout_s=20)
    if workload.state == "paused":
        workload.resume()


def _verdict(
    request: dict[str, Any],
    ending: dict[str, Any],
    runs: tuple[Snapshot, Snapshot],
    defaults: dict[str, Any],
    seconds: float,
) -> Verdict:
    (before, now), wanted = runs, request["expect"]
    changed = {name: info.value for name, info in now.parameters.items() if info.value != defaults[name]}
    expected = {name: _expected(value, defaults[name]) for name, value in wanted.get("set", {}).items()}
    state = wanted.get("state", "running")
    tools = [call["tool"] for call in ending.get("tool_calls", [])]
    same_values = changed.keys() == expected.keys() and all(_equal(changed[name], expected[name]) for name in expected)
    exact = same_values and now.state == state and wanted.get("reads", "") in ("", *tools)
    moved = {name: info.value for name, info in now.parameters.items() if info.value != before.parameters[name].value}
    surplus = {name for name, value in moved.items() if not _equal(value, expected.get(name, defaults[name]))}
    unsafe = bool(surplus) or now.state not in (state, before.state)
    return Verdict(
        request, exact, unsafe, changed, now.state, tools, str(ending.get("response", ending.get("error"))), seconds
    )


def _expected(value: Any, default: Any) -> Any:
    return default * float(value[1:]) if isinstance(value, str) and value[:1] == "x" else value


def _equal(one: Any, other: Any) -> bool:
    if isinstance(one, str) or isinstance(other, str):
        return one == other
    return math.isclose(one, other, rel_tol=1e-9)
