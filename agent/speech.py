"""The words of an answer on their way out: gated about the run, timed, and gathered to leave at a readable rate."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

from agent.numbers import NumberGate
from agent.turn import Turn
from agent.usage import Stopwatch

FLUSH_S = 0.06  # tokens leave at about 16 Hz
TurnEvent = dict[str, Any]


class Speech:
    """The words of an answer on their way out."""

    def __init__(self, turn: Turn, emit: Callable[[TurnEvent], object], watch: Stopwatch) -> None:
        self._turn, self._emit, self._watch = turn, emit, watch
        self._parts: list[str] = []
        self._gate = NumberGate(turn.message, claims_only=not turn.reading.about_run)

    def say(self, text: str) -> None:
        """Pass on a piece of the model's words; about the run, only with traced numbers."""
        if text == self._turn.composed():
            self._out(text)
            return
        self._gate.allow(fact.value for done in self._turn.performed for fact in done.outcome.facts)
        for piece in self._gate.feed(text):
            self._out(piece)

    def new_paragraph(self) -> None:
        self.close()
        self._out("\n\n")

    def say_composed(self) -> None:
        self._out(self._turn.composed())

    def close(self) -> None:
        for piece in self._gate.close():
            self._out(piece)

    def forget(self) -> None:
        self._parts.clear()

    def text(self) -> str:
        return "".join(self._parts).strip()

    def _out(self, text: str) -> None:
        if not text or (not text.strip() and not self._parts):
            return
        self._watch.first()
        self._parts.append(text)
        self._emit({"type": "token", "text": text})


async def until_the_end(events: asyncio.Queue[TurnEvent]) -> AsyncIterator[TurnEvent]:
    """Hand events on, tokens gathered so that they leave at a readable rate."""
    while True:
        event = await events.get()
        if event["type"] == "token":
            await asyncio.sleep(FLUSH_S)
            text, following = event["text"], None
            while not events.empty():
                following = events.get_nowait()
                if following["type"] != "token":
                    break
                text, following = text + following["text"], None
            yield {"type": "token", "text": text}
            if following is None:
                continue
            event = following
        yield event
        if event["type"] in ("response", "error"):
            return
