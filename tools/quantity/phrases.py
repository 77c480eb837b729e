"""What a span says, before anybody asks of which parameter: an amount, a change of the present value, a share of a bound.

``read`` turns words into one of the frozen forms below. It knows no parameter, no bounds and no present value; ``applied.py``
does. What people leave open (``a bit more``, ``3 or maybe 4``) is a form too: ``Unsure``, with what has to be asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from measurement import units
from tools.quantity.amounts import OF_ONE, Amount, bare_number, plain_amount, read_amount, unsigned
from tools.quantity.multiples import MULTIPLES, as_part, factor_of, is_share, part_in_words
from tools.quantity.notation import Marks

Whole = Literal["present", "maximum", "minimum", "range", "default", "unsaid"]


@dataclass(frozen=True)
class Scaled:
    """A multiple of the present value: double, ten times, an order of magnitude less."""

    factor: Fraction


@dataclass(frozen=True)
class Moved:
    """An amount, or a percentage, above or below something."""

    amount: Amount
    up: bool
    base: Whole = "present"


@dataclass(frozen=True)
class Share:
    """A part of something; ``unsaid`` when the words do not tell of what (``half``: of the present value, or 0.5?)."""

    part: Fraction
    whole: Whole


@dataclass(frozen=True)
class Unsure:
    """What cannot be read in one way only. ``lists``: it lists values (``3 or 4``), and is found in a text as one span."""

    question: str
    lists: bool = False


Said = Amount | Scaled | Moved | Share | Unsure
_Rule = Callable[[re.Match[str], Marks], "Said | None"]
_rules: list[tuple[re.Pattern[str], _Rule]] = []

_THAT = r"(?:value|setting|level|amount|one|size|number)"
_WHOLES: dict[Whole, str] = {
    "present": rf"(?:what|as|how) (?:much )?it (?:is|was)(?: (?:now|at present|currently))?|it (?:is|was)(?: now)?|it|this|that|(?:the |its )?(?:present|current|actual|existing) ?{_THAT}?|(?:the|its) {_THAT}",
    "maximum": rf"(?:(?:the|its) )?(?:allowed |upper |possible )?(?:maximum|max|upper (?:bound|limit)|highest)(?: (?:possible|allowed|{_THAT}|bound|limit))*|(?:the )?upper (?:bound|limit)|as (?:high|large|big|much|fast|strong) as possible",
    "minimum": rf"(?:(?:the|its) )?(?:allowed |lower |possible )?(?:minimum|min|lower (?:bound|limit)|lowest|smallest)(?: (?:possible|allowed|{_THAT}|bound|limit))*|(?:the )?lower (?:bound|limit)|as (?:low|small|little|slow|weak) as possible",
    "range": r"(?:(?:the|its) )?(?:full |whole |allowed )?(?:range|span|interval|scale)",
    "default": rf"(?:(?:the|its) )?(?:default|initial|original|start(?:ing)?)(?: {_THAT})?",
}
_ANY_WHOLE = "|".join(f"(?P<{name}>{pattern})" for name, pattern in _WHOLES.items())
_MORE = "more|higher|larger|bigger|greater|stronger|faster|hotter|warmer|longer|deeper|wider|thicker|denser|brighter|up|increase|increased|mehr|höher"
_LESS = "less|lower|smaller|fewer|weaker|slower|cooler|colder|shorter|shallower|narrower|thinner|dimmer|down|decrease|decreased|reduction|reduced|weniger|niedriger"
_WAY = rf"(?:(?P<up>{_MORE})|(?P<down>{_LESS}))(?: than (?:{_WHOLES['present']}|before))?"
_RAISE = "increase|increased|raise|raised|up|add|plus|bump(?: it)? up|turn(?: it)? up"
_LOWER = "decrease|decreased|reduce|reduced|lower|lowered|subtract|cut|drop|down|take off|turn(?: it)? down"
_AS_MUCH = rf"(?:(?:as )?(?:much|many|high|large|big|fast|strong|hot|long)(?: as (?:{_WHOLES['present']}|before|now))?|(?:of )?(?:{_WHOLES['present']}))"


def read(text: str, marks: Marks = "english") -> Said | None:
    """Read tidied ``text`` to its last character; None when it says no quantity. Raises: TooLargeError; ZeroDivisionError."""
    for pattern, rule in _rules:
        found = pattern.fullmatch(text)
        said = rule(found, marks) if found else None
        if said is not None:
            return said
    return None


def _says(pattern: str) -> Callable[[_Rule], _Rule]:
    """Register a rule; they are tried in the order of this file."""

    def register(rule: _Rule) -> _Rule:
        _rules.append((re.compile(pattern, re.I), rule))
        return rule

    return register


@_says(
    r"(?:either |between |from )?(?P<first>.+?),? ?(?:\b(?:or|and|oder|ou)\b(?: (?:maybe|perhaps|even|vielleicht|possibly))?|\bto\b|-|–|—|\.\.+|…) ?(?P<second>.+)"
)
def _several(found: re.Match[str], marks: Marks) -> Said | None:
    """``3 or maybe 4``, ``between 3 and 5``, ``3-4``: two values, and nobody said which."""
    first, second = (plain_amount(found[name], marks) for name in ("first", "second"))
    joined = found.string[found.end("first") : found.start("second")].strip(" ,").lower()
    if first is None or second is None or (joined == "and" and not found.string.lower().startswith("between ")):
        return None
    if joined == "-" and read_amount(found.string, marks) is not None:
        return None
    return Unsure(f'"{found.string}" names more than one value. Which one should it be?', lists=joined != "to")


@_says(rf"(?:{_ANY_WHOLE})")
def _whole(found: re.Match[str], _marks: Marks) -> Said | None:
    """``the maximum``, ``as low as possible``, ``its default``."""
    whole = _named_whole(found)
    return Share(Fraction(1), whole) if whole in ("maximum", "minimum", "default") else None


@_says(rf"(?:the )?(?:middle|midpoint|centre|center|half ?way)(?: (?:of|up|through|into)? ?{_WHOLES['range']})?")
def _middle(_found: re.Match[str], _marks: Marks) -> Said | None:
    return Share(Fraction(1, 2), "range")


@_says(rf"(?P<part>.+?) ?(?P<joint>\b(?:of|from|times|von|du|de)\b|\*|x)? (?:{_ANY_WHOLE})")
def _share(found: re.Match[str], marks: Marks) -> Said | None:
    """``a quarter of its range``, ``80 % of the maximum``, ``half of what it is``, ``twice that``, ``half the maximum``."""
    part, whole = found["part"], _named_whole(found)
    multiple = factor_of(part, marks)
    if multiple is None:
        amount = plain_amount(part, marks)
        bare = amount is not None and not amount.parts[0][1] and part[0].isdigit()
        multiple = as_part(amount) if amount and (found["joint"] or not bare) else None  # "2 min" are minutes
    if multiple is None or whole is None:
        return None
    return Scaled(multiple) if whole == "present" else Share(multiple, whole)


@_says(r"(?:(?P<part>.+?) )?as (?:much|many|high|large|big|fast|strong|hot|long|wide|deep|heavy) again")
def _again(found: re.Match[str], marks: Marks) -> Said | None:
    """``half as much again`` is half more, ``as much again`` double."""
    part = part_in_words(found["part"], marks) if found["part"] else Fraction(1)
    return Scaled(1 + part) if part is not None else None


@_says(rf"(?P<part>.+?)(?: {_AS_MUCH})?")
def _multiplied(found: re.Match[str], marks: Marks) -> Said | None:
    """``double``, ``halve it``, ``three times as much``, ``2x``, ``× 10``, ``divided by 3``; ``half`` alone stays open."""
    multiple = factor_of(found["part"], marks)
    if multiple is not None:
        return Scaled(multiple)
    if (part := part_in_words(found["part"], marks)) is not None:
        return Scaled(part) if found["part"] != found.string else Share(part, "unsaid")
    return None


@_says(r"(?P<part>[^\W\d_]+(?: [^\W\d_]+)?) (?:of |the )?(?P<amount>[\d.].*)")
def _part_of_amount(found: re.Match[str], marks: Marks) -> Said | None:
    """``twice 280 ppm``, ``half of 1 kHz``: an amount, not a change of the present value."""
    part = MULTIPLES.get(found["part"].lower()) or part_in_words(found["part"].removesuffix(" of"), marks)
    amount = plain_amount(found["amount"], marks) if part else None
    if (
        part is None
        or amount is None
        or amount.side is not None
        or any(is_share(unit) for _value, unit in amount.parts)
    ):
        return None
    return Amount(tuple((value * part, unit) for value, unit in amount.parts))


@_says(rf"(?P<n>.+?)(?: times|-fold|fold|x) {_WAY}")
def _times_more(found: re.Match[str], marks: Marks) -> Said | None:
    """``ten times higher`` is ten times as much, ``ten times less`` a tenth."""
    amount = bare_number(found["n"], marks)
    return None if not amount else Scaled(1 / amount if found["down"] else amount)


@_says(
    rf"(?:(?P<raise>{_RAISE})(?: it)? |(?P<lower>{_LOWER})(?: it)? )?(?:by )?(?P<n>.+?) (?:orders? of magnitude|decades?)(?: {_WAY})?"
)
def _magnitude(found: re.Match[str], marks: Marks) -> Said | None:
    count = Fraction(1) if found["n"].lower() in ("a", "an", "one") else bare_number(found["n"], marks)
    if count is None or count.denominator != 1 or abs(count) > 60:
        return None
    return _directed(found, Fraction(10) ** int(count))


@_says(
    rf"(?:(?P<raise>{_RAISE})(?: it)? |(?P<lower>{_LOWER})(?: it)? )?(?:by )?(?:a )?factor(?: of)? (?P<n>.+?)(?: {_WAY})?"
)
def _factor(found: re.Match[str], marks: Marks) -> Said | None:
    factor = bare_number(found["n"], marks)
    return None if not factor else _directed(found, factor)


@_says(rf"(?P<amount>.+?) (?:(?P<up>above|over)|(?P<down>below|under|beneath)) (?:{_ANY_WHOLE})")
def _beside(found: re.Match[str], marks: Marks) -> Said | None:
    """``10 % below the maximum``."""
    amount, whole = plain_amount(found["amount"], marks), _named_whole(found)
    return Moved(amount, bool(found["up"]), whole) if amount and whole not in (None, "range") else None


@_says(rf"(?:by )?(?P<amount>.+?) {_WAY}")
def _moved(found: re.Match[str], marks: Marks) -> Said | None:
    """``10 % more``, ``5 K less``; ``a third less`` leaves two thirds."""
    if (part := part_in_words(found["amount"], marks)) is not None:
        return Scaled(1 + part if found["up"] else 1 - part)
    amount = plain_amount(found["amount"].removeprefix("+"), marks)
    return Moved(amount, bool(found["up"])) if amount and not amount.sign else None


@_says(r"(?P<n>.+?) (?:(?P<up>more|additional|extra|further)|fewer|less) (?P<noun>[^\W\d_]+)")
def _more_of(found: re.Match[str], marks: Marks) -> Said | None:
    """``ten more cars``."""
    count = bare_number(found["n"], marks)
    return Moved(Amount(((count, found["noun"]),)), bool(found["up"])) if count is not None and count > 0 else None


@_says(rf"(?:(?P<up>{_RAISE})|(?P<down>{_LOWER}))(?: it)?(?: by)? (?P<amount>.+)")
def _verb(found: re.Match[str], marks: Marks) -> Said | None:
    """``increase by 10 %``, ``add 5``; ``reduce by a third`` leaves two thirds."""
    if (part := part_in_words(found["amount"], marks)) is not None:
        return Scaled(1 + part if found["up"] else 1 - part)
    amount = plain_amount(found["amount"], marks)
    return Moved(amount, bool(found["up"])) if amount and not amount.sign else None


@_says(r"(?:by|um|de) (?P<amount>.+)")
def _by(found: re.Match[str], marks: Marks) -> Said | None:
    """``by -5 K`` says where to; ``by 5 K`` does not."""
    amount = plain_amount(found["amount"], marks)
    if amount is None:
        return None
    if not amount.sign:
        return Unsure(f'Up or down by "{found["amount"]}"?')
    return Moved(unsigned(amount), amount.sign == "+")


@_says(r"(?P<n>.+?) parts? (?:per|in|out of) (?P<m>.+)|(?P<few>one|two|three|1|2|3) (?:in|out of) (?P<many>.+)")
def _parts(found: re.Match[str], marks: Marks) -> Said | None:
    """``two parts per million``, ``one part in 10^6``, ``1 in 1000``."""
    above, below = found["n"] or found["few"], found["m"] or found["many"]
    below = below if not re.fullmatch("(?:hundred|thousand|million|billion|trillion)", below, re.I) else f"a {below}"
    count, among = bare_number(above, marks), bare_number(below, marks)
    return Amount(((count / among, OF_ONE),)) if count is not None and among else None


@_says(
    r"(?:at least|at most|more than|less than|no more than|no less than|fewer than|up to|above|below|over|under|beyond|greater than|>|<|>=|<=|≥|≤|mindestens|höchstens) ?(?P<amount>.+)"
)
def _bound(found: re.Match[str], marks: Marks) -> Said | None:
    if plain_amount(found["amount"], marks) is None:
        return None
    return Unsure(f'"{found.string}" is a bound, not a value. Which value should it be?')


@_says(
    rf"(?:(?:a )?(?:bit|little|lot|tad|touch|few|couple(?: of)?|much|some(?:what)?|slightly|way|far|several) ?)+(?:{_MORE}|{_LESS})?|{_MORE}|{_LESS}|(?:very )?(?:high|low|large|small|big|tiny|huge)"
)
def _vague(found: re.Match[str], _marks: Marks) -> Said | None:
    return Unsure(f'"{found.string}" is no value. Which value should it be?')


@_says(
    r"(?:an? )?(?:period|frequency|angular frequency|time|duration|temperature|energy) of (?P<amount>.+)|an? (?P<unit>[^\W\d_]+)|(?P<alone>.+)"
)
def _alone(found: re.Match[str], marks: Marks) -> Said | None:
    """An amount; ``an hour`` is one."""
    if found["unit"] and units.find(found["unit"]):
        return Amount(((Fraction(1), found["unit"]),))
    if found["unit"]:
        return read_amount(found.string, marks)
    return read_amount(found["amount"] or found["alone"], marks)


def vocabulary() -> frozenset[str]:
    """Every word that a rule speaks of, lower case."""
    patterns = " ".join(re.sub(r"\(\?P<\w+>|\\.", " ", pattern.pattern) for pattern, _rule in _rules)
    return frozenset(re.findall(r"[^\W\d_]+", patterns.lower())) | frozenset(MULTIPLES)


def _named_whole(found: re.Match[str]) -> Whole | None:
    return next((name for name in _WHOLES if found[name]), None)


def _directed(found: re.Match[str], factor: Fraction) -> Said:
    if found["up"] or found["raise"]:
        return Scaled(factor)
    if found["down"] or found["lower"]:
        return Scaled(1 / factor)
    return Unsure(f'Up or down: "{found.string}"?')
