"""What the pictures of a report are drawn from: numbers out of the archive, thinned to what a printed line can show."""

from __future__ import annotations

import base64
import math
from typing import Any

from whitepapers.paper import Paper
from whitepapers.subjects.metrics import edges

MOST_POINTS = 4000
MOST_PANELS = 8


def course(paper: Paper, metric: str) -> str:
    """The focus metric with everything that happened to the run."""
    alerts = [event.details.get("step") for event in paper.archive.events(paper.run.id, "alert")]
    marks = {"changes": edges(paper), "alerts": [step for step in alerts if isinstance(step, int)]}
    return paper.draw("course", "course", **_line(paper, metric), **marks)


def panels(paper: Paper) -> str | None:
    """The other metrics, small; None when there is no other."""
    others = [metric for metric in paper.archive.metrics(paper.run.id) if metric != paper.focus]
    lines = [line for metric in others[:MOST_PANELS] if (line := _line(paper, metric))["steps"]]
    return paper.draw("panels", "panels", lines=lines, changes=edges(paper)) if lines else None


def field(paper: Paper) -> str | None:
    """The newest picture that the simulation sent; None when there is none of this run any more."""
    if not paper.pictures:
        return None
    name, picture = next(iter(paper.pictures.items()))
    source = f"workload {paper.run.workload}, its newest picture"
    known: dict[str, Any] = {"name": name, "step": picture.step, "doc": picture.doc or None}
    for key, value in known.items():
        paper.book.note(f"picture.{key}", value, source=source, reason="the simulation does not describe it")
    for key, value in {"minimum": picture.minimum, "maximum": picture.maximum}.items():
        paper.book.note(f"picture.{key}", value, picture.unit, source=source)
    shape = {"rows": picture.rows, "columns": picture.columns, "unit": picture.unit, "field": name}
    span = {"minimum": picture.minimum, "maximum": picture.maximum}
    return paper.draw("field", "field", values=base64.b64encode(picture.values).decode(), **shape, **span)


def _line(paper: Paper, metric: str) -> dict[str, Any]:
    """Steps and values, each point the mean of its neighbours, with their extremes where several were merged."""
    readings = [one for one in paper.archive.readings(paper.run.id, metric) if math.isfinite(one.value)]
    width = max(1, math.ceil(len(readings) / MOST_POINTS))
    groups = [readings[start : start + width] for start in range(0, len(readings), width)]
    line = {
        "metric": metric,
        "unit": paper.archive.metrics(paper.run.id).get(metric, ""),
        "steps": [group[-1].step for group in groups],
        "values": [math.fsum(one.value for one in group) / len(group) for group in groups],
    }
    if width > 1:
        line["lowest"] = [min(one.value for one in group) for group in groups]
        line["highest"] = [max(one.value for one in group) for group in groups]
    return line
