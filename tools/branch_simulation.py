"""The tool that tries other values beside the run, from the same state."""

from __future__ import annotations

from measurement.errors import Refused
from tools.auditing import audited
from tools.contract import Outcome, ToolContext
from tools.set_parameters import read_changes
from tools.target import target
from tools.wording import run_fact, shown
from workloads.runner import Workload

ACTUATOR = True
LONGEST = 10_000_000


def branch_simulation(
    context: ToolContext,
    changes: dict[str, str | float | int | bool],
    steps: int | None = None,
    workload: str | None = None,
) -> Outcome:
    """Try other values: start a second run beside the simulation, from its present state, with some parameters changed.

    The simulation itself goes on unaltered; compare_runs shows the difference.

    Args:
        changes: new value for each parameter name, in the user's own words with its unit.
        steps: how many steps the branch runs; leave out to let it run to its own end.
        workload: name of the simulation; leave out for the current one.
    """
    args = {"changes": changes, "steps": steps, "workload": workload}
    with audited(context, "branch_simulation", args, workload) as row:
        check_steps(steps)
        aim = target(context, workload)
        values, said = read_changes(changes, aim, aim.snapshot())
        branch = context.workloads.branches.branch(aim, values, steps)
    listed = ", ".join(f"{name} = {shown(value)}" for name, value in values.items())
    how_long = f" for {steps} steps" if steps else ""
    read = f" I read: {'; '.join(said)}." if said else ""
    summary = (
        f"**{branch.name}** runs beside **{aim.name}**{how_long}, from the same state at step {branch.step}, with {listed}. "
        f"{aim.name} goes on unaltered; ask me to compare them.{read}"
    )
    snapshot = context.workloads.get(branch.name).snapshot()
    facts = [run_fact(snapshot, "step of branching", branch.step)]
    result = {"branch": branch.name, "original": aim.name, "step": branch.step, "changes": values, "run": snapshot.run}
    return Outcome("done", summary, result, facts, audit_id=row.id)


def check_steps(steps: int | None) -> None:
    """Raises: Refused when the number of steps cannot be."""
    if steps is not None and not 1 <= steps <= LONGEST:
        raise Refused(f"A branch runs 1 to {LONGEST} steps, not {steps}.", minimum=1, maximum=LONGEST)


def known_branch(context: ToolContext, original: Workload) -> str | None:
    """The newest branch of a workload that is still there."""
    branches = context.workloads.branches.of(original.name)
    return branches[-1].name if branches else None
