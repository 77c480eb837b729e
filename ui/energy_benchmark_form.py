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
        name = _field("name", "own-name", "our-cluster")
        with gr.Row():
            output = _field("Wh per 1,000 output tokens", "own-output", "0.4")
            into = _field("Wh per 1,000 input tokens", "own-input")
        gr.HTML(
            '<p class="doc quiet">Without an input figure the output figure counts for the whole request.</p>',
            apply_default_css=False,
            elem_classes="bare",
        )
        with gr.Row():
            hardware = _field("hardware", "own-hardware")
            batch = _field("requests at once", "own-batch")
        source = _field("source", "own-source", "who measured it, how, when")
        add = gr.Button("Add and use", size="sm", elem_id="own-add")
        said = gr.Markdown(elem_classes="outcome", container=False, elem_id="own-said")
    return BenchmarkForm([name, output, into, hardware, batch, source], add, said)


def _field(label: str, id: str, example: str | None = None) -> gr.Textbox:
    """A line of text, numbers too: Gradio's field for numbers shows 0 for none."""
    return gr.Textbox(label=label, placeholder=example, max_lines=1, min_width=130, elem_id=id)


def keep(laboratory: Laboratory, *entered: str | None) -> str:
    """Keep what was entered, in the order of ``ASKED``, and put it in force; gives the sentence to show, refusals too."""
    given = {name: value.strip() for name, value in zip(ASKED, entered, strict=True) if value and value.strip()}
    try:
        benchmark = laboratory.benchmarks.keep(Custom.model_validate(given).benchmark())
        laboratory.switch(benchmark.name)
    except ValidationError as error:
        return validation_sentence(error.errors())
    except LodgerError as error:
        return error.message
    return f"{benchmark.name} is kept, and estimates of the session are now by it."
