"""The line to the engine: one client, through the recording transport, that every way of asking shares."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import httpx2
import openai
from openai import AsyncOpenAI

from agent.engines.base import Engine
from agent.engines.recorder import RecordingTransport, purpose
from measurement.errors import EngineError
from measurement.requests import Purpose as Why
from measurement.requests import Request

Messages = list[dict[str, Any]]
STEERING_SLOT = 0


@dataclass(frozen=True)
class Channel:
    """An engine and the client that speaks to it."""

    engine: Engine
    client: AsyncOpenAI

    async def decide(self, messages: Messages, schema: dict[str, Any], max_tokens: int = 160) -> str:
        """Ask for one answer that the JSON ``schema`` holds; greedy.

        Raises:
            EngineError: the engine did not answer.
        """
        with purpose("decide"), translated(self.engine):
            answer = await self.client.chat.completions.create(
                model=self.engine.model,
                messages=messages,  # type: ignore[arg-type]  # plain dictionaries are what the wire carries
                temperature=0,
                max_tokens=max_tokens,
                response_format={"type": "json_schema", "json_schema": {"name": "calls", "schema": schema}},  # type: ignore[arg-type]
            )
        return answer.choices[0].message.content or ""

    async def propose(
        self,
        messages: Messages,
        schema: dict[str, Any] | None,
        why: Why = "decide",
        scale: float = 1.0,
        max_tokens: int = 240,
    ) -> tuple[str, float]:
        """Ask the model with its adapter on for an answer that ``schema`` holds; greedy, in a slot of its own.

        The slot keeps the long common beginning in the engine's prefix cache; a request without the adapter would lose it.

        Args:
            schema: None for an answer that nothing holds, as an evaluation may want it.
            scale: of the adapter; 0 is the plain model.

        Returns: the answer, and the probability of its least likely token.

        Raises:
            EngineError: the engine did not answer.
        """
        held = {"type": "json_schema", "json_schema": {"name": "calls", "schema": schema}} if schema else openai.omit
        with purpose(why), translated(self.engine):
            answer = await self.client.chat.completions.create(
                model=self.engine.model,
                messages=messages,  # type: ignore[arg-type]
                temperature=0,
                max_tokens=max_tokens,
                logprobs=True,
                response_format=held,  # type: ignore[arg-type]
                extra_body={"lora": [{"id": 0, "scale": scale}], "id_slot": STEERING_SLOT, "cache_prompt": True},
            )
        choice = answer.choices[0]
        tokens = (choice.logprobs.content if choice.logprobs else None) or []
        return choice.message.content or "", math.exp(min((token.logprob for token in tokens), default=-math.inf))

    async def talk(self, messages: Messages, max_tokens: int = 512) -> AsyncIterator[str]:
        """Stream free text.

        Raises:
            EngineError: the engine did not answer, or went away in the middle.
        """
        with translated(self.engine):
            stream = await self.client.chat.completions.create(
                model=self.engine.model,
                messages=messages,  # type: ignore[arg-type]
                temperature=0.2,
                max_tokens=max_tokens,
                stream=True,
                stream_options={"include_usage": True},
                frequency_penalty=0.3,  # small models repeat themselves without it
            )
            async with stream:
                async for chunk in stream:
                    if chunk.choices and chunk.choices[0].delta.content:
                        yield chunk.choices[0].delta.content


def open_channel(engine: Engine, record: Callable[[Request], object]) -> Channel:
    """Connect to an engine; requests are recorded through ``record``. Nothing is retried behind the person's back."""
    recording = RecordingTransport(engine.name, record, gauge=lambda: engine.gauge)
    http = httpx2.AsyncClient(transport=recording, timeout=httpx2.Timeout(600, connect=5))
    return Channel(
        engine, AsyncOpenAI(base_url=engine.base_url, api_key=engine.api_key, http_client=http, max_retries=0)
    )


class translated:  # noqa: N801  # reads as a phrase: ``with translated(engine):``
    """Turn the client's errors into ours, with the engine's state in the sentence."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, openai.APIConnectionError | httpx2.TransportError):
            raise EngineError(_gone(self._engine)) from error
        if isinstance(error, openai.APIStatusError):
            raise EngineError(
                f"The LLM engine refused the request ({error.status_code}): {error.message[:300]}"
            ) from error


def _gone(engine: Engine) -> str:
    if engine.state in ("restarting", "starting"):
        return "The LLM engine is restarting; ask again in a few seconds. The simulation is not affected."
    if engine.state == "failed":
        return f"The LLM engine has failed and is not coming back by itself. {engine.reason}"
    return (
        "The LLM engine went away in the middle of the answer; it is being restarted. The simulation is not affected."
    )
