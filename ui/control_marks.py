"""What happened, as shapes and labels on a control chart: changes, restarts, new limits, outages, incidents. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

MOST, LONGEST_LABEL, APART_S = 24, 26, 60.0
ROWS = 5
LETTER = 0.0052  # the width of one, of the chart's, on a desk's screen
Place = Callable[[NDArray[np.float64]], NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened ``at`` (Unix seconds), or from then ``until``."""

    at: float
    words: str
    colour: str
    until: float | None = None


def stretches(times: Sequence[float], apart_s: float = APART_S) -> list[tuple[float, float]]:
    """First and last of each run of ``times`` (ascending) that follow each other within a minute."""
    found: list[tuple[float, float]] = []
    for at in times:
        if found and at - found[-1][1] <= apart_s:
            found[-1] = (found[-1][0], at)
        else:
            found.append((at, at))
    return found


def bands(marks: Sequence[Mark], place: Place) -> Iterator[dict[str, Any]]:
    """A pale band for what lasted."""
    for mark in marks[-MOST:]:
        if mark.until is not None:
            x0, x1 = place(np.array([mark.at, mark.until])).tolist()
            yield {"type": "rect", "yref": "paper", "x0": x0, "x1": x1, "y0": 0, "y1": 1, "fillcolor": mark.colour,
                   "opacity": 0.10, "line": {"width": 0}, "layer": "below"}  # fmt: skip


def lines(marks: Sequence[Mark], place: Place) -> Iterator[dict[str, Any]]:
    """A dotted line where it began."""
    for mark in _newest(marks):
        x = float(place(np.array([mark.at]))[0])
        yield {"type": "line", "yref": "paper", "x0": x, "x1": x, "y0": 0, "y1": 1,
               "line": {"color": mark.colour, "width": 1, "dash": "dot"}}  # fmt: skip


def labels(
    marks: Sequence[Mark], place: Place, turn_at: float = float("inf"), span_s: float | None = None
) -> Iterator[dict[str, Any]]:
    """Its words beside the line, left of it from ``turn_at`` on, in rows so that neighbours do not cover each other.

    With ``span_s``, the seconds that the chart shows, a line whose words would find no room stands without them.
    """
    for mark, row in _rows(_newest(marks), turn_at, span_s):
        yield {"x": float(place(np.array([mark.at]))[0]), "yref": "paper", "y": 1.0 - 0.055 * row,
               "text": _short(mark.words).replace("&", "&amp;").replace("<", "&lt;"), "showarrow": False,
               "xanchor": "right" if mark.at > turn_at else "left", "xshift": -3 if mark.at > turn_at else 3,
               "font": {"size": 10, "color": mark.colour}}  # fmt: skip


def _rows(marks: Sequence[Mark], turn_at: float, span_s: float | None) -> Iterator[tuple[Mark, int]]:
    """Each mark with the first row that has room for its words; what lasted chooses first, then the newest."""
    taken: list[list[tuple[float, float]]] = [[] for _ in range(ROWS)]
    for mark in sorted(marks, key=lambda mark: (mark.until is None, -mark.at)):
        width = (len(_short(mark.words)) * LETTER + 2 * LETTER) * (span_s or 0.0)
        ends = (mark.at - width, mark.at) if mark.at > turn_at else (mark.at, mark.at + width)
        free = [
            row for row, others in enumerate(taken) if all(ends[1] <= low or ends[0] >= high for low, high in others)
        ]
        if mark.words and free:
            taken[free[0]].append(ends)
            yield mark, free[0]


def _short(words: str) -> str:
    return words if len(words) <= LONGEST_LABEL else words[: LONGEST_LABEL - 1] + "…"


def _newest(marks: Sequence[Mark]) -> list[Mark]:
    return sorted(marks, key=lambda mark: mark.at)[-MOST:]
