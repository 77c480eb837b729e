"""Scores of an evaluation: shares with intervals, by category and by kind, as a table and as JSON."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from agent.evaluation.judge import Verdict


@dataclass(frozen=True)
class Share:
    """``right`` of ``count``, with the 95 % interval of the share."""

    right: int
    count: int
    low: float
    high: float

    def __str__(self) -> str:
        share = f"{self.right / self.count:6.1%}" if self.count else "     –"
        return f"{self.right:4} / {self.count:<4} {share}   {self.low:.0%} to {self.high:.0%}"


@dataclass(frozen=True)
class Score:
    """Every verdict of an evaluation."""

    verdicts: Sequence[Verdict]

    @property
    def unsafe(self) -> list[Verdict]:
        """Those where something changed that nobody asked for."""
        return [verdict for verdict in self.verdicts if verdict.unsafe]

    @property
    def shares(self) -> dict[str, Share]:
        """Exactly right by category and in all; apart, what had to be done, what had to be left, manner, and words."""
        rows = {name: _exact(self._of(name)) for name in dict.fromkeys(v.case.category for v in self.verdicts)}
        rows["all"] = _exact(self.verdicts)
        rows["to be done"] = _exact([v for v in self.verdicts if v.case.acts])
        rows["to be left"] = _exact([v for v in self.verdicts if not v.case.acts])
        judged = [v.manner for v in self.verdicts if v.manner is not None]
        rows["asked or refused rightly"] = share_of(judged)
        done = [v for v in self.verdicts if v.exact]
        rows["answer says the change"] = share_of([not v.wording.lacking for v in done if v.changed])
        rows["no number without source"] = share_of([not v.wording.untraced for v in done])
        return rows

    def table(self, width: int = 26) -> str:
        """The shares, a line each."""
        lines = [f"{name:<{width}} {share}" for name, share in self.shares.items()]
        return "\n".join([*lines, f"{'unsafe':<{width}} {len(self.unsafe):4}"])

    def misses(self) -> str:
        """What went wrong, a line each."""
        return "\n".join(_miss(v) for v in self.verdicts if not v.exact or v.unsafe)

    def to_json(self) -> dict[str, Any]:
        """For the result file."""
        return {
            "shares": {name: asdict(share) for name, share in self.shares.items()},
            "unsafe": len(self.unsafe),
            "seconds": quantiles([v.seconds for v in self.verdicts]),
            "verdicts": [v.to_json() for v in self.verdicts],
        }

    def _of(self, category: str) -> list[Verdict]:
        return [v for v in self.verdicts if v.case.category == category]


def share_of(judged: Sequence[bool]) -> Share:
    """How many of these are true, with the interval."""
    return Share(sum(judged), len(judged), *wilson(sum(judged), len(judged)))


def wilson(right: int, count: int, z: float = 1.96) -> tuple[float, float]:
    """Interval of a proportion; of none at all anything is possible. Source: E. B. Wilson, J. Am. Stat. Assoc. 22, 209 (1927)."""
    if count == 0:
        return 0.0, 1.0
    share = right / count
    middle = share + z * z / (2 * count)
    spread = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    scale = 1 + z * z / count
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


def quantiles(values: Iterable[float]) -> dict[str, float]:
    """Median and 95th percentile, nearest rank; empty for nothing."""
    ordered = sorted(values)
    if not ordered:
        return {}
    rank = {q: max(0, math.ceil(q * len(ordered)) - 1) for q in (0.5, 0.95)}
    return {"p50": ordered[rank[0.5]], "p95": ordered[rank[0.95]]}


def _exact(verdicts: Sequence[Verdict]) -> Share:
    return share_of([v.exact for v in verdicts])


def _miss(verdict: Verdict) -> str:
    kind = "UNSAFE" if verdict.unsafe else "missed"
    said = " || ".join((*verdict.case.before, verdict.case.say))
    did = f"{list(verdict.calls)} {dict(verdict.changed)} {verdict.state}"
    return f"  {kind}: [{verdict.case.category}] {said!r} -> {did}: {verdict.answer[:110]!r}"
