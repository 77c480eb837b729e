"""The tool that tells what was going on when an alarm sounded."""

from __future__ import annotations

from typing import Any

from measurement.clock import local_hms
from measurement.control import metric_named
from measurement.control.settling import incidents_by_number
from measurement.errors import NotFound
from measurement.facts import Fact
from measurement.spc import TITLES
from measurement.store import ChartIncident
from tools.charting import chart_fact, incident_facts, incident_words
from tools.contract import Outcome, Series, ToolContext

ACTUATOR = False


def explain_incident(context: ToolContext, id: str | None = None) -> Outcome:
    """Explain an incident of the control charts: what raised it, and what the machine and the simulations did then.

    Args:
        id: name or number of the incident, such as inc-9f3c1a2b7d04 or 3; leave out for the newest.
    """
    known = incidents_by_number(context.store)
    if id is None and not known:
        reason = "There was no incident: no alarm has sounded since the database began."
        return Outcome("done", reason, {"incident": None, "reason": reason}, [chart_fact("incidents", 0)])
    number, incident = _meant(context, known, id)
    facts = [chart_fact("incident number", number), *incident_facts(incident), *_facts(incident.snapshot)]
    said = [f"Incident {number}, {incident_words(incident)}.", *_why(incident), *_then(incident.snapshot)]
    if id is None:
        waiting = sum(each.status != "resolved" for each in known)
        facts += [chart_fact("incidents", len(known)), chart_fact("incidents not resolved", waiting)]
        said = [f"{len(known)} incidents so far, {waiting} not resolved. The newest:", *said]
    return Outcome("done", " ".join(said), {"number": number, "incident": _shape(incident)}, facts, _series(incident))


def _meant(context: ToolContext, known: list[ChartIncident], id: str | None) -> tuple[int, ChartIncident]:
    """The incident and its number. Raises: NotFound."""
    if id is None:
        return len(known), known[-1]
    if not id.isdigit():
        incident = context.store.incident(id)
        return 1 + [each.id for each in known].index(incident.id), incident
    number = int(id)
    if not 1 <= number <= len(known):
        there = f"they are numbered 1 to {len(known)}, the oldest first" if known else "there was none so far"
        raise NotFound(f"There is no incident {number}; {there}.")
    return number, known[number - 1]


def _why(incident: ChartIncident) -> list[str]:
    if incident.alarm == "outage":
        return [f"{incident.snapshot.get('reason', '').removeprefix('error: ')}"]
    rules = ", ".join(f"{rule} ({TITLES[rule]})" for rule in incident.rules)
    said = [f"The {incident.alarm.upper()} raised it" + (f"; Nelson's rules broken: {rules}." if rules else ".")]
    if also := incident.snapshot.get("also"):
        said.append(f"Astray at the same time: {', '.join(metric_named(name).title for name in also)}.")
    return [*said, f"Note: {incident.note}."] if incident.note else said


def _then(then: dict[str, Any]) -> list[str]:
    said = []
    if then.get("cpu_percent") is not None:
        said.append(f"The processor was {then['cpu_percent']:.0f} % busy.")
    if then.get("busiest"):
        listed = ", ".join(f"{one['name']} {one['cpu_percent']:.0f} %" for one in then["busiest"])
        said.append(f"Busiest: {listed} of one processor.")
    said += [
        f"**{name}** was {state['state']} at step {state['step']}." for name, state in then.get("workloads", {}).items()
    ]
    changes = then.get("changes", [])
    if changes:
        listed = "; ".join(
            f"{change['tool']} on {change['workload']} at {local_hms(change['taken_at'])}" for change in changes[:5]
        )
        said.append(f"Before it: {listed}.")
    else:
        said.append("Nobody had changed anything in the five minutes before.")
    return said


def _facts(then: dict[str, Any]) -> list[Fact]:
    cpu = then.get("cpu_percent")
    facts = [
        chart_fact(
            "processor at the incident",
            None if cpu is None else round(cpu),
            "%",
            "not measured" if cpu is None else None,
        )
    ]
    facts += [chart_fact(f"{one['name']} processor", round(one["cpu_percent"]), "%") for one in then.get("busiest", [])]
    for name, state in then.get("workloads", {}).items():
        facts += [chart_fact(f"{name} state", state["state"]), chart_fact(f"{name} step", state["step"])]
    facts += [
        chart_fact(f"{change['tool']} at", local_hms(change["taken_at"])) for change in then.get("changes", [])[:5]
    ]
    return facts


def _shape(incident: ChartIncident) -> dict[str, Any]:
    return {
        "id": incident.id,
        "metric": incident.metric,
        "status": incident.status,
        "alarm": incident.alarm,
        "rules": incident.rules,
        "direction": incident.direction,
        "size_sigma": incident.size_sigma,
        "started_at": incident.started_at,
        "ended_at": incident.ended_at,
        "note": incident.note,
        "snapshot": incident.snapshot,
    }


def _series(incident: ChartIncident) -> Series | None:
    known = [point for point in incident.points if point["value"] is not None]
    if not known:
        return None
    metric = metric_named(incident.metric)
    seconds = [point["taken_at"] - incident.taken_at for point in known]
    return Series(metric.title, seconds, [point["value"] for point in known], "seconds from the alarm", metric.unit)
