"""Numbers in words: ``twenty-five``, ``one hundred and fifty``, ``three point five``, ``two and a half million``, ``three quarters``.

English in full, with the scale words of a few neighbours (``millionen``, ``mille``, ``mil``), whose own numbers ``neighbours`` reads. Sequences that are no number
(``five six``) stop where the number ends.
"""

# ruff: noqa: SIM905 (a list of words reads better as a line of words)

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from tools.quantity import neighbours

_ONES = "zero one two three four five six seven eight nine".split()
_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
# Those of German, French and Spanish that mean nothing else in English (so no "once", "elf", "cent").
_NEIGHBOURS = {
    word: value
    for value, spelled in {
        2: "zwei deux dos", 3: "drei trois tres", 4: "vier quatre cuatro", 5: "fünf cinq cinco", 6: "sechs seis",
        7: "sieben sept siete", 8: "acht huit ocho", 9: "neun neuf nueve", 10: "zehn dix diez", 11: "onze", 12: "zwölf douze doce",
        15: "fünfzehn quinze quince", 20: "zwanzig vingt veinte", 30: "dreißig trente treinta", 40: "vierzig quarante cuarenta",
        50: "fünfzig cinquante cincuenta", 60: "sechzig soixante sesenta", 70: "siebzig setenta", 80: "achtzig ochenta",
        90: "neunzig noventa", 100: "hundert cien",
    }.items()
    for word in spelled.split()
}  # fmt: skip

SMALL = {
    **{word: value for value, word in enumerate(_ONES + _TEENS)},
    **{word: 10 * value for value, word in enumerate(_TENS, start=2)},
    "nought": 0,
    "fourty": 40,
    **_NEIGHBOURS,
}
SCALES = {
    "dozen": 12,
    "thousand": 10**3,
    "million": 10**6,
    "millions": 10**6,
    "mio": 10**6,
    "mln": 10**6,
    "billion": 10**9,
    "bn": 10**9,
    "trillion": 10**12,
    "tausend": 10**3,
    "millionen": 10**6,
    "milliarden": 10**9,
    "mille": 10**3,
    "mil": 10**3,
    "millones": 10**6,
}
_SPELLED_SCALES = ("dozen", "hundred", "thousand", "million", "billion", "trillion")
FRACTIONS = {
    "half": 2,
    "third": 3,
    "quarter": 4,
    "fourth": 4,
    "fifth": 5,
    "sixth": 6,
    "seventh": 7,
    "eighth": 8,
    "ninth": 9,
    "tenth": 10,
    "hundredth": 100,
    "thousandth": 1000,
    "millionth": 10**6,
}
Found = tuple[Fraction, int]  # the value and how many words it took; (0, 0) when there is none
_NOTHING: Found = (Fraction(0), 0)


def read_numeral(words: Sequence[str]) -> Found:
    """Read a number from the front of lower-case ``words``: a cardinal, with a fraction or a scale after it."""
    value, taken = _cardinal(words)
    if (spelled := neighbours.read(words))[1] > taken or not taken:
        return spelled
    more, further = _and_fraction(words[taken:])
    value, taken = value + more, taken + further
    while words[taken : taken + 1] and words[taken] in _SPELLED_SCALES[2:] and further:
        value, taken = value * SCALES[words[taken]], taken + 1
    return value, taken


def read_fraction(words: Sequence[str]) -> Found:
    """Read ``half``, ``a third``, ``three quarters``, ``one tenth``; ``half a million`` is a number, with its scale."""
    first = words[0] if words else ""
    if first in ("a", "an", "one"):
        count, start = 1, 1
    elif first in SMALL and len(words) > 1 and words[1].endswith("s"):
        count, start = SMALL[first], 1
    else:
        count, start = 1, 0
        if first not in ("half", "quarter"):
            return _NOTHING
    name = words[start] if len(words) > start else ""
    below = FRACTIONS.get(name) or FRACTIONS.get(name.removesuffix("s")) or {"halves": 2}.get(name)
    if not below:
        return _NOTHING
    return _of_scale(Fraction(count, below), start + 1, words)


def _of_scale(value: Fraction, taken: int, words: Sequence[str]) -> Found:
    """``half a million``, ``a quarter of a million``, ``half a dozen``."""
    rest = list(words[taken:])
    skipped = 1 if rest[:1] == ["of"] else 0
    if rest[skipped : skipped + 1] in (["a"], ["one"]) and rest[skipped + 1 : skipped + 2]:
        scale = SCALES.get(rest[skipped + 1]) or {"hundred": 100}.get(rest[skipped + 1])
        if scale:
            return value * scale, taken + skipped + 2
    return value, taken


def _cardinal(words: Sequence[str]) -> Found:
    total, group = Fraction(0), Fraction(0)
    taken = 0
    if words[:1] and words[0] in ("a", "an"):
        if len(words) < 2 or words[1] not in _SPELLED_SCALES:
            return _NOTHING
        group, taken = Fraction(1), 1
    while taken < len(words):
        word = words[taken]
        if word == "and" and taken and words[taken - 1] in _SPELLED_SCALES and words[taken + 1 : taken + 2]:
            if words[taken + 1] not in SMALL or SMALL[words[taken + 1]] == 0:
                break
            taken += 1
            continue
        if word == "point" and taken:
            decimals, further = _decimals(words[taken + 1 :])
            group, taken = group + decimals, taken + (further and further + 1)
            if not further or (words[taken : taken + 1] and words[taken] in SMALL):
                break
            continue
        if not _fits(group, word, first=taken == 0):
            break
        if word in SMALL:
            group += SMALL[word]
        elif word == "hundred":
            group = (group or Fraction(1)) * 100
        else:
            total, group = total + (group or 1) * SCALES[word], Fraction(0)
        taken += 1
    return (total + group, taken) if taken else _NOTHING


def _fits(group: Fraction, word: str, first: bool) -> bool:
    """Whether ``word`` may come next: units after tens, tens after hundreds, scales after something."""
    if word in SMALL:
        size = SMALL[word]
        if size == 0:
            return first
        if group.denominator != 1:
            return False
        return group % 100 == 0 if size >= 10 else group % 10 == 0 and group % 100 != 10
    if word == "hundred":
        return not first and 0 < group < 100
    return word in _SPELLED_SCALES and not first and group > 0


def _decimals(words: Sequence[str]) -> Found:
    """The digits after ``point``."""
    digits = ""
    for word in words:
        if word in SMALL and SMALL[word] < 10:
            digits += str(SMALL[word])
        elif word == "oh":
            digits += "0"
        else:
            break
    return (Fraction(int(digits), 10 ** len(digits)), len(digits)) if digits else _NOTHING


def _and_fraction(words: Sequence[str]) -> Found:
    """``… and a half``, ``… and three quarters``."""
    if list(words[:1]) != ["and"]:
        return _NOTHING
    value, taken = read_fraction(words[1:])
    return (value, taken + 1) if taken and value < 1 else _NOTHING
