"""The tool that lists what may be changed."""

from __future__ import annotations

from measurement.facts import format_number
from tools.contract import Outcome, ToolContext
from tools.target import target
from tools.wording import run_fact, shown, table
from workloads.runner import ParameterInfo

ACTUATOR = False


def get_available_parameters(context: ToolContext, workload: str | None = None) -> Outcome:
    """List the parameters that can be changed: meaning, unit, allowed range or choices, and present value.

    Args:
        workload: name of the simulation; leave out for the current one.
    """
    snapshot = target(context, workload).snapshot()
    parameters = snapshot.parameters
    result = {"name": snapshot.name, "parameters": {name: info.to_json() for name, info in parameters.items()}}
    if not parameters:
        return Outcome("done", f"**{snapshot.name}** has told no parameters yet.", result)
    facts = [run_fact(snapshot, name, info.value, info.unit) for name, info in parameters.items()]
    facts += [
        run_fact(snapshot, f"{name} {side}", bound, info.unit, method="derived")
        for name, info in parameters.items()
        for side, bound in (("minimum", info.minimum), ("maximum", info.maximum))
        if bound is not None
    ]
    rows = [
        (f"**{name}**", info.doc, info.unit, _allowed(info), f"**{shown(info.value)}**")
        for name, info in parameters.items()
    ]
    heading = f"You can change these parameters of **{snapshot.name}**:"
    return Outcome(
        "done", f"{heading}\n\n{table(('parameter', 'meaning', 'unit', 'allowed', 'now'), rows)}", result, facts
    )


def _allowed(info: ParameterInfo) -> str:
    """``1 … 5000``, ``none, inspiral, …``, ``on or off``."""
    if info.choices:
        return ", ".join(map(str, info.choices))
    low, high = (None if bound is None else format_number(bound) for bound in (info.minimum, info.maximum))
    if low is not None and high is not None:
        return f"{low} … {high}"
    if low is not None or high is not None:
        return f"{low} or more" if low is not None else f"up to {high}"
    return {"bool": "on or off", "str": "any text", "int": "any whole number"}.get(info.kind, "any number")
