"""A conversation that was recorded: the same events for the same words, so that the routes can be tested without a model.

``wait`` waits to be cancelled, ``stuck`` does not even heed that, ``flood`` says a great deal, ``break`` fails as nobody
foresaw.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

from tools.contract import Actor

USAGE = {"prompt_tokens": 12, "completion_tokens": 3, "time_to_first_token_s": 0.05, "duration_s": 0.2}
CALL = {"id": "c1", "tool": "get_simulation_state", "args": {}}
RESULT = {"status": "done", "result": {"level": float("nan")}}


class RecordedTalk:
    """Plays recordings; ``closed`` lists the messages whose turn was closed before its end, ``actors`` who spoke."""

    def __init__(self) -> None:
        self.closed: list[str] = []
        self.actors: list[Actor] = []
        self.deleted: list[str] = []
        self.prompts: dict[str, str | None] = {}
        self._stops: dict[str, asyncio.Event] = {}

    async def send(
        self, message: str, conversation: str | None = None, actor: Actor | None = None
    ) -> AsyncGenerator[dict[str, Any], None]:
        assert actor is not None
        self.actors.append(actor)
        ended = False
        try:
            yield {"type": "token", "text": "Step "}
            if message in ("wait", "stuck"):
                yield {"type": "tool_call", **CALL}
                stop = asyncio.Event()
                if message == "wait" and conversation:
                    self._stops[conversation] = stop
                await stop.wait()
                yield {
                    "type": "response",
                    "response": "Step *(stopped)*",
                    "conversation": conversation,
                    "interrupted": True,
                }
                return
            if message == "break":
                raise ZeroDivisionError("nobody foresaw this")
            for number in range(5000 if message == "flood" else 1):
                yield {"type": "token", "text": f"{number} "}
            yield {"type": "tool_call", **CALL}
            yield {"type": "tool_result", "id": "c1", "tool": CALL["tool"], **RESULT, "summary": "", "facts": []}
            yield {
                "type": "response",
                "response": f"You said: {message}",
                "conversation": conversation or "c-recorded",
                "tool_calls": [{**CALL, **RESULT}],
                "facts": [],
                "usage": USAGE,
            }
            ended = True
        finally:
            if not ended:
                self.closed.append(message)

    def cancel(self, conversation: str) -> bool:
        stop = self._stops.pop(conversation, None)
        if stop is not None:
            stop.set()
        return stop is not None

    def start(self, owner: str = "", title: str = "") -> str:
        return "c-new"

    def delete(self, conversation: str) -> None:
        self.deleted.append(conversation)

    def export(self, conversation: str, form: str) -> str:
        return f"{conversation} as {form}"

    def set_system_prompt(self, conversation: str, text: str | None) -> None:
        self.prompts[conversation] = text
