"""Two reports side by side: which facts say something else, or are there in one of them alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from whitepapers.book import Evidence, evidence_of
from whitepapers.checking import same

ALWAYS_DIFFERENT = ("report.id", "report.made_at", "run.id")


@dataclass(frozen=True)
class Difference:
    """A key with what either report says; None where one does not speak of it."""

    key: str
    first: Evidence | None
    second: Evidence | None


def differences(first: Mapping[str, Any], second: Mapping[str, Any]) -> list[Difference]:
    """The facts of two ``facts.json`` that differ, in the order of the first."""
    one, other = _by_key(first), _by_key(second)
    keys = [key for key in dict.fromkeys([*one, *other]) if key not in ALWAYS_DIFFERENT]
    pairs = [Difference(key, one.get(key), other.get(key)) for key in keys]
    return [pair for pair in pairs if not _alike(pair)]


def _by_key(told: Mapping[str, Any]) -> dict[str, Evidence]:
    return {fact["key"]: evidence_of(fact) for fact in told["facts"]}


def _alike(pair: Difference) -> bool:
    if pair.first is None or pair.second is None:
        return False
    return pair.first.fact.unit == pair.second.fact.unit and same(pair.first.fact.value, pair.second.fact.value)
