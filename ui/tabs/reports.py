"""The Reports tab: have a white paper written, look at its pages, fetch its files, set two side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import gradio as gr

from ui.pulse import pulse
from ui.report_desk import ANOTHER, COLUMNS, ReportDesk

if TYPE_CHECKING:
    from ui.house import House

TITLE = "Reports"
ORDER = 70

QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}


def build(house: House) -> None:
    """Lay out the tab and connect it. Everything that it does is in :class:`ui.report_desk.ReportDesk`."""
    desk = ReportDesk(house)
    beat, drawn = pulse("second"), gr.State(None)
    with gr.Row(elem_classes="bench-room", equal_height=False):
        with gr.Column(scale=2, min_width=300, elem_classes="report-side"):
            run, focus, title, columns, order, said = _order(desk)
            with gr.Group(elem_classes="panel form-room"):
                gr.HTML("<h3>Written so far</h3>", apply_default_css=False, elem_classes="bare")
                chosen = gr.Radio(
                    [], show_label=False, container=False, visible=False, elem_classes="list", elem_id="reports"
                )
                again = gr.Button("Once more, with this focus", size="sm", elem_id="report-again")
            with gr.Group(elem_classes="panel form-room"):
                gr.HTML("<h3>Compare with</h3>", apply_default_css=False, elem_classes="bare")
                other = gr.Dropdown([(ANOTHER, "")], value="", show_label=False, elem_id="report-other")
        with gr.Column(scale=5, min_width=300):
            head = gr.HTML(apply_default_css=False, elem_classes="bare panel", elem_id="report-head")
            compared = gr.HTML(apply_default_css=False, elem_classes="bare", elem_id="report-differences")
            pages = gr.HTML(apply_default_css=False, elem_classes="bare", elem_id="report-pages")
    shown: dict[str, Any] = {
        "fn": desk.refresh,
        "inputs": [chosen, other, drawn],
        "outputs": [drawn, chosen, head, pages, other, compared],
        **QUIET,
    }
    beat.tick(**shown, trigger_mode="once")
    chosen.input(**shown)
    run.focus(lambda: gr.update(choices=desk.runs()), None, run, **QUIET)
    focus.focus(desk.metrics, run, focus, **QUIET)
    run.input(desk.metrics, run, focus, **QUIET)
    order.click(desk.write, [run, focus, title, columns], [said, chosen], **QUIET).then(**shown)
    again.click(desk.again, [chosen, focus], [said, chosen], **QUIET).then(**shown)
    other.input(desk.compare, [chosen, other], compared, **QUIET)


def _order(desk: ReportDesk) -> tuple[Any, ...]:
    """The form that has a report written."""
    with gr.Group(elem_classes="panel form-room", elem_id="report-order"):
        gr.HTML("<h3>White paper</h3>", apply_default_css=False, elem_classes="bare")
        run = gr.Dropdown(desk.runs(), value="", label="Run", elem_id="report-run")
        focus = gr.Dropdown([("the first metric", "")], value="", label="In focus", elem_id="report-focus")
        title = gr.Textbox(
            label="Title",
            placeholder="left out, it says what the report is about",
            max_length=300,
            elem_id="report-title",
        )
        columns = gr.Radio(
            list(COLUMNS), value="one column", show_label=False, container=False, elem_id="report-columns"
        )
        order = gr.Button("Write report", variant="primary", elem_id="report-write")
        said = gr.Markdown(elem_classes="outcome", container=False, elem_id="report-said")
    return run, focus, title, columns, order, said
