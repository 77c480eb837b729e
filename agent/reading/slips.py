"""Slips of the keyboard in choices and in names of several words: "swich to ringdwon", "feed conentration".

A choice has to be said; where it is said with a slip or two, and nothing else comes as near, it is taken as said: what was set stands in
the answer and can be undone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from rapidfuzz.distance import OSA

SHORTEST = 5  # letters; shorter words are too near to others ("rain", "train")
TWO_SLIPS_FROM = 8


def find(text: str, choices: Iterable[str]) -> Iterator[tuple[str, int, int]]:
    """Give each choice that stands in a text with a slip, with where it stands."""
    keys = [key for key in choices if len(key) >= SHORTEST and re.fullmatch(r"[^\W\d]+(?:[\s_-][^\W\d]+)*", key)]
    for start, end in _pieces(text, max((len(_words(key)) for key in keys), default=0)):
        piece = " ".join(_words(text[start:end].lower()))
        near = [key for key in keys if _near(piece, " ".join(_words(key)))]
        if len(near) == 1:
            yield near[0], start, end


def in_phrase(said: list[str], meant: list[str]) -> bool:
    """Whether a phrase is another with a slip in some of its words; at least one word of both is the same."""
    if len(said) != len(meant) or said == meant or not set(said) & set(meant):
        return False
    return all(
        one == other or (len(other) >= SHORTEST and _near(one, other)) for one, other in zip(said, meant, strict=True)
    )


def _near(said: str, meant: str) -> bool:
    allowed = 2 if len(meant) >= TWO_SLIPS_FROM else 1
    alike = said[:1] == meant[:1] and said != meant and len(said.split()) == len(meant.split())
    return alike and OSA.distance(said, meant, score_cutoff=allowed) <= allowed


def _words(text: str) -> list[str]:
    return [word for word in re.split(r"[\s_-]+", text) if word]


def _pieces(text: str, longest: int) -> Iterator[tuple[int, int]]:
    found = list(re.finditer(r"[^\W\d]+", text))
    for length in range(longest, 0, -1):
        for first in range(len(found) - length + 1):
            yield found[first].start(), found[first + length - 1].end()
