"""A number with its unit, read from tidied text to its last character; units are not looked up here."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from tools.quantity.notation import Marks, UnreadableError, read_number

OF_ONE = "parts of one"  # the unit of a share in words: two parts per million, 1 in 5


@dataclass(frozen=True)
class Amount:
    """A number with the unit as it was written; more than one part for ``1 h 30 min``.

    ``sign`` is the sign as written; ``side`` the side of a square (``64 by 64``).
    """

    parts: tuple[tuple[Fraction, str], ...]
    sign: Literal["", "+", "-"] = ""
    side: Fraction | None = None


def bare_number(text: str, marks: Marks) -> Fraction | None:
    """A number without any unit."""
    try:
        number = read_number(text, marks)
    except UnreadableError:
        return None
    return number.value if number.end == len(text) else None


def plain_amount(text: str, marks: Marks) -> Amount | None:
    """An amount and nothing else around it."""
    said = read_amount(text.strip(), marks)
    return said if said and all(len(unit.split()) <= 4 for _value, unit in said.parts) else None


def unsigned(amount: Amount) -> Amount:
    return replace(amount, parts=tuple((abs(value), unit) for value, unit in amount.parts), sign="")


def read_amount(text: str, marks: Marks) -> Amount | None:
    """A number and its unit; units are not looked up here. None when no number stands in front, or letters follow one oddly."""
    sign: Literal["", "+", "-"] = "+" if text.startswith("+") else "-" if text.startswith("-") else ""
    sign = "-" if text.lower().startswith(("minus ", "negative ")) else sign
    try:
        number = read_number(text, marks)
    except UnreadableError:
        return None
    rest = text[number.end :]
    unit = rest.strip() if number.value > 1 and _A_TIME.fullmatch(rest.strip()) else _of_a(rest)
    if unit and not re.match(r"[^\W\d_]|[%‰°/*1'\"]", unit):
        return None
    if unit.startswith("1") and not unit.startswith("1/"):
        return None
    compound = _compound(unit, marks)
    if compound is not None:
        return Amount(((number.value, compound[0]), *compound[1]), sign)
    return Amount(((number.value, unit),), sign, number.side)


_A_TIME = re.compile(r"an? (?:second|minute|hour|day|week|month|year)", re.I)  # "12 a day", but "half a day"


def _of_a(rest: str) -> str:
    """The unit in ``half a second``, ``a quarter of a kilohertz``, ``5-kHz``."""
    return re.sub(r"^(?:of )?an? (?=\w)|^-(?=[^\W\d_])", "", rest.strip(), flags=re.I)


def _compound(unit: str, marks: Marks) -> tuple[str, tuple[tuple[Fraction, str], ...]] | None:
    """``h 30 min`` after the 1 of ``1 h 30 min``: the first unit and the further parts."""
    found = re.fullmatch(r"([^\W\d_°%]+)(?:,? (?:and )?|)(\d.*[^\W\d].*)", unit, re.S)
    exponent = (
        found and re.fullmatch(r"\d(?:\D.*)?", found[2]) and not re.fullmatch(r"\d+(?:\.\d+)? ?[^\W\d_]+", found[2])
    )
    if found is None or exponent:
        return None
    rest = read_amount(found[2], marks)
    if rest is None or rest.sign or not all(other for _value, other in rest.parts):
        return None
    return found[1], rest.parts
