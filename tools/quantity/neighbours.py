"""Numbers in words of German, French and Spanish: ``zweihundertfünfzig``, ``soixante-dix-sept``, ``doscientos treinta y cinco``.

Whole numbers below a million, and decimals after ``Komma``, ``virgule``, ``coma``. Single words that English has too ("cent", "once", "mil")
are read only within a longer number, so that they never begin one.
"""

# ruff: noqa: SIM905 (a list of words reads better as a line of words)

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache

Found = tuple[Fraction, int]  # the value and how many words it took; (0, 0) when there is none
_NOTHING: Found = (Fraction(0), 0)
_POINTS = frozenset("komma virgule coma".split())

_ONES_DE = "null ein zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn".split()
_TENS_DE = "zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig".split()
_BELOW_DE = {word: value for value, word in enumerate(_ONES_DE)} | {word: 10 * n for n, word in enumerate(_TENS_DE, 2)}
_DE = re.compile(r"(?:(?P<thousands>\w*?)tausend)?(?:(?P<hundreds>\w{3,6}?)?hundert(?:und)?)?(?P<rest>\w*)")
_HALVES_DE = {"anderthalb": Fraction(3, 2)} | {
    f"{word}einhalb": value + Fraction(1, 2) for value, word in enumerate(_ONES_DE) if 0 < value < 10
}

_FR = {
    word: value
    for value, word in enumerate(
        "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize".split()
    )
}
_FR |= {"une": 1, "vingt": 20, "vingts": 20, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60, "septante": 70, "huitante": 80, "nonante": 90}  # fmt: skip
_ES = {
    word: value
    for value, word in enumerate(
        "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro veinticinco veintiséis veintisiete veintiocho veintinueve".split()
    )
}
_ES |= {word: 10 * n for n, word in enumerate("treinta cuarenta cincuenta sesenta setenta ochenta noventa".split(), 3)}
_ES |= {"un": 1, "una": 1, "veintiún": 21, "cien": 100, "ciento": 100}
_HUNDREDS_ES = "doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos novecientos".split()
_ES |= {word: 100 * n for n, word in enumerate(_HUNDREDS_ES, 2)}
_ES |= {word[:-2] + "as": value for word, value in _ES.items() if word.endswith("ientos")}
_JOINING = frozenset("et y cent cents mille mil".split()) | _POINTS
# what English has too, or what is an article: never the first word
_NEVER_FIRST = frozenset("null un une una ein six once uno zero cent mille mil elf".split()) | _JOINING
WORDS = frozenset(_FR) | frozenset(_ES) | _JOINING


def may_begin(word: str) -> bool:
    """Whether a lower-case word begins a number in one of the languages, and is nothing else in English."""
    return word not in _NEVER_FIRST and (word in _FR or word in _ES or _german(word) is not None)


def may_stand(word: str) -> bool:
    """Whether a lower-case word can be part of a number."""
    return word in WORDS or _german(word) is not None


def read(words: Sequence[str]) -> Found:
    """Read a number from the front of lower-case ``words``, the longest of the three languages'."""
    if not words or not may_begin(words[0]):
        return _NOTHING
    whole = max((_read_german(words), _read_french(words), _read_spanish(words)), key=lambda found: found[1])
    value, taken = whole
    if taken and words[taken : taken + 1] and words[taken] in _POINTS:
        digits = [digit for word in words[taken + 1 :] if (digit := _digit(word)) is not None]
        if digits:
            spelled = "".join(map(str, digits))
            return value + Fraction(int(spelled), 10 ** len(spelled)), taken + 1 + len(digits)
    return whole


def _digit(word: str) -> int | None:
    value = _FR.get(word, _ES.get(word, _BELOW_DE.get(word)))
    return value if value is not None and value < 10 else {"eins": 1}.get(word)


def _read_german(words: Sequence[str]) -> Found:
    value = _german(words[0])
    return (value, 1) if value is not None else _NOTHING


@lru_cache(maxsize=4096)
def _german(word: str) -> Fraction | None:
    """``zweitausenddreihundertfünfundzwanzig``: one word."""
    if word in _HALVES_DE:
        return _HALVES_DE[word]
    found = _DE.fullmatch(word)
    if not found or len(word) < 4:
        return None
    thousands = _german_below(found["thousands"]) if found["thousands"] else 1 if "tausend" in word else 0
    hundreds = _BELOW_DE.get(found["hundreds"]) if found["hundreds"] else 1 if "hundert" in word else 0
    rest = _german_below(found["rest"]) if found["rest"] else 0
    if thousands is None or hundreds is None or rest is None or hundreds > 9:
        return None
    return Fraction(1000 * thousands + 100 * hundreds + rest)


def _german_below(word: str) -> int | None:
    """Below a hundred, and hundreds of thousands."""
    if word in _BELOW_DE or word == "eins":
        return _BELOW_DE.get(word, 1)
    ones, joined, tens = word.partition("und")
    if joined and tens in _TENS_DE and ones in _ONES_DE[1:10]:
        return _BELOW_DE[ones] + _BELOW_DE[tens]
    before, hundred, after = word.partition("hundert")
    if hundred and (before == "" or before in _ONES_DE[1:10]):
        below = _german_below(after) if after else 0
        return None if below is None else 100 * _BELOW_DE.get(before or "ein", 1) + below
    return None


def _read_french(words: Sequence[str]) -> Found:
    """``deux cent cinquante``, ``quatre-vingt-dix-sept`` (hyphens are gone), ``vingt et un``, ``trois mille``."""
    total = group = taken = 0
    for place, word in enumerate(words):
        if word in ("cent", "cents") and place and group < 10:
            group = 100 * max(group, 1)
        elif word == "mille" and place and group:
            total, group = total + 1000 * group, 0
        elif (
            word == "et" and place and group % 100 >= 20 and words[place + 1 : place + 2] in (["un"], ["une"], ["onze"])
        ):
            continue
        elif word in ("vingt", "vingts") and place and group % 100 == 4:
            group += 76
        elif word in _FR and _fits_french(group, _FR[word], place):
            group += _FR[word]
        else:
            break
        taken = place + 1
    return (Fraction(total + group), taken) if taken else _NOTHING


def _fits_french(group: int, value: int, place: int) -> bool:
    below = group % 100
    if below in (60, 80):
        return 0 < value < 20
    if below == 10:
        return 7 <= value <= 9
    if below == 0:
        return not place or value > 0
    return below % 10 == 0 and below in (20, 30, 40, 50, 70, 90) and 0 < value < 10


def _read_spanish(words: Sequence[str]) -> Found:
    """``doscientos cincuenta``, ``treinta y cinco``, ``dos mil``."""
    total = group = taken = 0
    for place, word in enumerate(words):
        if word == "mil" and place and 0 < group < 1000:
            total, group = total + 1000 * group, 0
        elif (
            word == "y"
            and place
            and group % 10 == 0
            and group % 100 >= 30
            and 0 < _ES.get(" ".join(words[place + 1 : place + 2]), 0) < 10
        ):
            continue
        elif word in _ES and _fits_spanish(group, _ES[word], words[place - 1] if place else "", place):
            group += _ES[word]
        else:
            break
        taken = place + 1
    return (Fraction(total + group), taken) if taken else _NOTHING


def _fits_spanish(group: int, value: int, before: str, place: int) -> bool:
    if before == "y":
        return 0 < value < 10
    if group == 0:
        return not place or value > 0
    return group % 100 == 0 and group < 1000 and 0 < value < 100 and before != "cien"
