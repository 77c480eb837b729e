"""Clauses that point at the one before: "we sample at 32 kHz from now on, could you set that for me?"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from agent.reading import words
from agent.reading.clause import Clause, Trace

_DO_THAT = re.compile(
    r"\W*(?:(?:and|so|ok|okay|now|then|please|bitte|hey)\W+)*(?:(?:can|could|would|will) (?:you|we|u)\W+)?(?:please\W+)?"
    r"(?:set|do|make|apply|change|put|use|arrange|fix|mach|setz|setze|fais|haz) (?:that|this|it|so|those|them|these|das|es|ça|eso)"
    r"(?:\W+(?:for me|for us|please|now|through|up|in|so|happen|accordingly|right away|bitte|thanks|thank you|then))*\W*",
    re.I,
)


def resolved(clauses: Sequence[Clause]) -> tuple[Clause, ...]:
    """Give an order that only points ("do that") to the clause before it, if that one says plainly what to set."""
    found: list[Clause] = []
    for clause in clauses:
        if found and _points(clause) and _says_plainly(found[-1]):
            found[-1] = replace(found[-1], traces=(Trace("set_parameter", 0, "order"),))
        else:
            found.append(clause)
    return tuple(found)


def _points(clause: Clause) -> bool:
    return not (clause.values or clause.mentions or clause.condition) and bool(_DO_THAT.fullmatch(clause.text))


def _says_plainly(clause: Clause) -> bool:
    """Whether a clause is a statement of what a parameter is to be: no question, no report, nothing conditional or past."""
    text = clause.text
    told = any(pattern.search(text) for pattern in (words.SAYING, words.NARRATIVE, words.PAST, words.WAITING))
    unsure = clause.doubtful or clause.hypothetical or clause.wonders or clause.asks or clause.condition
    denied = bool(re.search(r"\b(?:not|never|no|nicht|kein\w*|pas)\b|n't\b", text, re.I))
    return bool(clause.assignments) and not (clause.traces or told or unsure or denied or clause.trial or clause.alert)
