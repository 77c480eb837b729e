"""The tool that ends a run."""

from __future__ import annotations

from tools.contract import Outcome, ToolContext
from tools.moving import move
from workloads.runner import Workload

ACTUATOR = True


def stop_simulation(context: ToolContext, workload: str | None = None) -> Outcome:
    """End the simulation's run for good. What it computed so far is kept; it can only be restarted from step 0.

    Args:
        workload: name of the simulation; leave out for the current one.
    """
    return move(context, "stop_simulation", Workload.stop, workload)
