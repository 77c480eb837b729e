"""One turn of a conversation, for programs: relayed as it comes, and put together for those who only want the end.

Used by ``/ws`` and ``POST /api/chat``; the page talks to the conversations directly.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, cast

from measurement.errors import EngineError
from tools.contract import Actor
from ui.house import Talk

Event = dict[str, Any]
MESSAGE_CHARACTERS = 32_000
USAGE_UNKNOWN: Event = {
    "prompt_tokens": None,
    "completion_tokens": None,
    "time_to_first_token_s": None,
    "duration_s": None,
}


@dataclass
class Transcript:
    """What was heard of a turn so far."""

    conversation: str | None
    text: list[str] = field(default_factory=list)
    calls: dict[str, Event] = field(default_factory=dict)
    facts: list[Any] = field(default_factory=list)
    response: Event | None = None
    error: str | None = None

    def hear(self, event: Event) -> None:
        """Take one event in."""
        hearing = _HEARINGS.get(str(event.get("type")))
        if hearing is not None:
            hearing(self, event)

    def cut_short(self) -> Event:
        """The response to a turn that was cancelled: what was said and done until then, and that it was."""
        return {
            "type": "response",
            "response": "".join(self.text),
            "conversation": self.conversation,
            "tool_calls": list(self.calls.values()),
            "facts": self.facts,
            "usage": dict(USAGE_UNKNOWN),
            "interrupted": True,
        }


def _hear_token(heard: Transcript, event: Event) -> None:
    heard.text.append(str(event.get("text", "")))


def _hear_reset(heard: Transcript, _event: Event) -> None:  # the engine died on the way and the answer begins anew
    heard.text.clear()


def _hear_call(heard: Transcript, event: Event) -> None:
    heard.calls[str(event.get("id"))] = {
        "id": event.get("id"),
        "tool": event.get("tool"),
        "args": event.get("args", {}),
        "status": "pending",
        "result": None,
    }


def _hear_result(heard: Transcript, event: Event) -> None:
    call = heard.calls.setdefault(str(event.get("id")), {"id": event.get("id"), "tool": event.get("tool"), "args": {}})
    call.update(status=event.get("status"), result=event.get("result"))
    heard.facts.extend(event.get("facts") or ())


def _hear_response(heard: Transcript, event: Event) -> None:
    heard.response = event
    heard.conversation = event.get("conversation") or heard.conversation


def _hear_error(heard: Transcript, event: Event) -> None:
    heard.error = str(event.get("error", "The turn failed without saying why."))


_HEARINGS = {
    "token": _hear_token,
    "reset": _hear_reset,
    "tool_call": _hear_call,
    "tool_result": _hear_result,
    "response": _hear_response,
    "error": _hear_error,
}


async def relay(talk: Talk, message: str, heard: Transcript, actor: Actor) -> AsyncGenerator[Event]:
    """Send ``message`` and pass on every event, noting it in ``heard``; leaving early closes the turn behind it."""
    stream = cast("AsyncGenerator[Event]", talk.send(message, heard.conversation, actor=actor))
    async with aclosing(stream) as events:
        async for event in events:
            heard.hear(event)
            yield event


async def answer(talk: Talk, message: str, conversation: str | None, actor: Actor) -> Event:
    """Run a turn to its end and give its response. Raises ``EngineError`` with the turn's sentence when it has none."""
    heard = Transcript(conversation)
    async with aclosing(relay(talk, message, heard, actor)) as events:
        async for _ in events:
            pass
    if heard.response is None:
        raise EngineError(heard.error or "The turn ended without an answer; ask again.")
    return {key: value for key, value in heard.response.items() if key != "type"}
