"""First requests, made before anybody waits for one."""

from __future__ import annotations

from collections.abc import Callable

from agent import instructions
from agent.adapters import calls
from agent.engines.base import Engine
from agent.engines.recorder import purpose
from agent.models.adapter import system_prompt
from agent.models.channel import open_channel
from agent.models.grammar import dialogue
from measurement.errors import EngineError
from measurement.requests import Request
from tools.registry import tools
from workloads.snapshot import Snapshot


async def warm_up(engine: Engine, record: Callable[[Request], object], longest: bool) -> Request:
    """Send one request through the whole line.

    Args:
        longest: fill the context, so that an engine which allocates on demand has its peak before a simulation moves in.

    Raises:
        EngineError: the engine did not answer.
    """
    filler = "step " * (engine.options.context_tokens - 600) if longest else ""
    examples = dialogue(instructions.TALK_EXAMPLES)
    messages = [
        {"role": "system", "content": instructions.TALK},
        *examples,
        {"role": "user", "content": f"Hello! {filler}"},
    ]
    return await _send(engine, record, messages)


async def prime(engine: Engine, record: Callable[[Request], object], snapshot: Snapshot) -> Request:
    """Have the engine read what every decision begins with. Raises EngineError."""
    if engine.capabilities.tool_calls == "adapter":
        return await _prime_adapter(engine, record, snapshot)
    system = {"role": "system", "content": instructions.decide_prompt(snapshot)}
    return await _send(
        engine, record, [system, *dialogue(instructions.DECIDE_EXAMPLES), {"role": "user", "content": "hello"}]
    )


async def _prime_adapter(engine: Engine, record: Callable[[Request], object], snapshot: Snapshot) -> Request:
    channel = open_channel(engine, record)
    with purpose("warmup") as why:
        messages = [{"role": "system", "content": system_prompt(snapshot)}, {"role": "user", "content": "hello"}]
        await channel.propose(messages, calls.schema(snapshot, tools(), [], "hello"), "warmup")
    await channel.client.close()
    return why.requests[-1]


async def _send(engine: Engine, record: Callable[[Request], object], messages: list[dict]) -> Request:
    channel = open_channel(engine, record)
    with purpose("warmup") as why:
        async for _ in channel.talk(messages, max_tokens=2):
            pass
    await channel.client.close()
    if not why.requests or why.requests[-1].outcome != "ok":
        raise EngineError(
            f"The engine's first answer failed: {why.requests[-1].outcome if why.requests else 'no request was made'}."
        )
    return why.requests[-1]
