"""What goes into a turn from the store, and what of it goes back there and out to the client."""

from __future__ import annotations

import time

from agent.reading.mentions import Vocabulary
from agent.speech import TurnEvent
from agent.turn import Turn
from measurement.facts import new_id
from measurement.store import Message, Role
from workloads.snapshot import Snapshot

RECENT = 8
RECENT_CHARACTERS = 3_000


def vocabulary_of(snapshot: Snapshot | None) -> Vocabulary:
    if snapshot is None:
        return Vocabulary({}, ())
    metrics = snapshot.metric_names
    return Vocabulary(dict(snapshot.parameters), tuple(metrics), dict(snapshot.metric_units))


def recent_of(messages: list[Message]) -> list[tuple[str, str]]:
    """The newest exchanges that fit a small model's window."""
    kept: list[tuple[str, str]] = []
    room = RECENT_CHARACTERS
    for message in reversed(messages[-RECENT:]):
        room -= len(message.content)
        if room < 0 or message.role == "system":
            break
        kept.insert(0, (message.role, message.content))
    return kept


def final_words(text: str, turn: Turn, interrupted: bool, error: str) -> str:
    if error:
        return "\n\n".join(part for part in (text or turn.composed(), f"⚠ {error}") if part)
    if interrupted:
        return f"{text}\n\n*(stopped)*".strip()
    return text or turn.composed() or "I have no answer to that."


def new_message(conversation: str, role: Role, content: str) -> Message:
    return Message(new_id("m"), conversation, time.time(), role, content)


def ending_event(id: str, message: Message, error: str) -> TurnEvent:
    if error and not message.tool_calls:
        return {"type": "error", "error": error, "conversation": id, "status": 503}
    return {
        "type": "response",
        "response": message.content,
        "conversation": id,
        "tool_calls": message.tool_calls,
        "facts": message.facts,
        "usage": message.usage,
        "interrupted": message.interrupted,
    }
