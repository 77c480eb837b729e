"""What a conversation remembers between turns, over a real run and the real small model; and that no answer hangs when it breaks."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from agent.engines.base import Engine
from agent.evaluation.steering import await_metrics
from agent.session import Conversations
from measurement.store import Store
from tools.contract import Actor
from workloads.runner import Workload, Workloads

LONG_S = 120.0


class Broken(Workloads):
    """Workloads whose every look fails, as a full disk or a bug would have it."""

    def __iter__(self) -> Iterator[Workload]:
        raise RuntimeError("nobody expected this")


async def last_of(conversations: Conversations, said: str, conversation: str | None = None) -> dict[str, Any]:
    last: dict[str, Any] = {}
    async for event in conversations.send(said, conversation, Actor("user", name="test")):
        last = event
    return last


@pytest.mark.model
async def test_an_answer_that_breaks_before_it_begins_ends_with_an_error(store: Store, engine: Engine) -> None:
    broken = Conversations(store, Broken(), engine)
    event = await asyncio.wait_for(last_of(broken, "how is the run?"), LONG_S)
    assert (event["type"], event["status"]) == ("error", 500)
    assert "not your fault" in event["error"]


@pytest.fixture
def running(workloads: Workloads) -> Workload:
    """The run, once it has told its parameters."""
    workload = workloads.get("gw_lattice")
    await_metrics(workload)
    return workload


@pytest.mark.model
async def test_it_the_same_back_and_both_over_several_turns(conversations: Conversations, running: Workload) -> None:
    id = conversations.start("test")

    async def say(text: str) -> dict[str, Any]:
        return await asyncio.wait_for(last_of(conversations, text, id), LONG_S)

    def now(name: str) -> Any:
        return running.snapshot().parameters[name].value

    before = {name: now(name) for name in ("seed", "gw_frequency")}
    await say("set gw_frequency to 321 Hz")
    await say("pause")
    await say("resume")
    await say("double it")
    assert now("gw_frequency") == 642.0
    await say("set the seed to 7")
    assert now("seed") == 7
    event = await say("put both back to what they were")
    assert [call["status"] for call in event["tool_calls"]] == ["done", "done"]
    assert (now("gw_frequency"), now("seed")) == (321.0, before["seed"])
    await say("undo everything")
    assert now("gw_frequency") == before["gw_frequency"]


@pytest.mark.model
async def test_what_follows_a_question_waits_for_the_same_yes(conversations: Conversations, running: Workload) -> None:
    id, run = conversations.start("test"), running.snapshot().run
    event = await asyncio.wait_for(last_of(conversations, "restart it and set the seed to 11", id), LONG_S)
    assert [call["status"] for call in event["tool_calls"]] == ["pending", "pending"]
    assert running.snapshot().run == run
    event = await asyncio.wait_for(last_of(conversations, "yes", id), LONG_S)
    assert [call["tool"] for call in event["tool_calls"]] == ["restart_simulation", "set_parameter"]
    assert running.snapshot().run != run
    await asyncio.wait_for(last_of(conversations, "set the seed to 1", id), LONG_S)
