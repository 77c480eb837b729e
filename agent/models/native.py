"""Tool calls by the server's own means: for models that were trained for them (vLLM, Ollama, hosted)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic_ai.models import Model
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider

from agent.models.channel import Channel

if TYPE_CHECKING:
    from agent.turn import Turn


def build(channel: Channel, turn: Turn) -> Model:
    """Make the model; it sees the tools through pydantic-ai."""
    return OpenAIChatModel(channel.engine.model, provider=OpenAIProvider(openai_client=channel.client))
