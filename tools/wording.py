"""The sentences that tools answer with, composed from facts alone. Markdown, read by people in a chat."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from measurement.clock import local_hms
from measurement.facts import Fact, format_number, with_unit
from workloads.runner import Snapshot, StateResult

_BEING = {
    "starting": "is starting",
    "running": "is running",
    "paused": "is paused",
    "finished": "has finished",
    "failed": "has failed",
    "stopped": "is stopped",
}


def being(name: str, state: str) -> str:
    """``**gw_lattice** is running``."""
    return f"**{name}** {_BEING.get(state, state)}"


def at_step(step: int, total_steps: int | None) -> str:
    """``step 412 of 1000 (41.2 %)``; an endless run has no share."""
    if not total_steps:
        return f"step {step}"
    return f"step {step} of {total_steps} ({format_number(progress_percent(step, total_steps))} %)"


def progress_percent(step: int, total_steps: int) -> float:
    """Per cent of the steps that are done, to one decimal."""
    return round(100.0 * step / total_steps, 1)


def taken(taken_at: float | None) -> str:
    """``, taken 10:42:07``; nothing while nothing was taken."""
    return f", taken {local_hms(taken_at)}" if taken_at else ""


def table(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A Markdown table; a bar in a cell is escaped."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines)


def change_sentence(change: dict[str, Any], when: str) -> str:
    """``**gw_amplitude**: 1e-21 → **5e-21** strain, in effect at step 412.``"""
    old, new = (
        shown(change["old"]),
        with_unit(change["new"], "") if not isinstance(change["new"], bool) else shown(change["new"]),
    )
    unit = f" {change['unit']}" if change["unit"] else ""
    if change["old"] == change["new"]:
        return f"**{change['name']}** is **{new}**{unit} already."
    return f"**{change['name']}**: {old} → **{new}**{unit}, {when}."


def when_in_effect(step: int | None, pending: bool, kept: bool) -> str:
    """When a change holds: at a step, at the next boundary, or from the next start."""
    if kept:
        return "kept for the next start, as nothing runs"
    if pending or step is None:
        return "sent; takes effect at the next step boundary"
    return f"in effect at step {step}"


def shown(value: Any) -> str:
    """A value as people read it: on and off for switches."""
    return {True: "on", False: "off"}[value] if isinstance(value, bool) else format_number(value)


def quoted(words: str) -> str:
    """A person's own words, with the signs that Markdown would take for formatting kept as they are."""
    return re.sub(r"([*`<\[\]|\\])", r"\\\1", words)


def state_sentence(name: str, result: StateResult, unrecorded: str | None) -> str:
    """What pause, resume or stop did."""
    unsaid = f" This is not on record: {unrecorded}" if unrecorded else ""
    if result.note == "already":
        return f"{being(name, result.after_state)} already, at step {result.step}; there was nothing to do.{unsaid}"
    if result.note == "pending":
        return f"Sent to **{name}**; it takes effect at the next step boundary.{unsaid}"
    if result.before_state == "paused" and result.after_state == "running":
        return f"**{name}** goes on from step {result.step}.{unsaid}"
    forced = {
        "terminated": " It did not stop by itself and was ended.",
        "killed": " It did not stop by itself and was killed.",
    }
    return f"{being(name, result.after_state)} at step {result.step}.{forced.get(result.note or '', '')}{unsaid}"


def state_facts(snapshot: Snapshot, state: str, step: int) -> list[Fact]:
    """State and step as facts of the run."""
    return [run_fact(snapshot, "state", state), run_fact(snapshot, "step", step)]


def run_fact(snapshot: Snapshot, name: str, value: Any, unit: str = "", **more: Any) -> Fact:
    """A fact of this run, taken when its latest metrics were."""
    source = f"workload {snapshot.name}, step {snapshot.step}"
    known = {"source": source, "run": snapshot.run, "taken_at": snapshot.taken_at or 0.0}
    return Fact(name, value, unit, **{**known, **more})
