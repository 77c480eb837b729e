"""Which control chart is meant, and the words for what it shows."""

from __future__ import annotations

from measurement.clock import SYSTEM_CLOCK, local_hms
from measurement.control import METRICS, metric_named
from measurement.facts import Fact
from measurement.store import ChartIncident
from tools.contract import ToolContext
from tools.names import Match, resolve


def find_charted(context: ToolContext, asked: str) -> Match:
    """The metric of the engine, the machine or a simulation that is meant. Raises: NotFound, Ambiguous."""
    known = {name: (metric.title, *metric.aliases) for name, metric in METRICS.items()}
    for workload in context.workloads:
        known |= {
            f"{workload.name}.{name}": (name, name.replace("_", " ")) for name in workload.snapshot().metric_names
        }
    return resolve(asked, known, "metric under control")


def chart_fact(name: str, value: float | int | str | None, unit: str = "", reason: str | None = None) -> Fact:
    """A number of a control chart, derived from the telemetry in the store."""
    return Fact(
        name, value, unit, "derived", source="telemetry of the monitor", taken_at=SYSTEM_CLOCK.wall_s(), reason=reason
    )


def three(value: float) -> float:
    """Three digits, which is what a limit is worth."""
    return float(f"{value:.3g}")


def incident_words(incident: ChartIncident) -> str:
    """``**inc-…** (open) since 10:42:07: latency, up 4.2 sigma``."""
    title = metric_named(incident.metric).title if incident.alarm != "outage" else "no answer from the engine"
    size = "" if incident.size_sigma is None else f", {incident.direction} {incident.size_sigma:.1f} sigma"
    until = f" to {local_hms(incident.ended_at)}" if incident.ended_at is not None else ""
    return f"**{incident.id}** ({incident.status}) {local_hms(incident.started_at)}{until}: {title}{size}"


def incident_facts(incident: ChartIncident) -> list[Fact]:
    """The numbers of :func:`incident_words`."""
    return [
        chart_fact("incident", incident.id),
        chart_fact("incident status", incident.status),
        chart_fact("incident started at", local_hms(incident.started_at)),
        chart_fact(
            "incident ended at",
            None if incident.ended_at is None else local_hms(incident.ended_at),
            reason="it goes on" if incident.ended_at is None else None,
        ),
        chart_fact(
            "incident size",
            None if incident.size_sigma is None else round(incident.size_sigma, 1),
            "sigma",
            reason="an outage has no size" if incident.size_sigma is None else None,
        ),
    ]
