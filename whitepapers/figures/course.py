"""One metric over the steps, with the run's changes and alerts."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

INK, CHANGE, ALERT = "#126b81", "#6a58a8", "#b23a2e"


def draw(figure: Figure, data: dict[str, Any]) -> None:
    """Draw steps and values; neighbours that were merged show their extremes."""
    axes = figure.add_subplot()
    line(axes, data)
    mark(axes, data.get("changes", []))
    low, _ = axes.get_ylim()
    alerts = data.get("alerts", [])
    if alerts:
        axes.plot(alerts, [low] * len(alerts), "^", color=ALERT, markersize=5, clip_on=False, zorder=5)
        axes.set_ylim(bottom=low)
    axes.set_xlabel("step")
    axes.set_ylabel(label(data))


def line(axes: Axes, data: dict[str, Any]) -> None:
    """The curve alone."""
    if data.get("lowest"):
        axes.fill_between(data["steps"], data["lowest"], data["highest"], color=INK, alpha=0.22, linewidth=0)
    axes.plot(data["steps"], data["values"], color=INK)
    axes.margins(x=0.01)


def mark(axes: Axes, changes: list[int]) -> None:
    """A dashed line where parameters changed."""
    for step in changes:
        axes.axvline(step, color=CHANGE, linestyle=(0, (4, 3)), linewidth=0.8)


def label(data: dict[str, Any]) -> str:
    """The metric with its unit."""
    name = data["metric"].replace("_", " ")
    return plain(f"{name} ({data['unit']})" if data.get("unit") and data["unit"] != name else name)


def plain(words: str) -> str:
    """Words from outside: none of them is mathematics."""
    return words.replace("$", r"\$")
