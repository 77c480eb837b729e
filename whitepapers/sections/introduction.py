"""What the simulation is, by its own documentation, and what the report is about."""

from __future__ import annotations

from whitepapers.document import Block, Paragraph
from whitepapers.paper import Paper
from whitepapers.phrases import fact, plural

ORDER = 10
TITLE = "Introduction"


def write(paper: Paper) -> list[Block]:
    """The subject, then what can be expected of the text."""
    blocks: list[Block] = [Paragraph(words) for words in getattr(paper.method, "INTRODUCTION", ())]
    if not blocks:
        own = (
            f" By its own words it is {fact('run.doc')}."
            if "run.doc" in paper.book
            else " It does not describe itself."
        )
        blocks = [Paragraph(f"The subject of this report is the simulation {fact('run.workload')}.{own}")]
    about = f" It looks at {fact('report.focus')} first." if paper.focus else ""
    blocks.append(Paragraph(
        f"This report describes one run of it, {fact('run.id')}, with {plural(paper, 'count.changes', 'parameter change', 'parameter changes')} "
        f"and {plural(paper, 'count.alerts', 'alert', 'alerts')} on record.{about} Every number in it is a fact of the measurement "
        "store and leads to its row in the appendix, where its exact value, its origin and its digest stand. "
        "A single run, steered while it went on, describes itself; it tests no hypothesis, and this text draws no "
        "conclusion beyond what was observed."
    ))  # fmt: skip
    return blocks
