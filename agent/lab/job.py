"""One batch at work: its state, what it has found so far, and who listens."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from agent.lab.benchmarks import Benchmark
from agent.lab.observation import Observation
from agent.lab.plan import Plan

State = Literal["queued", "running", "done", "stopped", "failed"]
OVER: tuple[State, ...] = ("done", "stopped", "failed")
EventKind = Literal["token", "run", "end"]
Listener = Callable[[EventKind, dict[str, Any]], object]
LOG_LINES = 400
WORDS_SHOWN = 4000


@dataclass
class Job:
    """A batch. Its own worker changes it; others read it, and ask for its end with ``stopping``.

    ``power`` holds, for each run that was watched, the seconds since its start and each domain's watts. ``words`` is the answer
    that is just being written.
    """

    id: str
    plan: Plan
    taken_at: float
    state: State = "queued"
    error: str | None = None
    observations: list[Observation] = field(default_factory=list[Observation])
    power: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    log: list[tuple[float, str]] = field(default_factory=list[tuple[float, str]])
    benchmark: Benchmark | None = None
    calibrated: Benchmark | None = None
    words: str = ""
    began_s: float | None = None
    ended_s: float | None = None
    listeners: tuple[Listener, ...] = ()
    stopping: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)
    task: asyncio.Task[Any] | None = None

    @property
    def total(self) -> int:
        """How many requests the batch has."""
        return len(self.plan.steps())

    def eta_s(self, now_s: float) -> float | None:
        """Seconds that are left, by the mean of the runs so far; None before the first is over."""
        done = len(self.observations)
        if self.state in OVER:
            return 0.0
        if not done or self.began_s is None:
            return None
        return (now_s - self.began_s) / done * (self.total - done)

    def say(self, at: float, text: str) -> None:
        """Write a line into the live log."""
        self.log.append((at, text))
        del self.log[:-LOG_LINES]

    def tell(self, kind: EventKind, event: dict[str, Any]) -> None:
        """Tell everybody who listens."""
        for listener in self.listeners:
            listener(kind, event)

    def hear(self, text: str, thinking: bool) -> None:
        """Take a piece of the answer in, and pass it on."""
        self.words = (self.words + text)[-WORDS_SHOWN:]
        self.tell("token", {"token": text, "thinking": thinking})
