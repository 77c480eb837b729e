"""The tool that tells how the run is doing."""

from __future__ import annotations

from measurement.facts import Fact, format_number, json_value
from tools.contract import Outcome, ToolContext
from tools.target import target
from tools.wording import at_step, being, progress_percent, run_fact, shown, table, taken
from workloads.runner import Snapshot

ACTUATOR = False


def get_simulation_state(context: ToolContext, workload: str | None = None) -> Outcome:
    """Tell the present state of the simulation: running or paused, step, progress, and the latest value of every metric.

    Args:
        workload: name of the simulation; leave out for the current one.
    """
    snapshot = target(context, workload).snapshot()
    result = {key: value for key, value in snapshot.to_json().items() if key != "parameters"}
    result["parameters"] = {name: json_value(info.value) for name, info in snapshot.parameters.items()}
    return Outcome("done", _summary(snapshot), result, _facts(snapshot))


def _facts(snapshot: Snapshot) -> list[Fact]:
    facts = [run_fact(snapshot, "state", snapshot.state), run_fact(snapshot, "step", snapshot.step)]
    if snapshot.total_steps:
        facts.append(run_fact(snapshot, "total_steps", snapshot.total_steps))
        percent = progress_percent(snapshot.step, snapshot.total_steps)
        facts.append(run_fact(snapshot, "progress", percent, "%", method="derived"))
    units = snapshot.metric_units
    return facts + [run_fact(snapshot, name, value, units.get(name, "")) for name, value in snapshot.metrics.items()]


def _summary(snapshot: Snapshot) -> str:
    lines = [f"{being(snapshot.name, snapshot.state)}: {_where(snapshot)}."]
    if snapshot.last_words and snapshot.state == "failed":
        lines.append(f"> {snapshot.last_words}")
    if snapshot.changed and snapshot.state in ("starting", "running", "paused"):
        waiting = ", ".join(f"{name} → {shown(value)}" for name, value in snapshot.changed.items())
        lines.append(f"Waiting for the next step boundary: {waiting}.")
    if snapshot.metrics:
        units = snapshot.metric_units
        rows = [(name, _value(snapshot, name), units.get(name, "")) for name in snapshot.metrics]
        lines.append(table(("metric", "value", "unit"), rows))
        if awaited := [name for name in snapshot.metric_names if name not in snapshot.metrics]:
            lines.append(f"Not reported so far: {', '.join(awaited)}.")
    elif snapshot.state in ("starting", "running", "paused"):
        lines.append("It has reported no metric yet.")
    return "\n\n".join(lines)


def _value(snapshot: Snapshot, name: str) -> str:
    """A metric's latest value; one that later steps did not report again says of which step it is."""
    at = snapshot.overdue(name)
    return format_number(snapshot.metrics[name]) + (f" (at step {at})" if at is not None else "")


def _where(snapshot: Snapshot) -> str:
    if not snapshot.run:
        return "it has not begun a step"
    return at_step(snapshot.step, snapshot.total_steps) + taken(snapshot.taken_at)
