"""The energy laboratory's figures: prefill and decode of each run, intensity, power by domain, and the crossover of a sweep. Pure.

What was measured is filled; what was estimated is hatched and lighter, so that nobody takes one for the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from agent.lab.sweep import Crossover
from ui.charts import GRID, INKS, TEXT

PREFILL, DECODE, WHOLE = INKS[0], INKS[1], INKS[5]
DRAWN_RUNS = 60
HEIGHT = 250
Result = Mapping[str, Any]


def parts_figure(results: Sequence[Result]) -> go.Figure | None:
    """Draw the energy of each run, prefill and decode stacked; where they are not told apart, the whole."""
    shown = [one for one in results if one["total_wh"] is not None][-DRAWN_RUNS:]
    if not shown:
        return None
    split = [one for one in shown if one["prefill_wh"] is not None and one["decode_wh"] is not None]
    whole = [one for one in shown if one not in split]
    bars = [
        _bars(split, "prefill_wh", "prefill", PREFILL, "prefill_bound_wh"),
        _bars(split, "decode_wh", "decode", DECODE, "decode_bound_wh"),
        _bars(whole, "total_wh", "prefill and decode together", WHOLE, "bound_wh"),
    ]
    layout = _layout("Energy of each run", "Wh", "run", [one["number"] for one in shown])
    return go.Figure([bar for bar in bars if bar is not None], {**layout, "barmode": "stack"})


def intensity_figure(results: Sequence[Result]) -> go.Figure | None:
    """Draw watt-hours per 1,000 output tokens of each run, with its bound, and E_llm beside M_eff where they are known."""
    shown = [one for one in results if one["wh_per_1000_output_tokens"] is not None][-DRAWN_RUNS:]
    if not shown:
        return None
    series = (
        ("wh_per_1000_output_tokens", "whole machine", WHOLE),
        ("e_llm_wh_per_1000_output_tokens", "E_llm", PREFILL),
        ("m_eff_wh_per_1000_output_tokens", "M_eff", DECODE),
    )
    return go.Figure(
        [trace for name, title, ink in series if (trace := _dots(shown, name, title, ink)) is not None],
        _layout("Intensity", "Wh per 1,000 out", "run", [one["number"] for one in shown]),
    )


def power_figure(watched: Sequence[Mapping[str, Any]]) -> go.Figure | None:
    """Draw each domain's watts during the newest run that was watched."""
    known = [one for one in watched if one["domains"]]
    if not known:
        return None
    newest = known[-1]
    traces = [
        go.Scatter(
            x=course["at_s"], y=course["power_w"], name=_plain(name), mode="lines", connectgaps=False,
            line={"color": INKS[place % len(INKS)], "width": 1.6}, hovertemplate="%{y:.4g} W<extra></extra>",
        )
        for place, (name, course) in enumerate(newest["domains"].items())
    ]  # fmt: skip
    return go.Figure(traces, _layout(f"Power by domain, run {newest['run']}", "W", "seconds since the run began"))


def crossover_figure(crossover: Crossover | None) -> go.Figure | None:
    """Draw what prefill and decode cost as prompts grow, and mark where they cross."""
    if crossover is None or not crossover.points:
        return None
    dash = "dot" if crossover.method == "estimated" else "solid"
    tokens = [point.tokens for point in crossover.points]
    traces = [
        go.Scatter(
            x=tokens, y=[getattr(point, name) for point in crossover.points], name=name, mode="lines+markers",
            line={"color": ink, "width": 1.8, "dash": dash}, marker={"size": 7}, hovertemplate=f"%{{y:.4g}} {crossover.unit}<extra></extra>",
        )
        for name, ink in (("prefill", PREFILL), ("decode", DECODE))
    ]  # fmt: skip
    figure = go.Figure(traces, _layout("Crossover of prefill over decode", crossover.unit, "tokens of the prompt"))
    if crossover.at_tokens is not None:
        figure.add_vline(
            x=crossover.at_tokens, line={"color": TEXT, "width": 1, "dash": "dash"},
            annotation={"text": f"{crossover.at_tokens:.0f} tokens", "font": {"color": TEXT, "size": 11.5}},
        )  # fmt: skip
    return figure


def _bars(results: Sequence[Result], name: str, title: str, ink: str, bound: str) -> go.Bar | None:
    if not results:
        return None
    estimated = [one["method"] == "estimated" for one in results]
    bounds = [one[bound] for one in results]
    marker = {
        "color": ink,
        "opacity": [0.55 if guess else 1.0 for guess in estimated],
        "pattern": {"shape": ["/" if guess else "" for guess in estimated], "fillmode": "overlay", "size": 6},
        "line": {"width": 0},
    }
    return go.Bar(
        x=[one["number"] for one in results],
        y=[one[name] for one in results],
        name=title,
        width=0.5,
        marker=marker,
        error_y={"type": "data", "array": bounds, "thickness": 1, "width": 3, "color": TEXT} if any(bounds) else None,
        customdata=[f"{one['method']}" for one in results],
        hovertemplate=f"run %{{x}}, {title}: %{{y:.4g}} Wh, %{{customdata}}<extra></extra>",
    )


def _dots(results: Sequence[Result], name: str, title: str, ink: str) -> go.Scatter | None:
    known = [one for one in results if one[name] is not None]
    if not known:
        return None
    symbols = ["circle-open" if one["method"] == "estimated" else "circle" for one in known]
    return go.Scatter(
        x=[one["number"] for one in known], y=[one[name] for one in known], name=title, mode="markers",
        marker={"color": ink, "size": 9, "symbol": symbols, "line": {"color": ink, "width": 1.6}},
        hovertemplate=f"{title}: %{{y:.4g}} Wh<extra></extra>",
    )  # fmt: skip


def _layout(title: str, unit: str, across: str, runs: Sequence[int] = ()) -> dict[str, Any]:
    whole: dict[str, Any] = {}
    if runs:
        last = max(*runs, min(runs) + 3)  # one bar alone would fill the picture
        whole = {"tick0": 1, "dtick": max(1, len(runs) // 10), "range": [min(runs) - 0.6, last + 0.6]}
    axis = {"gridcolor": GRID, "zeroline": False, "linecolor": GRID, "tickfont": {"size": 11}, "exponentformat": "SI"}
    return {
        "height": HEIGHT,
        "margin": {"l": 62, "r": 14, "t": 62, "b": 44},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "autosize": True,
        "font": {"family": "system-ui, sans-serif", "size": 12, "color": TEXT},
        "hovermode": "closest",
        "showlegend": True,
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "font": {"size": 11.5}},
        "title": {"text": title, "font": {"size": 13.5}, "x": 0, "xref": "paper", "xanchor": "left", "y": 0.97},
        "modebar": {"remove": ["select", "lasso", "autoscale", "zoomin", "zoomout"], "bgcolor": "rgba(0,0,0,0)"},
        "xaxis": {**axis, **whole, "title": {"text": across, "standoff": 6, "font": {"size": 11.5}}},
        "yaxis": {**axis, "title": {"text": unit, "standoff": 6, "font": {"size": 11.5}}, "rangemode": "tozero"},
    }


def _plain(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
