"""Find what looks like a value in a text, verbatim: numbers, quantities with their units, words of change.

It finds what ``phrases`` can read, the longest stretch first, so that whatever is found can be read. It never invents: a span is a
slice of the text. Whether a number is meant as a value (and not as "the last 50 values") is the caller's business.
"""

# ruff: noqa: SIM905 (a list of words reads better as a line of words)

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from measurement import units
from tools.quantity import neighbours
from tools.quantity.amounts import Amount
from tools.quantity.notation import TooLargeError, tidy
from tools.quantity.numerals import FRACTIONS, SCALES, SMALL
from tools.quantity.phrases import Moved, Said, Unsure, read, vocabulary
from tools.quantity.units import is_unit

LONGEST = 14  # words of one span
LONGEST_CHARACTERS = 120
LONGEST_UNIT = 24  # letters
_WORD = re.compile(
    r"[+\-−–]?(?:\d|\.\d)(?:[\d.,'’_]*\d)?(?:[eE][+\-−]?\d+)?(?:(?<=\d)\.(?=[eE]))?|[^\W\d_]+(?:_[^\W\d_]+)*|[⁺⁻⁰¹²³⁴-⁹]+|[½⅓⅔¼¾⅛π∞]|[^\w\s]|_+"
)
_STOP = re.compile(r"[;!?\n\"“”]|[.:](?=\s|$)|,(?=\s)")
_CUT = re.compile(r"['’][^\W\d]|:\d")  # inside "5 s'il vous plaît" or 10:42
_DIGIT = re.compile(r"[+\-−–]?\.?\d")
_STARTERS = frozenset(
    "double doubled twice triple tripled treble thrice quadruple quadrupled halve halved half quarter tenfold twofold threefold fivefold"
    " hundredfold verdopple halbiere halbieren verdoppeln verdreifache doppelte dreifache vierfache zehnfache duplica duplicar triplica doble triple between either pi minus negative maximum max minimum min default midpoint".split()
)
_ARTICLE_THEN = frozenset(
    "half quarter third fourth fifth tenth hundredth thousandth hundred thousand million billion dozen factor maximum max minimum min"
    " default middle midpoint order period highest lowest upper lower".split()
)
_WHOLES = frozenset("maximum max minimum min default midpoint middle highest lowest".split())
_AFTER_WHOLE = frozenset("please and now then value possible allowed of for but instead so again".split())
_PLAIN_WORDS = frozenset(
    "point order hundred halves thirds fifths times plus minus negative over divided by to the power x pi quarters a an and e"
    " mal hoch fois puissance por elevado pour ciento".split()
)
_NEVER_LAST = frozenset(
    "of to the by a an and or at per than as from in plus minus between either for on et y ein zu ab pour".split()
)
_NOT_ONE = frozenset("this that the which no another every each last next any some first other only".split())


_HALVES = frozenset("hälfte moitié mitad".split())
_TO = re.compile(r"\b(?:auf (?:die|seine|ihre)|à la|sur la|a (?:la|su)|hasta la)\s+$", re.I)
_BY = re.compile(r"\b(?:um die|de|de la|en la|por la)\s+$", re.I)
_LOWERS = re.compile(
    r"\b(?:senke?|verringere?|reduziere?|verkleinere?|kürze?|réduis|réduisez|réduire|baisse[rz]?|diminue[rz]?|reduce|reducir|reduzca|baja|bajar|disminuye)\b",
    re.I,
)


@dataclass(frozen=True)
class Span:
    """``text`` stands at ``start`` up to ``end`` of what was searched."""

    text: str
    start: int
    end: int


def find_spans(text: str) -> list[Span]:
    """Every stretch of ``text`` that reads as a value, in order, without overlap."""
    words = list(_WORD.finditer(text))
    found: list[Span] = []
    place = 0
    while place < len(words):
        last = _longest(text, words, place) if _may_start(text, words, place) else None
        if last is None:
            place += 1
            continue
        start, end = words[place].start(), words[last].end()
        found.append(Span(text[start:end], start, end))
        place = last + 1
    return found


def _may_start(text: str, words: list[re.Match[str]], place: int) -> bool:
    word, start = words[place][0], words[place].start()
    before = text[start - 1] if start else " "
    if before.isalnum() or before == "_" or (before in ".:" and text[start - 2 : start - 1].isalnum()):
        return False
    if _DIGIT.match(word):
        return not (word[0] in "+-−–" and (before in ")%" or before.isalnum()))
    lower = word.lower()
    after = words[place + 1][0].lower() if place + 1 < len(words) else ""
    if lower in ("a", "an", "one", "the", "its") and after in _ARTICLE_THEN:
        return lower not in ("the", "its") or _stands_alone(text, words, place + 1)
    if lower == "one":
        return not place or words[place - 1][0].lower() not in _NOT_ONE
    if place and words[place - 1][0].lower() == "point":
        return False  # "point four" is not four
    if lower in _WHOLES:
        return _stands_alone(text, words, place)
    if lower in ("x", "×", "*", "times") and after:
        return before.isspace() and _DIGIT.match(after) is not None
    if lower in ("+", "-", "−", "(") and _DIGIT.match(after):
        return not before.isalnum() and before not in ")%"
    if lower in _HALVES:
        return _is_half_of_it(text[:start])
    if lower == "doppelte" or lower.endswith("fache"):
        return not text[:start].rstrip().endswith("um das")  # "um das Doppelte erhöhen": to twice, or by twice?
    return lower in SMALL or neighbours.may_begin(lower) or lower in _STARTERS or word in "½⅓⅔¼¾⅛π"


def _is_half_of_it(before: str) -> bool:
    """ "a la mitad" and "senke … um die Hälfte" halve; "erhöhe … um die Hälfte" does not."""
    return bool(_TO.search(before) or (_BY.search(before) and _LOWERS.search(before)))


def _stands_alone(text: str, words: list[re.Match[str]], place: int) -> bool:
    """ "the maximum" as a value, not "the maximum temperature"; other words (half, factor …) always."""
    if words[place][0].lower() not in _WHOLES:
        return True
    if place + 1 == len(words) or _STOP.match(text, words[place].end()):
        return True
    return words[place + 1][0].lower() in _AFTER_WHOLE or not words[place + 1][0][0].isalnum()


def _longest(text: str, words: list[re.Match[str]], first: int) -> int | None:
    """The last word of the longest readable span that begins at ``first``; None when nothing there can be read."""
    last = _clause_end(text, words, first)
    start = words[first].start()
    possible = (end for end in range(last, first - 1, -1) if _may_end(words, end))
    ends = (end for end in possible if not _CUT.match(text, words[end].end()))
    return next((end for end in ends if _reads(text[start : words[end].end()])), None)


def _may_end(words: list[re.Match[str]], end: int) -> bool:
    """Whether a span may end here: not in a preposition; "350 um" are micrometres where no other number follows ("um 3")."""
    word = words[end][0].lower()
    after = words[end + 1][0].lower() if end + 1 < len(words) else ""
    if word == "um" and (_DIGIT.match(after) or after in SMALL or after in ("die", "das", "ein", "einen", "eine")):
        return False
    return words[end][0] == "A" or word not in _NEVER_LAST


def _clause_end(text: str, words: list[re.Match[str]], first: int) -> int:
    """The furthest word that can still belong to a span from ``first``: within the clause, and of the words that spans use."""
    last = first
    while last + 1 < min(len(words), first + LONGEST):
        following = words[last + 1]
        gap = _STOP.search(text, words[last].end(), following.end())
        if (
            gap
            or not (_may_continue(following[0]) or _is_counted(words, last + 1))
            or _two_numbers(text, words, last)
            or following.end() - words[first].start() > LONGEST_CHARACTERS
        ):
            break
        last += 1
    return last


def _is_counted(words: list[re.Match[str]], place: int) -> bool:
    """Whether a word is what is counted in a rate: the calls of "5 calls per minute"."""
    if len(words) < place + 3 or not words[place][0].isalpha():
        return False
    per, time = words[place + 1][0].lower(), words[place + 2][0].lower()
    return per in ("per", "a", "an", "pro", "par", "por") and units.is_time(time)


def _two_numbers(text: str, words: list[re.Match[str]], place: int) -> bool:
    """Whether a number follows on a number, which no span has, but for ``10 000`` and ``1 1/2``."""
    one, other = words[place], words[place + 1]
    if not (one[0][-1].isdigit() and other[0][0].isdigit()) or one.end() == other.start():
        return False
    return re.match(r"\d{3}(?!\d)|\d+ ?/", text[other.start() : other.start() + 8]) is None


def _may_continue(word: str) -> bool:
    """Whether a word can stand inside a span: a number, a sign, a word of the rules, a unit (or part of one)."""
    return (
        not word[0].isalpha()
        or word.lower() in _inner_words()
        or neighbours.may_stand(word.lower())
        or (len(word) <= LONGEST_UNIT and is_unit(tidy(word)))
    )


@cache
def _inner_words() -> frozenset[str]:
    return vocabulary() | frozenset([*SMALL, *SCALES, *FRACTIONS, *units.words()]) | _PLAIN_WORDS


@lru_cache(maxsize=8192)
def _reads(span: str) -> bool:
    if span[-1] in ".,-":
        return False
    tidied = tidy(span)
    for marks in ("english", "continental"):
        try:
            said = read(tidied, marks)
        except (TooLargeError, ZeroDivisionError):
            return True
        if said is not None and _is_sound(said):
            return True
    return re.fullmatch(r"[+-]?[\d.,]+", tidied) is not None


def _is_sound(said: Said) -> bool:
    """Whether every unit in it is one; among what is unsure, only lists of values (``3 or 4``) are found as a whole."""
    return all(is_unit(unit) for unit in _units(said)) and (not isinstance(said, Unsure) or said.lists)


def _units(said: Said) -> Iterator[str]:
    amount = said.amount if isinstance(said, Moved) else said
    if isinstance(amount, Amount):
        yield from (unit for _value, unit in amount.parts)
