"""Readings become pictures: Plotly figures, sparklines and coloured fields. Pure: the same numbers give the same picture.

It computes nothing about the run: it places what was measured, breaks the line where a value is not finite, and says so. The
figures carry mid-tone inks on a clear ground, so one figure is readable by day and by night; the style sheet sharpens the text.
"""

from __future__ import annotations

import math
from base64 import b64encode
from collections.abc import Mapping, Sequence
from functools import cache
from io import BytesIO
from typing import Any

import numpy as np
import plotly.graph_objects as go
from PIL import Image
from plotly.subplots import make_subplots

from measurement.store import Reading
from tools.contract import Series

INKS = ("#22849a", "#c0762b", "#7b68b5", "#4e9a63", "#b8557a", "#6f7f94")
GRID = "rgba(128, 134, 145, 0.20)"
TEXT = "#80868f"
ROW_PX = 132
MARGIN_PX = {"l": 62, "r": 14, "t": 30, "b": 34}

# Anchors of viridis, the perceptually even map that also reads in grey. Source: S. van der Walt and N. Smith, "A better default
# colormap for Matplotlib", SciPy 2015.
VIRIDIS = np.array(
    [
        (68, 1, 84),
        (72, 35, 116),
        (64, 67, 135),
        (52, 94, 141),
        (41, 120, 142),
        (32, 144, 140),
        (34, 167, 132),
        (68, 190, 112),
        (121, 209, 81),
        (189, 222, 38),
        (253, 231, 36),
    ],
    dtype=np.float64,
)


def finite(values: Sequence[float | None]) -> list[float | None]:
    """Leaves a gap (``None``) where a value is missing, NaN or infinite: a chart must not draw a number nobody measured."""
    return [value if value is not None and math.isfinite(value) else None for value in values]


def series_figure(series: Series) -> go.Figure:
    """Draws what a tool returned, for the chat."""
    figure = go.Figure(_trace(series.x, series.y, series.y_label or series.title, INKS[0]))
    figure.update_layout(**_layout(height=300, title=_plain(series.title)))
    figure.update_xaxes(title_text=_plain(series.x_label), **_axis())
    figure.update_yaxes(title_text=_plain(series.y_label), **_axis())
    return figure


def metrics_figure(readings: Mapping[str, Sequence[Reading]], units: Mapping[str, str]) -> go.Figure:
    """Draws one small chart a metric, on one shared step axis, in the order given."""
    names = list(readings)
    figure = make_subplots(
        rows=max(len(names), 1),
        cols=1,
        shared_xaxes=True,
        vertical_spacing=_spacing(len(names)),
        subplot_titles=[_plain(axis_title(name, units.get(name, ""))) for name in names] or None,
    )
    for row, name in enumerate(names, start=1):
        rows = readings[name]
        trace = _trace([r.step for r in rows], [r.value for r in rows], name, INKS[(row - 1) % len(INKS)])
        figure.add_trace(trace, row=row, col=1)
    figure.update_layout(
        **_layout(height=MARGIN_PX["t"] + MARGIN_PX["b"] + ROW_PX * max(len(names), 1)), uirevision="kept"
    )
    figure.update_xaxes(**_axis())
    figure.update_yaxes(**_axis(), nticks=4)
    figure.update_xaxes(title_text="step", row=max(len(names), 1), col=1)
    figure.for_each_annotation(lambda note: note.update(x=0, xanchor="left", font={"size": 12.5, "color": TEXT}))
    return figure


def axis_title(name: str, unit: str) -> str:
    """``fractal_dimension``, ``""`` -> ``fractal dimension``; ``energy``, ``J`` -> ``energy [J]``."""
    words = name.replace("_", " ")
    return f"{words} [{unit}]" if unit else words


def spark_path(values: Sequence[float | None], width: float = 100.0, height: float = 24.0) -> str:
    """Makes the ``d`` of an SVG path through the values, oldest first; a gap where a value is not finite.

    A constant series is a line through the middle. Fewer than two finite values make no path (``""``).
    """
    drawn = finite(values)
    known = [value for value in drawn if value is not None]
    if len(known) < 2:
        return ""
    low, high = min(known), max(known)
    half_span = high / 2 - low / 2  # the whole one may overflow
    parts, pen_down = [], False
    for index, value in enumerate(drawn):
        if value is None:
            pen_down = False
            continue
        level = (value / 2 - low / 2) / half_span if half_span > 0 else 0.5
        x = width * index / (len(drawn) - 1)
        parts.append(f"{'L' if pen_down else 'M'}{x:.1f} {1 + (height - 2) * (1 - level):.1f}")
        pen_down = True
    return "".join(parts)


def field_image(values: bytes, rows: int, columns: int) -> np.ndarray:
    """Colours a quantised field (``rows * columns`` bytes, row by row): uint8 ``[rows, columns, 3]``, one pixel a cell.

    Raises:
        ValueError: the bytes do not fill the grid.
    """
    grid = np.frombuffer(values, dtype=np.uint8)
    if rows < 1 or columns < 1 or grid.size != rows * columns:
        raise ValueError(f"A picture of {rows} x {columns} cells needs {rows * columns} bytes, not {grid.size}.")
    return _palette()[grid.reshape(rows, columns)]


def png_address(image: np.ndarray) -> str:
    """The image as an address that needs no request and leaves no file behind."""
    held = BytesIO()
    Image.fromarray(image).save(held, format="PNG")
    return "data:image/png;base64," + b64encode(held.getvalue()).decode()


def palette_css() -> str:
    """The same colours as a CSS gradient, for the scale beside the picture."""
    return "linear-gradient(90deg," + ",".join(f"rgb({r:.0f},{g:.0f},{b:.0f})" for r, g, b in VIRIDIS) + ")"


@cache
def _palette() -> np.ndarray:
    """All 256 colours, uint8 ``[256, 3]``."""
    at = np.linspace(0, len(VIRIDIS) - 1, 256)
    return (
        np.stack([np.interp(at, np.arange(len(VIRIDIS)), VIRIDIS[:, channel]) for channel in range(3)], axis=1)
        .round()
        .astype(np.uint8)
    )


def _trace(x: Sequence[float], y: Sequence[float | None], name: str, ink: str) -> go.Scatter:
    return go.Scatter(
        x=list(x),
        y=finite(y),
        name=_plain(name),
        mode="lines" if len(x) > 1 else "markers",
        connectgaps=False,
        line={"color": ink, "width": 1.8},
        marker={"color": ink, "size": 7},
        hovertemplate="step %{x}<br><b>%{y:.6g}</b><extra></extra>",
    )


def _layout(height: int, title: str | None = None) -> dict[str, Any]:
    top = 44 if title else MARGIN_PX["t"]
    return {
        "height": height,
        "showlegend": False,
        "margin": {**MARGIN_PX, "t": top, "b": 46 if title else MARGIN_PX["b"]},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "autosize": True,
        "font": {"family": "system-ui, sans-serif", "size": 12, "color": TEXT},
        "hovermode": "x",
        "title": {"text": title, "font": {"size": 13.5}, "x": 0, "xref": "paper", "xanchor": "left"} if title else None,
        "modebar": {"remove": ["select", "lasso", "autoscale", "zoomin", "zoomout"], "bgcolor": "rgba(0,0,0,0)"},
    }


def _axis() -> dict[str, Any]:
    return {
        "gridcolor": GRID,
        "zeroline": False,
        "linecolor": GRID,
        "tickfont": {"size": 11},
        "exponentformat": "power",
        "automargin": False,
        "title_standoff": 6,
    }


def _spacing(count: int) -> float:
    return 0.0 if count < 2 else min(0.16 / (count - 1) * 2, 0.30 / count)


def _plain(text: str) -> str:
    """Plotly reads a little HTML in its titles; a workload's own words are text."""
    return text.replace("&", "&amp;").replace("<", "&lt;")
