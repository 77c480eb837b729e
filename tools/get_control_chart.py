"""The tool that tells whether the model, or the run, is in control."""

from __future__ import annotations

import numpy as np

from measurement.clock import SYSTEM_CLOCK
from measurement.control import ControlChart, control_chart
from measurement.errors import Refused
from measurement.facts import Fact, with_unit
from tools.charting import chart_fact, find_charted, incident_facts, incident_words, three
from tools.contract import Outcome, Series, ToolContext

ACTUATOR = False
LONGEST_HOURS = 24.0 * 31
DRAWN = 2000


def get_control_chart(context: ToolContext, metric: str = "latency", hours: float = 1.0) -> Outcome:
    """Tell whether the language model or a simulation's metric is in control: limits, rule violations, open incidents.

    Args:
        metric: what is charted, such as latency, time to first token, tokens per second, cpu, memory, or a metric of the simulation.
        hours: how far back; 1 unless the user says another time.
    """
    if not 0 < hours <= LONGEST_HOURS:
        raise Refused(f"A chart covers more than 0 and at most {LONGEST_HOURS:g} hours, not {hours:g}.")
    match = find_charted(context, metric)
    chart = control_chart(context.store, match.name, hours, SYSTEM_CLOCK.wall_s())
    facts = _facts(chart)
    sentences = [match.said, *_sentences(chart, hours)]
    facts += [fact for incident in chart.incidents for fact in incident_facts(incident)]
    return Outcome("done", " ".join(filter(None, sentences)), _result(chart), facts, _series(chart))


def _facts(chart: ControlChart) -> list[Fact]:
    unit, limits = chart.metric.unit, chart.limits
    lines = {"center": 0.0, "upper limit": 3.0, "lower limit": -3.0}
    known = {name: limits.at(sigmas) if limits else None for name, sigmas in lines.items()}
    facts = [
        chart_fact(
            f"{chart.metric.name} {name}",
            None if level is None else three(level),
            unit,
            chart.reason if level is None else None,
        )
        for name, level in known.items()
    ]
    return [
        *facts,
        chart_fact(f"{chart.metric.name} points", chart.statistics.n),
        chart_fact(f"{chart.metric.name} points that break a rule", int(chart.violating.size)),
        chart_fact("open incidents", len(_going_on(chart))),
        chart_fact("outage probes", len(chart.outages)),
    ]


def _going_on(chart: ControlChart) -> list:
    return [incident for incident in chart.incidents if incident.status != "resolved"]


def _sentences(chart: ControlChart, hours: float) -> list[str]:
    if chart.process is None or not chart.statistics.n:
        return [chart.reason or "Nothing was measured."]
    limits, unit = chart.limits, chart.metric.unit
    title, model = chart.metric.title, chart.process.model
    state = "is **out of control**" if any(each.ended_at is None for each in chart.incidents) else "is **in control**"
    if chart.provisional:
        state = "is not judged yet"
    said = [f"The {title} of {model} {state} ({chart.statistics.n} points in {hours:g} h)."]
    if limits is not None and None not in (center := limits.at(0), upper := limits.at(3), lower := limits.at(-3)):
        said.append(
            f"Centre {with_unit(three(center or 0.0), unit)}, limits {with_unit(three(lower or 0.0), unit)} to "
            f"{with_unit(three(upper or 0.0), unit)}; {chart.violating.size} points break one of Nelson's rules."
        )
    if chart.reason:
        said.append(chart.reason)
    if chart.outages:
        said.append(f"{len(chart.outages)} probes went unanswered.")
    listed = "; ".join(incident_words(incident) for incident in chart.incidents[:5])
    return [*said, f"Incidents: {listed}." if listed else "No incidents."]


def _result(chart: ControlChart) -> dict:
    limits = chart.limits
    return {
        "metric": chart.metric.name,
        "unit": chart.metric.unit,
        "center": limits and limits.at(0),
        "ucl": limits and limits.at(3),
        "lcl": limits and limits.at(-3),
        "provisional": chart.provisional,
        "n": chart.statistics.n,
        "violations": {str(rule): int(found.size) for rule, found in chart.violations.items()},
        "incidents": [incident.id for incident in chart.incidents],
        "reason": chart.reason,
    }


def _series(chart: ControlChart) -> Series | None:
    """The newest points, against minutes before now."""
    kept = np.flatnonzero(np.isfinite(chart.values))[-DRAWN:]
    if not kept.size:
        return None
    minutes = (chart.times[kept] - SYSTEM_CLOCK.wall_s()) / 60.0
    unit = chart.metric.unit
    return Series(chart.metric.title, minutes.tolist(), chart.values[kept].tolist(), "minutes from now", unit)
