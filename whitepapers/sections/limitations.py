"""What was not measured and why, what was only estimated, and what went wrong."""

from __future__ import annotations

from whitepapers.document import Block, Bullets, Heading, Paragraph, Table
from whitepapers.paper import Paper
from whitepapers.phrases import fact, groups, known, plural

ORDER = 80
TITLE = "Limitations"
QUIET = (
    "alert.",
    "change.",
    "stretch.",
    "incident.",
    "report.",
    "param.",
    "picture.",
    "evaluation.",
    "run.last_words",
    "run.total_steps",
)


def write(paper: Paper) -> list[Block]:
    """The workload's own limits, gaps, estimates, alerts."""
    blocks: list[Block] = [Paragraph(words) for words in getattr(paper.method, "LIMITS", ())]
    if paper.going_on:
        blocks.append(Paragraph(f"The run had not ended: the report holds what was known at {fact('report.made_at')}."))
    blocks += _gaps(paper)
    return [*blocks, Heading("Alerts"), *_alerts(paper)]


def _gaps(paper: Paper) -> list[Block]:
    missing = [one for one in paper.book if one.fact.value is None and not one.key.startswith(QUIET)]
    reasons: dict[str, list[str]] = {}
    for one in missing:
        reasons.setdefault(one.fact.reason or "", []).append(_plain(one.fact.name))
    items = [f"{', '.join(names)}: {_plain(reason)}." for reason, names in reasons.items()]
    estimated = [
        _plain(one.fact.name) for one in paper.book if one.fact.method == "estimated" and one.key in paper.book
    ]
    blocks: list[Block] = [Heading("Not measured"), Bullets(items)] if items else []
    if estimated:
        blocks.append(Paragraph(f"Estimated rather than measured: {', '.join(estimated)}."))
    return blocks


def _alerts(paper: Paper) -> list[Block]:
    found = groups(paper, "alert")
    if not found:
        return [Paragraph("The run raised no alert.")]
    rows = [[known(paper, f"{key}.step"), fact(f"{key}.at"), fact(f"{key}.text")] for key in found]
    said = plural(paper, "count.alerts", "alert", "alerts")
    return [
        Paragraph(f"The run raised {said} ({{{{ref:tab:alerts}}}})."),
        Table(
            "tab:alerts",
            "Alerts of the run, the newest last.",
            "rlp",
            ("Step", "Time", "What it said"),
            rows,
            wide=True,
        ),
    ]


def _plain(text: str) -> str:
    """A name or reason without signs that a sentence could not hold."""
    return "".join(sign for sign in text if sign not in "{}" and not sign.isdigit()).strip().rstrip(".")
