"""The tool that begins a new run."""

from __future__ import annotations

from dataclasses import replace

from tools.contract import Outcome, ToolContext
from tools.moving import move
from workloads.runner import Workload

ACTUATOR = True


def restart_simulation(context: ToolContext, reset: bool = False, workload: str | None = None) -> Outcome:
    """Begin a new run of the simulation at step 0, with the present parameters.

    Args:
        reset: true to begin with the default parameters instead of the present ones.
        workload: name of the simulation; leave out for the current one.
    """
    outcome = move(context, "restart_simulation", lambda aim: Workload.restart(aim, reset=reset), workload, reset=reset)
    which = "its default parameters" if reset else "its present parameters"
    sentence = f"**{outcome.result['name']}** begins again at step {outcome.result['step']} with {which}."
    return replace(outcome, summary=sentence)
