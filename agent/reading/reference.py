"""Clauses that point at the one before: "we sample at 32 kHz from now on, could you set that for me?"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from agent.reading import words
from agent.reading.clause import Clause, Trace

_DO_THAT = re.compile(
    r"\W*(?:(?:and|so|ok|okay|now|then|please|kindly|bitte|hey)\W+)*(?:(?:can|could|would|will) (?:you|we|u)\W+)?(?:please\W+)?"
    r"(?:set|do|make|apply|change|put|use|arrange|fix|enter|update|take over|implement|mach|setz|setze|fais|haz) (?:that|this|it|so|those|them|these|both|all of (?:them|that|it)|das|es|ça|eso)"
    r"(?:\W+to (?:that|this|the same|exactly that)(?: value)?)?(?:\W+(?:for me|for us|please|now|through|up|in|so|happen|accordingly|right away|bitte|thanks|thank you|then))*\W*",
    re.I,
)

_GIVEN = re.compile(r"\W*(?:and\s+)?(?:with|at|for|given|assuming|in|on|using|mit|bei|für|avec|pour|con|para)\b", re.I)
_TO_THAT = re.compile(r"\b(?:it|this) to (?:that|this|the same|exactly that)\b", re.I)
_SEVERAL = re.compile(r"\b(?:both|all|those|them|these)\b", re.I)
_ITS = re.compile(r"\b(?:its|it|this|that|their|them|sein\w*|ihr\w*|son|sa|ses|su)\b", re.I)


def resolved(clauses: Sequence[Clause]) -> tuple[Clause, ...]:
    """Give an order that only points ("do that") to the clause before it, if that one says plainly what to set."""
    found: list[Clause] = []
    for said in clauses:
        clause = _about_before(said, found[-1]) if found else said
        if found and _is_given(found[-1], clause):
            found[-1] = replace(found[-1], traces=())
        if found and _points(clause) and _says_plainly(found[-1], bool(_TO_THAT.search(clause.text))):
            meant = _SEVERAL.search(clause.text)
            for place in reversed(range(len(found))):
                if not _says_plainly(found[place], bool(_TO_THAT.search(clause.text))):
                    break
                found[place] = replace(found[place], traces=(Trace("set_parameter", 0, "order"),))
                if not meant:
                    break
        else:
            found.append(clause)
    return tuple(found)


def _is_given(clause: Clause, following: Clause) -> bool:
    """ "With T = 400 K, what is RT?": the value is given for the question, not to be set."""
    asks = words.QUESTION.search(following.text) and not words.POLITE.search(following.text)
    return bool(asks and _GIVEN.match(clause.text) and not words.ACTIONS["set_parameter"].search(clause.text))


def _about_before(clause: Clause, before: Clause) -> Clause:
    """ "Is the ice growing? show its history": what is looked at is what was named before."""
    looks = words.TOPICS["get_metrics_history"].search(clause.text) and _ITS.search(clause.text)
    if clause.mentions or clause.values or clause.has_order or not looks:
        return clause
    return replace(clause, mentions=tuple(replace(m, start=0, end=0, how="context") for m in before.mentions))


def _points(clause: Clause) -> bool:
    return not (clause.values or clause.mentions or clause.condition) and bool(_DO_THAT.fullmatch(clause.text))


def _says_plainly(clause: Clause, exactly: bool = False) -> bool:
    """Whether a clause is a statement of what a parameter is to be: no question, no report, nothing conditional or past.

    ``exactly``: the order points at the value itself ("set it to that"), so that it may have been measured last week.
    """
    text = clause.text
    against = (words.SAYING,) if exactly else (words.SAYING, words.NARRATIVE, words.PAST, words.WAITING)
    told = any(pattern.search(text) for pattern in against)
    wondered = words.HYPOTHETICAL.search(text) if exactly else clause.hypothetical
    unsure = clause.doubtful or wondered or clause.wonders or clause.asks or clause.condition
    denied = bool(re.search(r"\b(?:not|never|no|nicht|kein\w*|pas)\b|n't\b", text, re.I))
    return bool(clause.assignments) and not (clause.traces or told or unsure or denied or clause.trial or clause.alert)
