"""When a metric should raise an alert: the conditions, how people write them, and how one reading after another is judged.

A condition compares a metric with a number, with its own baseline (the mean of the first readings after the rule was
made or the run began), or asks whether it is finite. Pure: no threads, no store; ``watchlist.py`` keeps the rules.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from statistics import fmean
from typing import Literal

from measurement.errors import Refused
from measurement.facts import format_number
from measurement.store import Reading

Kind = Literal["below", "above", "falls", "rises", "moves", "grows", "not finite"]
Action = Literal["tell", "pause", "checkpoint", "report"]
ACTIONS: tuple[Action, ...] = ("tell", "pause", "checkpoint", "report")
BASELINE_READINGS = 20
CALM_READINGS = 20  # so many readings in a row on the good side end an incident
_NUMBER = r"(?P<number>[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)"
_PERCENT = r"\s*(?P<percent>%|per ?cent|percent|Prozent|pour cent|por ciento)?"
_BY = r"(?:by|um|de|en)\s+(?:more than\s+|at least\s+|mehr als\s+)?"
_FALL = r"(?:falls?|drops?|decreases?|sinks?|goes down|fällt|sinkt|baisse|tombe|baja|cae)"
_RISE = r"(?:rises?|grows?|increases?|climbs?|jumps?|goes up|steigt|wächst|augmente|monte|sube)"
_MOVE = r"(?:moves?|drifts?|deviates?|changes?|wanders?|driftet|weicht)"
_BELOW = r"(?:below|under|less than|lower than|smaller than|<=?|≤|unter|kleiner als|(?:en dessous|au-dessous) de|por debajo de|menor que)"
_ABOVE = r"(?:above|over|greater than|more than|higher than|larger than|beyond|past|in excess of|>=?|≥|über|größer als|au-dessus de|por encima de|mayor que)"
_VERB = r"(?:\b(?:is|gets|goes|falls?|drops?|sinks?|rises?|climbs?|jumps?|shoots?|spikes?|grows?|dips?|slips?|ever|becomes?|moves?|reaches|comes|fällt|steigt|sinkt|ist|descend|tombe|monte|passe|baja|cae|sube)\s+)*"
_PATTERNS: tuple[tuple[Kind, str], ...] = (
    ("falls", rf"\b{_FALL}\s+{_BY}{_NUMBER}{_PERCENT}"),
    ("rises", rf"\b{_RISE}\s+{_BY}{_NUMBER}{_PERCENT}"),
    ("moves", rf"\b{_MOVE}\s+(?:away\s+)?{_BY}{_NUMBER}{_PERCENT}"),
    ("below", rf"{_VERB}{_BELOW}\s*{_NUMBER}"),
    ("above", rf"{_VERB}(?:{_ABOVE}|\bexceeds?)\s*{_NUMBER}"),
    ("not finite", r"\b(?:is|becomes|gets|goes|turns|wird|devient)?\s*(?:not finite|non-finite|nan\b|infinite)"),
)
_COMPILED: list[tuple[Kind, re.Pattern[str]]] = [(kind, re.compile(pattern, re.I)) for kind, pattern in _PATTERNS]


@dataclass(frozen=True)
class Condition:
    """``relative``: the number is a share of the baseline's magnitude (0.05 for 5 %), else in the metric's unit."""

    metric: str
    kind: Kind
    number: float = 0.0
    relative: bool = False

    def words(self, unit: str = "") -> str:
        """``correlation falls by 5 % of its baseline``."""
        if self.kind == "not finite":
            return f"{self.metric} is not finite"
        if self.relative:
            amount = f"{format_number(100 * self.number)} % of its baseline"
        else:
            amount = f"{format_number(self.number)} {unit}".strip()
        link = {"below": "falls", "above": "rises"}.get(self.kind)
        if link:
            return f"{self.metric} {link} {self.kind} {amount}"
        if self.kind == "grows":
            return f"{self.metric} grows to {format_number(self.number)} times its baseline"
        return f"{self.metric} {self.kind} by {amount}{'' if self.relative else ' from its baseline'}"

    @property
    def needs_baseline(self) -> bool:
        return self.kind in ("falls", "rises", "moves", "grows")


def split(text: str) -> tuple[str, Kind, float, bool] | None:
    """Find a condition in words: the words before it, its kind and number, whether it is relative; None if there is none."""
    for kind, pattern in _COMPILED:
        if match := pattern.search(text):
            groups = match.groupdict()
            number = float(groups["number"]) if groups.get("number") else 0.0
            percent = bool(groups.get("percent"))
            share = number / 100 if percent else number
            return text[: match.start()].strip(), kind, share, percent
    return None


def read(text: str) -> Condition:
    """Read a condition that stands alone, such as ``correlation < 0.8``.

    Raises:
        Refused: it is none; with how one is written.
    """
    found = split(text.strip())
    if found is None or not found[0]:
        raise Refused(
            f"{text!r} is no condition for an alert. Write a metric and what should not happen to it: correlation < 0.8, "
            "energy rises by 5 %, norm moves by 0.01, or field is not finite."
        )
    metric, kind, number, relative = found
    metric = re.sub(r"^(?:the|its|der|die|das|la|le|el)\s+|\s+(?:is|ever|gets|goes)$", "", metric, flags=re.I)
    return Condition(metric.strip(), kind, number, relative)


@dataclass(frozen=True)
class Crossing:
    """What began an incident. ``baseline`` is None where the condition needs none."""

    step: int
    value: float
    taken_at: float
    baseline: float | None


@dataclass
class Trial:
    """One condition on one run: is it met? Speaks once an incident; an incident ends after a calm stretch."""

    condition: Condition
    _first: list[float] = field(default_factory=list)
    _baseline: float | None = None
    _scale: float = 0.0
    _open: bool = False
    _calm: int = 0

    def judge(self, reading: Reading) -> Crossing | None:
        """Take one reading, merged neighbours with their extremes; give what began an incident."""
        values = [v for v in (reading.value, reading.minimum, reading.maximum) if v is not None]
        if self.condition.needs_baseline and self._baseline is None:
            self._learn(reading.value)
            return None
        bad = next((value for value in values if self._holds(value)), None)
        if bad is None:
            self._calm += 1
            self._open = self._open and self._calm < CALM_READINGS
            return None
        self._calm = 0
        if self._open:
            return None
        self._open = True
        return Crossing(reading.step, bad, reading.taken_at, self._baseline)

    def _learn(self, value: float) -> None:
        if not math.isfinite(value):
            return
        self._first.append(value)
        if len(self._first) >= BASELINE_READINGS:
            self._baseline = fmean(self._first)
            self._scale = max(abs(value) for value in self._first)

    def _holds(self, value: float) -> bool:
        kind, number = self.condition.kind, self.condition.number
        if not math.isfinite(value):
            return kind == "not finite"
        base = self._baseline or 0.0
        margin = number * abs(base) if self.condition.relative else number
        return {
            "below": value < number,
            "above": value > number,
            "falls": value < base - margin,
            "rises": value > base + margin,
            "moves": abs(value - base) > margin,
            "grows": abs(value) > number * self._scale > 0.0,
            "not finite": False,
        }[kind]
