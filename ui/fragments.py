"""Small pieces of HTML that several tabs share. Every word that comes from outside is escaped here, once, at the edge."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from html import escape

from measurement.facts import Value, format_number

STATES = (
    "starting",
    "running",
    "paused",
    "finished",
    "failed",
    "stopped",
    "restarting",
    "ready",
    "external",
    "detached",
)


def text(value: object) -> str:
    """Makes any value safe to stand in HTML, attributes included."""
    return escape(str(value), quote=True)


def pill(state: str) -> str:
    """The state as a coloured pill; the word is always there, the colour only helps."""
    kind = state if state in STATES else "unknown"
    return f'<span class="pill" data-state="{kind}"><i></i>{text(state)}</span>'


def table(head: Sequence[str], rows: Iterable[Sequence[str]], empty: str, long: Sequence[str] = ()) -> str:
    """A table of cells that are HTML already (pass words through :func:`text`); ``empty`` is said when there are no rows.

    The columns ``long`` may wrap, and take a line of their own on a narrow screen, where each cell but the first says its head.
    """
    kinds = ["wide" if name in long else "tight" for name in head]
    marks = [
        f'class="{kind}" data-head="{text(name) if at else ""}"'
        for at, (kind, name) in enumerate(zip(kinds, head, strict=True))
    ]
    body = "".join(
        "<tr>" + "".join(f"<td {mark}>{cell}</td>" for mark, cell in zip(marks, row, strict=True)) + "</tr>"
        for row in rows
    )
    if not body:
        return f'<p class="quiet">{text(empty)}</p>'
    heads = "".join(f"<th>{text(name)}</th>" for name in head)
    return f'<div class="table"><table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>'


def bar(share: float | None, label: str, tone: str = "") -> str:
    """A horizontal bar: ``share`` of the whole (0…1), or no bar at all when it is not known."""
    if share is None or not math.isfinite(share):
        return f'<div class="bar unknown"><span class="bar-label">{text(label)}</span></div>'
    width = min(max(share, 0.0), 1.0) * 100
    over = " over" if share > 1 else ""
    return (
        f'<div class="bar{over}" data-tone="{text(tone)}"><span class="bar-fill" style="width:{width:.1f}%"></span>'
        f'<span class="bar-label">{text(label)}</span></div>'
    )


def gibibytes(count: float | None) -> str:
    """``1_610_612_736`` -> ``1.50 GiB``, smaller counts in MiB; an unknown one is a dash."""
    if count is None:
        return "–"
    return f"{count / 2**30:.2f} GiB" if count >= 2**30 else f"{count / 2**20:.0f} MiB"


def duration(seconds: float | None) -> str:
    """``4027`` -> ``1 h 7 min``; an unknown one is a dash."""
    if seconds is None or not math.isfinite(seconds):
        return "–"
    whole = int(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def short_number(value: Value) -> str:
    """Four significant digits for the strip, where six would jitter; the exact value is in the tables."""
    if isinstance(value, float) and math.isfinite(value):
        return f"{value:.4g}"
    return format_number(value)


def steps(step: int | None, total: int | None) -> str:
    """``128, 1000`` -> ``step 128 of 1,000``; an endless run has no ``of``."""
    if step is None:
        return "no step yet"
    return f"step {step:,}" if total is None else f"step {step:,} of {total:,}"
