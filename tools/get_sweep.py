"""The tool that shows a sweep: its table and a plot."""

from __future__ import annotations

from typing import Any

from measurement.errors import NotFound
from measurement.facts import Fact, format_number, json_value
from tools.contract import Outcome, Series, ToolContext
from tools.names import resolve
from tools.wording import shown, table
from workloads.sweeps import Sweep

ACTUATOR = False


def get_sweep(context: ToolContext, metric: str | None = None) -> Outcome:
    """Show the latest sweep of a parameter: a table of every metric, and a plot of one, as far as it has come.

    Args:
        metric: which metric to plot over the values; leave out for the first.
    """
    sweep = context.workloads.sweeper.latest
    if sweep is None:
        raise NotFound(
            "There was no sweep in this launch yet; ask for one, such as: sweep dt over 1e-3, 2e-3 and 4e-3."
        )
    chosen = resolve(metric, dict.fromkeys(sweep.metrics, ()), "metric").name if metric else None
    return Outcome("done", sweep_words(sweep), sweep_result(sweep), _facts(sweep), _series(sweep, chosen))


def sweep_words(sweep: Sweep) -> str:
    """The table, with how far it has come."""
    unit = f" [{sweep.unit}]" if sweep.unit else ""
    head = (
        f"**Sweep of {sweep.parameter}** in {sweep.workload}: {sweep.state}, {len(sweep.rows)} of {len(sweep.values)} values, "
        f"{sweep.steps} steps each."
    )
    rows = [
        (
            shown(row.value),
            *(format_number(row.metrics[name]) if name in row.metrics else "–" for name in sweep.metrics),
        )
        for row in sweep.rows
    ]
    reasons = [f"- {sweep.parameter} = {shown(row.value)}: {row.reason}" for row in sweep.rows if row.reason]
    drawn = table((f"{sweep.parameter}{unit}", *sweep.metrics), rows) if rows else ""
    return "\n\n".join(part for part in (head, drawn, "\n".join(reasons)) if part)


def sweep_result(sweep: Sweep) -> dict[str, Any]:
    """What REST answers."""
    rows = [
        {
            "value": json_value(row.value), "step": row.step, "run": row.run, "reason": row.reason,
            "metrics": {name: json_value(value) for name, value in row.metrics.items()},
        }
        for row in sweep.rows
    ]  # fmt: skip
    return {
        "workload": sweep.workload, "parameter": sweep.parameter, "unit": sweep.unit, "state": sweep.state,
        "values": [json_value(value) for value in sweep.values], "steps": sweep.steps, "rows": rows,
    }  # fmt: skip


def _facts(sweep: Sweep) -> list[Fact]:
    return [
        Fact(name, value, source=f"sweep of {sweep.parameter} = {shown(row.value)}, step {row.step}", run=row.run)
        for row in sweep.rows
        for name, value in row.metrics.items()
    ]


def _series(sweep: Sweep, metric: str | None) -> Series | None:
    """One metric over the values; none where the values are no numbers."""
    name = metric or next(iter(sweep.metrics), None)
    rows = [row for row in sweep.rows if name in row.metrics and isinstance(row.value, int | float)]
    if name is None or not rows:
        return None
    points = sorted((float(row.value), row.metrics[name]) for row in rows)
    return Series(
        f"{name} over {sweep.parameter}", [x for x, _ in points], [y for _, y in points], sweep.parameter, name
    )
