"""The tool that lets go of a program which was started elsewhere."""

from __future__ import annotations

from measurement.errors import Conflict
from tools.contract import Outcome, ToolContext
from tools.moving import move
from tools.target import target
from workloads.runner import Workload

ACTUATOR = True


def detach_simulation(context: ToolContext, workload: str | None = None) -> Outcome:
    """Let go of a simulation that was started elsewhere: it goes on, unwatched, and can be attached to again.

    Args:
        workload: name of the simulation; leave out for the current one.
    """
    aim = target(context, workload)
    if not aim.attached:
        raise Conflict(f"{aim.name} was started by Lodger, so it cannot be let go of; stop it instead.")
    return move(context, "detach_simulation", Workload.leave, workload)
