"""The tool that makes an alert: tell me when a metric does what it should not, and do something about it if I say so."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from measurement.errors import LodgerError, NotFound
from tools.auditing import audited
from tools.contract import Outcome, ToolContext
from tools.target import find_metric, target
from tools.wording import run_fact
from workloads.alert_rules import read
from workloads.watchlist import Rule

ACTUATOR = True
_DOES = {
    "tell": "I will say so here and on the page",
    "pause": "I will pause the simulation and say so",
    "checkpoint": "I will write a checkpoint and say so",
    "report": "I will write a report and say so",
}


def set_alert(
    context: ToolContext,
    condition: str,
    action: Literal["tell", "pause", "checkpoint", "report"] = "tell",
    workload: str | None = None,
) -> Outcome:
    """Watch a metric and raise an alert when it crosses a limit; the same condition again replaces the earlier alert.

    Args:
        condition: metric and limit in the user's own words, such as correlation < 0.8, energy rises by 5 % or norm is not finite.
        action: what to do besides telling: tell, pause, checkpoint or report.
        workload: name of the simulation; leave out for the current one.
    """
    with audited(
        context, "set_alert", {"condition": condition, "action": action, "workload": workload}, workload
    ) as row:
        aim = target(context, workload)
        snapshot = aim.snapshot()
        wanted = read(condition)
        match = find_metric(wanted.metric, snapshot)
        known = replace(wanted, metric=match.name)
        actor = context.actor
        rule = Rule("", known, aim.name, action, "person", actor.conversation, actor.words)
        made = context.workloads.watchlist.add(rule)
    unit = snapshot.metric_units.get(match.name, "")
    said = known.words(unit)
    now = snapshot.metrics.get(match.name)
    baseline = " Its baseline is taken from the next readings." if known.needs_baseline else ""
    summary = f"**Alert set**: when {said} in {aim.name}, {_DOES[action]}.{baseline} {match.said}".strip()
    facts = [run_fact(snapshot, f"{match.name} limit", known.number, unit)]
    if now is not None:
        facts.append(run_fact(snapshot, match.name, now, unit))
    return Outcome("done", summary, {"alert": made.to_json()}, facts, audit_id=row.id)


def metric_of(context: ToolContext, name: str, workload: str | None) -> str:
    """The metric that is meant, as the run writes it; the name itself where nothing runs that knows better."""
    try:
        return find_metric(name, target(context, workload).snapshot()).name
    except (NotFound, LodgerError):
        return name
