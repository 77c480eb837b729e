"""Two reports side by side: which facts say something else, or are there in one of them alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from measurement.errors import ReportError
from whitepapers.book import UNIX_TIME, Evidence, evidence_of
from whitepapers.checking import same
from whitepapers.quantity import converted, is_number

ALWAYS_DIFFERENT = ("report.id", "report.made_at", "run.id")
SAID_ELSEWHERE = ("gap.",)  # what is missing stands there once more


@dataclass(frozen=True)
class Difference:
    """A key with what either report says; None where one does not speak of it."""

    key: str
    first: Evidence | None
    second: Evidence | None

    @property
    def change(self) -> float | None:
        """From the first to the second, in the unit of the first; None where that cannot be reckoned."""
        if self.first is None or self.second is None:
            return None
        one, other = self.first.fact, self.second.fact
        if UNIX_TIME in (one.unit, other.unit) or not (is_number(one.value) and is_number(other.value)):
            return None
        try:
            return converted(float(other.value or 0), other.unit, one.unit) - float(one.value or 0)
        except ReportError:  # what measures something else has no difference
            return None

    def to_json(self) -> dict[str, Any]:
        """The shape that REST answers with."""
        said = {name: None if one is None else one.to_json() for name, one in (("first", self.first), ("second", self.second))}  # fmt: skip
        return {"key": self.key, **said, "change": self.change}


def differences(first: Mapping[str, Any], second: Mapping[str, Any]) -> list[Difference]:
    """The facts of two ``facts.json`` that differ, in the order of the first."""
    one, other = _by_key(first), _by_key(second)
    keys = [key for key in dict.fromkeys([*one, *other]) if key not in ALWAYS_DIFFERENT and not key.startswith(SAID_ELSEWHERE)]  # fmt: skip
    pairs = [Difference(key, one.get(key), other.get(key)) for key in keys]
    return [pair for pair in pairs if not _alike(pair)]


def _by_key(told: Mapping[str, Any]) -> dict[str, Evidence]:
    return {fact["key"]: evidence_of(fact) for fact in told["facts"]}


def _alike(pair: Difference) -> bool:
    if pair.first is None or pair.second is None:
        return False
    return pair.first.fact.unit == pair.second.fact.unit and same(pair.first.fact.value, pair.second.fact.value)
