"""Several metrics, one small panel each."""

from __future__ import annotations

import math
from typing import Any

from matplotlib.figure import Figure

from whitepapers.figures.course import label, line, mark


def draw(figure: Figure, data: dict[str, Any]) -> None:
    """Two panels a row over the same steps."""
    lines = data["lines"]
    rows = math.ceil(len(lines) / 2)
    figure.set_size_inches(6.6, 0.3 + 1.5 * rows)
    for place, one in enumerate(lines):
        axes = figure.add_subplot(rows, min(2, len(lines)), place + 1)
        line(axes, one)
        mark(axes, data["changes"])
        axes.set_title(label(one))
        if place >= len(lines) - 2:
            axes.set_xlabel("step")
