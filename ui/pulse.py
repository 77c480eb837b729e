"""A tab's heartbeat: tells its listener on the server when there is news and somebody looks."""

from __future__ import annotations

from typing import Literal

import gradio as gr

from ui.assets import static


def pulse(watch: Literal["acts", "readings", "clock", "second"]) -> gr.HTML:
    """Make the heartbeat (``ui/static/pulse.js``); listen to its ``tick``.

    ``watch``: ``acts`` (states and changes), ``readings`` (these and every new reading) ``clock`` (every three
    seconds) or ``second``.
    """
    return gr.HTML(
        html_template='<i class="pulse"></i>',
        js_on_load=static("pulse.js"),
        elem_classes="pulse-room",
        apply_default_css=False,
        watch=watch,
    )
