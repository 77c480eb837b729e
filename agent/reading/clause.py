"""A clause: one request within a message, with what was found in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from agent.reading.alert_requests import AlertRequest
from agent.reading.assignments import Assignment
from agent.reading.conditions import Condition
from agent.reading.mentions import Mention
from agent.reading.trial_requests import TrialRequest
from tools.quantity import Span

Mood = Literal["order", "negated", "question", "reported"]


@dataclass(frozen=True)
class Trace:
    """One action that the words speak of, where, and in which mood."""

    tool: str
    start: int
    mood: Mood


@dataclass(frozen=True)
class Clause:
    """One request within a message. ``text`` is the person's own words, foreign text and condition blanked."""

    text: str
    traces: tuple[Trace, ...]
    mentions: tuple[Mention, ...]
    values: tuple[Span, ...]
    assignments: tuple[Assignment, ...]
    asks: bool
    hypothetical: bool
    strong_set: bool
    doubtful: bool
    condition: Condition | None = None
    alert: AlertRequest | None = None
    trial: TrialRequest | None = None
    wonders: bool = False
    proposes: bool = False

    def mood(self, tool: str) -> Mood | None:
        """The most cautious mood in which the clause speaks of an action; None if it does not."""
        moods = [trace.mood for trace in self.traces if trace.tool == tool]
        return next((mood for mood in ("negated", "reported", "question", "order") if mood in moods), None)

    def orders(self, tool: str) -> bool:
        return self.mood(tool) == "order"

    @property
    def has_order(self) -> bool:
        return any(self.orders(trace.tool) for trace in self.traces if trace.tool != "set_parameter") or (
            self.orders("set_parameter") and bool(self.assignments)
        )
