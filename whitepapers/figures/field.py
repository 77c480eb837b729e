"""A field of the simulation as it was last seen."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from whitepapers.figures.course import plain


def draw(figure: Figure, data: dict[str, Any]) -> None:
    """Draw 8-bit values ``[rows, columns]`` between minimum and maximum, with their scale."""
    raw = np.frombuffer(base64.b64decode(data["values"]), dtype=np.uint8).reshape(data["rows"], data["columns"])
    span = data["maximum"] - data["minimum"]
    figure.set_size_inches(4.2, 3.4)
    axes = figure.add_subplot()
    shown = axes.imshow(data["minimum"] + raw / 255.0 * span, cmap="viridis", interpolation="nearest")
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_visible(False)
    bar = figure.colorbar(shown, ax=axes, shrink=0.85, pad=0.03)
    bar.outline.set_linewidth(0.4)
    bar.set_label(plain(data["unit"] or data["field"]))
