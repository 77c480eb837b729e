"""The tool that changes several parameters at once, all or none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from measurement.errors import Conflict, Refused
from measurement.facts import Fact
from tools.auditing import Entry, audited, changed
from tools.contract import Outcome, ToolContext
from tools.quantity import read_quantity
from tools.target import find_parameter, target
from tools.wording import change_sentence, quoted, run_fact, when_in_effect
from workloads.runner import Change, SetResult, Snapshot, Workload

ACTUATOR = True


def set_parameters(
    context: ToolContext,
    changes: dict[str, str | float | int | bool],
    workload: str | None = None,
    keep_state: bool = False,
) -> Outcome:
    """Change several parameters of the simulation together: all of them, or none if one is refused.

    Args:
        changes: new value for each parameter name, in the user's own words with its unit, such as 1.2 kHz.
        workload: name of the simulation; leave out for the current one.
        keep_state: write a checkpoint just before the change, so that undo brings back this very state.
    """
    args = {"changes": changes, "keep_state": keep_state or None}
    return change_parameters(context, "set_parameters", args, changes, workload)


def change_parameters(
    context: ToolContext, tool: str, args: dict[str, Any], changes: dict[str, Any], workload: str | None
) -> Outcome:
    """Resolve names, read quantities, change, and put it all on record; the body of both setting tools.

    Raises: NotFound, Ambiguous, Refused, Conflict, Unavailable: nothing was changed.
    """
    with audited(context, tool, {**args, "workload": workload}, workload) as entry:
        aim = target(context, workload)
        snapshot = aim.snapshot()
        values, said = read_changes(changes, aim, snapshot)
        kept = keeping(aim, entry) if args.get("keep_state") else None
        result = apply_changes(aim, snapshot, values, entry, kept)
    return outcome_of(snapshot, result, entry, said)


def keeping(aim: Workload, entry: Entry) -> Path:
    """Where the state before a change is kept. Raises: Conflict when the simulation cannot go back to one."""
    known = aim.snapshot()
    if not (known.can_checkpoint and known.can_restore):
        raise Conflict(
            f"{aim.name} keeps no state: its program has no @sim.checkpoint and @sim.restore. Nothing was changed."
        )
    return aim.kept_before(entry.id)


def apply_changes(
    aim: Workload, snapshot: Snapshot, values: dict[str, Any], entry: Entry, keep_state: Path | None = None
) -> SetResult:
    """Hand the values to the workload; a late answer settles the entry."""
    known = snapshot.parameters
    entry.plan(changed([Change(name, known[name].value, value, known[name].unit) for name, value in values.items()]))
    entry.pending = True
    result = aim.set(values, on_applied=entry.settle, keep_state=keep_state)
    entry.pending = result.pending
    if not result.pending:
        entry.changes = changed(result.changes)
    return result


def outcome_of(snapshot: Snapshot, result: SetResult, entry: Entry, said: list[str]) -> Outcome:
    """The answer to a change: what it was, what it is, when it took effect."""
    changes = changed(result.changes)
    sentences = [
        change_sentence(change, when_in_effect(change["step"], result.pending, result.kept)) for change in changes
    ]
    facts = [fact for change in changes for fact in _facts(snapshot, change)]
    return Outcome(
        "pending" if result.pending else "done",
        "\n\n".join(filter(None, ["\n".join(_listed(sentences)), quoted(_as_read(said))])),
        {"changes": [{**change, "audit_id": entry.id} for change in changes]},
        facts,
        audit_id=entry.id,
    )


def read_changes(changes: dict[str, Any], aim: Workload, snapshot: Snapshot) -> tuple[dict[str, Any], list[str]]:
    """Resolve names and read quantities; gives the values and how the words were read.

    Raises: NotFound, Ambiguous, Refused.
    """
    if not changes:
        raise Refused("There is nothing to change: give at least one parameter and its value.")
    if not snapshot.parameters:
        raise Refused(f"{aim.name} is {snapshot.state} and has not told its parameters yet; try again in a moment.")
    values: dict[str, Any] = {}
    said: list[str] = []
    for asked, span in changes.items():
        info, match = find_parameter(asked, snapshot)
        if info.name in values:
            raise Refused(f"{info.name} is given twice; which of its values is meant? Nothing was changed.")
        quantity = read_quantity(span, info, snapshot.changed.get(info.name, info.value))
        values[info.name] = quantity.value
        said += [words for words in (match.said.removesuffix("."), quantity.said) if words]
    return values, said


def _as_read(said: list[str]) -> str:
    """``I read "frequency" as gw_frequency; 1.2 kHz = 1200 Hz.``"""
    return f"{'; '.join(said).rstrip('.')}." if said else ""


def _facts(snapshot: Snapshot, change: dict[str, Any]) -> list[Fact]:
    name, unit = change["name"], change["unit"]
    facts = [
        run_fact(snapshot, f"{name} before", change["old"], unit),
        run_fact(snapshot, name, change["new"], unit),
    ]
    return facts if change["step"] is None else [*facts, run_fact(snapshot, f"{name} step of change", change["step"])]


def _listed(sentences: list[str]) -> list[str]:
    return sentences if len(sentences) == 1 else [f"- {sentence}" for sentence in sentences]
