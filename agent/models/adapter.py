"""Tool calls by a model with the steering adapter: it reads the whole request, the code reads it too, and both must be content.

What the code reads with certainty is done as ever. What it does not foresee is the adapter's: its calls join if nothing in the words
speaks against them (``agent/vouching.py``), and are asked back otherwise. The adapter is off while the model talks freely.
"""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

from pydantic_ai.models import Model
from pydantic_ai.models.function import FunctionModel

from agent.adapters import calls, prompt
from agent.guard import gaps
from agent.models.channel import Channel, Messages
from agent.models.grammar import Call, Decoder
from agent.reading import menu, unclear
from agent.reading.whole import is_whole
from agent.vouching import Proposal, is_plain, vouched
from tools.quantity import find_spans
from tools.registry import tools

if TYPE_CHECKING:
    from agent.turn import Turn
    from workloads.snapshot import Snapshot

log = logging.getLogger(__name__)
LONGEST_REQUEST = 600  # characters; what is longer is text to talk about
WORTH_A_QUESTION = 0.5  # least probability of a token at which "shall I …?" is better than talk
SURE_TO_READ = 0.6  # least probability of a token at which a question is answered from the run


def build(channel: Channel, turn: Turn) -> Model:
    """Make the model for one turn."""
    return FunctionModel(stream_function=_Trained(channel, turn).answer, model_name=channel.engine.model)


class _Trained(Decoder):
    """One turn, decided by the code's reading and the trained model together."""

    async def _calls(self) -> list[Call]:
        reading = self._turn.reading
        certain = [call for clause in reading.clauses if (call := menu.only(clause, reading))]
        if is_whole(reading):
            return certain
        proposal = await self._propose()
        allowed = vouched(proposal, reading)
        self._turn.vouched += allowed
        if not certain and not allowed and gaps(reading):
            return self._to_be_asked(proposal)  # else asked back by the code's own question
        if agreement := agreed(certain, allowed, proposal):
            return agreement
        return await super()._calls() or self._to_be_asked(proposal)

    def _to_be_asked(self, proposal: Proposal) -> list[Call]:
        """What the model thinks is wanted and nobody vouches for: the guard turns it into a question."""
        vague = {asked.sentence for asked in unclear.questions(self._turn.reading) if not asked.calls}
        known = [asked for asked in gaps(self._turn.reading) if asked not in vague]  # the model may know which is meant
        if proposal.least < WORTH_A_QUESTION or known or not is_plain(self._turn.reading):
            return []
        return list(proposal.calls[:1])

    async def _propose(self) -> Proposal:
        turn = self._turn
        if turn.snapshot is None or len(turn.message) > LONGEST_REQUEST:
            return Proposal((), 0.0)
        spans = [span.text for span in find_spans(turn.reading.own)]
        schema = calls.schema(turn.snapshot, tools(), spans, turn.reading.own)
        text, least = await self._channel.propose(_messages(turn), schema)
        try:
            answer: list[Any] = json.loads(text)
        except ValueError:
            log.warning("the model's answer did not fit the grammar: %.200s", text)
            return Proposal((), 0.0)
        return Proposal(tuple(calls.meant(answer)), least)


def system_prompt(snapshot: Snapshot) -> str:
    """What the trained model is told about this run."""
    offered = {
        name: meaning for name, meaning in prompt.TOOLS.items() if name in tools() or name in (*calls.CHANGES, "reply")
    }
    return prompt.system(calls.named(snapshot), snapshot.metric_names, offered)


def _messages(turn: Turn) -> Messages:
    assert turn.snapshot
    messages: Messages = [{"role": "system", "content": system_prompt(turn.snapshot)}]
    if turn.earlier:
        said, done = turn.earlier
        messages += [
            {"role": "user", "content": said},
            {"role": "assistant", "content": prompt.written(calls.said(done))},
        ]
    return [*messages, {"role": "user", "content": turn.message.strip()}]


def agreed(certain: list[Call], allowed: list[Call], proposal: Proposal) -> list[Call]:
    """Put together what the code reads with certainty and what the model may add.

    Changes that the code reads stand; the model's order counts where it has them all. What is only read follows the
    model where the code knows no question and the model is sure.
    """
    acts = [call for call in certain if tools()[call["tool"]].actuator]
    extra = [call for call in allowed if not _touched(call, acts)]
    knows = any(_is_read(call) for call in certain)
    reads = [call for call in proposal.calls if _is_read(call) and not knows and proposal.least >= SURE_TO_READ]
    wanted = [call for call in proposal.calls if call in acts or call in extra or call in reads]
    if knows or not all(call in wanted for call in acts):
        return [*certain, *extra]
    return wanted


def _is_read(call: Call) -> bool:
    return not tools()[call["tool"]].actuator


def _touched(call: Call, acts: list[Call]) -> bool:
    """Whether the code's own calls already deal with what a call is about."""
    return any(call["tool"] == other["tool"] and call.get("name") == other.get("name") for other in acts)
