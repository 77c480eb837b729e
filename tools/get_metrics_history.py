"""The tool that shows the course of a metric."""

from __future__ import annotations

import math
from statistics import fmean
from typing import Any

from measurement.errors import Refused
from measurement.facts import Fact, json_value, with_unit
from measurement.store import Reading
from tools.contract import Outcome, Series, ToolContext
from tools.target import find_metric, target
from tools.wording import run_fact
from workloads.runner import Snapshot

ACTUATOR = False
MOST = 10_000


def get_metrics_history(context: ToolContext, metric: str, last_n: int = 50, workload: str | None = None) -> Outcome:
    """Show the last values of a metric over the steps, as a plot.

    Args:
        metric: name of the metric, such as correlation.
        last_n: how many of the latest values; 50 unless the user says a number.
        workload: name of the simulation; leave out for the current one.
    """
    if not 1 <= last_n <= MOST:
        raise Refused(f"I can show 1 to {MOST} values, not {last_n}.", minimum=1, maximum=MOST)
    source = target(context, workload)
    snapshot = source.snapshot()
    if not snapshot.metric_names:
        raise Refused(f"{source.name} has reported no metric yet, so there is no history to show.")
    match = find_metric(metric, snapshot)
    readings = source.recent(match.name, last_n)
    unit = snapshot.metric_units.get(match.name, "")
    if not readings:
        return _nothing_yet(snapshot, match.name, unit)
    facts = _facts(snapshot, match.name, unit, readings)
    summary = " ".join(filter(None, (match.said, _summary(match.name, unit, readings, facts, last_n))))
    series = Series(
        match.name, [float(r.step) for r in readings], [r.value for r in readings], "step", unit or match.name
    )
    return Outcome("done", summary, _result(match.name, unit, readings), list(facts.values()), series)


def _nothing_yet(snapshot: Snapshot, metric: str, unit: str) -> Outcome:
    meaning = f" It is: {snapshot.metric_docs[metric]}." if snapshot.metric_docs.get(metric) else ""
    reason = f"{snapshot.name} has not reported {metric} yet (it stands at step {snapshot.step}).{meaning}"
    return Outcome("done", reason, _result(metric, unit, []) | {"reason": reason})


def _result(metric: str, unit: str, readings: list[Reading]) -> dict[str, Any]:
    return {
        "metric": metric,
        "unit": unit,
        "steps": [reading.step for reading in readings],
        "values": [json_value(reading.value) for reading in readings],
        "taken_at": [reading.taken_at for reading in readings],
    }


def _facts(snapshot: Snapshot, metric: str, unit: str, readings: list[Reading]) -> dict[str, Fact]:
    """What the summary says, each derived from these readings; merged neighbours count with their extremes."""
    finite = [reading for reading in readings if math.isfinite(reading.value)]
    facts = {
        "count": run_fact(snapshot, f"{metric} readings", len(readings), method="derived"),
        "first_step": run_fact(snapshot, f"{metric} first step", readings[0].step),
        "last_step": run_fact(snapshot, f"{metric} last step", readings[-1].step),
        "last": run_fact(snapshot, metric, readings[-1].value, unit, taken_at=readings[-1].taken_at),
    }
    if finite:
        known = {
            "minimum": min(r.value if r.minimum is None else r.minimum for r in finite),
            "mean": fmean([r.value for r in finite], [r.count for r in finite]),
            "maximum": max(r.value if r.maximum is None else r.maximum for r in finite),
        }
        facts |= {
            name: run_fact(snapshot, f"{metric} {name}", value, unit, method="derived") for name, value in known.items()
        }
    if len(finite) < len(readings):
        odd = len(readings) - len(finite)
        facts["not_finite"] = run_fact(snapshot, f"{metric} not finite", odd, method="derived")
    return facts


def _summary(metric: str, unit: str, readings: list[Reading], facts: dict[str, Fact], asked: int) -> str:
    few = f" (that is all there are so far, of {asked} asked for)" if len(readings) < asked else ""
    where = f"steps {facts['first_step'].value} to {facts['last_step'].value}"
    opening = f"**{metric}**, last {len(readings)} values{few}, {where}"
    if len(readings) == 1:
        return (
            f"**{metric}** has one value so far, at step {facts['last_step'].value}: **{_shown(facts['last'], unit)}**."
        )
    if "mean" not in facts:
        return f"{opening}: none of them is a finite number; the last is **{_shown(facts['last'], unit)}**."
    words = ", ".join(f"{name} {_shown(facts[name], unit)}" for name in ("minimum", "mean", "maximum"))
    odd = (
        f" {facts['not_finite'].value} of them are not finite and count in none of these."
        if "not_finite" in facts
        else ""
    )
    return f"{opening}: {words}, last **{_shown(facts['last'], unit)}**.{odd}"


def _shown(fact: Fact, unit: str) -> str:
    return with_unit(fact.value, unit)
