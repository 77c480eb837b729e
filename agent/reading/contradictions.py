"""Two values for one parameter in one message, and nobody said which: "gate 30 and gate 70", "18 mV. Or 22 mV?".

One after the other ("to 2 and then to 3"), or a change of what was just set ("to 2, double it"), is no contradiction.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from agent.reading.assignments import Assignment
from agent.reading.clause import Clause

_IN_TURN = re.compile(
    r"\b(?:then|afterwards?|after that|first|later|next|finally|before that|once|dann|danach|zuerst|anschließend|puis|ensuite|d'abord|luego|después|primero)\b",
    re.I,
)
_OR = re.compile(r"^\W*(?:or|oder|ou|o|or maybe|or perhaps|or rather)\b", re.I)
_ABSOLUTE = re.compile(r"[-+]?[\d.]|[a-z_]+$", re.I)


def contradicted(clauses: Sequence[Clause], own: str) -> tuple[Clause, ...]:
    """Join the clauses that give one parameter several values into one doubtful clause."""
    found: list[Clause] = []
    for clause in clauses:
        rival = None if _IN_TURN.search(own) else _rival(clause, found)
        if rival is None:
            found.append(clause)
        else:
            found[rival] = _joined(found[rival], clause)
    return tuple(found)


def _rival(clause: Clause, before: Sequence[Clause]) -> int | None:
    """The place of the clause that this one contradicts."""
    if before and _OR.match(clause.text) and clause.values and not clause.traces and before[-1].assignments:
        return len(before) - 1
    for place, other in enumerate(before):
        if other.condition is None and clause.condition is None and _differ(other, clause):
            return place
    return None


def _differ(one: Clause, other: Clause) -> bool:
    ordered = one.orders("set_parameter") and other.orders("set_parameter")
    pairs = ((a, b) for a in one.assignments for b in other.assignments if a.parameter == b.parameter)
    return ordered and any(a.value != b.value and _is_absolute(a) and _is_absolute(b) for a, b in pairs)


def _is_absolute(given: Assignment) -> bool:
    return given.how not in ("context", "unit") and bool(_ABSOLUTE.match(given.value))


def _joined(one: Clause, other: Clause) -> Clause:
    first = one.assignments[-1]
    more = other.assignments or tuple(Assignment(first.parameter, span.text, first.how) for span in other.values)
    return replace(one, assignments=(*one.assignments, *more), values=(*one.values, *other.values), doubtful=True)
