"""The tool that pauses a run."""

from __future__ import annotations

from tools.contract import Outcome, ToolContext
from tools.moving import move
from workloads.runner import Workload

ACTUATOR = True


def pause_simulation(context: ToolContext, workload: str | None = None) -> Outcome:
    """Pause the simulation before its next step. It keeps its state and can be resumed.

    Args:
        workload: name of the simulation; leave out for the current one.
    """
    return move(context, "pause_simulation", Workload.pause, workload)
