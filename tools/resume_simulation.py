"""The tool that lets a paused run go on."""

from __future__ import annotations

from tools.contract import Outcome, ToolContext
from tools.moving import move
from workloads.runner import Workload

ACTUATOR = True


def resume_simulation(context: ToolContext, workload: str | None = None) -> Outcome:
    """Let the paused simulation go on.

    Args:
        workload: name of the simulation; leave out for the current one.
    """
    return move(context, "resume_simulation", Workload.resume, workload)
