"""The tool that tells which alerts there are, and which were raised last."""

from __future__ import annotations

from measurement.clock import local_hms
from measurement.facts import Fact
from tools.contract import Outcome, ToolContext
from tools.wording import table
from workloads.watchlist import Rule

ACTUATOR = False
RAISED_TOLD = 5


def list_alerts(context: ToolContext) -> Outcome:
    """List the alerts that are set, and the latest that were raised."""
    rules = context.workloads.watchlist.rules()
    raised = context.store.events(RAISED_TOLD, kind="alert")
    made = [rule for rule in rules if rule.origin != "built in"]
    count = Fact("alerts set", len(made), method="derived", source="the watch")
    rows = [(rule.condition.words(), rule.workload or "any", rule.action, rule.origin) for rule in rules]
    head = f"**{len(made)} alert{'' if len(made) == 1 else 's'} set** by people and settings, beside those watched of itself:"
    parts = [head, table(("when", "simulation", "then", "from"), rows)]
    if raised:
        parts.append("Raised last:\n" + "\n".join(f"- {local_hms(event.taken_at)} {event.text}" for event in raised))
    return Outcome(
        "done",
        "\n\n".join(parts),
        {"alerts": [shape(rule) for rule in rules], "raised": [event.id for event in raised]},
        [count],
    )


def shape(rule: Rule) -> dict[str, object]:
    """What REST answers."""
    return rule.to_json()
