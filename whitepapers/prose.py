"""Who writes a paragraph: the model if its draft stands all checks, else the template. What was refused is logged.

The checks: only tokens of facts that were given to it, no number without one (in digits or words), a length, English that
does not repeat itself, and no claim beyond what was observed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable

from measurement.errors import LodgerError, ReportError
from whitepapers.book import Book
from whitepapers.document import Paragraph
from whitepapers.inline import SAFE_KINDS, spans
from whitepapers.paper import Paper
from whitepapers.shown import shown

TRIES = 2
FEWEST_WORDS, MOST_WORDS = 25, 160
MOST_FACTS = 40
_NUMBER_WORDS = re.compile(
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
    r"|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million|billion|dozen|percent|twice|half|halved|double[ds]?"
    r"|triple[ds]?|quarter|third)\b",
    re.I,
)
_CLAIMS = re.compile(
    r"\b(?:prov(?:e|es|ed|en|ing)|proofs?|evidence|demonstrat\w+|significan\w+|confirm\w*|establish\w*|undoubtedly|certainly|clearly"
    r"|obviously|definitely|guarantee\w*|caus(?:e|es|ed|ing|al)|because|due to|leads? to|led to|therefore|thus|breakthrough|groundbreaking"
    r"|revolution\w*|remarkabl[ey]|validat\w+|verif\w+|always|never|impl(?:y|ies|ied)|conclusive\w*)\b",
    re.I,
)
_COMMON = frozenset(
    [
        "the",
        "of",
        "and",
        "to",
        "in",
        "is",
        "was",
        "were",
        "are",
        "a",
        "an",
        "it",
        "that",
        "this",
        "with",
        "as",
        "at",
        "by",
        "for",
        "from",
        "on",
        "its",
        "be",
        "has",
        "had",
        "not",
        "which",
        "after",
    ]
)


class Prose:
    """One report's paragraphs. ``log`` says what was refused and why."""

    def __init__(self, draft: Callable[[str], str] | None) -> None:
        self._draft = draft
        self.log: list[str] = []

    def paragraph(self, paper: Paper, purpose: str, template: str, about: list[str]) -> Paragraph:
        """The model's paragraph on these facts, or the template's."""
        if self._draft is None:
            return Paragraph(template)
        keys = [key for beginning in about for key in paper.book.keys(beginning)][:MOST_FACTS]
        complaint = ""
        for number in range(TRIES):
            try:
                text = " ".join(self._draft(request(purpose, paper.book, keys, complaint)).split())
            except LodgerError as error:
                self.log.append(f"{purpose} The model did not answer: {error.message}")
                break
            problem = check(text, keys)
            if problem is None:
                return Paragraph(text, "model")
            complaint = problem
            self.log.append(f"{purpose} Draft {number + 1} was refused: {problem} It was: {text[:400]}")
        return Paragraph(template)


def request(purpose: str, book: Book, keys: list[str], complaint: str = "") -> str:
    """What the model is asked. Values are shown to it so that it can speak of them; it may not write them."""
    lines = "\n".join(f"{{{{fact:{key}}}}} is the {book[key].fact.name}: {_told(book, key)}" for key in keys)
    again = f"\nYour last draft was refused: {complaint} Write another." if complaint else ""
    return (
        f"{purpose} Write one paragraph of plain English, three to six sentences, for a scientific report. Never write a number, neither in "
        "digits nor in words: where a number or name belongs, write its token, double braces included, exactly as below. Say only what "
        f"these facts say; claim no cause and no proof.\n\nFacts:\n{lines}{again}"
    )


def check(text: str, keys: list[str]) -> str | None:
    """Why a draft cannot stand, as a sentence; None when it can."""
    try:
        found = spans(text, SAFE_KINDS)
    except ReportError as error:
        return error.message
    unknown = [span.text for span in found if span.kind == "fact" and span.text not in keys]
    if unknown:
        return f"It speaks of {unknown[0]!r}, which is none of the facts."
    if not any(span.kind == "fact" for span in found):
        return "It uses none of the facts."
    return _words_problem(" ".join(span.text for span in found if span.kind == "words"))


def _words_problem(words: str) -> str | None:
    if match := _NUMBER_WORDS.search(words):
        return f"It writes a number as the word {match[0]!r}."
    if match := _CLAIMS.search(words):
        return f"It claims more than was observed ({match[0]!r})."
    listed = re.findall(r"[^\W\d_]+", words.lower())
    if not FEWEST_WORDS <= len(listed) <= MOST_WORDS:
        return f"It has {len(listed)} words; {FEWEST_WORDS} to {MOST_WORDS} are wanted."
    if sum(word in _COMMON for word in listed) < 0.2 * len(listed) or re.search(
        r"[*#`\\<>|]|[^\x00-\u024f\u2010-\u2030]", words
    ):
        return "It is not plain English prose."
    triples = Counter(zip(listed, listed[1:], listed[2:], strict=False))
    if triples and max(triples.values()) > 3:
        return "It repeats itself."
    return (
        None if re.search(r"[.!?]”?$", words.strip()) or words.strip().endswith(".") else "It breaks off in the middle."
    )


def _told(book: Book, key: str) -> str:
    said = shown(book[key].fact)
    return f"{said.number or said.words} {said.unit}".strip()
