"""A sentence of a report: plain words with tokens in double braces. No digit stands in the words.

``{{fact:run.step}}``, ``{{fact:energy.gross [Wh]}}`` in another unit, ``{{num:energy.gross [Wh]}}`` without it, ``{{dec:share}}`` with one decimal place,
``{{calc:run.step / run.total_steps [%]}}``,
``{{cite:nelson}}``, ``{{ref:fig:course}}``, ``{{em:words}}``, ``{{math:x^2}}`` (templates only).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from measurement.errors import ReportError

_TOKEN = re.compile(r"\{\{(\w+):((?:(?!\{\{|\}\}).)*(?:\}(?=\}\}))?)\}\}", re.S)
_UNIT = re.compile(r"^(.*?)\s*(?:\[([^\]]*)\])?$", re.S)
KINDS = ("fact", "num", "dec", "calc", "cite", "ref", "em", "math")
NUMBERS = ("fact", "num", "dec", "calc")
SAFE_KINDS = ("fact", "cite", "ref")


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a sentence. ``kind`` is words or one of ``KINDS``; ``unit`` is the wanted one, None for the fact's own."""

    kind: str
    text: str
    unit: str | None = None


def spans(sentence: str, kinds: Sequence[str] = KINDS) -> list[Span]:
    """Take a sentence apart.

    Raises: ReportError for a digit in the words, a token of another kind, or braces that are no token.
    """
    found: list[Span] = []
    at = 0
    for token in _TOKEN.finditer(sentence):
        found += _words(sentence[at : token.start()], sentence)
        found.append(_span(token, kinds))
        at = token.end()
    return found + _words(sentence[at:], sentence)


def _words(text: str, sentence: str) -> list[Span]:
    unbound = re.search(r"\S*\d\S*", text)
    if unbound:
        raise ReportError(f"The number {unbound[0]!r} stands in the text without a fact: “{_cut(sentence)}”.")
    if "{{" in text or "}}" in text:
        raise ReportError(f"A token is not closed or not understood in “{_cut(sentence)}”.")
    return [Span("words", text)] if text else []


def _span(token: re.Match[str], kinds: Sequence[str]) -> Span:
    kind, text = token[1], token[2]
    if kind not in kinds:
        raise ReportError(f"The token {token[0]!r} is not allowed here; allowed are {', '.join(kinds)}.")
    if kind not in NUMBERS:
        if kind == "em" and re.search(r"\d", text):
            raise ReportError(f"The number in {token[0]!r} stands in the text without a fact.")
        return Span(kind, text)
    split = _UNIT.match(text)
    assert split, "the pattern takes everything"
    return Span(kind, split[1].strip(), split[2])


def _cut(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 160 else flat[:160] + "…"
