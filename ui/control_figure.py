"""A control chart as a Plotly figure: the course, centre, limits and zones, every violating point, and what happened.

The course is thinned for display by MinMax-LTTB (tsdownsample), which keeps the extremes; points that break a rule are
drawn all of them, whatever the thinning leaves out. Times are local. Pure: the same chart gives the same figure.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from tsdownsample import MinMaxLTTBDownsampler

from measurement.control import ControlChart, metric_named
from measurement.store import ChartIncident

DRAWN = 1000
ACCENT, BAD, QUIET, WAIT, FRESH = "#22849a", "#c8503f", "#80868f", "#b8862d", "#7b68b5"
GRID = "rgba(128, 134, 145, 0.16)"
ZONES = ((2.0, 3.0, 0.09), (1.0, 2.0, 0.06), (0.0, 1.0, 0.035))
LONGEST_LABEL = 26
Marks = Sequence[tuple[float, str, str]]  # when, what, colour


def control_figure(chart: ControlChart, marks: Marks = (), now: float | None = None) -> go.Figure:
    """Draw a chart; ``marks`` are the annotations (changes, restarts, baselines)."""
    figure = go.Figure()
    kept = thinned(chart.times, chart.values)
    figure.add_trace(
        go.Scatter(
            x=local(chart.times[kept]), y=chart.values[kept].astype(np.float32), mode="lines" if kept.size > 1 else "markers",
            line={"color": ACCENT, "width": 1.3}, connectgaps=False, hovertemplate="%{y:.4g}<extra></extra>",
        )
    )  # fmt: skip
    _levels(figure, chart)
    _violations(figure, chart)
    _incidents(figure, chart.incidents, now or (float(chart.times[-1]) if chart.times.size else 0.0))
    _marks(figure, [*marks, *((at, "no answer", BAD) for at, _ in chart.outages[:20])])
    figure.update_layout(
        **_layout(f"{chart.metric.title} [{chart.metric.unit}]" if chart.metric.unit else chart.metric.title)
    )
    figure.update_yaxes(range=_span(chart))
    return figure


def context_figure(incident: ChartIncident) -> go.Figure:
    """Draw the ten points before and after an alarm, the alarm itself marked."""
    metric = metric_named(incident.metric)
    times = np.array([point["taken_at"] for point in incident.points])
    values = [point["value"] for point in incident.points]
    colours = [BAD if point["rules"] else ACCENT for point in incident.points]
    figure = go.Figure(
        go.Scatter(
            x=local(times), y=values, mode="lines+markers", connectgaps=False, line={"color": ACCENT, "width": 1.5},
            marker={"color": colours, "size": 7}, hovertemplate="%{y:.4g}<extra></extra>",
        )
    )  # fmt: skip
    _marks(figure, [(incident.taken_at, "alarm", BAD)])
    figure.update_layout(
        **{**_layout(f"{metric.title} [{metric.unit}]" if metric.unit else metric.title), "height": 200}
    )
    return figure


def thinned(times: NDArray[np.float64], values: NDArray[np.float64], most: int = DRAWN) -> NDArray[np.intp]:
    """Which points to draw of the course: all, or ``most`` chosen for their shape, and the gaps between them."""
    present = np.flatnonzero(np.isfinite(values))
    if present.size <= most:
        return np.arange(values.size) if values.size <= 2 * most else present
    chosen = MinMaxLTTBDownsampler().downsample(times[present], values[present], n_out=most)
    gaps = present[:-1][np.diff(present) > 5] + 1  # a hole of more than five points stays a hole
    return np.union1d(present[chosen.astype(np.intp)], gaps[:most])


def local(times: NDArray[np.float64]) -> NDArray[np.float64]:
    """Unix seconds as the milliseconds that Plotly takes for a date, shown in local time."""
    offset = datetime.now().astimezone().utcoffset()
    return (times + (offset.total_seconds() if offset else 0.0)) * 1000.0


def _levels(figure: go.Figure, chart: ControlChart) -> None:
    limits = chart.limits
    if limits is None:
        return
    for inner, outer, shade in ZONES:
        for side in (1, -1):
            low, high = limits.at(side * inner), limits.at(side * outer)
            if low is not None and high is not None:
                figure.add_hrect(y0=low, y1=high, fillcolor=ACCENT, opacity=shade, line_width=0, layer="below")
    for sigmas, name in ((3.0, "+3σ"), (-3.0, "−3σ"), (0.0, "centre")):
        level = limits.at(sigmas)
        if level is not None:
            dash, colour = ("dash", BAD) if sigmas else ("solid", QUIET)
            figure.add_hline(y=level, line={"color": colour, "width": 1, "dash": dash}, opacity=0.85)
            figure.add_annotation(
                xref="paper", x=1.0, xanchor="left", y=level, text=f"{name} {level:.3g}", showarrow=False,
                font={"size": 10.5, "color": colour}, xshift=4,
            )  # fmt: skip


def _violations(figure: go.Figure, chart: ControlChart) -> None:
    at = chart.violating
    if not at.size:
        return
    broken = {int(index): [] for index in at}
    for rule, indices in chart.violations.items():
        for index in indices.tolist():
            broken[index].append(str(rule))
    beyond = np.isin(at, chart.violations.get(1, np.array([])))
    figure.add_trace(
        go.Scatter(
            x=local(chart.times[at]), y=chart.values[at].astype(np.float32), mode="markers",
            marker={"color": np.where(beyond, BAD, WAIT).tolist(), "size": np.where(beyond, 6, 4).tolist()},
            text=[" ".join(broken[int(index)]) for index in at], hovertemplate="rule %{text}: %{y:.4g}<extra></extra>",
        )
    )  # fmt: skip


def _incidents(figure: go.Figure, incidents: Sequence[ChartIncident], now: float) -> None:
    for incident in incidents[:50]:
        ends = incident.ended_at if incident.ended_at is not None else now
        x0, x1 = local(np.array([incident.started_at, ends])).tolist()
        figure.add_vrect(x0=x0, x1=x1, fillcolor=BAD, opacity=0.10, line_width=0, layer="below")


def _marks(figure: go.Figure, marks: Marks) -> None:
    for place, (at, what, colour) in enumerate(sorted(marks)[-30:]):
        x = float(local(np.array([at]))[0])
        figure.add_vline(x=x, line={"color": colour, "width": 1, "dash": "dot"})
        shown = what if len(what) <= LONGEST_LABEL else what[: LONGEST_LABEL - 1] + "…"
        figure.add_annotation(
            x=x, yref="paper", y=1.0 - 0.055 * (place % 4), text=shown.replace("<", "&lt;"), showarrow=False, xanchor="left",
            xshift=3, font={"size": 10, "color": colour},
        )  # fmt: skip


def _span(chart: ControlChart) -> list[float] | None:
    """From the lowest to the highest of points and limits: one outlier must not flatten the rest beyond reading."""
    limits = chart.limits
    present = chart.values[np.isfinite(chart.values)]
    if limits is None or not present.size:
        return None
    lower, upper = limits.at(-3.4), limits.at(3.4)
    if lower is None or upper is None:
        return None
    low, high = min(lower, float(present.min())), max(upper, float(np.percentile(present, 99.9)))
    room = 0.04 * (high - low)
    return [low - room, high + room] if high > low else None


def _layout(title: str) -> dict[str, Any]:
    axis = {"gridcolor": GRID, "zeroline": False, "linecolor": GRID, "tickfont": {"size": 11}, "exponentformat": "SI"}
    return {
        "height": 360,
        "showlegend": False,
        "margin": {"l": 56, "r": 84, "t": 34, "b": 32},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "autosize": True,
        "uirevision": title,
        "font": {"family": "system-ui, sans-serif", "size": 12, "color": QUIET},
        "hovermode": "x",
        "title": {"text": title, "font": {"size": 13}, "x": 0, "xref": "paper", "xanchor": "left"},
        "modebar": {"remove": ["select", "lasso", "autoscale", "zoomin", "zoomout"], "bgcolor": "rgba(0,0,0,0)"},
        "xaxis": {**axis, "type": "date"},
        "yaxis": axis,
    }
