"""What the run's metrics did: over all of it, and between its changes."""

from __future__ import annotations

from itertools import pairwise

from whitepapers.book import numbered, slug
from whitepapers.paper import Paper
from whitepapers.queries.change import applied
from whitepapers.subjects.parameters import cut

ORDER = 30
STATISTICS = ("count", "first", "last", "minimum", "maximum", "deviation", "not_finite", "first_step", "last_step")
PLAIN = frozenset({"count", "not_finite", "first_step", "last_step"})
MOST_STRETCHES = 12


def gather(paper: Paper) -> None:
    """Take every metric's statistics, and the focus metric's for each stretch between two changes."""
    docs = paper.snapshot.metric_docs if paper.snapshot else {}
    for metric, unit in paper.archive.metrics(paper.run.id).items():
        key = f"metric.{slug(metric)}"
        source = f"workload {paper.run.workload}, its own words"
        paper.book.note(f"{key}.name", metric, source=source)
        if unit:
            paper.book.note(f"{key}.unit", unit, source=source)
        if docs.get(metric):
            paper.book.note(f"{key}.doc", cut(docs[metric]), source=source)
        for statistic in STATISTICS:
            own = "" if statistic in PLAIN else unit
            paper.book.ask(f"{key}.{statistic}", "reading", own, method="derived", metric=metric, statistic=statistic)
        _mean(paper, f"{key}.mean", metric, unit)
    if paper.focus:
        _stretches(paper, paper.focus)


def edges(paper: Paper) -> list[int]:
    """The steps at which changes took effect, without those of the same step."""
    return sorted({change["step"] for _, change in applied(paper.archive, paper.run.id) if change.get("step")})


def _stretches(paper: Paper, metric: str) -> None:
    """The steps between two changes; a step at which a change took effect is the last under the former values."""
    inner = edges(paper)[-MOST_STRETCHES + 1 :]
    if not inner:
        return
    unit = paper.archive.metrics(paper.run.id).get(metric, "")
    for letter, (first, last) in numbered(pairwise([None, *inner, None])):
        bounds = {"first": None if first is None else first + 1, "last": last}
        key = f"stretch.{letter}"
        for statistic in ("count", "first_step", "last_step"):
            paper.book.ask(
                f"{key}.{statistic}", "reading", method="derived", metric=metric, statistic=statistic, **bounds
            )
        _mean(paper, f"{key}.mean", metric, unit, **bounds)


def _mean(paper: Paper, key: str, metric: str, unit: str, **bounds: int | None) -> None:
    """The mean with its standard error, which is a fact of its own so that it can be asked again."""
    asked = {"metric": metric, **bounds}
    error = paper.book.ask(f"{key}_error", "reading", unit, method="derived", statistic="error",
                           reason="there are fewer than sixteen readings", **asked)  # fmt: skip
    bound = error if isinstance(error, float) else None
    paper.book.ask(key, "reading", unit, method="derived", uncertainty=bound, statistic="mean", **asked)
