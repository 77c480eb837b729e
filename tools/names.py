"""Resolve what a person calls a parameter or a metric to its name: exact, alias, then a close match that is said.

A close match is every word of the request found in the name (``fractal dim`` in ``fractal_dimension``), or the same words with a
slip of the keyboard. A request with a word that the name lacks is never a match (``learning rate decay`` is not ``learning_rate``).
"""

# ruff: noqa: SIM905 (a list of words reads better as a line of words)

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from measurement.errors import Ambiguous, NotFound

How = Literal["exact", "alias", "close"]

_ARTICLES = frozenset("the a an my our its this that of".split())
_FILLERS = _ARTICLES | frozenset("value values parameter metric setting current present".split())
_SUGGESTION_SCORE = 55.0  # percent of similarity below which a suggestion would only puzzle


@dataclass(frozen=True)
class Match:
    """The name that was meant; ``said`` is the sentence for the answer, empty when the name was given as it is."""

    name: str
    how: How
    said: str = ""


def resolve(asked: str, candidates: Mapping[str, Iterable[str]], what: str = "parameter") -> Match:
    """Find the one candidate that ``asked`` means; ``candidates`` maps each name to its aliases.

    Raises: Ambiguous with the question when several fit; NotFound with suggestions when none does.
    """
    if asked in candidates:
        return Match(asked, "exact")
    for how, names in _ladder(asked, candidates):
        if len(names) > 1:
            raise Ambiguous(f'"{asked}" could be {_either(names)}. Which one?', suggestions=sorted(names))
        if names:
            (name,) = names
            return Match(name, how, f'I read "{asked}" as {name}.')
    raise _unknown(asked, candidates, what)


def _ladder(asked: str, candidates: Mapping[str, Iterable[str]]) -> Iterable[tuple[How, set[str]]]:
    """Yield ever looser sets of names; the first that is not empty decides."""
    aliases = {name: list(given) for name, given in candidates.items()}
    yield "alias", {name for name, given in aliases.items() if asked in given}
    for words in _wordings(asked):
        squashed = "".join(words)
        yield "exact", {name for name in aliases if _squash(name) == squashed}
        yield "alias", {name for name, given in aliases.items() if any(_squash(alias) == squashed for alias in given)}
    for fits in (_same, _begins, _slips):
        for words in _wordings(asked):
            yield "close", {name for name, given in aliases.items() if _covers(words, [name, *given], fits)}


def _wordings(asked: str) -> list[list[str]]:
    """The words as given, without articles, and without words such as "value"; ``current`` may be a name, so it goes last."""
    words = _words(asked)
    fewer = ([word for word in words if word not in dropped] for dropped in (frozenset(), _ARTICLES, _FILLERS))
    return [wording for wording in fewer if wording]


def _covers(words: list[str], names: list[str], fits: Callable[[str, str], bool]) -> bool:
    """Whether each word of the request fits a word of its own in one of the names."""
    for name in names:
        left = _words(name)
        taken = [next((other for other in left if fits(word, other)), None) for word in words]
        if words and all(taken) and len(set(taken)) == len(taken):
            return True
    return False


def _same(word: str, other: str) -> bool:
    return word == other or word.removesuffix("s") == other.removesuffix("s")


def _begins(word: str, other: str) -> bool:
    """``freq`` for ``frequency``, and ``number`` for a name with ``num`` in it: three letters at least."""
    short, long = sorted((word, other), key=len)
    return _same(word, other) or (len(short) >= 3 and long.startswith(short))


def _slips(word: str, other: str) -> bool:
    """A slip of the keyboard: one in a word of four to seven letters, two in a longer one; digits must agree.

    Short words and the first letter are taken as typed, so that ``max`` is never ``min`` and ``y0`` never ``x0``.
    """
    if _begins(word, other):
        return True
    if len(word) < 4 or word[0] != other[0] or re.findall(r"\d", word) != re.findall(r"\d", other):
        return False
    return OSA.distance(word, other) <= (1 if min(len(word), len(other)) <= 7 else 2)


def _words(text: str) -> list[str]:
    split = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text).replace("'s", " ")
    return re.findall(r"[^\W_]+", split.casefold())


def _squash(text: str) -> str:
    return "".join(_words(text))


def _either(names: Iterable[str]) -> str:
    *rest, last = sorted(names)
    return f"{', '.join(rest)} or {last}"


def _unknown(asked: str, candidates: Mapping[str, Iterable[str]], what: str) -> NotFound:
    spelled = {alias: name for name, given in candidates.items() for alias in (name, *given) if len(alias) > 2}
    found = process.extract(asked, list(spelled), scorer=fuzz.WRatio, score_cutoff=_SUGGESTION_SCORE, limit=6)
    near = list(dict.fromkeys(spelled[alias] for alias, _score, _index in found))[:3]
    there = ", ".join(candidates) or "none yet"
    hint = f"Did you mean {_either(near)}?" if near and len(near) > 1 else f"Did you mean {near[0]}?" if near else ""
    return NotFound(f'There is no {what} "{asked}". {hint or f"There are: {there}."}', suggestions=near)
