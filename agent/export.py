"""A conversation as a file that people keep: Markdown to read, JSON to process."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict

from measurement.clock import iso_utc
from measurement.errors import Refused
from measurement.store import Conversation, Message


def export(conversation: Conversation, messages: Sequence[Message], form: str) -> str:
    """Write a conversation in one of the forms.

    Raises:
        Refused: no such form.
    """
    if form not in _FORMS:
        raise Refused(f"A conversation is exported as {' or '.join(_FORMS)}, not as '{form}'.")
    return _FORMS[form](conversation, messages)


def _markdown(conversation: Conversation, messages: Sequence[Message]) -> str:
    parts = [
        f"# {conversation.title or 'Conversation'}",
        f"*{conversation.id}, begun {iso_utc(conversation.created_at)}*",
    ]
    for message in messages:
        parts.append(f"## {message.role.capitalize()}, {iso_utc(message.taken_at)}")
        parts += [
            f"> `{call['tool']}` {json.dumps(call['args'], ensure_ascii=False)} → {call['status']}"
            for call in message.tool_calls
        ]
        parts.append(message.content)
    return "\n\n".join(parts) + "\n"


def _json(conversation: Conversation, messages: Sequence[Message]) -> str:
    content = {"conversation": asdict(conversation), "messages": [asdict(message) for message in messages]}
    return json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False)


_FORMS: dict[str, Callable[[Conversation, Sequence[Message]], str]] = {"markdown": _markdown, "json": _json}
