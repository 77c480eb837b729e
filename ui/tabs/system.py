"""The System tab: what runs here, what it holds of the memory against the plan, what it wrote to its logs, and the versions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import gradio as gr

from ui.census import Census
from ui.pulse import pulse

if TYPE_CHECKING:
    from ui.house import House

TITLE = "System"
ORDER = 90

QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}


def build(house: House) -> None:
    """Lay out the tab and connect it. Everything that it shows comes from :class:`ui.census.Census`."""
    census = Census(house)
    beat = pulse("clock")
    with gr.Row(elem_classes="bench-room", equal_height=False):
        with gr.Column(scale=3, min_width=300):
            processes = gr.HTML(apply_default_css=False, elem_classes="bare panel", elem_id="processes")
            memory = gr.HTML(apply_default_css=False, elem_classes="bare panel", elem_id="memory")
            with gr.Group(elem_classes="panel form-room"):
                log = gr.Dropdown([], label="Log", elem_id="log-name")
                tail = gr.HTML(apply_default_css=False, elem_classes="bare", elem_id="log-tail")
        with gr.Column(scale=2, min_width=280):
            engine = gr.HTML(apply_default_css=False, elem_classes="bare panel", elem_id="engine-state")
            gr.HTML(census.about, apply_default_css=False, elem_classes="bare panel")
    refresh: dict[str, Any] = {
        "fn": census.refresh,
        "inputs": log,
        "outputs": [engine, processes, memory, log, tail],
        **QUIET,
    }
    beat.tick(**refresh, trigger_mode="once")
    log.input(**refresh)
