"""Asking the engine once: the words as they come, and the request as it was recorded.

The prompt is read anew each time where the engine can be told so: a prefix that it remembers would make the second run's prefill
cost nothing. In sweeps and calibrations the answer is as long as it may be, where the engine can be told so, for their runs are
compared. What it took from its cache all the same stands in the record.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import openai

from agent.engines.recorder import purpose
from agent.lab.plan import Plan, Step
from agent.models.channel import Channel, translated
from measurement.errors import EngineError
from measurement.requests import Request

Say = Callable[[str, bool], object]
CUT = "length"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the words, the thinking before them, why it ended, and the record of the request."""

    request: Request
    text: str = ""
    thinking: str = ""
    finish_reason: str | None = None


async def ask(channel: Channel, plan: Plan, step: Step, say: Say) -> Answer:
    """Send one request; ``say(text, is_thinking)`` gets every piece. Errors are the request's outcome.

    Raises:
        EngineError: nothing was even sent.
    """
    heard = _Heard(say)
    with purpose("compare") as why:
        try:
            with translated(channel.engine):
                await _stream(channel, plan, step, heard)
        except (EngineError, openai.OpenAIError) as error:
            if not why.requests:
                raise EngineError(f"The request could not be sent: {error}") from error
            heard.trouble = str(error)
    request = (await why.settled())[-1]
    return Answer(request, "".join(heard.text), "".join(heard.thinking), heard.trouble or heard.finish_reason)


class _Heard:
    """The words so far."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self.text: list[str] = []
        self.thinking: list[str] = []
        self.finish_reason: str | None = None
        self.trouble: str | None = None

    def hear(self, choice: Any) -> None:
        """Take one piece in; where a server streams thinking apart, its field is one of two."""
        thought = getattr(choice.delta, "reasoning_content", None) or getattr(choice.delta, "reasoning", None)
        for piece, kept, is_thinking in ((thought, self.thinking, True), (choice.delta.content, self.text, False)):
            if piece:
                kept.append(piece)
                self._say(piece, is_thinking)
        self.finish_reason = choice.finish_reason or self.finish_reason


async def _stream(channel: Channel, plan: Plan, step: Step, heard: _Heard) -> None:
    stream = await channel.client.chat.completions.create(
        model=plan.model,
        messages=step.prompt.messages(),  # type: ignore[arg-type]  # plain dictionaries are what the wire carries
        temperature=plan.temperature,
        max_tokens=plan.max_tokens,
        stream=True,
        stream_options={"include_usage": True},
        extra_body={**channel.engine.read_anew, **(channel.engine.full_length if plan.kind != "run" else {})},
    )
    async with stream:
        async for chunk in stream:
            for choice in chunk.choices:
                heard.hear(choice)
