"""The Energy tab: put a prompt together, run it, and see what it cost: measured where counters are, else estimated and marked so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import gradio as gr

from agent.lab.laboratory import Laboratory
from ui.energy_benchmark_form import BenchmarkForm, keep, lay_out
from ui.energy_room import ASKED, EnergyRoom
from ui.energy_wishes import NO_LABORATORY
from ui.pulse import pulse

if TYPE_CHECKING:
    from ui.house import House

TITLE = "Energy"
ORDER = 30

QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
SAVE_JS = "(file) => window.lodger.save(file)"


def build(house: House) -> None:
    """Lay out the tab and connect it. Everything that it does is in :class:`ui.energy_room.EnergyRoom`."""
    laboratory = house.find(Laboratory)
    if laboratory is None:
        gr.HTML(f'<p class="quiet">{NO_LABORATORY}</p>', apply_default_css=False, elem_classes="bare panel")
        return
    room = EnergyRoom(house, laboratory)
    beat, drawn, file = pulse("clock"), gr.State(None), gr.JSON(visible=False)
    with gr.Row(elem_classes="bench-top"):
        head = _html("bench-state", "energy-head")
        batch = gr.Dropdown(
            [], show_label=False, container=False, visible=False, min_width=240, scale=0, elem_id="energy-batch"
        )
    with gr.Row(elem_classes="bench-room", equal_height=False):
        with gr.Column(scale=2, min_width=300):
            form = _form(room)
        with gr.Column(scale=3, min_width=300):
            shown = _results()
    order = ("progress", "parts", "intensity", "power", "crossover", "crossing", "statistics", "runs", "log", "session")
    outputs = [drawn, head, batch, form["benchmark"], form["provenance"], *(shown[name] for name in order)]
    refresh: dict[str, Any] = {"fn": room.refresh, "inputs": [batch, drawn], "outputs": outputs, **QUIET}
    beat.tick(**refresh, trigger_mode="once")
    batch.input(**refresh)
    _connect(room, form, batch, refresh)
    _connect_own(laboratory, form["own"], refresh)
    pulse("second").tick(room.power_now, None, shown["now"], **QUIET, trigger_mode="once")
    form["export"].click(room.export, None, file, **QUIET).then(None, file, None, js=SAVE_JS, **QUIET)


def _form(room: EnergyRoom) -> dict[str, Any]:
    """The left column: the prompt, its pieces, how often, and the buttons."""
    parts: dict[str, Any] = {}
    with gr.Group(elem_classes="panel form-room", elem_id="energy-form"):
        parts["model"] = gr.Dropdown(room.models(), value=room.model, label="model", elem_id="energy-model")
        parts["benchmark"] = gr.Dropdown([], label="benchmark for estimates", elem_id="energy-benchmark")
        parts["provenance"] = _html("", "energy-provenance")
        parts["own"] = lay_out()
        parts["user_prompt"] = gr.Textbox(
            room.question, label="user query", lines=3, max_lines=8, elem_id="energy-question"
        )
        with gr.Row():
            parts["temperature"] = gr.Slider(0, 2, room.temperature, step=0.1, label="temperature", min_width=200)
            parts["runs"] = gr.Number(
                1, label="runs", precision=0, minimum=1, maximum=200, min_width=90, elem_id="energy-runs"
            )
        parts["max_tokens"] = gr.Number(
            room.max_tokens, label="max tokens", info=room.room(), precision=0, minimum=1, elem_id="energy-max-tokens"
        )
        _injections(room, parts)
        parts["live"] = gr.Checkbox(True, label="keep the power by domain during each run", container=False)
        with gr.Row(elem_classes="acts"):
            parts["run"] = gr.Button("Run", variant="primary", size="sm", min_width=0, elem_id="energy-run")
            for name, label in (
                ("stop", "Stop"),
                ("sweep", "Sweep"),
                ("calibrate", "Calibrate"),
                ("clear", "Clear"),
                ("export", "Export"),
            ):
                parts[name] = gr.Button(label, size="sm", min_width=0, elem_id=f"energy-{name}")
        parts["said"] = gr.Markdown(elem_classes="outcome", container=False, elem_id="energy-said")
    return parts


def _injections(room: EnergyRoom, parts: dict[str, Any]) -> None:
    """What a middleware adds: the system prompt, earlier conversation, free texts."""
    with gr.Accordion("System prompt", open=False, elem_classes="fold"):
        parts["preset"] = gr.Dropdown(room.presets(), label="start from", elem_id="energy-preset")
        parts["system_prompt"] = gr.Textbox(
            room.system_prompt, lines=4, max_lines=12, show_label=False, container=False, elem_id="energy-system"
        )
    with gr.Accordion("Conversation context", open=False, elem_classes="fold"):
        parts["conversation_context"] = gr.Textbox(
            room.context, lines=4, max_lines=12, show_label=False, container=False, elem_id="energy-context",
            placeholder="What was said before. It is sent in a wrapper ahead of the query.",
        )  # fmt: skip
    with gr.Accordion("Injections", open=False, elem_classes="fold"):
        parts["injections"] = gr.Dataframe(
            room.injections, headers=["description", "content"], datatype="str", type="array", column_count=2,
            row_count=2, show_label=False, wrap=True, elem_id="energy-injections",
        )  # fmt: skip


def _results() -> dict[str, Any]:
    """The right column: progress, pictures, tables, log, session."""
    shown: dict[str, Any] = {"progress": _html("panel", "energy-progress"), "now": _html("", "energy-now")}
    for name in ("parts", "intensity", "power", "crossover"):
        shown[name] = gr.Plot(show_label=False, visible=False, elem_id=f"energy-{name}", elem_classes="panel-block")
    shown["crossing"] = _html("", "energy-crossing")
    for name in ("statistics", "runs", "log", "session"):
        shown[name] = _html("panel", f"energy-{name}-table")
    return shown


def _connect(room: EnergyRoom, form: dict[str, Any], batch: gr.Dropdown, refresh: dict[str, Any]) -> None:
    """Have the buttons do what they say; each is followed by a look at what has changed."""
    begun = [batch, form["said"]]
    form["run"].click(room.run, [form[name] for name in ASKED], begun, **QUIET).then(**refresh)
    form["sweep"].click(room.sweep, None, begun, **QUIET).then(**refresh)
    form["calibrate"].click(room.calibrate, form["user_prompt"], begun, **QUIET).then(**refresh)
    form["clear"].click(room.clear, None, begun, **QUIET).then(**refresh)
    form["stop"].click(room.stop, batch, form["said"], **QUIET).then(**refresh)
    form["benchmark"].input(room.switch, form["benchmark"], form["said"], **QUIET).then(**refresh)
    form["preset"].input(room.preset, form["preset"], form["system_prompt"], **QUIET)


def _connect_own(laboratory: Laboratory, own: BenchmarkForm, refresh: dict[str, Any]) -> None:
    own.add.click(lambda *entered: keep(laboratory, *entered), own.fields, own.said, **QUIET).then(**refresh)


def _html(classes: str, id: str) -> gr.HTML:
    return gr.HTML(apply_default_css=False, elem_classes=f"bare {classes}".split(), elem_id=id)
