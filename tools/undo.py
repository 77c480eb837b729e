"""The tool that takes the last change back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from measurement.clock import local_hms
from measurement.errors import Conflict, NotFound, Refused
from measurement.store import Audit, Store
from tools.auditing import audited, changed
from tools.contract import Outcome, ToolContext
from tools.moving import state_change, state_result
from tools.set_parameters import apply_changes, outcome_of
from tools.target import target
from tools.wording import quoted, state_facts, state_sentence
from workloads.runner import ALIVE, Snapshot, StateResult, Workload

ACTUATOR = True
LOOK_BACK = 500  # rows of the audit
_BACK: dict[tuple[str, str], Callable[[Workload], StateResult]] = {
    ("running", "paused"): Workload.resume,
    ("paused", "running"): Workload.pause,
}
_SETTING = frozenset(["set_parameter", "set_parameters"])
_MOVING = frozenset(["pause_simulation", "resume_simulation"])
_CHANNELS = {
    "user": "on the page",
    "model": "in the chat",
    "rest": "through the API",
    "websocket": "through the WebSocket",
    "watch": "by a watch",
}


def undo(context: ToolContext, workload: str | None = None, audit_id: str | None = None) -> Outcome:
    """Take the last change of the simulation back: parameters get their earlier values, a pause is resumed.

    A change that was made with its state kept is undone exactly: the run goes back to that very state.

    Undoing again goes one change further back; when there is none left, the last undo is taken back.

    Args:
        workload: name of the simulation; leave out for the current one.
        audit_id: which change to take back; leave out for the last one.
    """
    aim = target(context, workload)
    entry = _chosen(context.store, aim, audit_id)
    outcome = (
        _revert_state(context, aim, entry) if _is_move(context.store, entry) else _revert_values(context, aim, entry)
    )
    _mark(context.store, entry)
    return outcome


def newest_change(store: Store, workload: Workload) -> Audit | None:
    """The change that ``undo`` would take back now: the newest that stands and is in force; None when there is none.

    A change that something else has overtaken (a restart with the defaults, another launch) is no longer in force.
    """
    return next((entry for entry in _standing(store, workload) if entry.undo_of is None), None)


def _standing(store: Store, workload: Workload) -> list[Audit]:
    now = workload.snapshot()
    mine = (entry for entry in store.audit(LOOK_BACK) if entry.workload == workload.name)
    return [entry for entry in mine if _stands(store, entry) and _in_force(store, entry, now)]


def _in_force(store: Store, entry: Audit, now: Snapshot) -> bool:
    if entry.status == "pending":
        return True
    if _is_move(store, entry):
        return now.state == entry.changes[0]["new"]
    values = {name: info.value for name, info in now.parameters.items()}
    return all(values.get(change["name"]) == change["new"] for change in entry.changes)


def _chosen(store: Store, aim: Workload, audit_id: str | None) -> Audit:
    """The change to take back: the one of that id, else the newest that stands, else the newest undo.

    Raises: NotFound; Conflict when it cannot be taken back or there is nothing.
    """
    if audit_id is not None:
        entry = store.audit_entry(audit_id)
        if entry is None or entry.workload != aim.name:
            raise NotFound(f"There is no change {audit_id} of {aim.name}; it may belong to another workload.")
        if not _stands(store, entry):
            why = "was undone already" if entry.status == "undone" else "changed nothing that could be taken back"
            raise Conflict(f"{audit_id} {why}; nothing was changed.")
        return entry
    if change := newest_change(store, aim):
        return change
    undone = [entry for entry in _standing(store, aim) if entry.undo_of and _takes_back_a_change(store, entry)]
    if not undone:
        raise Conflict(f"There is nothing to undo in {aim.name}: no change of it is in force.")
    return undone[0]


def _stands(store: Store, entry: Audit) -> bool:
    """Whether the entry is in force and can be reversed; a stop and a restart cannot."""
    if entry.status not in ("done", "pending") or not any(change["old"] != change["new"] for change in entry.changes):
        return False
    return _first(store, entry).tool in _SETTING or _is_move(store, entry)


def _is_move(store: Store, entry: Audit) -> bool:
    """Whether it paused or resumed the run."""
    change = entry.changes[0]
    return _first(store, entry).tool in _MOVING and (change["old"], change["new"]) in _BACK


def _first(store: Store, entry: Audit) -> Audit:
    """The action at the bottom of a chain of undos."""
    while entry.undo_of is not None and (earlier := store.audit_entry(entry.undo_of)) is not None:
        entry = earlier
    return entry


def _takes_back_a_change(store: Store, entry: Audit) -> bool:
    """An undo proper; what takes back an undo (a redo) has put the first change in force again."""
    first = store.audit_entry(entry.undo_of or "")
    return first is not None and first.undo_of is None


def _revert_values(context: ToolContext, aim: Workload, entry: Audit) -> Outcome:
    values = {change["name"]: change["old"] for change in entry.changes if change["old"] != change["new"]}
    if (kept := aim.kept_before(entry.id)).is_file() and aim.snapshot().state in ALIVE:
        return _revert_exactly(context, aim, entry, kept)
    with audited(context, "undo", {"audit_id": entry.id}, aim.name, undo_of=entry.id) as row:
        snapshot = aim.snapshot()
        gone = [name for name in values if name not in snapshot.parameters]
        if gone:
            raise Refused(f"{aim.name} has no parameter {gone[0]} any more; nothing was changed.")
        result = apply_changes(aim, snapshot, values, row)
    return outcome_of(snapshot, result, row, [_whose(entry)])


def _revert_exactly(context: ToolContext, aim: Workload, entry: Audit, kept: Path) -> Outcome:
    """Go back to the very state before the change: values, fields and step."""
    with audited(context, "undo", {"audit_id": entry.id}, aim.name, undo_of=entry.id) as row:
        snapshot = aim.snapshot()
        back = aim.restore(str(kept))
        row.changes = [change for change in changed(back.changes) if change["old"] != change["new"]]
    kept.unlink(missing_ok=True)
    outcome = outcome_of(
        snapshot, replace(back, changes=[c for c in back.changes if c.old != c.new]), row, [_whose(entry)]
    )
    step = back.changes[0].step if back.changes else aim.snapshot().step
    words = f"**{aim.name}** is back in the very state of step {step}, before the change (it was at step {snapshot.step}).\n\n"
    return replace(outcome, summary=words + outcome.summary)


def _revert_state(context: ToolContext, aim: Workload, entry: Audit) -> Outcome:
    change = entry.changes[0]
    with audited(context, "undo", {"audit_id": entry.id}, aim.name, undo_of=entry.id, essential=True) as row:
        result = _BACK[change["old"], change["new"]](aim)
        row.changes = state_change(result)
    sentence = f"{state_sentence(aim.name, result, row.unrecorded)}\n\n{quoted(_whose(entry))}"
    facts = state_facts(aim.snapshot(), result.after_state, result.step)
    return Outcome("done", sentence, state_result(aim.name, result, row.id), facts, audit_id=row.id)


def _mark(store: Store, entry: Audit) -> None:
    """What was taken back is undone; taking back an undo puts the first change in force again."""
    marks: list[Any] = [store.update_audit(entry.id, status="undone")]
    if entry.undo_of is not None:
        marks.append(store.update_audit(entry.undo_of, status="done"))
    for mark in marks:
        mark.result(5.0)


def _whose(entry: Audit) -> str:
    """``Taken back: the change made in the chat at 10:42:07 ("set it to 5").``"""
    where = _CHANNELS.get(entry.actor_kind, "")
    name = f" by {entry.actor_name}" if entry.actor_name else ""
    words = f' ("{entry.words}")' if entry.words else ""
    what = "the undo" if entry.undo_of else "the change"
    return f"Taken back: {what} made {where}{name} at {local_hms(entry.taken_at)}{words}."
