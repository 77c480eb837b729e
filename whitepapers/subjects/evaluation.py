"""How good the model beside the run is, by the newest evaluation of it that the data folder holds."""

from __future__ import annotations

from typing import Any

from whitepapers.book import UNIX_TIME, numbered
from whitepapers.evaluations import newest
from whitepapers.paper import Paper
from whitepapers.queries.evaluation import SUMMARIES, categories

ORDER = 70
HEAD = {"suite": "", "version": "", "engine": "", "model": "", "tool_calls": "", "cpu": "", "cpu_count": "", "gpus": "",
        "taken_at": UNIX_TIME, "unsafe": "", "median_s": "s", "slow_s": "s"}  # fmt: skip
CONFIDENCE = 0.95  # the intervals in the files are made for it
UNASKED = "nothing was asked of a language model while the run lasted"


def gather(paper: Paper) -> None:
    """Take who answered beside the run, and what the newest evaluation says of it, or else of another model."""
    book = paper.book
    for what in ("engine", "model"):
        book.ask(f"assistant.{what}", "served", what=what, reason=UNASKED)
    found = newest(paper.archive.evaluations, paper.archive.until, paper.archive.served(paper.run.id))
    if found is None:
        return
    book.note("evaluation.file", found.file, source="the folder of evaluations")
    book.note("evaluation.digest", found.digest, source="SHA-256 of that file")
    book.note("evaluation.confidence", CONFIDENCE, source="Wilson's interval, as the evaluation reckons it")
    where: dict[str, Any] = {"file": found.file, "digest": found.digest}
    for what, unit in HEAD.items():
        key = f"evaluation.{what.removesuffix('_s')}"
        book.ask(key, "evaluation", unit, what=what, reason="the evaluation does not say so", **where)
    for letter, name in numbered([*categories(found), *SUMMARIES]):
        if (found.told["shares"].get(name) or {}).get("count"):
            _share(paper, f"share.{letter}", name, where)


def _share(paper: Paper, key: str, name: str, where: dict[str, Any]) -> None:
    """Take one share with its counts and its interval."""
    for what in ("name", "right", "count"):
        paper.book.ask(f"{key}.{what}", "evaluation", what=what, part=name, **where)
    for what in ("low", "high"):
        paper.book.ask(f"{key}.{what}", "evaluation", "%", method="derived", what=what, part=name, **where)
    paper.book.derive(f"{key}.part", f"{key}.right / {key}.count", "%")
