"""Whether the language model beside the run was in control, and what happened around each incident."""

from __future__ import annotations

from whitepapers.document import Block, Bullets, Figure, Heading, Paragraph
from whitepapers.paper import Paper
from whitepapers.phrases import fact, groups, plural

ORDER = 50
TITLE = "Statistical control"


def write(paper: Paper) -> list[Block]:
    """The chart of the engine, then the incidents."""
    return [*_chart(paper), Heading("Incidents"), *_incidents(paper)]


def _chart(paper: Paper) -> list[Block]:
    if not paper.book.value("control.points"):
        return [Paragraph("Not measured: the monitor has no reading of the language model from the time of this run.")]
    unanswered = plural(paper, "control.unanswered", "probe went unanswered", "probes went unanswered")
    said = f"While the run lasted, the model {fact('control.process')} was probed {fact('control.points')} times; half of the answers took less than {fact('control.median')}, and {unanswered}."
    if "control.center" not in paper.book:
        return [Paragraph(f"{said} There are too few points, or they vary too little, for limits.")]
    judged = f" The limits of the chart ({{{{ref:fig:control}}}}) lie at {fact('control.lower')} and {fact('control.upper')} around a centre of {fact('control.center')}; {plural(paper, 'control.broken', 'point breaks', 'points break')} one of Nelson's rules."
    if paper.book.value("control.provisional"):
        judged += " No baseline was frozen by then, so the limits are provisional: they come from these very points."
    caption = "The time that the model took for the monitor's probe. Solid: centre; dotted: limits three sigma away; red: points that break a rule; shaded: incidents."
    return [Paragraph(said + judged), Figure("fig:control", caption, "control", wide=True)]


def _incidents(paper: Paper) -> list[Block]:
    found = groups(paper, "incident")
    if not found:
        return [Paragraph("No alarm sounded while the run lasted.")]
    said = f"{plural(paper, 'count.incidents', 'incident', 'incidents')} overlapped the run."
    return [Paragraph(said[0].upper() + said[1:]), Bullets([_one(paper, key) for key in found])]


def _one(paper: Paper, key: str) -> str:
    book = paper.book
    until = f" to {fact(f'{key}.ended_at')}" if f"{key}.ended_at" in book else ", and went on"
    size = f", {fact(f'{key}.direction')} by {fact(f'{key}.size')}" if f"{key}.size" in book else ""
    rules = f"; rules broken: {fact(f'{key}.rules')}" if f"{key}.rules" in book else ""
    cpu = f" The processor was {fact(f'{key}.cpu')} busy." if f"{key}.cpu" in book else ""
    before = plural(paper, f"{key}.changes", "action was", "actions were")
    note = f" A person noted: “{fact(f'{key}.note')}”." if f"{key}.note" in book else ""
    return (f"{fact(f'{key}.title')}, from {fact(f'{key}.started_at')}{until}: raised by {fact(f'{key}.raised_by')}{size}{rules}.{cpu} "
            f"In the minutes before, {before} on record.{note}")  # fmt: skip
