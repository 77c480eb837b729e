"""The tool that removes alerts."""

from __future__ import annotations

from measurement.errors import Conflict, NotFound
from tools.auditing import audited
from tools.contract import Outcome, ToolContext
from tools.set_alert import metric_of
from workloads.watchlist import Rule

ACTUATOR = True


def remove_alert(context: ToolContext, alert: str = "all", workload: str | None = None) -> Outcome:
    """Remove an alert that people or the settings made.

    Args:
        alert: its id or its metric; "all" for every one of them.
        workload: name of the simulation; leave out for any.
    """
    with audited(context, "remove_alert", {"alert": alert, "workload": workload}, workload) as row:
        meant = _meant(context, alert, workload)
        gone = context.workloads.watchlist.remove(rule.id for rule in meant)
    listed = "; ".join(rule.condition.words() for rule in gone)
    return Outcome("done", f"**Removed**: {listed}.", {"removed": [rule.to_json() for rule in gone]}, audit_id=row.id)


def _meant(context: ToolContext, alert: str, workload: str | None) -> list[Rule]:
    """Raises: Conflict when there is none at all; NotFound."""
    rules = context.workloads.watchlist.rules()
    if found := [rule for rule in rules if rule.id == alert]:
        return found
    made = [rule for rule in rules if rule.origin != "built in" and workload in (None, rule.workload)]
    if not made:
        raise Conflict("No alert is set, so there is none to remove.")
    if alert == "all":
        return made
    metric = metric_of(context, alert, workload)
    if found := [rule for rule in made if rule.condition.metric == metric]:
        return found
    raise NotFound(f"There is no alert on {alert}; there are alerts on {', '.join(r.condition.metric for r in made)}.")
