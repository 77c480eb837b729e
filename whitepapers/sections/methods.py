"""How the simulation computes what it reports, and how this report computes from that."""

from __future__ import annotations

from whitepapers.document import Block, Bullets, Heading, Paragraph
from whitepapers.paper import Paper
from whitepapers.phrases import fact, groups

ORDER = 20
TITLE = "Methods"


def write(paper: Paper) -> list[Block]:
    """The workload's equations where they are known, its metrics by its own words, and the report's statistics."""
    blocks: list[Block] = list(getattr(paper.method, "METHODS", ()))
    if not blocks:
        blocks.append(
            Paragraph(
                "The equations of this simulation are not known to Lodger; its own program is the authority on them."
            )
        )
    told = [key for key in groups(paper, "metric") if f"{key}.doc" in paper.book]
    if told:
        blocks += [Heading("Metrics"), Bullets([f"{{{{em:{_name(paper, key)}}}}}: {fact(f'{key}.doc')}." if not _digits(paper, key)
                                                else f"{fact(f'{key}.name')}: {fact(f'{key}.doc')}." for key in told])]  # fmt: skip
    return [*blocks, Heading("Statistics"), *_statistics()]


def _name(paper: Paper, key: str) -> str:
    return str(paper.book.value(f"{key}.name")).replace("_", " ")


def _digits(paper: Paper, key: str) -> bool:
    return any(sign.isdigit() or sign in "{}[]" for sign in _name(paper, key))


def _statistics() -> list[Block]:
    return [
        Paragraph(
            "Means are over all readings of the run, or of the stretch of it that is named. Successive readings of a simulation "
            "resemble one another, so the standard error of a mean, written behind it, is estimated from the means of "
            "batches whose length is about the square root of the number of readings {{cite:flegal2010}}; where the batches "
            "still resemble one another it is too small. Readings that are not finite numbers are counted and left out. "
            "Minimum, maximum and standard deviation are those of the readings."
        ),
        Paragraph(
            "The language model that runs beside the simulation is watched by an individuals chart of the time that a small "
            "request takes, on a logarithmic scale. Alarms come from a cumulative sum {{cite:page1954}} or an exponentially weighted "
            "average; Nelson's rules {{cite:nelson1984}} mark points on the chart and raise no alarm by themselves."
        ),
    ]
