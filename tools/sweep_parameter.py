"""The tool that runs a small sweep over one parameter."""

from __future__ import annotations

from functools import partial
from typing import Any

from measurement.clock import SYSTEM_CLOCK
from measurement.errors import Refused
from measurement.facts import json_value, new_id, with_unit
from measurement.store import Event
from tools.auditing import audited
from tools.branch_simulation import check_steps
from tools.contract import Outcome, ToolContext
from tools.get_sweep import sweep_result, sweep_words
from tools.set_parameters import read_changes
from tools.target import find_parameter, target
from tools.wording import run_fact, shown
from workloads.runner import WorkloadEvent
from workloads.sweeps import Sweep

ACTUATOR = True
MOST_VALUES = 50


def sweep_parameter(
    context: ToolContext,
    name: str,
    values: list[str | float | int | bool],
    steps: int = 100,
    workload: str | None = None,
) -> Outcome:
    """Try several values of one parameter, one after the other, each for some steps from the simulation's present state.

    It runs in the background beside the simulation; get_sweep shows the table, stop_sweep ends it.

    Args:
        name: the parameter.
        values: the values to try, in the user's own words with their unit.
        steps: how many steps each value runs.
        workload: name of the simulation; leave out for the current one.
    """
    args = {"name": name, "values": values, "steps": steps, "workload": workload}
    with audited(context, "sweep_parameter", args, workload) as row:
        check_steps(steps)
        if not 2 <= len(values) <= MOST_VALUES:
            raise Refused(f"A sweep tries 2 to {MOST_VALUES} values, not {len(values)}.")
        aim = target(context, workload)
        snapshot = aim.snapshot()
        info, _ = find_parameter(name, snapshot)
        wanted = [read_changes({info.name: value}, aim, snapshot)[0][info.name] for value in values]
        sweep = context.workloads.sweeper.start(aim, info.name, wanted, steps, partial(_tell, context))
    listed = ", ".join(shown(value) for value in wanted)
    summary = (
        f"**Sweep started**: {info.name} = {with_unit(listed, info.unit)}, {steps} steps each, beside **{aim.name}**. "
        "I will say when it is done; ask for the sweep to see it so far."
    )
    return Outcome("done", summary, sweep_result(sweep), [run_fact(snapshot, "sweep steps", steps)], audit_id=row.id)


def _tell(context: ToolContext, sweep: Sweep) -> None:
    """Say that it is over, to all who listen."""
    words = f"The sweep of {sweep.parameter} in {sweep.workload} is {sweep.state}.\n\n{sweep_words(sweep)}"
    details: dict[str, Any] = {"kind": "sweep", "state": sweep.state, "parameter": sweep.parameter}
    details["values"] = [json_value(row.value) for row in sweep.rows]
    event = Event(new_id("event"), SYSTEM_CLOCK.wall_s(), "notice", sweep.workload, words, details)
    context.store.add_event(event)
    brief = f"The sweep of {sweep.parameter} is {sweep.state}, with {len(sweep.rows)} of {len(sweep.values)} values."
    context.workloads.announce(WorkloadEvent("alert", sweep.workload, {"text": brief, **details}))
