"""What was not measured and why, what was only estimated, and what went wrong."""

from __future__ import annotations

from whitepapers.book import Evidence, numbered
from whitepapers.document import Block, Bullets, Heading, Paragraph, Table
from whitepapers.paper import Paper
from whitepapers.phrases import fact, groups, known, listed, plural

ORDER = 80
TITLE = "Limitations"
QUIET = (
    "alert.", "change.", "stretch.", "incident.", "report.", "param.", "picture.", "evaluation.", "run.last_words", "run.total_steps",
    "energy.run_net_bound", "energy.run_bound", "energy.run_source", "energy.run_carbon", "control.unanswered", "control.provisional",
)  # fmt: skip
OF_REQUESTS = (  # not missed where nobody asked anything
    "energy.assistant", "assistant.prompt_tokens", "assistant.completion_tokens", "assistant.duration",
)  # fmt: skip
# What is missing, in words, by the beginning of its key; the first that fits counts.
WORDS = {
    "control.": "the control chart of the language model's probe",
    "machine.gpus": "accelerators of the machine",
    "run.ended_at": "the end of the run",
    "energy.run_net": "the run's energy above the idle machine",
    "energy.run_idle": "the power of the idle machine",
    "energy.run_own": "the simulation's own share of the energy",
    "energy.run_engine": "the language model's own share of the energy",
    "energy.run": "the run's energy",
    "domain.": "the energy of a domain",
    "energy.assistant_net": "the requests' energy above the idle machine",
    "energy.assistant": "the energy of the requests to the language model",
    "energy.per_token": "the energy for each token written",
    "assistant.engine": "which language model answered",
    "assistant.model": "which language model answered",
    "assistant.": "tokens and time of the requests to the language model",
}


def write(paper: Paper) -> list[Block]:
    """The workload's own limits, gaps, estimates, alerts."""
    blocks: list[Block] = [Paragraph(words) for words in getattr(paper.method, "LIMITS", ())]
    if paper.going_on:
        blocks.append(Paragraph(f"The run had not ended: the report holds what was known at {fact('report.made_at')}."))
    blocks += _gaps(paper)
    return [*blocks, Heading("Alerts"), *_alerts(paper)]


def _gaps(paper: Paper) -> list[Block]:
    quiet = QUIET if paper.book.value("assistant.requests") else (*QUIET, *OF_REQUESTS)
    missing = [one for one in paper.book if one.fact.value is None and not one.key.startswith(quiet)]
    reasons: dict[str, dict[str, None]] = {}
    for one in missing:
        reasons.setdefault(one.fact.reason or "", {})[_words(one)] = None
    estimated = dict.fromkeys(_words(one) for one in paper.book if one.fact.method == "estimated" and one.key in paper.book)  # fmt: skip
    items = [_gap(paper, f"gap.{letter}", reason, list(names)) for letter, (reason, names) in numbered(reasons.items())]
    blocks: list[Block] = [Heading("Not measured"), Bullets(items)] if items else []
    if estimated:
        blocks.append(Paragraph(f"Estimated rather than measured: {listed(list(estimated))}."))
    return blocks


def _gap(paper: Paper, key: str, reason: str, names: list[str]) -> str:
    """What is missing for one reason. The reason may hold numbers, so it is a fact."""
    paper.book.note(f"{key}.reason", reason.rstrip("."), source="the reasons of the facts that are missing")
    said = listed(names)
    return f"{said[0].upper()}{said[1:]}: {fact(f'{key}.reason')}."


def _words(one: Evidence) -> str:
    """What a fact is about; of a metric with its own name."""
    subject, _, rest = one.key.partition(".")
    if subject == "metric":
        metric, _, statistic = rest.partition(".")
        return f"{statistic.replace('_', ' ')} of {fact(f'metric.{metric}.name')}"
    found = next((words for beginning, words in WORDS.items() if one.key.startswith(beginning)), None)
    return found or "".join(sign for sign in one.fact.name if sign not in "{}" and not sign.isdigit()).strip()


def _alerts(paper: Paper) -> list[Block]:
    found = groups(paper, "alert")
    if not found:
        return [Paragraph("The run raised no alert.")]
    rows = [[known(paper, f"{key}.step"), fact(f"{key}.at"), fact(f"{key}.text")] for key in found]
    said = plural(paper, "count.alerts", "alert", "alerts")
    caption = "Alerts of the run, the newest last."
    return [
        Paragraph(f"The run raised {said} ({{{{ref:tab:alerts}}}})."),
        Table("tab:alerts", caption, "rlp", ("Step", "Time", "What it said"), rows, wide=True),
    ]
