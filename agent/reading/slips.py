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
# words of every day: near to names, and never a slip of one
COMMON = frozenset(
    """
    about above after again also amount another around away back because been before being below between both bring change could does done down each
    else every fewer first from full give goes going good have here higher hold into just keep kind know larger last least less like little long look lower make many
    maximum mean might minimum more most much must near need never next none nothing number only other over parameter part please quite rather really
    right same second seconds minute minutes hour hours shall should simulation since smaller some such take than thank thanks that their them then there these they thing this those through time times today
    together total turn under unit until upper used value values very want well were what when where which while with within without would year years your
    """.split()  # noqa: SIM905
)
_SMALL = "the and for now should would could please then with from that this just thanks value make".split()  # noqa: SIM905


def find(text: str, choices: Iterable[str]) -> Iterator[tuple[str, int, int]]:
    """Give each choice that stands in a text with a slip, with where it stands."""
    keys = [key for key in choices if len(key) >= SHORTEST and re.fullmatch(r"[^\W\d]+(?:[\s_-][^\W\d]+)*", key)]
    for start, end in _pieces(text, max((len(_words(key)) for key in keys), default=0)):
        piece = " ".join(_words(text[start:end].lower()))
        near = [key for key in keys if _near(piece, " ".join(_words(key)))]
        if len(near) == 1:
            yield near[0], start, end


def inflected(text: str, choices: Iterable[str]) -> Iterator[tuple[str, int, int]]:
    """Give each choice that stands in a text as an adjective or a verb: "foggy", "raining", "snowed"."""
    for key in (key for key in choices if re.fullmatch(r"[a-z]{3,}", key)):
        stem = re.escape(key.removesuffix("e"))
        for found in re.finditer(rf"(?<![\w-]){stem}{key[-1]}?(?:y|ing|ed|s|ish)(?![\w-])", text, re.I):
            yield key, found.start(), found.end()


def in_phrase(said: list[str], meant: list[str]) -> bool:
    """Whether a phrase is another with a slip in some or all of its words, word by word."""
    if len(said) != len(meant) or said == meant:
        return False
    return all(
        one == other or (len(other) >= SHORTEST and _near(one, other)) for one, other in zip(said, meant, strict=True)
    )


def among(said: str, words: Iterable[str]) -> bool:
    """Whether a word is one of some others, or one with a slip."""
    return any(said == word or (len(word) >= SHORTEST and _near(said, word)) for word in words)


def one_slip(said: str, meant: str) -> bool:
    """Whether a word is another with one letter too many, one missing, or two swapped; a replaced letter makes another word."""
    if len(said) == len(meant):
        return said != meant and sorted(said) == sorted(meant) and OSA.distance(said, meant) == 1
    return OSA.distance(said, meant, score_cutoff=1) == 1


def without_misspelt(text: str) -> str:
    """Blank the words that are small words with a slip: "shoud", "teh", "plese"."""
    return re.sub(r"[^\W\d_]+", lambda found: "" if _is_small(found.group().lower()) else found.group(), text)


def _is_small(word: str) -> bool:
    """Whether a word is a small one with two letters swapped, or from four letters on with one slip."""
    if word in _SMALL:
        return False
    if len(word) <= 3:
        return any(
            sorted(word) == sorted(small) and word[:1] in small[:2] for small in _SMALL if len(small) == len(word)
        )
    return any(
        OSA.distance(word, small, score_cutoff=1) <= 1 and word[0] == small[0] for small in _SMALL if len(small) >= 4
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
