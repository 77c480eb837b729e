"""Conversations: many people, one engine, each thread its own; kept in the store and there again after a restart."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any

from pydantic_ai.exceptions import AgentRunError

from agent import assistant, export, models
from agent.answer import ending_event, final_words, new_message, recent_of, vocabulary_of
from agent.engines.base import Engine
from agent.engines.recorder import purpose
from agent.lab.tokens import Tokenizer
from agent.models.channel import Channel, open_channel
from agent.reading.message import read
from agent.reading.portions import Portion, portions
from agent.receipt import Account
from agent.speech import Speech, TurnEvent, until_the_end
from agent.thread import Thread
from agent.turn import Turn
from agent.usage import Stopwatch
from measurement.errors import Conflict, EngineError, LodgerError, NotFound, Refused, Unavailable
from measurement.facts import new_id
from measurement.store import Conversation, Message, Store
from tools.contract import Actor, ToolContext
from workloads.runner import Workloads

log = logging.getLogger(__name__)

LONGEST_MESSAGE = 16_000
ENGINE_WAIT_S = 60.0
FAILED = "The answer failed for a reason that is not your fault; the log has the details."


class Conversations:
    """The door for chat: page, REST and WebSocket all send through here."""

    def __init__(self, store: Store, workloads: Workloads, engine: Engine | None) -> None:
        self._store, self._workloads, self._engine = store, workloads, engine
        self._threads: dict[str, Thread] = {}
        self._channel: Channel | None = None
        self._tokenizer = Tokenizer(engine) if engine else None
        self.services: tuple[object, ...] = ()  # the residents, who move in after the conversations are there

    async def send(
        self, message: str, conversation: str | None = None, actor: Actor | None = None
    ) -> AsyncIterator[TurnEvent]:
        """Answer a message; yields the events of the turn, the last of which is ``response`` or ``error``.

        Leaving the iteration early cancels the request at the engine.

        Raises:
            Refused: empty or too long. NotFound: no such conversation. Conflict: it is answering already.
            Unavailable: this launch has no LLM.
        """
        actor = actor or Actor("user")
        id = await self._opened(message, conversation, actor)
        thread = self._threads.setdefault(id, Thread())
        if thread.task and not thread.task.done():
            raise Conflict("This conversation is still being answered; stop it or wait.")
        events: asyncio.Queue[TurnEvent] = asyncio.Queue()
        thread.task = asyncio.create_task(self._answer(id, thread, message, actor, events))
        thread.task.add_done_callback(lambda task: _tell_if_broken(task, id, events))
        try:
            async for event in until_the_end(events):
                yield event
        finally:
            await _end(thread.task)

    def cancel(self, conversation: str) -> bool:
        """Stop the answer that is being given; False if there is none."""
        task = self._threads.get(conversation, Thread()).task
        return bool(task and not task.done() and task.cancel())

    def busy(self, conversation: str) -> bool:
        """Whether an answer is being given."""
        task = self._threads.get(conversation, Thread()).task
        return bool(task and not task.done())

    def history(self, conversation: str) -> list[Message]:
        """The messages of a conversation, oldest first; empty for an unknown one."""
        return self._store.messages(conversation)

    def list(self, owner: str | None = None, limit: int = 50) -> Sequence[Conversation]:
        """Conversations, newest first."""
        return self._store.conversations(limit=limit, owner=owner)

    def export(self, conversation: str, form: str) -> str:
        """A conversation as ``markdown`` or ``json``.

        Raises:
            NotFound: no such conversation. Refused: no such form.
        """
        return export.export(self._known(conversation), self.history(conversation), form)

    def set_system_prompt(self, conversation: str, text: str | None) -> None:
        """Tell the model of one conversation who it is; None for the default.

        Raises:
            NotFound: no such conversation. Refused: too long.
        """
        if text and len(text) > LONGEST_MESSAGE:
            raise Refused(f"A system prompt has at most {LONGEST_MESSAGE} characters; this one has {len(text)}.")
        self._known(conversation)
        self._store.set_system_prompt(conversation, text or None)

    def start(self, owner: str = "", title: str = "") -> str:
        """Open an empty conversation and give its id."""
        id = new_id("c")
        self._store.ensure_conversation(id, title=title, owner=owner)
        return id

    def rename(self, conversation: str, title: str) -> None:
        """Give a conversation another title. Raises NotFound."""
        self._known(conversation)
        self._store.rename_conversation(conversation, title[:200])

    def delete(self, conversation: str) -> None:
        """Forget a conversation; what it changed stays in the audit. Raises NotFound."""
        self._known(conversation)
        self.cancel(conversation)
        self._threads.pop(conversation, None)
        self._store.delete_conversation(conversation)

    def _known(self, conversation: str) -> Conversation:
        found = self._store.conversation(conversation)
        if found is None:
            raise NotFound(f"There is no conversation '{conversation[:40]}'.")
        return found

    async def _opened(self, message: str, conversation: str | None, actor: Actor) -> str:
        if not message.strip():
            raise Refused("The message is empty.")
        if len(message) > LONGEST_MESSAGE:
            raise Refused(f"A message has at most {LONGEST_MESSAGE} characters; this one has {len(message)}.")
        if self._engine is None:
            raise Unavailable("This launch runs no LLM (--sim-only). Start it with --full to chat.")
        if conversation is None:
            return await asyncio.to_thread(self.start, actor.name, " ".join(message.split())[:60])
        found = await asyncio.to_thread(self._known, conversation)
        if not found.title:
            await asyncio.to_thread(self.rename, conversation, " ".join(message.split())[:60])
        return conversation

    async def _answer(
        self, id: str, thread: Thread, message: str, actor: Actor, events: asyncio.Queue[TurnEvent]
    ) -> None:
        """Give one answer and keep it, whatever happens on the way."""
        watch, account = Stopwatch(), Account(self._engine, self._tokenizer, id)
        first, *others = await asyncio.to_thread(self._portions, message, thread)
        turn = await asyncio.to_thread(self._turn, id, thread, message, first, actor, events.put_nowait)
        spoken = Speech(turn, events.put_nowait, watch)
        interrupted, error = False, ""
        await asyncio.to_thread(self._store.add_message, new_message(id, "user", message))
        await account.open()
        with purpose("chat", id, account.metering) as why:
            try:
                await self._reply(turn, thread, spoken, events.put_nowait)
                for portion in others:
                    spoken.new_paragraph()
                    turn.go_on(portion.text, read(portion.text, vocabulary_of(portion.snapshot)), portion.snapshot)
                    await self._reply(turn, thread, spoken, events.put_nowait)
            except asyncio.CancelledError:
                interrupted = True
            except LodgerError as failure:
                error = failure.message
            except AgentRunError as failure:
                error = f"The model did not manage an answer: {str(failure)[:200]}"
            except Exception:
                log.exception("a turn failed unexpectedly")
                error = FAILED
        usage = watch.usage(why.requests)
        try:
            usage["receipt"] = await account.receipt(why, len(turn.performed))
        except asyncio.CancelledError:  # the listener left while slow counters were waited for
            interrupted = True
        response = final_words(spoken.text(), turn, interrupted, error)
        kept = replace(
            new_message(id, "assistant", response),
            tool_calls=[done.to_json() for done in turn.performed],
            facts=[fact.to_json() for done in turn.performed for fact in done.outcome.facts],
            usage=usage,
            interrupted=interrupted or bool(error),
        )
        await asyncio.shield(asyncio.to_thread(self._store.add_message, kept))
        thread.remember(turn)
        events.put_nowait(ending_event(id, kept, error))

    async def _reply(self, turn: Turn, thread: Thread, spoken: Speech, emit: Any) -> None:
        pending, thread.pending = thread.pending, []
        if pending and turn.reading.is_yes:
            for waiting in pending:
                if not turn.refused:
                    await turn.confirm(waiting)
            return spoken.say_composed()
        if pending and turn.reading.is_no:
            return spoken.say("All right, I left everything as it is.")
        assert self._engine
        await self._engine_ready(emit)
        try:
            await self._ask(turn, spoken)
        except EngineError:
            if turn.performed[turn.begun :]:
                raise
            await self._engine_ready(emit, at_least_s=1.0)
            spoken.forget()
            emit({"type": "reset"})
            await self._ask(turn, spoken)

    async def _ask(self, turn: Turn, spoken: Speech) -> None:
        assert self._engine
        if self._channel is None:
            self._channel = open_channel(self._engine, self._store.add_request)
        model = models.build(self._engine.capabilities.tool_calls, self._channel, turn)
        await assistant.run(turn, model, spoken.say)
        spoken.close()

    async def _engine_ready(self, emit: Any, at_least_s: float = 0.0) -> None:
        """Wait for an engine that is coming back, and say so.

        Raises:
            EngineError: it has failed for good, or takes too long.
        """
        assert self._engine
        await asyncio.sleep(at_least_s)  # a death is noticed a moment after the line breaks
        if self._engine.state in ("starting", "restarting"):
            emit(
                {
                    "type": "notice",
                    "text": "The LLM engine is restarting; your question will be answered as soon as it is back. The simulation goes on.",
                }
            )
        deadline = time.monotonic() + ENGINE_WAIT_S
        while self._engine.state in ("starting", "restarting") and time.monotonic() < deadline:
            await asyncio.sleep(0.1)
        if self._engine.state != "ready":
            raise EngineError(
                f"The LLM engine is {self._engine.state}. {self._engine.reason} The simulation is not affected."
            )

    def _portions(self, message: str, thread: Thread) -> list[Portion]:
        return portions(message, (workload.snapshot() for workload in self._workloads), thread.workload)

    def _turn(self, id: str, thread: Thread, message: str, first: Portion, actor: Actor, emit: Any) -> Turn:  # noqa: PLR0917
        snapshot = first.snapshot
        if snapshot:
            thread.turn_to(snapshot.name)
        reading = thread.read(first)
        said = replace(actor, conversation=id, words=message)
        context = ToolContext(self._workloads, self._store, said, snapshot.name if snapshot else None, self.services)
        recent = recent_of(self._store.messages(id))
        turn = Turn(first.text, reading, snapshot, context, emit, self._known(id).system_prompt, recent)
        turn.earlier = (thread.request, thread.done) if thread.request else None
        return turn


def _tell_if_broken(task: asyncio.Task[None], id: str, events: asyncio.Queue[TurnEvent]) -> None:
    """End the stream of an answer that ended without a word, so that nobody waits for ever."""
    failure = None if task.cancelled() else task.exception()
    if not task.cancelled() and failure is None:
        return
    if failure:
        log.error("an answer failed before it began or after it was given", exc_info=failure)
    sentence = FAILED if failure else "The answer was stopped before it began."
    events.put_nowait({"type": "error", "error": sentence, "conversation": id, "status": 500 if failure else 409})


async def _end(task: asyncio.Task[None]) -> None:
    """Cancel a task that its listener has left, and wait for it to have kept what there was."""
    if not task.done():
        task.cancel()
    await asyncio.wait([task])
