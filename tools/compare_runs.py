"""The tool that shows in what two runs differ."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from measurement.errors import Conflict, NotFound
from measurement.facts import Fact, format_number, json_value
from measurement.store import Reading, Run
from tools.branch_simulation import known_branch
from tools.contract import Outcome, Series, ToolContext
from tools.names import resolve
from tools.target import target
from tools.wording import table

ACTUATOR = False
MOST = 10_000
_Joined = list[tuple[int, float, float]]


@dataclass(frozen=True)
class Side:
    """One of the two: a name for people and the run's row."""

    name: str
    run: Run


def compare_runs(
    context: ToolContext, first: str | None = None, second: str | None = None, metric: str | None = None
) -> Outcome:
    """Compare two runs step by step: every metric at their last common step, and the difference as a plot.

    Args:
        first: a simulation or the id of a run; leave out for the current simulation.
        second: a simulation, such as a branch, or the id of a run; leave out for the newest branch.
        metric: which metric's difference to plot; leave out for the one that differs most.
    """
    one, other = _sides(context, first, second)
    joined = {name: rows for name in _common(context, one, other) if (rows := _join(context, one, other, name))}
    if not joined:
        raise Conflict(f"{one.name} and {other.name} have no step in common yet; let them run a little further.")
    chosen = resolve(metric, dict.fromkeys(joined, ()), "metric").name if metric else _most_different(joined)
    rows = [_row(name, points) for name, points in joined.items()]
    differing = _parameters(one.run, other.run)
    summary = "\n\n".join(
        filter(None, [f"**{one.name}** against **{other.name}**{differing}", table(_heads(one, other), rows)])
    )
    points = joined[chosen]
    series = Series(
        f"{chosen}: {other.name} minus {one.name}", [float(s) for s, _, _ in points], [b - a for _, a, b in points], "step",
        "difference",
    )  # fmt: skip
    facts = [
        _fact(name, points, side, index) for name, points in joined.items() for index, side in enumerate((one, other))
    ]
    return Outcome("done", summary, _result(one, other, joined), facts, series)


def _heads(one: Side, other: Side) -> tuple[str, ...]:
    return ("metric", "step", one.name, other.name, "difference", "largest difference")


def _sides(context: ToolContext, first: str | None, second: str | None) -> tuple[Side, Side]:
    """Raises: NotFound, Ambiguous; Conflict when there is no branch to compare with."""
    one = _side(context, first)
    if second is None:
        branch = (
            known_branch(context, context.workloads.get(one.name)) if one.name in context.workloads.names() else None
        )
        if branch is None:
            raise Conflict(f"{one.name} has no branch to be compared with; branch it first, or name a second run.")
        second = branch
    return one, _side(context, second)


def _side(context: ToolContext, name: str | None) -> Side:
    runs = {run.id: run for run in context.store.runs(limit=1000)}
    if name in runs:
        return Side(str(name), runs[str(name)])
    aim = target(context, name)
    run = aim.snapshot().run
    if run is None or run not in runs:
        raise NotFound(f"{aim.name} has no run on record yet; try again in a moment.")
    return Side(aim.name, runs[run])


def _common(context: ToolContext, one: Side, other: Side) -> list[str]:
    others = set(context.store.metrics(other.run.id))
    return [name for name in context.store.metrics(one.run.id) if name in others]


def _join(context: ToolContext, one: Side, other: Side, metric: str) -> _Joined:
    """Values at the steps that both have; after a way back the later reading counts."""
    first = _by_step(context.store.readings(one.run.id, metric, MOST))
    second = _by_step(context.store.readings(other.run.id, metric, MOST))
    return [(step, first[step], second[step]) for step in sorted(first.keys() & second.keys())]


def _by_step(readings: list[Reading]) -> dict[int, float]:
    return {reading.step: reading.value for reading in readings if reading.count == 1}


def _row(metric: str, points: _Joined) -> tuple[Any, ...]:
    step, a, b = points[-1]
    at, largest = _largest(points)
    where = f"{format_number(largest)} at step {at}" if at is not None else "not finite"
    return metric, step, format_number(a), format_number(b), format_number(b - a), where


def _largest(points: _Joined) -> tuple[int | None, float]:
    finite = [(abs(b - a), step, b - a) for step, a, b in points if math.isfinite(b - a)]
    if not finite:
        return None, math.nan
    _, step, difference = max(finite)
    return step, difference


def _most_different(joined: dict[str, _Joined]) -> str:
    """The metric whose difference is largest beside its own size."""

    def score(points: _Joined) -> float:
        size = max((abs(a) for _, a, _ in points if math.isfinite(a)), default=0.0)
        largest = abs(_largest(points)[1])
        return largest / size if size and math.isfinite(largest) else 0.0

    return max(joined, key=lambda name: score(joined[name]))


def _parameters(one: Run, other: Run) -> str:
    """``, with gw_amplitude 1e-21 and 5e-21``: the parameters that differ now."""
    names = [name for name in one.parameters if one.parameters[name] != other.parameters.get(name)]
    listed = "; ".join(
        f"{name} {format_number(one.parameters[name])} and {format_number(other.parameters.get(name))}"
        for name in names
    )
    return f", with {listed}" if listed else ", with the same parameters"


def _fact(metric: str, points: _Joined, side: Side, index: int) -> Fact:
    step = points[-1][0]
    return Fact(metric, points[-1][1 + index], source=f"{side.name}, step {step}", run=side.run.id)


def _result(one: Side, other: Side, joined: dict[str, _Joined]) -> dict[str, Any]:
    metrics = {
        name: {
            "steps": [step for step, _, _ in points],
            "first": [json_value(a) for _, a, _ in points],
            "second": [json_value(b) for _, _, b in points],
        }
        for name, points in joined.items()
    }
    sides = {"first": {"name": one.name, "run": one.run.id}, "second": {"name": other.name, "run": other.run.id}}
    return {**sides, "metrics": metrics}
