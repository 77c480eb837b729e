"""The Control tab: is the model, and the run, in control? A live chart, its statistics, rules, and the incidents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import gradio as gr
import plotly.graph_objects as go

from measurement.spc import EVERY_RULE
from ui.assets import static
from ui.control_room import HOURS, ControlRoom
from ui.incident_desk import NONE_YET, IncidentDesk
from ui.pulse import pulse

if TYPE_CHECKING:
    from ui.house import House

TITLE = "Control"
ORDER = 40

QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
BARE: dict[str, Any] = {"show_label": False, "container": False}


def build(house: House) -> None:
    """Lay out the tab and connect it. What it does is in :class:`ui.control_room.ControlRoom` and ``IncidentDesk``."""
    room, desk = ControlRoom(house), IncidentDesk(house)
    beat, drawn, zoom = pulse("second"), gr.State(None), gr.State(None)
    with gr.Row(elem_classes="bench-top control-top"):
        metric = gr.Dropdown(
            room.metrics(), value="latency_s", **BARE, min_width=190, scale=0, elem_id="control-metric"
        )
        who = gr.Dropdown(
            [("every model", ""), *room.models()], value="", **BARE, min_width=220, scale=0, elem_id="control-model"
        )
        view = gr.Dropdown(room.views(), value="judged", **BARE, min_width=210, scale=0, elem_id="control-view")
        span = gr.Radio(list(HOURS), value="1 h", **BARE, min_width=300, scale=0, elem_id="control-hours")
    head = gr.HTML(apply_default_css=False, elem_classes="bare", elem_id="control-state")
    chart = _chart()
    with gr.Group(elem_classes="panel form-room", elem_id="control-statistics"):
        bar = gr.HTML(apply_default_css=False, elem_classes="bare")
        exports = gr.HTML(room.exports("1 h"), apply_default_css=False, elem_classes="bare")
    with gr.Row(elem_classes="bench-room", equal_height=False):
        with gr.Column(scale=3, min_width=300):
            listed = _incidents(desk)
            rules, renew, said = _rules(room)
        with gr.Column(scale=2, min_width=300):
            _incident(desk, beat, listed)
    inputs, outputs = [metric, who, span, rules, view, zoom, drawn], [drawn, chart, head, bar]
    refresh: dict[str, Any] = {"fn": room.refresh, "inputs": inputs, "outputs": outputs, **QUIET}
    beat.tick(**refresh, trigger_mode="once")
    for control in (metric, who, view, span):
        control.input(lambda: None, None, zoom, **QUIET).then(**refresh)
    rules.input(**refresh)
    span.input(room.exports, span, exports, **QUIET)
    chart.select(room.zoomed, None, zoom, **QUIET).then(**refresh)
    who.focus(lambda: gr.update(choices=[("every model", ""), *room.models()]), None, who, **QUIET)
    metric.focus(lambda: gr.update(choices=room.metrics()), None, metric, **QUIET)
    renew.click(room.rebaseline, [metric, who], said, **QUIET).then(**refresh)


def _chart() -> gr.HTML:
    """The chart's own node (``ui/static/plot.js``): Gradio's plot is built anew with each figure, which flickers."""
    gr.Plot(go.Figure(), show_label=False, elem_classes="plotly-source")  # it alone brings Plotly into the page
    return gr.HTML(
        html_template="",
        js_on_load=static("plot.js"),
        figure="",
        elem_id="control-chart",
        elem_classes="bare panel-block",
        apply_default_css=False,
    )


def _incidents(desk: IncidentDesk) -> gr.HTML:
    with gr.Group(elem_classes="panel form-room", elem_id="control-incidents"):
        gr.HTML("<h3>Incidents of the last week</h3>", apply_default_css=False, elem_classes="bare")
        return gr.HTML(desk.table(), js_on_load=static("incidents.js"), apply_default_css=False, elem_classes="bare")


def _rules(room: ControlRoom) -> tuple[gr.CheckboxGroup, gr.Button, gr.Markdown]:
    with gr.Group(elem_classes="panel form-room"):
        gr.HTML("<h3>Rules that mark the chart</h3>", apply_default_css=False, elem_classes="bare")
        rules = gr.CheckboxGroup(room.rules(), value=list(EVERY_RULE), **BARE, elem_id="control-rules")
        gr.HTML(
            '<p class="doc quiet">They mark and wake nobody: alarms come from a CUSUM, or an EWMA, that is calibrated to'
            " the wanted number of false alarms a day (--monitor-false-alarms-per-day, --monitor-alarm).</p>",
            apply_default_css=False,
            elem_classes="bare",
        )
        with gr.Row(elem_classes="acts"):
            renew = gr.Button(
                "New limits from the latest 300 points", size="sm", min_width=0, elem_id="control-baseline"
            )
            said = gr.Markdown(elem_classes="outcome", container=False)
    return rules, renew, said


def _incident(desk: IncidentDesk, beat: gr.HTML, listed: gr.HTML) -> None:
    with gr.Group(elem_classes="panel form-room", elem_id="control-incident"):
        gr.HTML("<h3>One incident</h3>", apply_default_css=False, elem_classes="bare")
        chosen = gr.Dropdown([], **BARE, visible=False, elem_id="incident-chosen")
        context = gr.Plot(show_label=False, visible=False, elem_id="incident-chart")
        story = gr.HTML(NONE_YET, apply_default_css=False, elem_classes="bare")
        note = gr.Textbox(label="Note", lines=2, max_lines=6, visible=False, elem_id="incident-note")
        with gr.Row(elem_classes="acts", visible=False) as acts:
            buttons = [gr.Button(label, size="sm", min_width=0) for label in ("Acknowledge", "Resolve", "Keep note")]
        said = gr.Markdown(elem_classes="outcome", container=False, elem_id="incident-said")
    shown: dict[str, Any] = {
        "fn": desk.open,
        "inputs": chosen,
        "outputs": [context, story, note, acts, *buttons],
        **QUIET,
    }
    beat.tick(desk.news, [chosen, listed], [chosen, listed], **QUIET, trigger_mode="once")
    listed.select(desk.clicked, None, chosen, **QUIET)
    chosen.change(**shown)
    for button, act in zip(buttons, (desk.acknowledge, desk.resolve, desk.annotate), strict=True):
        button.click(act, [chosen, note], said, **QUIET).then(
            desk.news, [chosen, listed], [chosen, listed], **QUIET
        ).then(**shown)
