"""What the Chat tab does: every handler of its buttons. It asks the conversations, the tools and the store, and formats."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import gradio as gr

from measurement.clock import SYSTEM_CLOCK, local_hms
from measurement.errors import LodgerError
from measurement.facts import new_id, with_unit
from measurement.store import Audit, Conversation
from tools import registry
from tools.contract import Actor
from ui.fragments import text
from ui.transcript import Answer, stored_messages, user_bubble

if TYPE_CHECKING:
    from ui.house import House
    from workloads.runner import Snapshot

SHOWN_EVERY_S = 0.08
LISTED = 40
REVERSIBLE = frozenset({"set_parameter", "set_parameters", "pause_simulation", "resume_simulation"})
EXAMPLES_HTML = '<div class="examples">{{#each sentences}}<button type="button">{{this}}</button>{{/each}}</div>'

# a sentence, and the parameter or metric that it speaks of ("" for none): it is offered only where that exists
EXAMPLES = (
    ("What's the current simulation status?", ""),
    ("The correlation seems high. Set GW amplitude to 5e-21", "gw_amplitude"),
    ("What parameters can I change?", ""),
    ("Show me the last 50 values of fractal dimension", "fractal_dimension"),
    ("Set gw frequency to 1.2 kHz", "gw_frequency"),
    ("Pause", ""),
    ("Resume", ""),
    ("Undo that", ""),
)


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
        return (kept.to_json(), gr.update(value=messages, placeholder=self._welcome()), self._listed(kept),
                (known.system_prompt or "") if known else "", known.title if known else "", gr.update(sentences=self._sentences()))

    def _may_open(self, kept: Kept) -> bool:
        known = self._house.store.conversation(kept.conversation)
        return known is None or known.owner == kept.owner

    def _listed(self, kept: Kept) -> Any:
        known = self._house.store.conversations(LISTED, kept.owner)
        choices = [(_title(conversation), conversation.id) for conversation in known]
        here = kept.conversation if any(value == kept.conversation for _, value in choices) else None
        return gr.update(choices=choices, value=here, visible=bool(choices))

    # a turn ------------------------------------------------------------------------------------------------------------------

    def take_words(self, words: str, told: Any) -> tuple[Any, ...]:
        """Take what was typed out of the box."""
        return self._taken(words, Kept.read(told))

    def take_example(self, told: Any, event: gr.EventData) -> tuple[Any, ...]:
        """Take an example sentence that was clicked."""
        return self._taken(str(getattr(event, "words", "")), Kept.read(told))

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
        async for _ in self._turn(words, kept, answer):
            if answer.finished or SYSTEM_CLOCK.monotonic_s() - shown_at >= SHOWN_EVERY_S:
                yield before + answer.messages(), gr.skip()
                shown_at = SYSTEM_CLOCK.monotonic_s()
        answer.finished = True
        yield before + answer.messages(), gr.skip()

    async def _turn(self, words: str, kept: Kept, answer: Answer) -> AsyncIterator[None]:
        """Feed the turn's events to ``answer``; what cannot be answered is said in it."""
        try:
            talk = self._house.talk()
            await asyncio.to_thread(self._house.store.ensure_conversation, kept.conversation, "", kept.owner)
            async for event in talk.send(words, conversation=kept.conversation, actor=kept.actor(words)):
                answer.take(event)
                yield
        except LodgerError as error:
            answer.take({"type": "error", "error": error.message})
            yield

    async def stop(self, told: Any) -> None:
        """Stop the answer that is being written: the request to the model is cancelled, not hidden."""
        stopping = self._house.talk().cancel(Kept.read(told).conversation)
        if inspect.isawaitable(stopping):
            await stopping

    def after(self, told: Any) -> tuple[Any, ...]:
        """The turn is over: the box is free, lists and buttons follow."""
        return gr.update(submit_btn=True, stop_btn=False), self._listed(Kept.read(told)), *self.actions()

    # quick actions -----------------------------------------------------------------------------------------------------------

    def actions(self) -> tuple[Any, Any]:
        """The quick actions, as the run allows them now."""
        shown = self._snapshot()
        last = last_change(self._house.store.audit(30), shown.name) if shown else None
        undo = gr.update(value=f"Undo {_said_change(last)}" if last else "Undo last change", interactive=last is not None)
        state = shown.state if shown else ""
        toggle = gr.update(value="Resume" if state == "paused" else "Pause", interactive=state in ("running", "paused"))
        return undo, toggle

    async def undo(self, told: Any) -> tuple[Any, ...]:
        """Take the last change back."""
        return await self._act("undo", Kept.read(told))

    async def pause_or_resume(self, label: str, told: Any) -> tuple[Any, ...]:
        """Do what the button says."""
        return await self._act("resume_simulation" if label == "Resume" else "pause_simulation", Kept.read(told))

    async def _act(self, tool: str, kept: Kept) -> tuple[Any, ...]:
        outcome = await asyncio.to_thread(registry.call, tool, self._house.context(kept.actor()))
        return (outcome.summary, *await asyncio.to_thread(self.actions))

    # the open conversation ---------------------------------------------------------------------------------------------------

    def keep_prompt(self, words: str, told: Any) -> tuple[str, dict[str, str]]:
        """Keep instructions of the person's own for this conversation."""
        kept = Kept.read(told)
        try:
            self._house.store.ensure_conversation(kept.conversation, "", kept.owner)
            self._house.store.set_system_prompt(kept.conversation, words.strip() or None)
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

    def delete(self, told: Any) -> tuple[Any, ...]:
        """Delete the open conversation; ``None`` comes when the person thought better of it."""
        if told is None:
            return (gr.skip(),) * 7
        kept = Kept.read(told)
        try:
            self._house.store.delete_conversation(kept.conversation)
        except LodgerError as error:
            return error.message, *(gr.skip(),) * 6
        return "Deleted.", *self.begin(told)

    async def export_markdown(self, told: Any) -> tuple[Any, str]:
        """The open conversation as a Markdown file."""
        return await self._export(told, "markdown", "md", "text/markdown")

    async def export_json(self, told: Any) -> tuple[Any, str]:
        """The open conversation as a JSON file."""
        return await self._export(told, "json", "json", "application/json")

    async def _export(self, told: Any, kind: str, ending: str, media: str) -> tuple[Any, str]:
        kept = Kept.read(told)
        talk: Any = self._house.conversations
        try:
            made = (talk or self._house.talk()).export(kept.conversation, kind)
            words = await made if inspect.isawaitable(made) else made
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

    def _sentences(self) -> list[str]:
        shown = self._snapshot()
        known = {""} | (set(shown.parameters) | set(shown.metrics) if shown else set())
        # metrics arrive with the first steps: before that, what they need is not yet known
        early = shown is not None and not shown.metrics
        return [sentence for sentence, needs in EXAMPLES if needs in known or (early and needs == "fractal_dimension")]

    def _welcome(self) -> str:
        """The empty chat: what can be said here, and about what."""
        shown, engine = self._snapshot(), self._house.engine
        about = f"The simulation <b>{text(shown.name)}</b> is {text(shown.state)}." if shown else "There is no simulation in this launch."
        who = f"<b>{text(engine.model or engine.name)}</b> answers, on this machine." if engine else \
            "There is no language model in this launch; the tabs and the API still steer the run."
        return (f'<div class="welcome"><h2>Talk to your simulation</h2><p>{about} {who}</p><ul>'
                "<li><b>Ask</b> how it is doing: state, step, metrics, their history</li>"
                "<li><b>Change</b> a parameter in your own words, units included</li>"
                "<li><b>Pause</b>, resume, restart, or take the last change back</li></ul>"
                "<p class='quiet'>Every number about the run is read from it, and each answer says where it came from.</p></div>")


def last_change(entries: list[Audit], workload: str) -> Audit | None:
    """The newest change of ``workload`` that was made and not taken back: what the tool ``undo`` would take back."""
    return next((entry for entry in entries if entry.workload == workload and entry.status == "done" and entry.undo_of is None
                 and entry.tool in REVERSIBLE and any(change["old"] != change["new"] for change in entry.changes)), None)


def _said_change(entry: Audit) -> str:
    """``gw_amplitude 1e-21 → 5e-21``, or how many there were."""
    if len(entry.changes) != 1:
        return f"{len(entry.changes)} changes"
    change = entry.changes[0]
    unit = str(change.get("unit") or "")
    return f"{change.get('name')}: {with_unit(change.get('new'), unit)} back to {with_unit(change.get('old'), unit)}"


def _title(conversation: Conversation) -> str:
    return conversation.title or f"Conversation of {local_hms(conversation.created_at)}"
