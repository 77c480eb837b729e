"""The facts of a report, by the keys under which its text speaks of them.

A fact comes from the store by a query that can be asked again, from outside of it (the machine, a program's own words) and
is then kept in the store, or from other facts by a formula. There is no other way for a number into a report.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from measurement.errors import ReportError
from measurement.facts import Fact, Method, Value, json_value
from whitepapers import queries
from whitepapers.archive import Archive
from whitepapers.quantity import evaluate, is_number, names_in

UNIX_TIME = "unix time"
ASIDE = ("run", "file", "digest")  # said once in a report, by facts of their own


@dataclass(frozen=True)
class Evidence:
    """A fact with its key, and how it is had again: ``query`` and ``args``, or ``formula``, or neither (noted then)."""

    key: str
    fact: Fact
    query: str | None = None
    args: Mapping[str, Any] = field(default_factory=dict)
    formula: str | None = None

    @property
    def digest(self) -> str:
        """Twelve hexadecimal digits over what the fact says and how it was had."""
        said = [self.fact.id, json_value(self.fact.value), self.fact.unit, self.query, dict(self.args), self.formula]
        return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()[:12]

    @property
    def obtained(self) -> str:
        """How it was had, in a line."""
        if self.formula:
            return self.formula
        if self.query is None:
            return self.fact.source
        shown = ", ".join(f"{name}={value}" for name, value in self.args.items() if name not in ASIDE)
        return f"{self.query}, {shown}" if shown else self.query

    def to_json(self) -> dict[str, Any]:
        """As ``facts.json`` has it."""
        how = {"query": self.query, "args": dict(self.args), "formula": self.formula, "digest": self.digest}
        return {"key": self.key, **self.fact.to_json(), **how}


def evidence_of(told: Mapping[str, Any]) -> Evidence:
    """The evidence that a line of ``facts.json`` tells of."""
    known = {name: told[name] for name in Fact.__dataclass_fields__ if name in told}
    value = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}.get(str(told["value"]))
    fact = Fact(**{**known, "value": told["value"] if value is None or told.get("unit") == "words" else value})
    return Evidence(told["key"], fact, told.get("query"), told.get("args") or {}, told.get("formula"))


class Book:
    """Every fact of one report. ``run`` is what it is about."""

    def __init__(self, archive: Archive, run: str | None) -> None:
        self.archive, self.run = archive, run
        self._entries: dict[str, Evidence] = {}

    def __iter__(self):
        return iter(self._entries.values())

    def __contains__(self, key: str) -> bool:
        """Whether the fact is there and known."""
        return key in self._entries and self._entries[key].fact.value is not None

    def __getitem__(self, key: str) -> Evidence:
        """The fact of that key. Raises: ReportError for one that is not there."""
        if key not in self._entries:
            close = difflib.get_close_matches(key, self._entries, n=3)
            hint = f"; close ones are {', '.join(close)}" if close else ""
            raise ReportError(f"The report speaks of the fact {key!r}, which is not there{hint}.")
        return self._entries[key]

    def value(self, key: str) -> Value:
        """What the fact says."""
        return self[key].fact.value

    def keys(self, beginning: str) -> list[str]:
        """The known keys that begin so, in the order in which they came."""
        return [key for key in self._entries if key.startswith(beginning) and key in self]

    def ask(
        self, key: str, query: str, unit: str = "", *, method: Method = "measured", name: str = "",
        uncertainty: float | None = None, reason: str | None = None, **args: Any,
    ) -> Value:  # fmt: skip
        """Take a fact from the store. ``reason`` is said when the store does not know it."""
        given = {"run": self.run, **args} if query != "constant" else args
        value = queries.answer(self.archive, query, given)
        source = f"store, {query}"
        self._keep(Evidence(key, self._fact(key, name, value, unit, method, uncertainty, source, reason), query, given))
        return value

    def note(
        self, key: str, value: Value, unit: str = "", *, source: str, method: Method = "measured", name: str = "",
        reason: str | None = None,
    ) -> None:  # fmt: skip
        """Take a fact from outside of the store, which keeps it from now on."""
        self._keep(Evidence(key, self._fact(key, name, value, unit, method, None, source, reason)))

    def derive(self, key: str, formula: str, unit: str = "", name: str = "") -> Value:
        """Work a fact out from others. Raises: ReportError when they are not there or their units do not fit."""
        value = self.worked_out(formula, unit)
        estimated = any(self[fact].fact.method == "estimated" for fact in names_in(formula))
        method: Method = "estimated" if estimated else "derived"
        reason = None if value is not None else "one of the facts in its formula is not known"
        fact = self._fact(key, name, value, unit, method, None, "formula", reason)
        self._keep(Evidence(key, fact, formula=formula))
        return value

    def worked_out(self, formula: str, unit: str) -> float | None:
        """A formula's value; None when one of its facts is not known."""
        facts = {name: self[name].fact for name in names_in(formula)}
        if not all(is_number(fact.value) for fact in facts.values()):
            return None
        return evaluate(formula, unit, lambda name: (float(facts[name].value or 0), facts[name].unit))

    def derived(self, formula: str, unit: str) -> str:
        """The key of a formula in the text; the same formula is one fact."""
        known = next((one.key for one in self if one.formula == formula and one.fact.unit == unit), None)
        if known is None:
            known = f"derived.{_letters(sum(one.key.startswith('derived.') for one in self))}"
            self.derive(known, formula, unit)
        return known

    def facts(self) -> list[Fact]:
        """As the store keeps them."""
        return [one.fact for one in self]

    def _fact(  # noqa: PLR0917  # the parts of a fact, in its own order
        self, key: str, name: str, value: Value, unit: str, method: Method, uncertainty: float | None, source: str,
        reason: str | None,
    ) -> Fact:  # fmt: skip
        why = (reason or "the store holds nothing of the kind") if value is None else None
        words = "words" if isinstance(value, str) and not unit else unit
        return Fact(name or key.replace("_", " ").replace(".", " "), value, words, method, uncertainty, source,
                    self.archive.until, self.run, why)  # fmt: skip

    def _keep(self, entry: Evidence) -> None:
        self._entries.setdefault(entry.key, entry)


def slug(name: str) -> str:
    """A name as a part of a key: letters, digits and ``_``, not beginning with a digit."""
    made = re.sub(r"\W", "_", name, flags=re.ASCII)
    return made if made[:1].isalpha() else f"n{made}"


def numbered(items: Iterable[Any]) -> list[tuple[str, Any]]:
    """``a, b`` … so that keys of like things have no digits in them."""
    return [(_letters(place), item) for place, item in enumerate(items)]


def _letters(number: int) -> str:
    """``0 -> a, 25 -> z, 26 -> aa``."""
    made = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        made = chr(97 + rest) + made
    return made
