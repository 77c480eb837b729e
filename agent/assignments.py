"""Which value the words give to which parameter, verbatim, direction included ("lower it by 0.5" says "down by 0.5")."""

from __future__ import annotations

import re
from dataclasses import dataclass

from agent import mentions
from agent.mentions import Mention, Vocabulary
from tools.quantity import Span

_ASSIGN = re.compile(r"^\s*(?:is\s+)?(?:=|:=?|->|→|to be|should be|shall be|must be|to|at|auf|à|a|en)\s*$", re.I)
_NOT_A_VALUE = re.compile(
    r"(?:\b(?:from|von|de|desde|step|steps|last|past|for|every|than|of the|version|sentence|number|line|item|no\.?|nr\.?|#)\s*)$",
    re.I,
)
_BY = re.compile(r"\b(?:by|um|de|en)\s+(?:another\s+)?(a factor of\s+|(?:einen )?faktor\s+)?$", re.I)
_DIRECTIONS = [
    (
        "up",
        re.compile(
            r"\b(?:increase|raise|bump|boost|crank|grow|up|enlarge|erhöhe?|augmente[rz]?|monte[rz]?|sube|aumenta)\b",
            re.I,
        ),
    ),
    (
        "down",
        re.compile(
            r"\b(?:decrease|reduce|lower|drop|cut|shrink|down|senke?|verringere?|reduziere?|baisse[rz]?|diminue[rz]?|réduis|baja|reduce|disminuye)\b",
            re.I,
        ),
    ),
    ("up by a factor of", re.compile(r"\b(?:multiply|scale|multipliziere?|multiplie[rz]?|multiplica)\b", re.I)),
    ("down by a factor of", re.compile(r"\b(?:divide|dividiere?|teile|divise[rz]?|divide)\b", re.I)),
]
_ADD = re.compile(r"\b(?:add|addiere?|ajoute[rz]?|añade)\s*$", re.I)
_SUBTRACT = re.compile(r"\b(?:subtract|take away|take off|deduct|subtrahiere?|retire[rz]?|resta)\s*$", re.I)
_NOT_A_VALUE_AFTER = re.compile(r"^\s*(?:steps?|times in a row|minutes?|hours?|values|points|runs?)\b", re.I)
_EITHER = re.compile(
    r"\b(?:or|maybe|perhaps|or maybe|oder|vielleicht|ou|peut-être|o|quizás|either|between|somewhere|roughly|about|around|approximately)\b",
    re.I,
)


@dataclass(frozen=True)
class Assignment:
    """A value that the words give to a parameter, verbatim."""

    parameter: str
    value: str
    how: mentions.How


def may_be_value(text: str, span: Span, found: tuple[Mention, ...]) -> bool:
    inside = any(mention.start <= span.start and span.end <= mention.end for mention in found)
    return not (inside or _NOT_A_VALUE.search(text[: span.start]) or _NOT_A_VALUE_AFTER.search(text[span.end :]))


def _said(text: str, span: Span) -> str:
    """A value in full: "lower it by 0.5" says "down by 0.5", which is not "0.5"."""
    before = text[: span.start]
    if _ADD.search(before):
        return f"{span.text} more"
    if _SUBTRACT.search(before):
        return f"{span.text} less"
    by = _BY.search(before)
    direction = next((word for word, verbs in _DIRECTIONS if verbs.search(before)), "")
    if not direction or not (by or span.text.rstrip().endswith(("%", "percent", "per cent", "Prozent"))):
        return span.text
    if "factor" in direction:
        return f"{direction} {span.text}"
    factor = "a factor of " if by and by.group(1) else ""
    return f"{direction} by {factor}{span.text}"


def is_bare(text: str, found: tuple[Mention, ...], values: tuple[Span, ...]) -> bool:
    """``amplitude = 5e-21``, ``temperature to 2``: an order without a verb."""
    return any(
        _ASSIGN.match(text[mention.end : value.start])
        for mention in found
        for value in values
        if value.start >= mention.end
    )


def assign(
    text: str,
    *,
    found: tuple[Mention, ...],
    choices: list[Mention],
    values: tuple[Span, ...],
    vocabulary: Vocabulary,
    focus: str | None,
) -> tuple[list[Assignment], bool]:
    """Pair names with values; the flag says that the words leave more than one pairing open."""
    by_choice = [
        Assignment(c.name, c.value or "", "choice")
        for c in choices
        if not any(m.start <= c.start < m.end for m in found)
    ]
    named = {m.name: m for m in found if m.name in vocabulary.parameters and not vocabulary.parameters[m.name].choices}
    if not named and values and not by_choice and focus in vocabulary.parameters and not found:
        named = {str(focus): Mention(str(focus), 0, 0, "context")}
    names = list(named)
    doubtful = len({a.parameter for a in by_choice}) != len(by_choice) or bool(
        values and _EITHER.search(text) and len(values) > len(names)
    )
    if len(names) == len(values):
        pairs = [Assignment(name, _said(text, span), named[name].how) for name, span in zip(names, values, strict=True)]
        return by_choice + pairs, doubtful
    every = [Assignment(name, _said(text, span), named[name].how) for name in names for span in values]
    return by_choice + every, doubtful or bool(every)
