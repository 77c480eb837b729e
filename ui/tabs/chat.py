"""The Chat tab: talk to the model about the run, see what it did and where each number came from, stop it, take it back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import gradio as gr
from gradio.context import Context

from ui.assets import static
from ui.conversing import Desk, Kept
from ui.greeting import EXAMPLES_HTML
from ui.pulse import pulse

if TYPE_CHECKING:
    from ui.house import House

TITLE = "Chat"
ORDER = 10

QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
SAVE_JS = "(file) => window.lodger.save(file)"


def build(house: House) -> None:
    """Lay out the tab and connect it. Everything that it does is in :class:`ui.conversing.Desk`."""
    desk = Desk(house)
    # The browser keeps which conversation was open; the words themselves stay on the server. The fixed secret lets a reload
    # after a restart of the server read it; it protects nothing, since it only names a conversation.
    kept = gr.BrowserState(Kept().to_json(), storage_key="lodger:chat", secret="lodger")
    with gr.Row(elem_classes="chat-room", equal_height=False):
        with gr.Column(scale=0, min_width=232, elem_classes="rail"):
            rail = _rail()
        with gr.Column(scale=1, min_width=0, elem_classes="talk"):
            talk = _talk()
    _connect(desk, kept, rail, talk)


def _rail() -> dict[str, Any]:
    """The left column: the conversations and what can be done with the open one."""
    parts: dict[str, Any] = {
        "new": gr.Button("New conversation", variant="secondary", size="md", elem_id="new-conversation")
    }
    parts["list"] = gr.Radio([], label="Conversations", elem_id="conversations", elem_classes="list", container=False)
    with gr.Accordion("Instructions for the model", open=False, elem_classes="fold"):
        parts["prompt"] = gr.Textbox(
            lines=5,
            max_lines=14,
            show_label=False,
            container=False,
            elem_id="system-prompt",
            placeholder="Added to what the model is told, in this conversation only.",
        )
        parts["keep_prompt"] = gr.Button("Use these instructions", size="sm")
    with gr.Accordion("This conversation", open=False, elem_classes="fold"):
        parts["title"] = gr.Textbox(
            show_label=False, container=False, max_lines=1, placeholder="Another title", elem_id="chat-title"
        )
        parts["rename"] = gr.Button("Rename", size="sm")
        parts["markdown"] = gr.Button("Export Markdown", size="sm")
        parts["json"] = gr.Button("Export JSON", size="sm")
        parts["delete"] = gr.Button("Delete", size="sm", variant="stop")
    parts["file"] = gr.JSON(visible=False)
    parts["said"] = gr.Markdown(elem_classes="said", container=False)
    return parts


def _chatbot() -> gr.Chatbot:
    return gr.Chatbot(
        show_label=False,
        container=False,
        elem_id="chat",
        height="auto",
        layout="bubble",
        buttons=["copy", "copy_all"],
        feedback_options=None,
        group_consecutive_messages=True,
        allow_tags=False,
        resizable=False,
        avatar_images=(None, None),
        latex_delimiters=[{"left": "$$", "right": "$$", "display": True}],
        line_breaks=True,
    )


def _talk() -> dict[str, Any]:
    """The wide column: the chat, the quick actions, the box to write in, the examples."""
    parts: dict[str, Any] = {"chat": _chatbot(), "pulse": pulse("acts")}
    with gr.Row(elem_classes="acts"):
        parts["undo"] = gr.Button("Undo last change", size="sm", interactive=False, min_width=0, elem_id="undo-change")
        parts["toggle"] = gr.Button("Pause", size="sm", interactive=False, min_width=0, elem_id="pause-resume")
        parts["outcome"] = gr.Markdown(elem_classes="outcome", container=False, elem_id="act-outcome")
    parts["box"] = gr.Textbox(
        lines=1,
        max_lines=8,
        label="Message",
        show_label=False,
        container=False,
        autofocus=True,
        submit_btn=True,
        elem_id="say",
        placeholder="Ask about the run, or say what to change",
        html_attributes=gr.InputHTMLAttributes(enterkeyhint="send", spellcheck=False, autocomplete="off"),
    )
    parts["examples"] = gr.HTML(
        html_template=EXAMPLES_HTML,
        js_on_load=static("examples.js"),
        sentences=[],
        apply_default_css=False,
        elem_id="examples",
    )
    gr.HTML(
        html_template='<i class="pulse"></i>',
        js_on_load=static("follow.js"),
        elem_classes="pulse-room",
        apply_default_css=False,
    )
    parts["asked"] = gr.State("")
    return parts


def _connect(desk: Desk, kept: gr.BrowserState, rail: dict[str, Any], talk: dict[str, Any]) -> None:
    """Say what happens when."""
    opened = [kept, talk["chat"], rail["list"], rail["prompt"], rail["title"], talk["examples"]]
    acts = [talk["undo"], talk["toggle"]]
    page = Context.root_block
    if page is not None:
        page.load(desk.restore, kept, opened, **QUIET).then(desk.actions, None, acts, **QUIET)
    _connect_turn(desk, kept, rail, talk, acts)
    rail["new"].click(desk.begin, kept, opened, **QUIET).then(
        None, None, None, js="() => document.querySelector('#say textarea').focus()"
    )
    rail["list"].input(desk.open, [rail["list"], kept], opened, **QUIET)
    rail["keep_prompt"].click(desk.keep_prompt, [rail["prompt"], kept], [rail["said"], kept], **QUIET)
    rail["rename"].click(desk.rename, [rail["title"], kept], [rail["said"], rail["list"]], **QUIET)
    rail["delete"].click(
        desk.delete,
        kept,
        [rail["said"], *opened],
        **QUIET,
        js="(kept) => confirm('Delete this conversation? "
        "What was changed in the run stays in the audit.') ? kept : null",
    )
    for kind in ("markdown", "json"):
        rail[kind].click(getattr(desk, f"export_{kind}"), kept, [rail["file"], rail["said"]], **QUIET).then(
            None, rail["file"], None, js=SAVE_JS
        )
    talk["undo"].click(desk.undo, kept, [talk["outcome"], *acts], **QUIET)
    talk["toggle"].click(desk.pause_or_run, [talk["toggle"], kept], [talk["outcome"], *acts], **QUIET)
    talk["pulse"].tick(desk.actions, None, acts, **QUIET)
    talk["pulse"].tick(desk.offers, None, [talk["examples"], talk["chat"]], **QUIET)


def _connect_turn(
    desk: Desk, kept: gr.BrowserState, rail: dict[str, Any], talk: dict[str, Any], acts: list[Any]
) -> None:
    """One turn: the words leave the box, the answer grows, the lists follow; Stop ends it at any moment."""
    box, chat = talk["box"], talk["chat"]
    typed = box.submit(desk.take_words, [box, kept], [talk["asked"], box, kept, talk["outcome"]], **QUIET)
    chosen = talk["examples"].select(desk.take_example, kept, [talk["asked"], box, kept, talk["outcome"]], **QUIET)
    clicked = chat.option_select(desk.take_option, kept, [talk["asked"], box, kept, talk["outcome"]], **QUIET)
    for begun in (typed, chosen, clicked):
        turn = begun.then(desk.answer, [talk["asked"], kept], [chat, box], **QUIET)
        turn.then(desk.after, kept, [box, rail["list"], *acts], **QUIET)
    box.stop(desk.stop, kept, None, **QUIET)
