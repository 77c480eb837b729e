"""The tool that keeps a run's state on the disk."""

from __future__ import annotations

from tools.auditing import audited
from tools.contract import Outcome, ToolContext
from tools.target import target
from tools.wording import run_fact

ACTUATOR = True


def checkpoint_simulation(context: ToolContext, workload: str | None = None) -> Outcome:
    """Write a checkpoint of the simulation at its next step, in place of the one before.

    Args:
        workload: name of the simulation; leave out for the current one.
    """
    with audited(context, "checkpoint_simulation", {"workload": workload}, workload, essential=True) as row:
        aim = target(context, workload)
        saved = aim.checkpoint()
    snapshot = aim.snapshot()
    summary = f"**{aim.name}**: checkpoint written at step {saved.step}."
    result = {"name": aim.name, "path": saved.path, "step": saved.step, "audit_id": row.id}
    return Outcome("done", summary, result, [run_fact(snapshot, "checkpoint step", saved.step)], audit_id=row.id)
