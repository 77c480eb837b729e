"""What is remembered of a conversation between its turns, beside what the store keeps: what "it", "the same" and "back" mean."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from agent.answer import vocabulary_of
from agent.reading import words
from agent.reading.adjectives import asked_about
from agent.reading.going_back import Past, gone_back
from agent.reading.likewise import completed
from agent.reading.mentions import Vocabulary
from agent.reading.message import Reading, read
from agent.reading.portions import Portion
from agent.turn import Pending, Performed, Turn

_LEAVES_FOCUS = frozenset({"pause_simulation", "resume_simulation"})  # "pause", "resume", "double it"


@dataclass
class Thread:
    """One conversation. ``focus`` is the parameter spoken of last, ``done`` the calls of the last turn, ``pending`` what waits for a yes."""

    focus: str | None = None
    workload: str | None = None
    request: str = ""
    done: tuple[tuple[str, dict[str, Any]], ...] = ()
    past: Past = field(default_factory=Past)
    pending: list[Pending] = field(default_factory=list)
    task: asyncio.Task[None] | None = None

    def turn_to(self, workload: str) -> None:
        """Speak of a simulation; "it" and "back" were said of the one before, if that is another."""
        if workload != self.workload:
            self.workload, self.focus, self.past = workload, None, Past()

    def read(self, portion: Portion) -> Reading:
        """Read a message together with those before it: "once more", "same for the seed", "back to what it was"."""
        vocabulary = vocabulary_of(portion.snapshot)
        return read(self._in_full(portion.text, vocabulary), vocabulary, self.focus)

    def remember(self, turn: Turn) -> None:
        """Keep what the next message may point at."""
        self.pending, self.request = turn.pending, turn.reading.text
        performed = turn.performed[turn.begun :]
        self.done = tuple((done.tool, done.args) for done in performed)
        self.workload = turn.snapshot.name if turn.snapshot else self.workload
        for done in performed:
            self._note_changes(done)
        spoken = [str(done.args["name"]) for done in performed if done.tool == "set_parameter" and "name" in done.args]
        mentioned = [m.name for clause in turn.reading.clauses for m in clause.mentions]
        parameters = [name for name in mentioned if name in turn.reading.vocabulary.parameters]
        if not (spoken or mentioned) and (asked := asked_about(turn.reading.own, turn.reading.vocabulary)):
            parameters = [asked]
        if spoken or parameters or not performed or {done.tool for done in performed} - _LEAVES_FOCUS:
            self.focus = next(iter(reversed(spoken or parameters)), None)

    def _note_changes(self, done: Performed) -> None:
        changes = done.outcome.result.get("changes") if isinstance(done.outcome.result, dict) else None
        for change in changes if isinstance(changes, list) else ():  # a branch tells its own in another form
            self.past.note(str(change["name"]), change["old"])

    def _in_full(self, text: str, vocabulary: Vocabulary) -> str:
        if words.AGAIN.match(text):
            return self.request or text
        return gone_back(completed(text, vocabulary, self.done), vocabulary, self.past, self.focus)
