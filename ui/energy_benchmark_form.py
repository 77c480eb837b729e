"""The Energy tab's form for a benchmark of one's own: what it says is checked as the API checks it, kept, and put in force."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr
from pydantic import ValidationError

from agent.lab.laboratory import Laboratory
from measurement.errors import LodgerError
from ui.api.energy_benchmarks import Custom
from ui.replies import validation_sentence

ASKED = (
    "name", "wh_per_1000_output_tokens", "wh_per_1000_input_tokens", "hardware", "batch", "source",
)  # fmt: skip


@dataclass(frozen=True)
class BenchmarkForm:
    """The fields in the order of ``ASKED``, the button, and where the outcome is said."""

    fields: list[Any]
    add: gr.Button
    said: gr.Markdown


def lay_out() -> BenchmarkForm:
    """Make the fields; the caller connects the button to :func:`keep`."""
    with gr.Accordion("Add a benchmark", open=False, elem_classes="fold", elem_id="energy-own"):
        name = gr.Textbox(label="name", placeholder="our-cluster", max_lines=1, elem_id="own-name")
        with gr.Row():
            output = gr.Number(None, label="Wh per 1,000 output tokens", min_width=130, elem_id="own-output")
            into = gr.Number(None, label="Wh per 1,000 input tokens", min_width=130, elem_id="own-input")
        gr.HTML(
            '<p class="doc quiet">Without an input figure the output figure counts for the whole request.</p>',
            apply_default_css=False,
            elem_classes="bare",
        )
        with gr.Row():
            hardware = gr.Textbox(label="hardware", max_lines=1, min_width=130, elem_id="own-hardware")
            batch = gr.Number(None, label="requests at once", precision=0, min_width=100, elem_id="own-batch")
        source = gr.Textbox(label="source", placeholder="who measured it, how, when", max_lines=1, elem_id="own-source")
        add = gr.Button("Add and use", size="sm", elem_id="own-add")
        said = gr.Markdown(elem_classes="outcome", container=False, elem_id="own-said")
    return BenchmarkForm([name, output, into, hardware, batch, source], add, said)


def keep(laboratory: Laboratory, *entered: Any) -> str:
    """Keep what was entered, in the order of ``ASKED``, and put it in force; gives the sentence to show, refusals too."""
    given = {name: value for name, value in zip(ASKED, entered, strict=True) if value not in (None, "")}
    try:
        benchmark = laboratory.benchmarks.keep(Custom.model_validate(given).benchmark())
        laboratory.switch(benchmark.name)
    except ValidationError as error:
        return validation_sentence(error.errors())
    except LodgerError as error:
        return error.message
    return f"{benchmark.name} is kept, and estimates of the session are now by it."
