"""What the tools that change a run's state share: the row before and after, and the answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tools.auditing import audited
from tools.contract import Outcome, ToolContext
from tools.target import target
from tools.wording import state_facts, state_sentence
from workloads.runner import StateResult, Workload


def move(
    context: ToolContext, tool: str, act: Callable[[Workload], StateResult], workload: str | None, **args: Any
) -> Outcome:
    """Pause, resume, stop or restart, on record.

    Raises: Conflict when the state does not allow it; NotFound; Unavailable.
    """
    with audited(context, tool, {**args, "workload": workload}, workload, essential=True) as entry:
        aim = target(context, workload)
        result = act(aim)
        entry.changes = state_change(result)
    snapshot = aim.snapshot()
    return Outcome(
        "pending" if result.note == "pending" else "done",
        state_sentence(aim.name, result, entry.unrecorded),
        state_result(aim.name, result, entry.id),
        state_facts(snapshot, result.after_state, result.step),
        audit_id=entry.id,
    )


def state_change(result: StateResult) -> list[dict[str, Any]]:
    """The change of state as a row keeps it; none when there was nothing to do."""
    if result.note == "already":
        return []
    return [{"name": "state", "old": result.before_state, "new": result.after_state, "unit": "", "step": result.step}]


def state_result(name: str, result: StateResult, audit_id: str) -> dict[str, Any]:
    """What REST answers."""
    return {
        "name": name,
        "state": result.after_state,
        "before": result.before_state,
        "step": result.step,
        "note": result.note,
        "audit_id": audit_id,
    }
