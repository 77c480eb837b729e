"""One turn: a message, what was read in it, the tool calls it led to, and the words that come of them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from agent import guard
from agent.reading.message import Reading
from measurement.facts import json_value, new_id
from tools.contract import Actor, Outcome, Series, ToolContext
from tools.registry import call, tools
from workloads.snapshot import Snapshot

log = logging.getLogger(__name__)
Emit = Callable[[dict[str, Any]], None]


@dataclass(frozen=True)
class Pending:
    """A call that waits for the person's yes. It lives on the server; no client can forge one."""

    tool: str
    args: dict[str, Any]
    question: str
    workload: str | None = None


@dataclass(frozen=True)
class Performed:
    """One tool call as it went."""

    id: str
    tool: str
    args: dict[str, Any]
    outcome: Outcome

    def to_json(self) -> dict[str, Any]:
        """The shape of ``tool_calls`` in the API."""
        return {
            "id": self.id,
            "tool": self.tool,
            "args": self.args,
            "status": self.outcome.status,
            "result": self.outcome.result,
        }


@dataclass
class Turn:
    """The state of one turn.

    ``recent`` is the conversation so far as (role, text), newest last; ``earlier`` the message before and the calls that it led to;
    ``vouched`` are calls that a trained model answers for where the guard alone would ask. A message for several simulations is taken portion by
    portion (``go_on``); ``begun`` counts what was performed before the present one.
    """

    message: str
    reading: Reading
    snapshot: Snapshot | None
    context: ToolContext
    emit: Emit
    system_prompt: str | None = None
    recent: list[tuple[str, str]] = field(default_factory=list)
    performed: list[Performed] = field(default_factory=list)
    pending: list[Pending] = field(default_factory=list)
    refused: bool = False
    earlier: tuple[str, tuple[tuple[str, dict[str, Any]], ...]] | None = None
    vouched: list[dict[str, Any]] = field(default_factory=list)
    begun: int = 0

    async def execute(self, tool: str, args: dict[str, Any]) -> str:
        """Take one call from the model through the guard to the tool; the answer is a sentence the model can act on."""
        actor = replace(self.context.actor, kind="model", name=self.context.actor.name)
        outcome = self._stopped(tool, args) or self._guarded(tool, args) or await self.act(tool, args, actor)
        return self._note(tool, args, outcome).outcome.summary

    async def confirm(self, pending: Pending) -> None:
        """Carry out what the person said yes to."""
        context = replace(self.context, workload=pending.workload or self.context.workload)
        self._note(pending.tool, pending.args, await self.act(pending.tool, pending.args, self.context.actor, context))

    def go_on(self, message: str, reading: Reading, snapshot: Snapshot | None) -> None:
        """Turn to the words for another simulation; what was done and asked so far stays."""
        self.message, self.reading, self.snapshot = message, reading, snapshot
        self.context = replace(self.context, workload=snapshot.name if snapshot else None)
        self.begun, self.earlier, self.vouched = len(self.performed), None, []

    def suggest(self, tool: str, args: dict[str, Any], question: str) -> None:
        """Show a call that waits until the person says yes; the next message decides."""
        self._note(tool, args, self._asking(tool, args, question))

    def _asking(self, tool: str, args: dict[str, Any], question: str) -> Outcome:
        self.pending.append(Pending(tool, args, question, self.context.workload))
        return Outcome("pending", question, {"question": question, "answers": ["Yes", "No"]})

    async def act(self, tool: str, args: dict[str, Any], actor: Actor, context: ToolContext | None = None) -> Outcome:
        """Call the tool in a thread of its own; once begun it runs to its end, even if the person stops the answer."""
        work = asyncio.ensure_future(asyncio.to_thread(call, tool, replace(context or self.context, actor=actor), args))
        return await asyncio.shield(work)

    def composed(self) -> str:
        """The answer to the present words, from the tools' summaries alone."""
        return "\n\n".join(done.outcome.summary for done in self.performed[self.begun :] if done.outcome.summary)

    def _stopped(self, tool: str, args: dict[str, Any]) -> Outcome | None:
        """Several requests run in order and stop at the first refusal; what follows a question waits for the same yes."""
        if not self.refused:
            return None
        if self.pending and self._would_be_done(tool, args):
            return self._asking(tool, args, f"Then I will {guard.deed(tool, args)}.")
        return Outcome(
            "refused", f"Not done, because of the refusal before it: {guard.deed(tool, args)}.", {"error": "skipped"}
        )

    def _would_be_done(self, tool: str, args: dict[str, Any]) -> bool:
        """Whether nothing but an earlier question stands before an action."""
        spec = tools().get(tool)
        verdict = guard.check(tool, args, self.reading, self._values(), confirm_end=False)
        return bool(spec and spec.actuator) and (verdict.decision == "allow" or {"tool": tool, **args} in self.vouched)

    def _guarded(self, tool: str, args: dict[str, Any]) -> Outcome | None:
        verdict = guard.check(tool, args, self.reading, self._values(), self._running())
        if verdict.decision == "allow" or (verdict.decision == "ask" and {"tool": tool, **args} in self.vouched):
            return None
        if verdict.decision == "ask" and verdict.confirmable:
            return self._asking(tool, args, verdict.sentence)
        if verdict.decision == "ask":
            return Outcome("pending", verdict.sentence, {"question": verdict.sentence})
        return Outcome("refused", verdict.sentence, {"error": verdict.sentence, "moot": verdict.moot})

    def _note(self, tool: str, args: dict[str, Any], outcome: Outcome) -> Performed:
        done = Performed(new_id("call"), tool, args, outcome)
        self.performed.append(done)
        moot = isinstance(outcome.result, dict) and bool(outcome.result.get("moot"))
        self.refused = self.refused or (outcome.status != "done" and not moot)
        self.emit({"type": "tool_call", "id": done.id, "tool": tool, "args": args})
        self.emit(tool_result(done))
        return done

    def _values(self) -> dict[str, Any]:
        """Parameters and metrics as they are now: what a condition is checked against."""
        if not self.snapshot:
            return {}
        now = self.context.workloads.get(self.snapshot.name).snapshot()
        return {**{name: info.value for name, info in now.parameters.items()}, **now.metrics}

    def _running(self) -> bool:
        return bool(self.snapshot and self.snapshot.state in ("starting", "running", "paused"))


def tool_result(done: Performed) -> dict[str, Any]:
    """A finished call as an event of the stream."""
    outcome = done.outcome
    return {
        "type": "tool_result",
        "id": done.id,
        "tool": done.tool,
        "status": outcome.status,
        "result": outcome.result,
        "summary": outcome.summary,
        "facts": [fact.to_json() for fact in outcome.facts],
        "series": series_json(outcome.series),
        "audit_id": outcome.audit_id,
    }


def series_json(series: Series | None) -> dict[str, Any] | None:
    """A plot's numbers, strict JSON."""
    if series is None:
        return None
    return {
        "title": series.title,
        "x": [json_value(x) for x in series.x],
        "y": [json_value(y) for y in series.y],
        "x_label": series.x_label,
        "y_label": series.y_label,
    }
