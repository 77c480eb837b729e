"""The tool that attaches again to a program which was started elsewhere."""

from __future__ import annotations

from measurement.errors import Conflict
from tools.contract import Outcome, ToolContext
from tools.moving import move
from tools.target import target
from workloads.runner import StateResult, Workload

ACTUATOR = True


def attach_simulation(context: ToolContext, workload: str | None = None) -> Outcome:
    """Attach again to a simulation that was started elsewhere and let go of, or lost.

    Args:
        workload: name of the simulation; leave out for the current one.
    """
    aim = target(context, workload)
    if not aim.attached:
        raise Conflict(f"{aim.name} is started by Lodger itself; restart it instead.")
    return move(context, "attach_simulation", _attach, workload)


def _attach(aim: Workload) -> StateResult:
    before = aim.snapshot()
    aim.start()
    after = aim.snapshot()
    return StateResult(before.state, after.state, after.step)
