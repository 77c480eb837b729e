"""The tool that changes one parameter."""

from __future__ import annotations

from tools.contract import Outcome, ToolContext
from tools.set_parameters import change_parameters

ACTUATOR = True


def set_parameter(
    context: ToolContext,
    name: str,
    value: str | float | int | bool,
    workload: str | None = None,
    keep_state: bool = False,
) -> Outcome:
    """Change one parameter of the simulation at its next step.

    Args:
        name: the parameter, by name or as the user calls it.
        value: the new value in the user's own words with its unit, such as 1.2 kHz, 5e-21, double or 10 % more.
        workload: name of the simulation; leave out for the current one.
        keep_state: write a checkpoint just before the change, so that undo brings back this very state.
    """
    args = {"name": name, "value": value, "keep_state": keep_state or None}
    return change_parameters(context, "set_parameter", args, {name: value}, workload)
