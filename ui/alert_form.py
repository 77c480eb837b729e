"""Alerts and trials on the Workloads tab: the forms and what they show. What they do is in :mod:`ui.alert_desk`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import gradio as gr

from ui.alert_desk import AlertDesk
from ui.pulse import pulse

if TYPE_CHECKING:
    from ui.house import House

QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
ACTIONS = [("tell me", "tell"), ("pause", "pause"), ("write a checkpoint", "checkpoint"), ("write a report", "report")]


def build(house: House, picker: gr.Dropdown) -> None:
    """Lay out both and connect them to the workload that ``picker`` shows."""
    desk = AlertDesk(house)
    beat = pulse("clock")
    with gr.Row(elem_classes="bench-room", equal_height=False):
        with gr.Column(scale=1, min_width=300), gr.Group(elem_classes="panel form-room", elem_id="alert-room"):
            _alerts(desk, picker, beat)
        with gr.Column(scale=1, min_width=300), gr.Group(elem_classes="panel form-room", elem_id="trial-room"):
            _trials(desk, picker, beat, attachable=any(workload.attached for workload in house.workloads))


def _alerts(desk: AlertDesk, picker: gr.Dropdown, beat: gr.HTML) -> None:
    gr.HTML("<h3>Alerts</h3>", apply_default_css=False, elem_classes="bare")
    condition = gr.Textbox(
        label="Tell me when",
        placeholder="correlation < 0.8, energy rises by 5 %, norm is not finite",
        max_lines=1,
        elem_id="alert-condition",
    )
    with gr.Row(elem_classes="level"):
        action = gr.Dropdown(ACTIONS, value="tell", label="and", min_width=120, elem_id="alert-action")
        add = gr.Button("Set alert", variant="primary", size="md", min_width=100, elem_id="alert-add")
    said = gr.Markdown(elem_classes="outcome", container=False, elem_id="alert-outcome")
    with gr.Row(elem_classes="level", visible=False) as mine:
        gone = gr.Dropdown([], label="Alerts of yours", min_width=160, elem_id="alert-choice")
        remove = gr.Button("Remove", size="md", min_width=90, elem_id="alert-remove")
    shown = gr.HTML(apply_default_css=False, elem_classes="bare", elem_id="alert-list")
    refresh: dict[str, Any] = {"fn": desk.refresh, "inputs": None, "outputs": [shown, gone, mine], **QUIET}
    beat.tick(**refresh, trigger_mode="once")
    gr.on([add.click, condition.submit], desk.add, [picker, condition, action], said, **QUIET).then(**refresh)
    remove.click(desk.remove, gone, said, **QUIET).then(**refresh)


def _trials(desk: AlertDesk, picker: gr.Dropdown, beat: gr.HTML, *, attachable: bool) -> None:
    gr.HTML(
        "<h3>Try other values</h3><p class='quiet'>One value runs beside the simulation, from its present state; several are tried "
        "one after the other.</p>",
        apply_default_css=False,
        elem_classes="bare",
    )
    with gr.Row():
        parameter = gr.Dropdown([], label="Parameter", min_width=130, elem_id="trial-parameter")
        values = gr.Textbox(
            label="Value or values", placeholder="5e-21, 1e-20", max_lines=1, min_width=130, elem_id="trial-values"
        )
        steps = gr.Number(label="Steps", value=100, precision=0, minimum=1, min_width=90, elem_id="trial-steps")
    with gr.Row(elem_classes="acts"):
        go = gr.Button("Try", variant="primary", size="sm", min_width=70, elem_id="trial-go")
        compare = gr.Button("Compare", size="sm", min_width=70, elem_id="trial-compare")
        sweep = gr.Button("Show sweep", size="sm", min_width=70, elem_id="trial-sweep")
        stop = gr.Button("Stop sweep", size="sm", min_width=70, variant="stop", elem_id="trial-stop")
        keep = gr.Button("Checkpoint", size="sm", min_width=70, elem_id="trial-checkpoint")
        attach = gr.Button("Attach or let go", size="sm", min_width=70, visible=attachable, elem_id="trial-attach")
    said = gr.Markdown(elem_classes="outcome", container=False, elem_id="trial-outcome")
    figure = gr.Plot(show_label=False, visible=False, elem_id="trial-figure")
    beat.tick(desk.parameters, picker, parameter, **QUIET, trigger_mode="once")
    go.click(desk.branch, [picker, parameter, values, steps], [said, figure], **QUIET)
    compare.click(desk.compare, picker, [said, figure], **QUIET)
    sweep.click(desk.sweep, None, [said, figure], **QUIET)
    stop.click(desk.stop_sweep, None, [said, figure], **QUIET)
    keep.click(desk.checkpoint, picker, said, **QUIET)
    attach.click(desk.attach, picker, said, **QUIET)
