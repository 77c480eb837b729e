"""What can be said in the end, and no more."""

from __future__ import annotations

from whitepapers.book import slug
from whitepapers.document import Block
from whitepapers.paper import Paper
from whitepapers.phrases import fact, plural, state, steps

ORDER = 90
TITLE = "Conclusions"


def write(paper: Paper) -> list[Block]:
    """A paragraph of what was observed."""
    about = ["run.", "count."]
    said = f"The run {state(paper)} after {steps(paper)}, with {plural(paper, 'count.changes', 'parameter change', 'parameter changes')}, {plural(paper, 'count.alerts', 'alert', 'alerts')} and {plural(paper, 'count.incidents', 'incident', 'incidents')} on record."
    if paper.focus and (key := f"metric.{slug(paper.focus)}") and f"{key}.mean" in paper.book:
        about.append(key)
        said += f" Over all of it {fact(f'{key}.name')} had a mean of {fact(f'{key}.mean')} and was {fact(f'{key}.last')} when it was last read."
    rest = " To learn why a value moved, the run would have to be repeated with one parameter changed at a time; the store holds what such a comparison needs."
    return [paper.prose("Conclude in a few sentences what was observed in this run.", said + rest, about)]
