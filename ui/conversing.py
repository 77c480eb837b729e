"""What the Chat tab does: every handler of its buttons. It asks the conversations, the tools and the store, and formats."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, cast

import gradio as gr

from measurement.clock import SYSTEM_CLOCK
from measurement.errors import LodgerError
from measurement.facts import new_id
from tools import registry
from tools.contract import Actor
from tools.undo import newest_change
from ui.greeting import said_change, sentences, title_of, welcome
from ui.transcript import Answer, stored_messages, user_bubble

if TYPE_CHECKING:
    from ui.house import House
    from workloads.runner import Snapshot

SHOWN_EVERY_S = 0.08
RUN_ACTS = {"Pause": "pause_simulation", "Resume": "resume_simulation", "Run again": "restart_simulation"}
OFFERED = {
    "running": "Pause",
    "paused": "Resume",
    "finished": "Run again",
    "stopped": "Run again",
    "failed": "Run again",
}
LISTED = 40


@dataclass(frozen=True)
class Kept:
    """What the browser remembers: who it is to the server, and which conversation was open."""

    owner: str = ""
    conversation: str = ""

    @classmethod
    def read(cls, told: Any) -> Kept:
        """Reads what the browser kept; anything else begins anew."""
        known = told if isinstance(told, Mapping) else {}
        return cls(str(known.get("owner") or new_id("p")), str(known.get("conversation") or new_id("c")))

    def to_json(self) -> dict[str, str]:
        return asdict(self)

    def actor(self, words: str | None = None) -> Actor:
        """This person, as the audit names them."""
        return Actor(kind="user", conversation=self.conversation, words=words)


class Desk:
    """The handlers. It holds no conversation: the store does, so any number of people may write at once."""

    def __init__(self, house: House) -> None:
        self._house = house

    # opening -----------------------------------------------------------------------------------------------------------------

    def restore(self, told: Any) -> tuple[Any, ...]:
        """A page was opened: continue where this browser was."""
        kept = Kept.read(told)
        return self._opened(kept if self._may_open(kept) else Kept(kept.owner, new_id("c")))

    def begin(self, told: Any) -> tuple[Any, ...]:
        """Begin a conversation; it is kept once something was said in it."""
        return self._opened(Kept(Kept.read(told).owner, new_id("c")))

    def open(self, chosen: str, told: Any) -> tuple[Any, ...]:
        """Open an earlier conversation of this person."""
        return self.restore({"owner": Kept.read(told).owner, "conversation": chosen})

    def _opened(self, kept: Kept) -> tuple[Any, ...]:
        known = self._house.store.conversation(kept.conversation)
        messages = stored_messages(self._house.store.messages(kept.conversation)) if known else []
        return (
            kept.to_json(),
            gr.update(value=messages, placeholder=welcome(self._snapshot(), self._house.engine)),
            self._listed(kept),
            (known.system_prompt or "") if known else "",
            known.title if known else "",
            gr.update(sentences=sentences(self._snapshot())),
        )

    def _may_open(self, kept: Kept) -> bool:
        known = self._house.store.conversation(kept.conversation)
        return known is None or known.owner == kept.owner

    def _listed(self, kept: Kept) -> Any:
        known = self._house.store.conversations(LISTED, kept.owner)
        choices = [(title_of(conversation), conversation.id) for conversation in known]
        here = kept.conversation if any(value == kept.conversation for _, value in choices) else None
        return gr.update(choices=choices, value=here, visible=bool(choices))

    # a turn ------------------------------------------------------------------------------------------------------------------

    def take_words(self, words: str, told: Any) -> tuple[Any, ...]:
        """Take what was typed out of the box."""
        return self._taken(words, Kept.read(told))

    def take_example(self, told: Any, event: gr.EventData) -> tuple[Any, ...]:
        """Take an example sentence that was clicked."""
        return self._taken(str(getattr(event, "words", "")), Kept.read(told))

    def take_option(self, told: Any, event: gr.SelectData) -> tuple[Any, ...]:
        """Take the answer to a question that was clicked."""
        return self._taken(str(event.value), Kept.read(told))

    def _taken(self, words: str, kept: Kept) -> tuple[Any, ...]:
        if not words.strip():
            return "", gr.skip(), kept.to_json(), ""
        return words.strip(), gr.update(value="", submit_btn=False, stop_btn=True), kept.to_json(), ""

    async def answer(self, words: str, told: Any) -> AsyncIterator[tuple[Any, Any]]:
        """Send the words and show the answer as it grows, at most every ``SHOWN_EVERY_S``."""
        if not words:
            return
        kept = Kept.read(told)
        before = stored_messages(await asyncio.to_thread(self._house.store.messages, kept.conversation))
        before.append(user_bubble(words))
        answer, shown_at = Answer(), float("-inf")
        yield before + answer.messages(), gr.skip()
        async with aclosing(self._turn(words, kept, answer)) as turn:
            async for _ in turn:
                if SYSTEM_CLOCK.monotonic_s() - shown_at >= SHOWN_EVERY_S:
                    yield before + answer.messages(), gr.skip()
                    shown_at = SYSTEM_CLOCK.monotonic_s()
        answer.finished = True
        yield before + answer.asking(), gr.skip()

    async def _turn(self, words: str, kept: Kept, answer: Answer) -> AsyncGenerator[None]:
        """Feed the turn's events to ``answer``; what cannot be answered is said in it."""
        try:
            talk = self._house.talk()
            await asyncio.to_thread(self._house.store.ensure_conversation, kept.conversation, "", kept.owner)
            stream = cast("AsyncGenerator[dict[str, Any]]", talk.send(words, kept.conversation, kept.actor(words)))
            async with aclosing(stream) as events:
                async for event in events:
                    answer.take(event)
                    yield
        except LodgerError as error:
            answer.take({"type": "error", "error": error.message})
            yield

    async def stop(self, told: Any) -> None:
        """Stop the answer that is being written: the request to the model is cancelled, not hidden.

        Async on purpose: a turn may only be cancelled from the loop that it runs in.
        """
        self._house.talk().cancel(Kept.read(told).conversation)

    def after(self, told: Any) -> tuple[Any, ...]:
        """The turn is over: the box is free, lists and buttons follow."""
        return gr.update(submit_btn=True, stop_btn=False), self._listed(Kept.read(told)), *self.actions()

    # quick actions -----------------------------------------------------------------------------------------------------------

    def actions(self) -> tuple[Any, Any]:
        """The quick actions, as the run allows them now."""
        shown = self._snapshot()
        last = newest_change(self._house.store, self._house.workloads.get(shown.name)) if shown else None
        undo = gr.update(
            value=f"Undo {said_change(last)}" if last else "Undo last change", interactive=last is not None
        )
        state = shown.state if shown else ""
        toggle = gr.update(value=OFFERED.get(state, "Pause"), interactive=state in OFFERED)
        return undo, toggle

    def offers(self) -> tuple[Any, Any]:
        """The example sentences and the welcome, as the run is now."""
        shown = self._snapshot()
        return gr.update(sentences=sentences(shown)), gr.update(placeholder=welcome(shown, self._house.engine))

    async def undo(self, told: Any) -> tuple[Any, ...]:
        """Take the last change back."""
        return await self._act("undo", Kept.read(told))

    async def pause_or_run(self, label: str, told: Any) -> tuple[Any, ...]:
        """Do what the button says."""
        return await self._act(RUN_ACTS[label], Kept.read(told))

    async def _act(self, tool: str, kept: Kept) -> tuple[Any, ...]:
        outcome = await asyncio.to_thread(registry.call, tool, self._house.context(kept.actor()))
        return (outcome.summary, *await asyncio.to_thread(self.actions))

    # the open conversation ---------------------------------------------------------------------------------------------------

    def keep_prompt(self, words: str, told: Any) -> tuple[str, dict[str, str]]:
        """Keep instructions of the person's own for this conversation."""
        kept = Kept.read(told)
        try:
            self._house.store.ensure_conversation(kept.conversation, "", kept.owner)
            self._house.talk().set_system_prompt(kept.conversation, words.strip() or None)
        except LodgerError as error:
            return error.message, kept.to_json()
        return ("Kept: they hold from the next message on." if words.strip() else "Removed."), kept.to_json()

    def rename(self, title: str, told: Any) -> tuple[str, Any]:
        """Give the open conversation another title."""
        kept = Kept.read(told)
        if not title.strip():
            return "Write a title first.", gr.skip()
        try:
            self._house.store.rename_conversation(kept.conversation, title.strip())
        except LodgerError as error:
            return error.message, gr.skip()
        return "", self._listed(kept)

    async def delete(self, told: Any) -> tuple[Any, ...]:
        """Delete the open conversation; ``None`` comes when the person thought better of it."""
        if told is None:
            return (gr.skip(),) * 7
        kept = Kept.read(told)
        try:
            self._house.talk().cancel(kept.conversation)  # here, in the loop that the turn runs in
            await asyncio.to_thread(self._house.talk().delete, kept.conversation)
        except LodgerError as error:
            return error.message, *(gr.skip(),) * 6
        return "Deleted.", *await asyncio.to_thread(self.begin, told)

    def export_markdown(self, told: Any) -> tuple[Any, str]:
        """The open conversation as a Markdown file."""
        return self._export(told, "markdown", "md", "text/markdown")

    def export_json(self, told: Any) -> tuple[Any, str]:
        """The open conversation as a JSON file."""
        return self._export(told, "json", "json", "application/json")

    def _export(self, told: Any, kind: str, ending: str, media: str) -> tuple[Any, str]:
        kept = Kept.read(told)
        try:
            words = self._house.talk().export(kept.conversation, kind)
        except LodgerError as error:
            return None, error.message
        return {"name": f"lodger-{kept.conversation}.{ending}", "type": media, "text": words}, ""

    # words -------------------------------------------------------------------------------------------------------------------

    def _snapshot(self) -> Snapshot | None:
        """The run that a sentence without a name means; ``None`` when there is none."""
        try:
            return self._house.workloads.get(None).snapshot()
        except LodgerError:
            return None
