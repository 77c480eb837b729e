"""Conditions in a request ("if the correlation is above 0.9, pause"), checked by code against facts.

Only what can be decided now is decided: a comparison of one metric or parameter with one number. Anything else about
the future ("when it gets hot") is named and asked back.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from measurement.errors import LodgerError
from tools.quantity import find_spans, read_quantity
from workloads.parameters import ParameterInfo

_THAN = "greater more higher larger bigger faster hotter warmer stronger longer wider deeper thicker heavier denser brighter taller later older richer"
_THAN_LESS = "less fewer lower smaller slower colder cooler weaker shorter narrower shallower thinner lighter dimmer earlier younger poorer"
_ABOVE = rf"above|over|(?:{_THAN.replace(' ', '|')}) than|exceeds?|beyond|at least|>=?|≥|größer als|über|supérieure? à|mayor que"
_BELOW = rf"below|under|(?:{_THAN_LESS.replace(' ', '|')}) than|at most|<=?|≤|kleiner als|unter|inférieure? à|menor que"
_OPERATORS: list[tuple[str, Callable[[float, float], bool]]] = [
    (r"at least|>=|≥", operator.ge),
    (r"at most|<=|≤", operator.le),
    (_ABOVE, operator.gt),
    (_BELOW, operator.lt),
    (
        r"equals?|(?:is|are|be|stands at|reads|stays at|remains)(?: (?:now|currently|exactly|still|already|yet|at present|at the moment|just))*|=+",
        operator.eq,
    ),
]
_OR_BEYOND = (
    (re.compile(r"\bor (?:more|higher|above|over|greater|larger|beyond)\b", re.I), operator.ge),
    (re.compile(r"\bor (?:less|lower|below|under|fewer|smaller)\b", re.I), operator.le),
)
STARTS = re.compile(
    r"\b(?:if|(?:^|(?<=[.;!?] ))should(?=[^,?]{3,80},)|in (?:the )?(?:case|event)(?: (?:that|of))?|on (?:the )?condition that|under the condition that|given that|assuming(?: that)?|supposing(?: that)?|provid(?:ed|ing)(?: that)?|im falle?,? dass|vorausgesetzt(?:,? dass)?|au cas où|à condition que|pourvu que|en caso de que|siempre que|con tal de que|(?:as|so) long as|solange|tant que|mientras(?: que)?|falls|si|only if|only when|unless)\b",
    re.I,
)
_SIDE = re.compile(r"\b(?:is|becomes?|gets?|turns?|ist|est|es)\s+(negative|positive|zero)\b", re.I)
_DENIES = re.compile(r"\bunless\b|\bnot\b|n't\b|\bno longer\b|\bnicht\b|\bpas\b", re.I)


@dataclass(frozen=True)
class Condition:
    """``text`` as the person wrote it; ``quantity`` is None when it could not be read as a comparison."""

    text: str
    quantity: str | None = None
    holds: Callable[[Any], bool] | None = None

    def denied(self, text: str) -> Condition:
        """The condition that holds where this one does not."""
        holds = self.holds
        return Condition(text, self.quantity, None if holds is None else lambda value: not holds(value))

    def check(self, values: Mapping[str, Any]) -> bool | None:
        """Whether it holds now; None when it cannot be decided."""
        if self.quantity is None or self.holds is None or values.get(self.quantity) is None:
            return None
        try:
            return self.holds(values[self.quantity])
        except TypeError:  # a number compared with a word
            return None


def parse(
    text: str,
    find_quantity: Callable[[str], str | None],
    find_state: Callable[[str], tuple[str, Any] | None],
    described: Callable[[str], ParameterInfo],
) -> Condition:
    """Read the words after "if".

    Args:
        text: the condition alone, such as ``if the correlation is above 0.9``.
        find_quantity: gives the metric or parameter that a text mentions, if it is one and only one.
        described: gives what a name means: its unit and its nouns.
        find_state: gives the parameter and the choice (or on, off) that a text names, if it is one and only one.
    """
    if unless := re.match(r"\W*unless\b", text, re.I):
        return parse(text[unless.end() :], find_quantity, find_state, described).denied(text.strip())
    quantity = find_quantity(text)
    for pattern, compare in _OPERATORS:
        match = re.search(rf"(?:(?<![\w])(?:{pattern}))\s*", text, re.I)
        bound = bound_in(text[match.end() :], described(quantity)) if quantity and match else None
        if bound is not None and not _DENIES.search(text):
            wider = next((beyond for said, beyond in _OR_BEYOND if said.search(text)), compare)
            meant = wider if compare is operator.eq else compare
            return Condition(text.strip(), quantity, lambda value, c=meant, b=bound: c(value, b))
    if quantity and not _DENIES.search(text) and (side := _SIDE.search(text)):
        compare = {"negative": operator.lt, "positive": operator.gt}.get(side.group(1).lower(), operator.eq)
        return Condition(text.strip(), quantity, lambda value, c=compare: c(value, 0))
    state = find_state(text)
    if state and not _DENIES.search(text):
        return Condition(text.strip(), state[0], lambda value, wanted=state[1]: value == wanted)
    return Condition(text.strip())


def bound_in(text: str, meant: ParameterInfo) -> float | None:
    """The number that ``text`` begins with, in the unit of what is meant ("0.5 kHz" is 500 Hz); None when it cannot be read."""
    span = next(iter(find_spans(text)), None)
    if span is None or text[: span.start].strip():
        return None
    try:
        read = read_quantity(span.text, replace(meant, kind="float", minimum=None, maximum=None))
    except LodgerError:
        return None
    return None if read.relative or isinstance(read.value, str) else float(read.value)
