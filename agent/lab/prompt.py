"""A prompt put together from pieces, each of a known origin: what the tokens of a run are told apart by.

The system message holds the system prompt and the injections of a middleware (retrieved passages, safety texts, profiles); the
user message holds the earlier conversation in its wrapper and the question.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

PRESETS = Path(__file__).with_name("system_prompts.toml")
WRAPPER = "What was said before, for reference:\n<conversation>\n{context}\n</conversation>\n\n"
GAP = "\n\n"


@dataclass(frozen=True, slots=True)
class Injection:
    """A text that a middleware puts into every request; ``description`` says what it is and is sent as its heading."""

    description: str
    content: str

    def text(self) -> str:
        """The injection as the model reads it."""
        return f"[{self.description}]\n{self.content}" if self.description else self.content


@dataclass(frozen=True, slots=True)
class Prompt:
    """The pieces of one request."""

    user_prompt: str
    system_prompt: str = ""
    conversation_context: str = ""
    injections: tuple[Injection, ...] = ()

    def pieces(self) -> dict[str, str]:
        """The text that each origin adds to the request, wrappers included; nothing is an empty text."""
        return {
            "user": self.user_prompt,
            "system_prompt": self.system_prompt,
            "conversation_context": WRAPPER.format(context=self.conversation_context)
            if self.conversation_context
            else "",
            "injections": GAP.join(injection.text() for injection in self.injections),
        }

    def messages(self) -> list[dict[str, Any]]:
        """The request's messages, as the wire carries them."""
        pieces = self.pieces()
        system = GAP.join(filter(None, (pieces["system_prompt"], pieces["injections"])))
        user = {"role": "user", "content": pieces["conversation_context"] + pieces["user"]}
        return [{"role": "system", "content": system}, user] if system else [user]


@dataclass(frozen=True, slots=True)
class Preset:
    """A system prompt to start from."""

    name: str
    title: str
    text: str


@cache
def presets() -> tuple[Preset, ...]:
    """Read the system prompts that come with Lodger."""
    rows: list[dict[str, str]] = tomllib.loads(PRESETS.read_text("utf-8"))["preset"]
    return tuple(Preset(row["name"], row["title"], row["text"].strip()) for row in rows)
