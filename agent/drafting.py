"""The language model as a writer of report paragraphs: one question, one paragraph, recorded like every other request.

Which drafts are good enough is not decided here (see ``whitepapers/prose.py``); here is which models are asked at all.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Literal

from agent.engines.base import Engine
from agent.engines.recorder import purpose
from agent.models.channel import open_channel
from measurement.errors import EngineError
from measurement.requests import Request

By = Literal["auto", "model", "template"]
SYSTEM = "You write sober, plain scientific English. You copy tokens in double braces exactly and never write numbers yourself."
MOST_TOKENS = 400
PATIENCE_S = 180.0


def drafter(engine: Engine | None, record: Callable[[Request], object], by: By) -> Callable[[str], str] | None:
    """Whoever drafts prose; None when nobody should: no engine, templates wanted, or a model that is too small.

    A model that can only choose from a grammar cannot keep to the facts either; with ``auto`` it is not asked.
    """
    if engine is None or by == "template" or (by == "auto" and engine.capabilities.tool_calls != "native"):
        return None

    def draft(prompt: str) -> str:
        if engine.state != "ready":
            raise EngineError(f"The LLM engine is {engine.state}.")
        return asyncio.run(asyncio.wait_for(_ask(engine, record, prompt), PATIENCE_S))

    return draft


async def _ask(engine: Engine, record: Callable[[Request], object], prompt: str) -> str:
    channel = open_channel(engine, record)
    messages = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": prompt}]
    try:
        with purpose("report"):
            return "".join([piece async for piece in channel.talk(messages, MOST_TOKENS)])
    finally:
        await channel.client.close()
