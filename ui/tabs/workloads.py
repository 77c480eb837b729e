"""The Workloads tab: the run's metrics and fields as they come, its parameters as a form, its buttons, and who did what."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import gradio as gr
from gradio.components import Component

from ui import alert_form
from ui.bench import Bench, nothing
from ui.pulse import pulse

if TYPE_CHECKING:
    from ui.house import House

TITLE = "Workloads"
ORDER = 20

QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}


def build(house: House) -> None:
    """Lay out the tab and connect it. Everything that it does is in :class:`ui.bench.Bench`."""
    bench = Bench(house)
    if not bench.names():
        gr.HTML(nothing(), apply_default_css=False, elem_classes="bare")
        return
    drawn, form = gr.State(None), gr.State(None)
    beat = pulse("readings")
    with gr.Row(elem_classes="bench-top"):
        picker = gr.Dropdown(
            bench.names(), show_label=False, container=False, visible=False, min_width=180, scale=0, elem_id="workload"
        )
        head = gr.HTML(apply_default_css=False, elem_classes="bare bench-state")
        buttons = [
            _button("Pause", "bench-pause"),
            _button("Resume", "bench-resume"),
            _button("Stop", "bench-stop", "stop"),
            _button("Restart", "bench-restart"),
            _button("Restart with defaults", "bench-reset"),
        ]
    said = gr.Markdown(elem_classes="outcome", container=False, elem_id="bench-outcome")
    with gr.Row(elem_classes="bench-room", equal_height=False):
        with gr.Column(scale=3, min_width=300):
            chart = gr.Plot(show_label=False, elem_id="metrics-chart", elem_classes="panel-block first")
            past = gr.HTML(apply_default_css=False, elem_classes="bare panel fourth")
        with gr.Column(scale=2, min_width=300):
            with gr.Group(elem_classes="panel form-room third", elem_id="parameters"):
                _form(bench, form, said)
            pictures = gr.HTML(apply_default_css=False, elem_classes="bare panel second", elem_id="fields")
    alert_form.build(house, picker)
    shown = [picker, drawn, chart, pictures, head, past, form, *buttons]
    refresh: dict[str, Any] = {"fn": bench.refresh, "inputs": [picker, drawn], "outputs": shown, **QUIET}
    beat.tick(**refresh, trigger_mode="once")
    picker.input(**refresh)
    for button, act in zip(buttons, (bench.pause, bench.resume, bench.stop, bench.restart, bench.reset), strict=True):
        button.click(act, picker, said, **QUIET).then(**refresh)


def _button(label: str, id: str, variant: Literal["secondary", "stop"] = "secondary") -> gr.Button:
    return gr.Button(label, size="sm", interactive=False, min_width=0, variant=variant, elem_id=id)


def _form(bench: Bench, form: gr.State, said: gr.Markdown) -> None:
    """The parameters, drawn anew when one of them became another."""

    @gr.render(inputs=form, triggers=[form.change], show_progress="hidden")
    def draw(shown: dict[str, Any] | None) -> None:
        fields = shown["fields"] if shown else []
        gr.HTML(
            "<h3>Parameters</h3>" if fields else "<p class='quiet'>No parameters are known yet.</p>",
            apply_default_css=False,
            elem_classes="bare",
        )
        inputs = [_field(field) for field in fields]
        if not inputs or not shown:
            return

        def apply(*entered: Any) -> str:
            return bench.apply(shown["workload"], fields, entered)

        button = gr.Button("Apply", variant="primary", size="md", elem_id="apply-parameters")
        gr.on(
            [button.click, *(each.submit for each in inputs if isinstance(each, gr.Textbox))],
            apply,
            inputs,
            said,
            **QUIET,
        )


def _field(field: dict[str, Any]) -> Component:
    """One parameter; a number may carry its unit, as in the chat (``1.2 kHz``)."""
    make = {"bool": gr.Checkbox, "choice": partial(gr.Dropdown, choices=field["choices"])}.get(field["kind"], _number)
    # the key carries the value: what somebody types stays while another parameter changes
    return make(
        value=field["shown"],
        label=field["label"],
        info=field["info"],
        key=f"{field['name']}={field['shown']}",
        interactive=True,
        elem_id=f"parameter-{field['name']}",
    )


def _number(**given: Any) -> gr.Textbox:
    return gr.Textbox(
        max_lines=1, html_attributes=gr.InputHTMLAttributes(spellcheck=False, autocomplete="off"), **given
    )
