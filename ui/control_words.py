"""The words and numbers beside a control chart: its state, its statistics, the incidents and the story of one. HTML, escaped."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from agent.monitoring.monitor import MonitorState
from measurement.clock import local_hms
from measurement.control import ControlChart, metric_named
from measurement.facts import format_number, with_unit
from measurement.spc import EVERY_RULE, LONE_RULE_ARL, TITLES, false_alarms_per_day
from measurement.spc.transform import NORMAL_FALSE_ALARM_RATE
from measurement.store import Audit, ChartIncident
from ui.fragments import duration, table, text

LIVE_S = 15.0
TONES = {"open": "failed", "acknowledged": "paused", "resolved": "finished"}


def state_words(chart: ControlChart, monitor: MonitorState | None, now: float) -> str:
    """Whether it is in control, whether it is live, and what the watching costs."""
    going = any(incident.ended_at is None for incident in chart.incidents)
    state, words = ("failed", "out of control") if going else ("running", "in control")
    if chart.provisional and chart.view == "judged":
        state, words = "starting", "no limits yet"
    said = " · ".join(filter(None, (_liveness(chart, now), _cost(monitor))))
    reason = f'<p class="doc quiet">{text(chart.reason)}</p>' if chart.reason else ""
    return (f'<div class="bench-head"><span class="pill" data-state="{state}"><i></i>{words}</span> '
            f'<span class="quiet">{text(said)}</span>{reason}</div>')  # fmt: skip


def _liveness(chart: ControlChart, now: float) -> str:
    if not chart.times.size:
        return "nothing yet"
    age_s = now - float(chart.times[-1])
    if age_s < LIVE_S or (chart.view.startswith("minute") and age_s < LIVE_S + 60):
        return "live"
    return f"historical, last point {duration(age_s)} ago"


def _cost(monitor: MonitorState | None) -> str:
    if monitor is None or monitor.busy_share is None:
        return ""
    spent = (
        f"{with_unit(float(f'{monitor.wh:.3g}'), 'Wh')} so far"
        if monitor.wh is not None
        else f"its energy is not known ({monitor.wh_reason})"
    )
    return (
        f"the probe takes {monitor.busy_share:.1%} of the engine's time, {spent} "
        f"({monitor.probes} asked, {monitor.skipped} left out for requests)"
    )


def statistics_bar(chart: ControlChart) -> str:
    """The numbers of the points shown."""
    unit, found, limits = chart.metric.unit, chart.statistics, chart.limits

    def shown(value: float | None) -> str:
        return "–" if value is None else with_unit(float(f"{value:.4g}"), unit)

    cells = {
        "points": f"{found.n:,}",
        "mean": shown(found.mean),
        "deviation": shown(found.deviation),
        "lower limit": shown(limits.at(-3.0) if limits else None),
        "upper limit": shown(limits.at(3.0) if limits else None),
        "median": shown(found.p50),
        "p95": shown(found.p95),
        "p99": shown(found.p99),
        "within limits": "–" if found.in_control is None else f"{found.in_control:.2%}",
        "beyond limits": "–" if found.in_control is None else f"{1 - found.in_control:.2%}",
        "by chance": f"{NORMAL_FALSE_ALARM_RATE:.2%}",
    }
    drawn = "".join(
        f'<div class="stat"><span>{name}</span><b class="num">{text(value)}</b></div>' for name, value in cells.items()
    )
    return f'<div class="stats">{drawn}</div><p class="doc quiet">{text(chart.alike)}</p>'


@cache
def rule_words(interval_s: float) -> list[tuple[str, int]]:
    """Each rule with the false alarms that it alone gives a stable process a day, at one point every ``interval_s``."""
    return [
        (f"{rule} · {TITLES[rule]} ({false_alarms_per_day(LONE_RULE_ARL[rule], interval_s):.0f} false alarms a day)", rule)
        for rule in EVERY_RULE
    ]  # fmt: skip


def incident_table(incidents: Iterable[ChartIncident], now: float) -> str:
    """The incidents, newest first; each can be opened."""
    rows = [
        (
            f'<button type="button" class="open-incident" data-incident="{text(one.id)}">{local_hms(one.started_at)}</button>',
            f'<span class="pill" data-state="{TONES[one.status]}"><i></i>{one.status}</span>',
            duration((one.ended_at or now) - one.started_at) + ("" if one.ended_at else " so far"),
            text(incident_title(one)),
            "" if one.size_sigma is None else f"{one.direction} {one.size_sigma:.1f} σ",
            text(" ".join(map(str, one.rules)) or "–"),
            text(one.note or ""),
        )
        for one in incidents
    ]
    heads = ("since", "state", "for", "what", "size", "rules", "note")
    return table(heads, rows, "None: no alarm has sounded in the last week.", long=("note",))


def incident_title(incident: ChartIncident) -> str:
    """What went astray, and whose, when it is not this machine's."""
    what = "no answer" if incident.alarm == "outage" else metric_named(incident.metric).title
    return what if incident.source == "here" else f"{what} ({incident.source})"


def story(incident: ChartIncident) -> str:
    """What raised it and what was going on."""
    then = incident.snapshot
    size = "" if incident.size_sigma is None else f", {incident.direction} {incident.size_sigma:.1f} sigma"
    request = then.get("request") or {}
    pairs = {
        "id": incident.id,
        "raised by": incident.alarm + size,
        "rules": ", ".join(f"{rule} ({TITLES[rule]})" for rule in incident.rules),
        "also astray": ", ".join(metric_named(name).title for name in then.get("also", ())),
        "why": str(then.get("reason", "")),
        "model": f"{incident.model} on {incident.provider} ({incident.purpose}, {incident.source})",
        "request": "" if request.get("latency_s") is None else _request_words(request),
        "processor": "" if then.get("cpu_percent") is None else f"{then['cpu_percent']:.0f} % busy",
        "busiest": _busiest(then.get("busiest", ())),
        "memory used": _gibibytes(then.get("memory_used_bytes")),
        "GPU": "; ".join(f"{one['index']}: {_gibibytes(one['memory_used_bytes'])}" for one in then.get("gpus") or ())
        or str(then.get("gpu_reason") or ""),
        **{name: f"{state['state']}, step {state['step']}" for name, state in then.get("workloads", {}).items()},
        "changed before": "; ".join(
            f"{change['tool']} {local_hms(change['taken_at'])}" for change in then.get("changes", [])[:6]
        )
        or "nothing in the five minutes before",
    }
    cells = "".join(f"<dt>{text(name)}</dt><dd>{text(value)}</dd>" for name, value in pairs.items() if value)
    return f'<dl class="pairs">{cells}</dl>'


def change_words(entry: Audit) -> str:
    """``dt = 0.01`` for a change, the deed for anything else."""
    changed = [
        f"{change.get('name')} = {format_number(change.get('new'))}" for change in entry.changes if change.get("name")
    ]
    return ", ".join(changed) or entry.tool.removesuffix("_simulation")


def _request_words(request: dict) -> str:
    tokens = "" if request.get("completion_tokens") is None else f", {request['completion_tokens']:.0f} tokens"
    return f"{request['purpose']}, {float(format(request['latency_s'], '.3g'))} s{tokens}"


def _busiest(processes: Iterable[dict]) -> str:
    return ", ".join(f"{one['name']} {one['cpu_percent']:.0f} %" for one in processes)


def _gibibytes(count: float | None) -> str:
    return "" if count is None else f"{count / 2**30:.2f} GiB"
