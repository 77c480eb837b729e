"""What the Control tab does: asks for the chart, draws it, tells its statistics, and passes on what a person says of an incident."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import gradio as gr
import numpy as np

from measurement.clock import SYSTEM_CLOCK, local_hms
from measurement.control import METRICS, ControlChart, control_chart, metric_named, processes
from measurement.control.settling import acknowledge, annotate, resolve
from measurement.errors import LodgerError
from measurement.facts import format_number, with_unit
from measurement.spc import EVERY_RULE, TITLES, rule_flags
from measurement.store import ChartIncident
from ui.control_figure import FRESH, QUIET, context_figure, control_figure
from ui.fragments import duration, table, text

if TYPE_CHECKING:
    from ui.house import House

HOURS = {"1 h": 1.0, "6 h": 6.0, "24 h": 24.0, "7 d": 168.0}
DAY_S = 86_400.0
SIMULATED = 400_000
LISTED = 40
TONES = {"open": "failed", "acknowledged": "paused", "resolved": "finished"}


class ControlRoom:
    """The handlers of the tab; it holds nothing between two calls."""

    def __init__(self, house: House) -> None:
        self._house = house

    def metrics(self) -> list[tuple[str, str]]:
        """What can be charted: the engine's and the machine's metrics, then the simulations'."""
        own = [(metric.title, name) for name, metric in METRICS.items()]
        return own + [
            (f"{workload.name}: {name.replace('_', ' ')}", f"{workload.name}.{name}")
            for workload in self._house.workloads
            for name in workload.snapshot().metrics
        ]

    def models(self) -> list[tuple[str, str]]:
        """Who has reported in the last week."""
        since = SYSTEM_CLOCK.wall_s() - 7 * DAY_S
        found = processes(self._house.store, since)
        return [
            (f"{one.purpose} · {one.model} · {one.source}", f"{one.provider}|{one.model}|{one.purpose}")
            for one in found
        ]

    def rules(self) -> list[tuple[str, int]]:
        """Each rule with how many points of a stable process it marks a day, at the present rate."""
        state = self._house.monitor.state if self._house.monitor else None
        a_day = DAY_S / (state.interval_s or 2.0) if state else DAY_S / 2.0
        return [
            (f"{rule} · {TITLES[rule]} ({share * a_day:.0f} a day by chance)", rule)
            for rule, share in _by_chance().items()
        ]

    def refresh(self, metric: str, who: str | None, span: str, rules: list[int], drawn: Any) -> tuple[Any, ...]:
        """Everything that may have changed; the chart is sent only when something new would be seen on it."""
        now, hours = SYSTEM_CLOCK.wall_s(), HOURS.get(span, 1.0)
        provider, model, purpose = who.split("|", 2) if who and who.count("|") >= 2 else (None, None, None)
        # a new picture only when a point more would show: a thousandth of the time shown, at least one tick
        newest = self._house.store.incidents(limit=1)
        key = (metric, who, span, tuple(rules), int(now / max(2.0, hours * 3.6)), newest[0] if newest else None)
        if repr(key) == drawn:
            return (drawn, *[gr.skip()] * 4)
        try:
            chart = control_chart(self._house.store, metric, hours, now, provider=provider, model=model, purpose=purpose, rules=rules)  # fmt: skip
        except LodgerError as error:
            return drawn, gr.skip(), f'<p class="trouble">{text(error.message)}</p>', gr.skip(), gr.skip()
        figure = control_figure(chart, self._marks(chart, now - hours * 3600.0), now)
        return repr(key), figure, self._head(chart), _bar(chart), self._incidents(now)

    def choices(self, chosen: str | None) -> Any:
        """The incidents to choose from, newest first."""
        since = SYSTEM_CLOCK.wall_s() - 7 * DAY_S
        listed = [(f"{local_hms(one.started_at)} {metric_named(one.metric).title} ({one.status})", one.id)
                  for one in self._house.store.incidents(since, limit=LISTED)]  # fmt: skip
        kept = chosen if chosen in {id for _, id in listed} else (listed[0][1] if listed else None)
        return gr.update(choices=listed, value=kept)

    def open(self, id: str | None) -> tuple[Any, ...]:
        """One incident: its picture, its story, its note."""
        if not id:
            return gr.update(visible=False), '<p class="quiet">No incident yet.</p>', ""
        try:
            incident = self._house.store.incident(id)
        except LodgerError as error:
            return gr.update(visible=False), f'<p class="trouble">{text(error.message)}</p>', ""
        drawable = any(point["value"] is not None for point in incident.points)
        figure = gr.update(value=context_figure(incident), visible=True) if drawable else gr.update(visible=False)
        return figure, _story(incident), incident.note or ""

    def acknowledge(self, id: str | None, note: str) -> str:
        """Say that it was seen."""
        return self._settle(acknowledge, id, note, "Acknowledged.")

    def resolve(self, id: str | None, note: str) -> str:
        """Say that it is done with."""
        return self._settle(resolve, id, note, "Resolved.")

    def annotate(self, id: str | None, note: str) -> str:
        """Keep the note."""
        return self._settle(lambda store, id, note, now: annotate(store, id, note or ""), id, note, "The note is kept.")

    def rebaseline(self, metric: str, who: str | None) -> str:
        """Freeze new limits from the newest 300 points, on record."""
        provider, model, purpose = who.split("|", 2) if who and who.count("|") >= 2 else (None, None, None)
        monitor = self._house.monitor
        if monitor is None:
            return "There is no monitor in this launch."
        try:
            chart = control_chart(self._house.store, metric, 168.0, SYSTEM_CLOCK.wall_s(), provider=provider, model=model, purpose=purpose)  # fmt: skip
            if chart.process is None:
                return chart.reason or "Nothing was measured."
            frozen = monitor.rebaseline(metric, chart.process, "page")
        except LodgerError as error:
            return error.message
        return f"New limits, from the newest {frozen.points} points, hold from now on."

    def _settle(self, act: Any, id: str | None, note: str, said: str) -> str:
        if not id:
            return "Choose an incident first."
        try:
            act(self._house.store, id, note.strip() or None, SYSTEM_CLOCK.wall_s())
        except LodgerError as error:
            return error.message
        return said

    def _marks(self, chart: ControlChart, since: float) -> list[tuple[float, str, str]]:
        """What was done in the time shown: changes of parameters, new limits, the engine's comings and goings."""
        changes = [(entry.taken_at, _change_words(entry), FRESH) for entry in self._house.store.audit(limit=60)
                   if entry.taken_at >= since and entry.status in ("done", "undone")]  # fmt: skip
        limits = [
            (one.recorded_at, "new limits", QUIET)
            for one in chart.baselines
            if one.recorded_at and one.recorded_at >= since
        ]
        engine = [(event.taken_at, f"LLM {event.details.get('state', '')}", QUIET)
                  for event in self._house.store.events(limit=20, kind="engine") if event.taken_at >= since]  # fmt: skip
        return [*changes, *limits, *engine]

    def _head(self, chart: ControlChart) -> str:
        going = any(incident.ended_at is None for incident in chart.incidents)
        state, words = ("failed", "out of control") if going else ("running", "in control")
        if chart.provisional:
            state, words = "starting", "no limits yet"
        age_s = SYSTEM_CLOCK.wall_s() - float(chart.times[-1]) if chart.times.size else None
        live = (
            "nothing yet"
            if age_s is None
            else "live"
            if age_s < 15
            else f"historical, last point {duration(age_s)} ago"
        )
        monitor = self._house.monitor.state if self._house.monitor else None
        cost = ""
        if monitor is not None and monitor.busy_share is not None:
            cost = f" · the probe takes {monitor.busy_share:.1%} of the engine's time ({monitor.probes} asked, {monitor.skipped} left out for requests)"
        reason = f'<p class="doc quiet">{text(chart.reason)}</p>' if chart.reason else ""
        return (f'<div class="bench-head"><span class="pill" data-state="{state}"><i></i>{words}</span> '
                f'<span class="quiet">{live}{cost}</span>{reason}</div>')  # fmt: skip

    def _incidents(self, now: float) -> str:
        rows = [
            (
                f'<span class="pill" data-state="{TONES[one.status]}"><i></i>{one.status}</span>',
                local_hms(one.started_at),
                duration((one.ended_at or now) - one.started_at) + ("" if one.ended_at else " so far"),
                text(metric_named(one.metric).title),
                "" if one.size_sigma is None else f"{one.direction} {one.size_sigma:.1f} σ",
                text(" ".join(map(str, one.rules)) or "–"),
                text(one.note or ""),
            )
            for one in self._house.store.incidents(now - 7 * DAY_S, limit=LISTED)
        ]
        heads = ("state", "since", "for", "what", "size", "rules", "note")
        return f"<h3>Incidents of the last week</h3>{table(heads, rows, 'None: no alarm has sounded.', long=('note',))}"


@cache
def _by_chance() -> dict[int, float]:
    """The share of a stable process's points that each rule marks, by simulation."""
    stable = np.random.default_rng(0).normal(size=SIMULATED)
    return {rule: float(marks.mean()) for rule, marks in rule_flags(stable, 0.0, 1.0, EVERY_RULE).items()}


def _bar(chart: ControlChart) -> str:
    unit, found, limits = chart.metric.unit, chart.statistics, chart.limits

    def shown(value: float | None) -> str:
        return "–" if value is None else with_unit(float(f"{value:.4g}"), unit)

    cells = {
        "points": f"{found.n:,}",
        "mean": shown(found.mean),
        "deviation": shown(found.deviation),
        "lower limit": shown(limits.at(-3) if limits else None),
        "upper limit": shown(limits.at(3) if limits else None),
        "median": shown(found.p50),
        "p95": shown(found.p95),
        "p99": shown(found.p99),
        "within limits": "–" if found.in_control is None else f"{found.in_control:.2%}",
    }
    drawn = "".join(
        f'<div class="stat"><span>{name}</span><b class="num">{text(value)}</b></div>' for name, value in cells.items()
    )
    return f'<div class="stats">{drawn}</div><p class="doc quiet">{text(chart.alike)}</p>'


def _story(incident: ChartIncident) -> str:
    then = incident.snapshot
    rules = ", ".join(f"{rule} ({TITLES[rule]})" for rule in incident.rules) or "none"
    pairs = {
        "raised by": incident.alarm
        + ("" if incident.size_sigma is None else f", {incident.direction} {incident.size_sigma:.1f} sigma"),
        "rules": rules,
        "also astray": ", ".join(metric_named(name).title for name in then.get("also", ())),
        "why": str(then.get("reason", "")),
        "processor": "" if then.get("cpu_percent") is None else f"{then['cpu_percent']:.0f} % busy",
        "memory used": f"{then['memory_used_bytes'] / 2**30:.2f} GiB" if then.get("memory_used_bytes") else "",
    }
    for name, state in then.get("workloads", {}).items():
        pairs[name] = f"{state['state']}, step {state['step']}"
    pairs["changed before"] = (
        "; ".join(f"{change['tool']} {local_hms(change['taken_at'])}" for change in then.get("changes", [])[:6])
        or "nothing"
    )
    cells = "".join(f"<dt>{text(name)}</dt><dd>{text(value)}</dd>" for name, value in pairs.items() if value)
    return f'<dl class="pairs">{cells}</dl>'


def _change_words(entry: Any) -> str:
    changed = [
        f"{change.get('name')} = {format_number(change.get('new'))}" for change in entry.changes if change.get("name")
    ]
    return ", ".join(changed) or entry.tool.removesuffix("_simulation")
