"""The pydantic-ai agent: the tools of the house, offered to whichever model the engine serves."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from pydantic_ai import Agent, RunContext, Tool
from pydantic_ai.messages import (
    FunctionToolResultEvent,
    ModelMessage,
    ModelRequest,
    ModelResponse,
    PartDeltaEvent,
    PartStartEvent,
    TextPart,
    TextPartDelta,
    UserPromptPart,
)
from pydantic_ai.models import Model
from pydantic_ai.usage import UsageLimits

from agent import instructions
from agent.turn import Turn
from tools.registry import ToolSpec, tools

ROUNDS = 8  # model requests in one turn; an invented tool name would otherwise renew its retries for ever


@cache
def assistant() -> Agent[Turn, str]:
    """The one agent. Its tools come from the registry; each call goes through ``Turn.execute`` and so through the guard."""
    return Agent(deps_type=Turn, tools=[_tool(spec) for spec in tools().values()], retries=1)


def _tool(spec: ToolSpec) -> Tool[Turn]:
    async def run(context: RunContext[Turn], **arguments: Any) -> str:
        return await context.deps.execute(spec.name, arguments)

    return Tool.from_schema(run, spec.name, spec.description, spec.parameters, takes_ctx=True, sequential=True)


async def run(turn: Turn, model: Model, say: Callable[[str], None]) -> None:
    """Run one turn to its end; ``say`` gets the model's words as they come.

    Raises:
        EngineError: through ``translated`` where the line is ours; pydantic-ai's own errors where the server's tool protocol fails.
    """
    stream = assistant().run_stream_events(
        turn.message,
        model=model,
        deps=turn,
        message_history=_history(turn),
        instructions=instructions.native_prompt(turn.snapshot, turn.system_prompt),
        usage_limits=UsageLimits(request_limit=ROUNDS),
    )
    async with stream as events:
        async for event in events:
            match event:
                case (
                    PartStartEvent(part=TextPart(content=text))
                    | PartDeltaEvent(delta=TextPartDelta(content_delta=text))
                ):
                    say(text)
                case FunctionToolResultEvent():
                    say("\n\n")


def _history(turn: Turn) -> list[ModelMessage]:
    return [
        ModelRequest(parts=[UserPromptPart(content)]) if role == "user" else ModelResponse(parts=[TextPart(content)])
        for role, content in turn.recent
    ]
