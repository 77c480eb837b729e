"""Send a suite's requests through real conversations to a live run and have each judged."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from agent.evaluation.judge import Scene, Verdict, judge
from agent.evaluation.suites import Case
from agent.session import Conversations
from measurement.errors import WorkloadError
from tools.contract import Actor
from workloads.runner import Workload
from workloads.snapshot import OVER

PATIENCE_S = 180.0  # a busy machine may take minutes to load torch
SETTLE_S = 0.05
Seen = Callable[[Verdict], None]


async def run(
    cases: Sequence[Case], conversations: Conversations, workload: Workload, seen: Seen = lambda verdict: None
) -> list[Verdict]:
    """Put each request in a conversation of its own, on a run set back to its defaults; ``seen`` hears of every verdict.

    Raises:
        WorkloadError: the simulation does not come back.
    """
    await asyncio.to_thread(await_metrics, workload)
    defaults = {name: info.value for name, info in workload.snapshot().parameters.items()}
    verdicts = []
    for case in cases:
        await asyncio.to_thread(reset, workload, defaults)
        verdicts.append(judge(case, await _play(case, conversations, workload, defaults)))
        seen(verdicts[-1])
    return verdicts


async def _play(case: Case, conversations: Conversations, workload: Workload, defaults: dict[str, Any]) -> Scene:
    conversation = conversations.start()
    for text in case.before:
        await _say(conversations, conversation, text)
    await asyncio.to_thread(_settled, workload)
    before, began_s = workload.snapshot(), time.monotonic()
    ending = await _say(conversations, conversation, case.say)
    taken_s = time.monotonic() - began_s
    if confirms(case, ending):
        ending = _joined(ending, await _say(conversations, conversation, "yes"))
    await asyncio.to_thread(_settled, workload)
    return Scene(before, workload.snapshot(), defaults, ending, taken_s)


def confirms(case: Case, ending: Mapping[str, Any]) -> bool:
    """Whether a person who asked for this would say yes: what ends a run is asked once more, and what follows it waits with it."""
    wanted = {"stop_simulation": case.state == "stopped", "restart_simulation": case.restarted}
    waiting = [call["tool"] for call in ending.get("tool_calls", ()) if call["status"] == "pending"]
    return bool(waiting) and wanted.get(waiting[0], False) and all(wanted.get(tool, True) for tool in waiting)


def _joined(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    """Two answers as one turn: its calls, its facts, its words."""
    calls = [call for call in first["tool_calls"] if call["status"] != "pending"]
    return {
        "response": f"{first['response']}\n\n{second.get('response', second.get('error', ''))}",
        "tool_calls": [*calls, *second.get("tool_calls", ())],
        "facts": [*first.get("facts", ()), *second.get("facts", ())],
    }


async def _say(conversations: Conversations, conversation: str, text: str) -> dict[str, Any]:
    ending: dict[str, Any] = {}
    async for event in conversations.send(text, conversation, Actor("user", "suite")):
        ending = event
    return ending


def await_metrics(workload: Workload) -> None:
    """Wait until the run tells numbers. Raises: WorkloadError."""
    _await(workload, lambda: bool(workload.snapshot().metrics), "has told no metric")


def reset(workload: Workload, defaults: dict[str, Any]) -> None:
    """Bring the run back to its defaults, running. Raises: WorkloadError."""
    if workload.state in OVER:
        workload.restart()
    _await(workload, lambda: workload.state != "starting", "has not started")
    if workload.state == "paused":
        workload.resume(PATIENCE_S)
    now = workload.snapshot().parameters
    if stray := {name: value for name, value in defaults.items() if now[name].value != value}:
        workload.set(stray, timeout_s=PATIENCE_S)
    _await(workload, lambda: bool(workload.snapshot().metrics), "has told no metric")


def _settled(workload: Workload) -> None:
    """Wait until what is under way is done: a start, a change at the next step."""
    time.sleep(SETTLE_S)
    _await(workload, lambda: workload.state != "starting" and _nothing_pending(workload), "does not settle")


def _nothing_pending(workload: Workload) -> bool:
    return not workload.snapshot().changed or workload.state in OVER


def _await(workload: Workload, until: Callable[[], bool], complaint: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not until():
        if time.monotonic() > deadline or workload.state == "failed":
            raise WorkloadError(
                f"{workload.name} {complaint} within {PATIENCE_S:.0f} s; it is {workload.state}. "
                "The evaluation cannot go on; its log is in the data folder."
            )
        time.sleep(0.02)
