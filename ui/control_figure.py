"""A control chart as a Plotly figure: the course, centre, limits and zones, every violating point, and what happened.

The course is thinned for display by MinMax-LTTB (tsdownsample), which keeps the extremes, and more finely where somebody
has zoomed in; points that break a rule are drawn all of them, whatever the thinning leaves out (when there are more than
2,400, those that would lie on the same spot of the screen are one mark). One refresh stays below 60 kB. Times are local.
Pure: the same chart gives the same figure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from tsdownsample import MinMaxLTTBDownsampler

from measurement.control import ControlChart, metric_named
from measurement.store import ChartIncident
from ui.control_marks import Mark, bands, labels, lines, stretches

DRAWN, MARKED, LEAST_DRAWN = 1000, 2400, 300
ACCENT, BAD, QUIET, WAIT = "#22849a", "#c8503f", "#80868f", "#b8862d"
GRID = "rgba(128, 134, 145, 0.16)"
ZONES = ((2.0, 3.0, 0.09), (1.0, 2.0, 0.06), (0.0, 1.0, 0.035))
SCREEN_PX = (1150, 300)
LEAST_BREAK_S = 180.0  # older points are means of minutes
MARK_PX = 12  # beyond it neighbouring marks would no longer touch
Span = tuple[float, float]  # Unix seconds


def control_figure(chart: ControlChart, since: float, now: float, marks: Sequence[Mark] = (), zoom: Span | None = None) -> go.Figure:  # fmt: skip
    """Draw a chart from ``since`` to ``now``; ``marks`` are the annotations, ``zoom`` is where somebody looks closely."""
    y_range = _y_range(chart)
    most = max(LEAST_DRAWN, DRAWN - min(MARKED, chart.violating.size) // 3)
    kept = thinned(chart.times, chart.values, most)
    if zoom is not None:
        kept = np.union1d(kept, _within(chart, zoom, most))
    down = [Mark(at, "no answer", BAD, until) for at, until in stretches([at for at, _ in chart.outages])]
    astray = [Mark(one.started_at, "", BAD, one.ended_at or now) for one in chart.incidents[:30] if one.alarm != "outage"]  # fmt: skip
    layout = _layout(_title(chart.metric.title, chart.metric.unit), f"{chart.metric.title} {since - now:.0f}")
    layout["shapes"] = [*_zones(chart), *bands([*astray, *down], local), *lines([*marks, *down], local)]
    layout["annotations"] = [
        *_levels(chart),
        *labels([*marks, *down], local, turn_at=now - 0.2 * (now - since), span_s=now - since),
    ]
    room = 0.01 * (now - since)
    layout["xaxis"]["range"] = local(np.array([since - room, now + room])).tolist()
    layout["yaxis"]["range"] = y_range
    return go.Figure([_course(chart, kept), *_violations(chart, y_range)], layout)


def context_figure(incident: ChartIncident) -> go.Figure:
    """Draw the ten points before and after an alarm, the alarm itself marked."""
    metric = metric_named(incident.metric)
    times = np.array([point["taken_at"] for point in incident.points])
    colours = [BAD if point["rules"] else ACCENT for point in incident.points]
    course = go.Scatter(
        x=local(times), y=[point["value"] for point in incident.points], mode="lines+markers", connectgaps=False,
        line={"color": ACCENT, "width": 1.5}, marker={"color": colours, "size": 7}, hovertemplate="%{y:.4g}<extra></extra>",
    )  # fmt: skip
    alarm = [Mark(incident.taken_at, "alarm", BAD)]
    layout = {**_layout(_title(metric.title, metric.unit), incident.id), "height": 210}
    layout |= {"shapes": list(lines(alarm, local)), "annotations": list(labels(alarm, local))}
    layout["margin"] = {**layout["margin"], "r": 12}
    return go.Figure(course, layout)


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
    return (times + _offset_s()) * 1000.0


def unix(shown: str) -> float:
    """A date of the chart's axis (``2026-11-21 14:30:05.25``) as Unix seconds. Raises ValueError."""
    return datetime.fromisoformat(f"{shown}+00:00").timestamp() - _offset_s()


def _offset_s() -> float:
    offset = datetime.now().astimezone().utcoffset()
    return offset.total_seconds() if offset else 0.0


def _within(chart: ControlChart, zoom: Span, most: int) -> NDArray[np.intp]:
    first, last = np.searchsorted(chart.times, zoom)
    return thinned(chart.times[first:last], chart.values[first:last], most) + first


def _course(chart: ControlChart, kept: NDArray[np.intp]) -> go.Scatter:
    times, values = _with_breaks(chart.times, kept, chart.values[kept].astype(np.float32))
    return go.Scatter(
        x=local(times), y=values, mode="lines" if kept.size > 1 else "markers",
        line={"color": ACCENT, "width": 1.3}, connectgaps=False, hovertemplate="%{y:.4g}<extra></extra>",
    )  # fmt: skip


def _with_breaks(
    every: NDArray[np.float64], kept: NDArray[np.intp], values: NDArray[np.float32]
) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    """The drawn points with a hole where nobody measured for long: no line is drawn over the time between two launches."""
    apart = np.diff(every)
    if not apart.size:
        return every[kept], values
    before = np.flatnonzero(apart > max(LEAST_BREAK_S, 10.0 * float(np.median(apart))))
    places = np.searchsorted(kept, before + 1)
    return np.insert(every[kept], places, every[before] + 0.5), np.insert(values, places, np.nan)


def _violations(chart: ControlChart, y_range: list[float] | None) -> Iterator[go.Scatter]:
    """A trace for each set of rules that points break: its hover text names them, once."""
    at = chart.violating
    broken = np.zeros(at.size, dtype=np.int64)
    for rule, indices in chart.violations.items():
        broken[np.searchsorted(at, indices)] |= 1 << rule
    spots = _spots(chart, at, broken, y_range)
    at, broken = at[spots], broken[spots]
    for rules in np.unique(broken).tolist():
        places = at[broken == rules]
        named = " ".join(str(rule) for rule in range(1, 9) if rules >> rule & 1)
        beyond = bool(rules & 2)
        yield go.Scatter(
            x=local(chart.times[places]), y=chart.values[places].astype(np.float32), mode="markers",
            marker={"color": BAD if beyond else WAIT, "size": 6 if beyond else 4},
            hovertemplate=f"rule {named}: %{{y:.4g}}<extra></extra>",
        )  # fmt: skip


def _spots(
    chart: ControlChart, at: NDArray[np.intp], broken: NDArray[np.int64], y_range: list[float] | None
) -> NDArray[np.intp]:
    """All of the violating points; of very many, one for each spot of the screen and set of rules."""
    if at.size <= MARKED or y_range is None:
        return np.arange(at.size)
    across = (chart.times[at] - chart.times[0]) / max(1e-9, chart.times[-1] - chart.times[0]) * SCREEN_PX[0]
    up = (np.clip(chart.values[at], y_range[0], y_range[1]) - y_range[0]) / (y_range[1] - y_range[0]) * SCREEN_PX[1]
    kept = np.arange(at.size)
    for pixels in range(1, MARK_PX + 1):
        cells = np.stack((across // pixels, up // pixels, (broken & 2).astype(np.float64)))
        kept = np.sort(np.unique(cells, axis=1, return_index=True)[1])
        if kept.size <= MARKED:
            break
    return kept


def _zones(chart: ControlChart) -> Iterator[dict[str, Any]]:
    for inner, outer, shade in ZONES if chart.limits is not None else ():
        for side in (1, -1):
            low, high = (chart.limits.at(side * sigmas) if chart.limits else None for sigmas in (inner, outer))
            if low is not None and high is not None:
                yield {"type": "rect", "xref": "paper", "x0": 0, "x1": 1, "y0": low, "y1": high, "fillcolor": ACCENT,
                       "opacity": shade, "line": {"width": 0}, "layer": "below"}  # fmt: skip
    for level, _, colour, dash in _drawn_lines(chart):
        yield {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": level, "y1": level, "opacity": 0.85,
               "line": {"color": colour, "width": 1, "dash": dash}}  # fmt: skip


def _levels(chart: ControlChart) -> Iterator[dict[str, Any]]:
    for level, name, colour, _ in _drawn_lines(chart):
        yield {"xref": "paper", "x": 1, "xanchor": "left", "y": level, "text": f"{name} {level:.3g}", "showarrow": False,
               "font": {"size": 10.5, "color": colour}, "xshift": 4}  # fmt: skip


def _drawn_lines(chart: ControlChart) -> Iterator[tuple[float, str, str, str]]:
    named = "±3σ" if chart.limits is not None and chart.limits.at(1.0) is not None else "limit"
    for sigmas, name in ((3.0, named.replace("±", "+")), (-3.0, named.replace("±", "−")), (0.0, "centre")):
        level = chart.limits.at(sigmas) if chart.limits else None
        if level is not None:
            yield level, name, BAD if sigmas else QUIET, "dash" if sigmas else "solid"


def _y_range(chart: ControlChart) -> list[float] | None:
    """From the lowest to the highest of points and limits: one outlier must not flatten the rest beyond reading."""
    present = chart.values[np.isfinite(chart.values)]
    lower, upper = (chart.limits.at(sigmas) if chart.limits else None for sigmas in (-3.0, 3.0))
    if not present.size or lower is None or upper is None:
        return None
    low, high = (float(level) for level in np.percentile(present, (0.1, 99.9)))
    # every violating point is to be seen, as long as it is not absurdly far away
    reach = 6.0 * (upper - lower)
    low = min(low, lower, max(float(present.min()), lower - reach))
    high = max(high, upper, min(float(present.max()), upper + reach))
    room = 0.05 * (high - low)
    return [low - room, high + room] if high > low else None


def _title(name: str, unit: str) -> str:
    plain = name.replace("&", "&amp;").replace("<", "&lt;")
    return f"{plain} [{unit}]" if unit else plain


def _layout(title: str, kept_while: str) -> dict[str, Any]:
    axis = {"gridcolor": GRID, "zeroline": False, "linecolor": GRID, "tickfont": {"size": 11}, "exponentformat": "SI"}
    return {
        "height": 380,
        "showlegend": False,
        "margin": {"l": 56, "r": 84, "t": 34, "b": 32},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "autosize": True,
        "uirevision": kept_while,
        "font": {"family": "system-ui, sans-serif", "size": 12, "color": QUIET},
        "hovermode": "x",
        "title": {"text": title, "font": {"size": 13}, "x": 0, "xref": "paper", "xanchor": "left"},
        "modebar": {"remove": ["select", "lasso", "autoscale", "zoomin", "zoomout"], "bgcolor": "rgba(0,0,0,0)"},
        "template": {},
        "xaxis": {**axis, "type": "date"},
        "yaxis": {**axis},
    }
