"""A control chart: points, centre, limits, what broke a rule, and the incidents."""

from __future__ import annotations

from typing import Any

from matplotlib.figure import Figure

INK, BROKEN = "#126b81", "#b23a2e"


def draw(figure: Figure, data: dict[str, Any]) -> None:
    """Draw seconds since the run's begin against the values, on a logarithmic scale when they allow it."""
    axes = figure.add_subplot()
    known = [(at, value) for at, value in zip(data["seconds"], data["values"], strict=True) if value is not None]
    axes.plot(
        [at for at, _ in known], [value for _, value in known], color=INK, marker="o", markersize=2, linewidth=0.5
    )
    broken = [(data["seconds"][index], data["values"][index]) for index in data["broken"]]
    axes.plot([at for at, _ in broken], [value for _, value in broken], "o", color=BROKEN, markersize=3.4)
    for level, style in ((data["center"], "-"), (data["lower"], ":"), (data["upper"], ":")):
        if level is not None:
            axes.axhline(level, color="#55585e", linestyle=style, linewidth=0.8)
    for begin in data["incidents"]:
        axes.axvline(begin, color=BROKEN, alpha=0.18, linewidth=5)
    if known and all(value > 0 for _, value in known):
        axes.set_yscale("log")
    axes.margins(x=0.01)
    axes.set_xlabel("seconds since the run began")
    axes.set_ylabel(f"{data['title']} ({data['unit']})")
