"""The Control tab: is the model, and the run, in control? A live chart, its statistics, rules, and the incidents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import gradio as gr

from measurement.spc import EVERY_RULE
from ui.control_room import HOURS, ControlRoom
from ui.pulse import pulse

if TYPE_CHECKING:
    from ui.house import House

TITLE = "Control"
ORDER = 40

QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}


def build(house: House) -> None:
    """Lay out the tab and connect it. Everything that it does is in :class:`ui.control_room.ControlRoom`."""
    room = ControlRoom(house)
    beat, drawn = pulse("clock"), gr.State(None)
    with gr.Row(elem_classes="bench-top control-top"):
        metric = gr.Dropdown(room.metrics(), value="latency_s", show_label=False, container=False, min_width=170, scale=0, elem_id="control-metric")  # fmt: skip
        who = gr.Dropdown(room.models(), value=None, show_label=False, container=False, min_width=170, scale=0, elem_id="control-model")  # fmt: skip
        span = gr.Radio(list(HOURS), value="1 h", show_label=False, container=False, min_width=220, scale=0, elem_id="control-hours")  # fmt: skip
        head = gr.HTML(apply_default_css=False, elem_classes="bare bench-state")
    chart = gr.Plot(show_label=False, elem_id="control-chart", elem_classes="panel-block")
    bar = gr.HTML(apply_default_css=False, elem_classes="bare panel", elem_id="control-statistics")
    with gr.Row(elem_classes="bench-room", equal_height=False):
        with gr.Column(scale=3, min_width=300):
            incidents = gr.HTML(apply_default_css=False, elem_classes="bare panel", elem_id="control-incidents")
            rules, renew, said = _rules(room)
        with gr.Column(scale=2, min_width=300):
            _incident(room, beat)
    inputs, outputs = [metric, who, span, rules, drawn], [drawn, chart, head, bar, incidents]
    refresh: dict[str, Any] = {"fn": room.refresh, "inputs": inputs, "outputs": outputs, **QUIET}
    beat.tick(**refresh, trigger_mode="once")
    for control in (metric, who, span, rules):
        control.input(**refresh)
    who.focus(lambda: gr.update(choices=room.models()), None, who, **QUIET)
    metric.focus(lambda: gr.update(choices=room.metrics()), None, metric, **QUIET)
    renew.click(room.rebaseline, [metric, who], said, **QUIET).then(**refresh)


def _rules(room: ControlRoom) -> tuple[gr.CheckboxGroup, gr.Button, gr.Markdown]:
    with gr.Group(elem_classes="panel form-room"):
        gr.HTML("<h3>Rules that mark the chart</h3>", apply_default_css=False, elem_classes="bare")
        rules = gr.CheckboxGroup(room.rules(), value=list(EVERY_RULE), show_label=False, container=False, elem_id="control-rules")  # fmt: skip
        gr.HTML(
            '<p class="doc quiet">They mark and wake nobody: alarms come from a CUSUM that is calibrated to the wanted'
            " number of false alarms a day (--monitor-false-alarms-per-day).</p>",
            apply_default_css=False,
            elem_classes="bare",
        )
        renew = gr.Button("New limits from the latest 300 points", size="sm", elem_id="control-baseline")
        said = gr.Markdown(elem_classes="outcome", container=False)
    return rules, renew, said


def _incident(room: ControlRoom, beat: gr.HTML) -> None:
    with gr.Group(elem_classes="panel form-room", elem_id="control-incident"):
        gr.HTML("<h3>One incident</h3>", apply_default_css=False, elem_classes="bare")
        chosen = gr.Dropdown([], show_label=False, container=False, elem_id="incident-chosen")
        context = gr.Plot(show_label=False, visible=False, elem_id="incident-chart")
        story = gr.HTML(apply_default_css=False, elem_classes="bare")
        note = gr.Textbox(label="note", lines=2, max_lines=6, elem_id="incident-note")
        with gr.Row(elem_classes="acts"):
            buttons = [gr.Button(label, size="sm", min_width=0) for label in ("Acknowledge", "Resolve", "Keep note")]
        said = gr.Markdown(elem_classes="outcome", container=False, elem_id="incident-said")
    shown: dict[str, Any] = {"fn": room.open, "inputs": chosen, "outputs": [context, story, note], **QUIET}
    beat.tick(room.choices, chosen, chosen, **QUIET, trigger_mode="once")
    chosen.change(**shown)
    for button, act in zip(buttons, (room.acknowledge, room.resolve, room.annotate), strict=True):
        button.click(act, [chosen, note], said, **QUIET).then(room.choices, chosen, chosen, **QUIET).then(**shown)
