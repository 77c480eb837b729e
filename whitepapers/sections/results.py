"""What the metrics did: the focus metric first, the stretches between the changes, then all of them in a table."""

from __future__ import annotations

from whitepapers.book import slug
from whitepapers.document import Block, Figure, Heading, Paragraph, Table
from whitepapers.drawing import course, field, panels
from whitepapers.paper import Paper
from whitepapers.phrases import bare, fact, groups, known, listed, state, steps

ORDER = 40
TITLE = "Results"


def write(paper: Paper) -> list[Block]:
    """Words, pictures, tables; without a metric a sentence that says so."""
    metrics = groups(paper, "metric")
    if not metrics:
        return [Paragraph("The run has told no metric, so there is nothing to show.")]
    blocks: list[Block] = [_progress(paper), *_focus(paper), *_stretches(paper)]
    columns = ("mean", "deviation", "minimum", "maximum", "last")
    rows = [
        [fact(f"{key}.name"), known(paper, f"{key}.unit", ""), *(bare(paper, f"{key}.{name}") for name in columns)]
        for key in metrics
    ]
    caption = "All metrics over the whole run. The standard error stands behind the mean; “sd” is the standard deviation of the readings."
    heads = ("Metric", "Unit", "Mean", "sd", "Minimum", "Maximum", "Last")
    table = Table("tab:metrics", caption, "llrrrrr", heads, rows, wide=True)
    others, seen = _others(paper), _field(paper)
    return [*blocks, Heading("All metrics"), _overview(bool(others), bool(seen)), table, *others, *seen]


def _progress(paper: Paper) -> Paragraph:
    pace = (
        f", at {bare(paper, 'run.pace')} steps a second on average, pauses counted" if "run.pace" in paper.book else ""
    )
    return Paragraph(f"The run {state(paper)} after {steps(paper)}; it had lasted {fact('run.duration')}{pace}.")


def _focus(paper: Paper) -> list[Block]:
    if not paper.focus:
        return []
    key = f"metric.{slug(paper.focus)}"
    if f"{key}.mean" not in paper.book:
        return [
            Heading("The metric in focus"),
            Paragraph(f"{fact(f'{key}.name')} was never a finite number in this run."),
        ]
    name = course(paper, paper.focus)
    odd = f" {fact(f'{key}.not_finite')} readings were not finite." if paper.book.value(f"{key}.not_finite") else ""
    template = (
        f"From step {fact(f'{key}.first_step')} to step {fact(f'{key}.last_step')} the metric {fact(f'{key}.name')} was read "
        f"{fact(f'{key}.count')} times ({{{{ref:fig:course}}}}). It began at {fact(f'{key}.first')} and was last {fact(f'{key}.last')}; "
        f"the lowest value was {fact(f'{key}.minimum')}, the highest {fact(f'{key}.maximum')}, and the mean {fact(f'{key}.mean')}.{odd}"
    )
    caption = f"{fact(f'{key}.name')} over the steps of the run. Dashed lines: parameter changes; triangles: alerts."
    return [
        Heading("The metric in focus"),
        paper.prose("Describe how this metric behaved in the run.", template, [key, "run.", "count."]),
        Figure("fig:course", caption, name, wide=True),
    ]


def _stretches(paper: Paper) -> list[Block]:
    stretches = [key for key in groups(paper, "stretch") if f"{key}.mean" in paper.book]
    if len(stretches) < 2 or not paper.focus:
        return []
    metric = fact(f"metric.{slug(paper.focus)}.name")
    rows = [
        [fact(f"{key}.first_step"), fact(f"{key}.last_step"), fact(f"{key}.count"), fact(f"{key}.mean")]
        for key in stretches
    ]
    first, last = stretches[0], stretches[-1]
    unit = paper.book[f"{first}.mean"].fact.unit
    words = (
        f"Between the changes, {metric} had the means of {{{{ref:tab:stretches}}}}. The last mean differs from the first "
        f"by {{{{calc:{last}.mean - {first}.mean [{unit}]}}}}. Nothing else was held fixed on purpose, so the difference says when, not why."
    )
    caption = f"The mean of {metric} in each stretch between two parameter changes, with its standard error where there are readings enough."
    return [
        Heading("Before and after the changes"),
        Paragraph(words),
        Table("tab:stretches", caption, "rrrr", ("From step", "To step", "Readings", "Mean"), rows),
    ]


def _overview(others: bool, seen: bool) -> Paragraph:
    parts = ["{{ref:tab:metrics}} sums all metrics up"]
    parts += ["{{ref:fig:panels}} shows the course of the others"] if others else []
    parts += ["{{ref:fig:field}} is the field that the simulation showed last"] if seen else []
    return Paragraph(f"{listed(parts)}.")


def _others(paper: Paper) -> list[Block]:
    name = panels(paper)
    caption = "The other metrics over the steps of the run; dashed lines are parameter changes."
    return [Figure("fig:panels", caption, name, wide=True)] if name else []


def _field(paper: Paper) -> list[Block]:
    name = field(paper)
    if name is None:
        return []
    key = "picture"
    doc = f": {fact(f'{key}.doc')}" if f"{key}.doc" in paper.book else ""
    caption = f"{fact(f'{key}.name')} at step {fact(f'{key}.step')}, from {fact(f'{key}.minimum')} to {fact(f'{key}.maximum')}{doc}."
    return [Figure("fig:field", caption, name)]
