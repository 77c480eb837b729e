"""Words that multiply: ``double``, ``three times``, ``2x``, ``divided by 3``, and parts of something: ``half``, ``a third``, ``80 %``."""

from __future__ import annotations

import re
from fractions import Fraction

from tools.quantity.amounts import Amount, bare_number
from tools.quantity.notation import Marks

PERCENT = frozenset(["%", "percent", "per cent", "pct", "prozent", "pour cent", "por ciento"])
MULTIPLES = {
    "double": 2, "doubled": 2, "twice": 2, "triple": 3, "tripled": 3, "treble": 3, "thrice": 3,
    "quadruple": 4, "quadrupled": 4, "quintuple": 5, "halve": Fraction(1, 2), "halved": Fraction(1, 2),
    "tenfold": 10, "twofold": 2, "threefold": 3, "fivefold": 5, "hundredfold": 100, "thousandfold": 1000,
    "le double": 2, "el doble": 2, "das doppelte": 2, "doppelt so viel": 2, "doppelt so viele": 2, "doppelt so hoch": 2,
    "die hälfte": Fraction(1, 2), "la moitié": Fraction(1, 2), "la mitad": Fraction(1, 2),
    "doppelte": 2, "dreifache": 3, "vierfache": 4, "zehnfache": 10, "doble": 2, "duplica": 2, "duplicar": 2, "triplica": 3,
    "verdreifache": 3, "hälfte": Fraction(1, 2), "moitié": Fraction(1, 2), "mitad": Fraction(1, 2),
    "verdopple": 2, "verdoppeln": 2, "halbiere": Fraction(1, 2), "halbieren": Fraction(1, 2),
}  # fmt: skip


def part_in_words(text: str, marks: Marks) -> Fraction | None:
    """``half``, ``a third``, ``three quarters``: a part of something, where ``0.5`` may be an amount of its own."""
    if text.lower() in ("hälfte", "moitié", "mitad"):
        return Fraction(1, 2)
    if not re.fullmatch(
        r"(?:an? |one |two |three |four )?(?:half|third|quarter|fourth|fifth|sixth|seventh|eighth|ninth|tenth|hundredth|thousandth)s?",
        text,
        re.I,
    ):
        return None
    return bare_number(text, marks)


def factor_of(text: str, marks: Marks) -> Fraction | None:
    """A multiplier: ``double``, ``three times``, ``2x``, ``x 2``, ``* 3``, ``times 2``, ``divided by 2``, ``/ 2``."""
    known = MULTIPLES.get(text.lower())
    if known is not None:
        return Fraction(known)
    before = re.fullmatch(r"(?P<n>.+?) ?(?:times|mal|fois|veces|-fold|fold|(?<=\d)x|(?<=\d )x)", text, re.I)
    after = re.fullmatch(r"(?:times|multiplied by|multiply by|\*|x) ?(?P<n>.+)", text, re.I)
    below = re.fullmatch(r"(?:divided by|divide by|/) ?(?P<n>.+)", text, re.I)
    found = before or after or below
    amount = bare_number(found["n"], marks) if found else None
    if not amount:
        return None
    return 1 / amount if below and not (before or after) else amount


def as_part(amount: Amount) -> Fraction | None:
    """80 % as 0.8; a bare number stays; anything with another unit is no part."""
    (value, unit), *more = amount.parts
    if more or amount.sign:
        return None
    if is_share(unit):
        return value / 100
    return value if not unit else None


def is_share(unit: str) -> bool:
    """Whether it is a word for per cent."""
    return unit.casefold() in PERCENT
