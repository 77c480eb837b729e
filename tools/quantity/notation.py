"""Numbers and sums in every notation, as exact fractions.

Covers digits with the marks of English (``1,234.5``) and Continental (``1.234,5``) habits, grouping by blanks, apostrophes and
underscores, powers of ten (``1e-21``, ``5 x 10^-21``, ``5·10⁻²¹``, ``10**3``, ``ten to the minus three``, LaTeX), number words,
fractions (``½``, ``3/4``, ``1 1/2``), scale words (``10 million``), ``pi``, and arithmetic of literals (``64 by 64``, ``2*(3+4)``).
Units and words of change are other files' business. What a mark means is the caller's choice: see ``Marks``.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from measurement.units import PI
from tools.quantity import neighbours
from tools.quantity.numerals import FRACTIONS, SCALES, SMALL, read_fraction, read_numeral

Marks = Literal["english", "continental"]  # english: 1,234.5 · continental: 1.234,5
LARGEST_EXPONENT = 400  # beyond what a float holds, so that nothing is lost, and 10^999999999 costs nothing

_SUPERSCRIPTS = dict(zip("⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "+-0123456789", strict=True))
_DIGITS = (
    r"(?:\d{1,3}(?:[ '’]\d{3})+(?!\d)(?:[.,]\d+)?"  # 10 000, 1'000'000,5
    r"|\d+(?:[.,_]\d+)*(?:\.(?=[eE]))?"  # 1.234,5  1_000  5.e-3
    r"|\.\d+)(?:(?:[eE] ?[+-]?\d+|[dD][+-]\d+)(?!\d)| [eE] ?[+-]\d+)?"
)
_TOKEN = re.compile(rf"\s*(?:(?P<number>{_DIGITS})|(?P<word>[^\W\d_]+)|(?P<sign>.))", re.S)
_OPERATORS = {"plus": "+", "minus": "-", "negative": "-", "x": "*", "by": "*", "times": "*", "over": "/", "π": "pi"}
_OPERATORS |= {"mal": "*", "fois": "*", "por": "*", "hoch": "^", "puissance": "^", "√": "sqrt"}
_POWERS = {"squared": 2, "cubed": 3}


class TooLargeError(ArithmeticError):
    """A power or a number of digits that no parameter can hold."""


class UnreadableError(ValueError):
    """Not a number in this notation."""


@dataclass(frozen=True)
class Number:
    """An exact number from the front of a text; ``end`` is where the rest (a unit) begins.

    ``by``: it is a product of two equal sides (``64 by 64``); ``fraction``: a bare share in words (``half``, ``a third``).
    """

    value: Fraction
    end: int
    side: Fraction | None = None
    fraction: bool = False


def tidy(text: str) -> str:
    """Fold typography into plain signs, one way of writing each; capitals stay, for units need them."""
    text = unicodedata.normalize("NFC", text)
    text = re.sub(r"[\u00a0\u2000-\u200a\u202f\u205f\u3000\s]+", " ", text).replace("\u200b", "")
    text = re.sub("[⁺⁻]?[⁰¹²³⁴-⁹]+", lambda found: "^" + "".join(_SUPERSCRIPTS[sign] for sign in found[0]), text)
    text = re.sub(r"(?<=\d)[½⅓⅔¼¾⅕⅛⅜⅝⅞]", lambda found: " " + found[0], text)
    text = re.sub("[½⅓⅔¼¾⅕⅛⅜⅝⅞]", lambda found: str(Fraction(unicodedata.numeric(found[0])).limit_denominator(8)), text)
    text = re.sub(r"\\(?:times|cdot)(?![a-zA-Z])\s*", "*", text).replace("\\,", " ").replace("\\%", "%")
    text = re.sub(r"\^ ?\{([^{}]*)\}", r"^\1", text).replace("$", "").replace("{,}", ",")
    text = re.sub("[−﹣－]|(?<![\\w.%)])[–—](?=[\\d.])", "-", text)
    text = re.sub(r"(?<=\d[eE])[–—](?=\d)", "-", text)
    text = re.sub(r"\*\*", "^", re.sub("[×⨯✕✖]", "x", re.sub("[·⋅∙•]", "*", text)))
    return re.sub("[÷∕⁄]", "/", text).strip()


def read_number(text: str, marks: Marks = "english") -> Number:
    """Read the number or sum at the front of tidied ``text``.

    Raises: UnreadableError; TooLargeError; ZeroDivisionError.
    """
    reader = _Reader(text, marks)
    value = reader.sum()
    return Number(value, reader.consumed(), reader.side, reader.fraction)


def read_digits(digits: str, marks: Marks) -> Fraction:
    """Read one literal; Raises: UnreadableError when its marks do not follow the habit."""
    body, _, exponent = re.sub(r" ?[eEdD] ?", "e", digits).partition("e")
    point, comma = (".", ",") if marks == "english" else (",", ".")
    whole, found, decimals = body.partition(point)
    if point in decimals or comma in decimals or (found and not decimals and not exponent):
        raise UnreadableError(digits)
    groups = re.split("[" + re.escape(comma) + " '’]", whole)
    if len(set(re.findall("[" + re.escape(comma) + " '’]", whole))) > 1 or (len(groups) > 1 and "_" in whole):
        raise UnreadableError(digits)
    if len(groups) > 1 and (
        not re.fullmatch("[1-9]\\d{0,2}", groups[0]) or any(len(group) != 3 for group in groups[1:])
    ):
        raise UnreadableError(digits)
    if len(body) > LARGEST_EXPONENT or abs(int(exponent or 0)) > LARGEST_EXPONENT:
        raise TooLargeError(digits)
    joined = "".join(groups).replace("_", "")
    return Fraction(f"{joined or 0}.{decimals or 0}") * Fraction(10) ** int(exponent or 0)


class _Reader:
    """Recursive descent over the tokens of one text: sum > product > power > atom."""

    def __init__(self, text: str, marks: Marks) -> None:
        self.tokens = list(_TOKEN.finditer(text))
        self.marks: Marks = marks
        self.at = 0
        self.side: Fraction | None = None
        self.fraction = False

    def consumed(self) -> int:
        return self.tokens[self.at - 1].end() if self.at else 0

    def peek(self, ahead: int = 0) -> str:
        """The token as an operator or a lower-case word; empty at the end and for literals."""
        if self.at + ahead >= len(self.tokens):
            return ""
        token = self.tokens[self.at + ahead]
        word = (token["word"] or token["sign"] or "").lower()
        return _OPERATORS.get(word, word)

    def literal(self, ahead: int = 0) -> str | None:
        if self.at + ahead >= len(self.tokens):
            return None
        return self.tokens[self.at + ahead]["number"]

    def words(self) -> list[str]:
        """The run of words from here, hyphens between them skipped (``twenty-five``)."""
        return [word for word, _end in self._worded()]

    def _worded(self) -> list[tuple[str, int]]:
        found: list[tuple[str, int]] = []
        for place in range(self.at, min(self.at + 24, len(self.tokens))):
            token = self.tokens[place]
            if token["word"]:
                found.append((token["word"].lower(), place + 1))
            elif token["sign"] != "-" or not found or not (found[-1][0] in SMALL or neighbours.may_stand(found[-1][0])):
                break
        return found

    def is_word(self, ahead: int) -> bool:
        """Whether letters follow: ``5 squared metres`` is no 25."""
        place = self.at + ahead
        return place < len(self.tokens) and self.tokens[place]["word"] is not None

    def starts_number(self, ahead: int = 0) -> bool:
        word = self.peek(ahead)
        return self.literal(ahead) is not None or word in SMALL or word in ("(", "pi", "sqrt")

    def sum(self) -> Fraction:
        value = self.product()
        while self.peek() in ("+", "-") and self.starts_number(1):
            sign = 1 if self.peek() == "+" else -1
            self._refuse_glued_range(sign)
            dash = self.tokens[self.at]["sign"]
            self.at += 1
            right = self.product()
            if dash == "-" and value < right:
                raise UnreadableError("a range")
            value += sign * right
            self.side, self.fraction = None, False
        return value

    def _refuse_glued_range(self, sign: int) -> None:
        """``3-4`` is a range to people; only a minus with blanks around it, or in words, is a difference."""
        token = self.tokens[self.at]
        glued = self.tokens[self.at + 1].start() == self.tokens[self.at + 1].start("number")
        if sign < 0 and token["sign"] and (glued or token[0] == token["sign"]):
            raise UnreadableError("a range")

    def product(self) -> Fraction:
        value = self.unary()
        while True:
            operator = self.peek()
            if operator in ("*", "/") and (self.starts_number(1) or (self.peek(1) == "-" and self.starts_number(2))):
                self.at += 1
                right = self.unary()
                same = operator == "*" and right == value and right > 1
                self.side = right if same and self.side is None else None
                value = value * right if operator == "*" else value / right
            elif operator == "divided" and self.peek(1) == "*" and self.starts_number(2):
                self.at += 2
                value /= self.unary()
            elif operator == "pi":
                self.at += 1
                value *= PI
            else:
                return value
            self.fraction = False

    def unary(self) -> Fraction:
        if self.peek() in ("-", "+"):
            sign = -1 if self.peek() == "-" else 1
            self.at += 1
            return sign * self.power()
        return self.power()

    def power(self) -> Fraction:
        base = self.atom()
        if self.peek() == "^":
            self.at += 1
            return _raised(base, self.exponent())
        if self.peek() in _POWERS and not self.is_word(1):
            self.at += 1
            return base ** _POWERS[self.tokens[self.at - 1]["word"].lower()]
        if [self.peek(), self.peek(1)] == ["elevado", "a"]:
            self.at += 2
            return _raised(base, self.exponent())
        spelled = ["to", "the", "power", "of"]
        taken = next((len(spelled[:n]) for n in (4, 3, 2) if [self.peek(i) for i in range(n)] == spelled[:n]), 0)
        if taken and (self.starts_number(taken) or self.peek(taken) in ("-", "+")):
            self.at += taken
            return _raised(base, self.exponent())
        return base

    def exponent(self) -> Fraction:
        if self.peek() in ("-", "+"):
            return self.unary()
        return self.atom()

    def atom(self) -> Fraction:
        digits = self.literal()
        if digits is not None:
            self.at += 1
            value = read_digits(digits, self.marks)
            return self.scaled(self.mixed(value))
        if self.peek() == "(":
            self.at += 1
            value = self.sum()
            if self.peek() != ")":
                raise UnreadableError("an open bracket")
            self.at += 1
            return value
        if self.peek() == "pi":
            self.at += 1
            return PI
        if self.peek() == "sqrt":
            self.at += 1
            return _raised(self.atom(), Fraction(1, 2))
        return self.numeral()

    def mixed(self, whole: Fraction) -> Fraction:
        """``1 1/2`` and ``2 and a half``."""
        above, below = self.literal(), self.literal(2)
        written = above and below and self.peek(1) == "/" and (above + below).isdigit() and whole.denominator == 1
        if above and below and written and 0 < int(above) < int(below):
            self.at += 3
            return whole + Fraction(int(above), int(below))
        words = self.words()
        value, taken = read_fraction(words[1:]) if words[:1] == ["and"] else (Fraction(0), 0)
        if taken and value < 1:
            self.skip(taken + 1)
            return whole + value
        return whole

    def scaled(self, value: Fraction) -> Fraction:
        """``10 million``, ``2.5 thousand``, ``5 hundred``; single letters (5k, 2M) are left: they may be units."""
        while self.peek() in SCALES or self.peek() == "hundred":
            value *= SCALES.get(self.peek(), 100)
            self.at += 1
            if self.peek() == "." and self.tokens[self.at - 1]["word"] in ("Mio", "mio"):
                self.at += 1
        return value

    def numeral(self) -> Fraction:
        words = self.words()
        fraction, taken = read_fraction(words)
        if taken:
            self.fraction = fraction < 1
            self.skip(taken)
            return fraction
        value, taken = read_numeral(words)
        if not taken:
            raise UnreadableError(words[0] if words else "")
        after = words[taken] if len(words) > taken else ""
        if after in FRACTIONS and after != "half":  # "twenty third", "five tenth": an ordinal, not a number
            raise UnreadableError(after)
        self.skip(taken)
        return value

    def skip(self, words: int) -> None:
        self.at = self._worded()[words - 1][1]


def _raised(base: Fraction, exponent: Fraction) -> Fraction:
    if exponent.denominator != 1:
        try:
            return Fraction(float(base) ** float(exponent))
        except (OverflowError, TypeError, ValueError) as error:
            raise UnreadableError("a power that is no real number") from error
    size = max(len(str(base.numerator)), len(str(base.denominator)))
    if abs(exponent) * size > 4 * LARGEST_EXPONENT:
        raise TooLargeError(str(exponent))
    return base ** int(exponent)
