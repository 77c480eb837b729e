"""What the trained model is told and how it answers: one text for training and for use, made from the live schema.

The tools come first and the run's own names last, so that an engine's prefix cache holds when the workload changes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

HEAD = "Turn the request into a JSON array of calls, in order; values are copied from the request.\nTools:"
# the trained tools; ``raise`` … ``divide`` are not tools of the house, ``agent/adapters/calls.py`` turns them into set_parameter
TOOLS: dict[str, str] = {
    "set_parameter": "(name, value) - new value",
    "raise_parameter": "(name, value) - add that much",
    "lower_parameter": "(name, value) - take that much off",
    "multiply_parameter": "(name, value) - times that",
    "divide_parameter": "(name, value) - divided by that",
    "get_simulation_state": " - how it is doing now, current values",
    "get_available_parameters": " - what can be changed, bounds",
    "get_metrics_history": "(metric, last_n) - past values, course over time",
    "get_control_chart": "(metric) - whether it is in control, limits",
    "explain_incident": " - why an alarm sounded",
    "pause_simulation": " - hold",
    "resume_simulation": " - go on",
    "stop_simulation": " - end for good",
    "restart_simulation": " - begin again from the first step",
    "undo": " - take the last change back",
    "generate_white_paper": " - write a report",
    "reply": " - talk: knowledge, opinions, quoted text, what-ifs, prohibitions, unknown names, missing values",
}
MOST_ALIASES = 4
Call = dict[str, Any]


@dataclass(frozen=True)
class Named:
    """A parameter as the prompt shows it. A switch has the choices on and off."""

    name: str
    unit: str = ""
    aliases: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        unit = f" [{self.unit}]" if self.unit else ""
        choices = f" {{{', '.join(self.choices)}}}" if self.choices else ""
        aliases = f" ({', '.join(self.aliases[:MOST_ALIASES])})" if self.aliases else ""
        return f"{self.name}{unit}{choices}{aliases}"


def system(parameters: Iterable[Named], metrics: Sequence[str], tools: Mapping[str, str] = TOOLS) -> str:
    """Write the system text.

    Args:
        tools: name → arguments and meaning; a tool that the model was not trained on may stand among them.
    """
    lines = [f"{name}{meaning}" for name, meaning in tools.items()]
    named = [parameter.line for parameter in parameters]
    return "\n".join([HEAD, *lines, "Parameters:", *named, f"Metrics: {', '.join(metrics) or 'none'}"])


def written(calls: Sequence[Call]) -> str:
    """Write an answer the way the model does: compact, talk as a call of ``reply``."""
    return json.dumps(list(calls) or [{"tool": "reply"}], ensure_ascii=False, separators=(",", ":"))
