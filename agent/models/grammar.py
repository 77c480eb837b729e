"""Tool calls by grammar: for models too small to be trusted with a tool protocol.

The message is taken clause by clause. For each, the reading says what the words admit, a JSON schema offers the model just
that (tools with a trace in the words, values as an enumeration of the spans that stand there), and the model picks. The
words about the run are then composed from the tools' facts; only free conversation is the model's own.
"""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from pydantic_ai.messages import ModelMessage, ModelRequest, ToolReturnPart
from pydantic_ai.models import Model
from pydantic_ai.models.function import AgentInfo, DeltaToolCall, FunctionModel

from agent import instructions
from agent.guard import clause_gaps, gaps, suggestions
from agent.models.channel import Channel, Messages
from agent.reading import control_questions, menu, own_costs
from agent.reading.clause import Clause
from agent.reading.message import Reading
from measurement.facts import new_id

if TYPE_CHECKING:
    from agent.turn import Turn

log = logging.getLogger(__name__)
Call = dict[str, Any]
NO_BRANCH = "This simulation keeps no state, so nothing can be tried beside it; tell me to set it if you want it, and undo takes it back."
NO_RUN = "There is no simulation in this launch. Start Lodger with --workload NAME to have one."


def build(channel: Channel, turn: Turn) -> Model:
    """Make the model for one turn."""
    decoder = Decoder(channel, turn)
    return FunctionModel(stream_function=decoder.answer, model_name=channel.engine.model)


class Decoder:
    """One turn's questions to the engine."""

    def __init__(self, channel: Channel, turn: Turn) -> None:
        self._channel, self._turn = channel, turn

    async def answer(
        self, messages: list[ModelMessage], info: AgentInfo
    ) -> AsyncIterator[str | dict[int, DeltaToolCall]]:
        if _tools_returned(messages):
            yield self._turn.composed() or "Done."
            if open_ends := left_open(self._turn):
                yield "\n\n" + open_ends[0]
            return
        reading = self._turn.reading
        if self._turn.snapshot is None and (known := own_costs.calls(reading) + control_questions.calls(reading)):
            yield {index: _delta(call) for index, call in enumerate(known)}
            return
        if self._turn.snapshot is None and _wants_a_run(self._turn.reading):
            yield NO_RUN
            return
        calls = await self._calls()
        if calls:
            yield {index: _delta(call) for index, call in enumerate(calls)}
        elif questions := gaps(self._turn.reading):
            yield self._asked(questions[0])
        else:
            async for text in self._talk():
                yield text

    def _asked(self, question: str) -> str:
        """Ask back; where a "yes" is enough, it waits for one."""
        for tool, arguments in suggestions(self._turn.reading):
            if tool == "branch_simulation" and not _can_branch(self._turn):
                return f"I changed nothing. {NO_BRANCH}"
            self._turn.suggest(tool, arguments, question)
        return question

    async def _calls(self) -> list[Call]:
        calls: list[Call] = []
        for clause in self._turn.reading.clauses:
            offered = menu.offer(clause, self._turn.reading)
            if not offered.worth_asking or (not offered.must_act and any(clause_gaps(clause, self._turn.reading))):
                continue
            call = await self._pick(clause, offered)
            if call and call not in calls:
                calls.append(call)
        return calls

    async def _pick(self, clause: Clause, offered: menu.Menu) -> Call | None:
        text = await self._channel.decide(self._decide_messages(clause), offered.schema)
        try:
            (call,) = json.loads(text)
        except ValueError:
            log.warning("the model's answer did not fit the grammar: %.200s", text)
            return None
        return call if call.get("tool") != "reply" else None

    def _decide_messages(self, clause: Clause) -> Messages:
        assert self._turn.snapshot
        messages: Messages = [{"role": "system", "content": instructions.decide_prompt(self._turn.snapshot)}]
        messages += dialogue(instructions.DECIDE_EXAMPLES)
        return [*messages, {"role": "user", "content": " ".join(clause.text.split())}]

    async def _talk(self) -> AsyncIterator[str]:
        messages: Messages = [{"role": "system", "content": self._turn.system_prompt or instructions.TALK}]
        messages += dialogue(instructions.TALK_EXAMPLES)
        messages += [{"role": role, "content": content} for role, content in self._turn.recent]
        async for text in self._channel.talk([*messages, {"role": "user", "content": self._turn.message}]):
            yield text


def left_open(turn: Turn) -> list[str]:
    """The questions of clauses that nothing was done about, once something was done about others."""
    done = [call for call in turn.performed[turn.begun :] if call.outcome.status == "done"]
    named = {str(call.args.get("name")) for call in done}
    tools_done, values = {call.tool for call in done}, {str(call.args.get("value")) for call in done}
    if len(done) < len(turn.performed) - turn.begun or not done:
        return []
    return [
        question
        for clause in turn.reading.clauses
        if not (
            {a.parameter for a in clause.assignments} & named
            or {t.tool for t in clause.traces} & tools_done - {"set_parameter"}
            or {span.text for span in clause.values} & values
        )
        for question in clause_gaps(clause, turn.reading)
    ]


def _can_branch(turn: Turn) -> bool:
    snapshot = turn.snapshot
    return bool(snapshot and snapshot.can_checkpoint and snapshot.can_restore)


def _wants_a_run(reading: Reading) -> bool:
    wanted = any(menu.offer(clause, reading).worth_asking for clause in reading.clauses)
    return wanted or reading.has_order or bool(gaps(reading))


def dialogue(examples: list[tuple[str, str]]) -> Messages:
    return [
        {"role": role, "content": said}
        for pair in examples
        for role, said in zip(("user", "assistant"), pair, strict=True)
    ]


def _tools_returned(messages: list[ModelMessage]) -> bool:
    last = messages[-1]
    return isinstance(last, ModelRequest) and any(isinstance(part, ToolReturnPart) for part in last.parts)


def _delta(call: Call) -> DeltaToolCall:
    arguments = {key: value for key, value in call.items() if key != "tool"}
    return DeltaToolCall(name=call["tool"], json_args=json.dumps(arguments), tool_call_id=new_id("call"))
