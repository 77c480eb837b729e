"""How a fact looks in print: rounded to what it is worth, with its unit and uncertainty. The exact value is in the appendix."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from measurement.errors import ReportError
from measurement.facts import Fact, json_value
from whitepapers.book import UNIX_TIME
from whitepapers.quantity import converted, is_number

DIGITS = 4
UNKNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Shown:
    """A fact in print. ``number`` is a decimal as siunitx reads it, with ``+-`` and the bound if there is one; else None.

    ``words`` is what stands there for what is no number.
    """

    number: str | None
    unit: str
    words: str = ""

    def bare(self, with_unit: bool) -> Shown:
        """The same without its unit, unless that is wanted."""
        return self if with_unit else replace(self, unit="")


def shown(fact: Fact, unit: str | None = None, exact: bool = False, places: int | None = None) -> Shown:
    """A fact, in ``unit`` if one is wanted, with that many decimal ``places`` if they are given.

    Raises: ReportError when the unit does not fit.
    """
    value = fact.value
    if value is None:
        return Shown(None, "", UNKNOWN)
    if fact.unit == UNIX_TIME:
        return Shown(None, "", moment(float(value)))
    if isinstance(value, bool):
        return Shown(None, "", "on" if value else "off")
    if isinstance(value, str) or not is_number(value):
        if unit:
            raise ReportError(f"The fact {fact.name!r} is no number and cannot be written in {unit}.")
        return Shown(None, "", str(json_value(value)))
    wanted = fact.unit if unit is None else unit
    number = value if wanted == fact.unit else converted(float(value), fact.unit, wanted)
    if places is not None:
        return Shown(f"{number:.{places}f}", wanted)
    bound = None if fact.uncertainty is None else converted(fact.uncertainty, fact.unit, wanted)
    return Shown(repr(number) if exact else _rounded(number, bound), wanted)


def moment(wall_s: float) -> str:
    """Unix time as ``21 November 2026, 15:02:11 UTC``."""
    at = datetime.fromtimestamp(wall_s, UTC)
    return f"{at.day} {at:%B %Y}, {at:%H:%M:%S} UTC"


def _rounded(number: float | int, bound: float | None) -> str:
    if bound is not None and bound > 0 and math.isfinite(bound):
        return _with_bound(float(number), bound)
    if isinstance(number, int):
        return str(number)
    if 10**DIGITS <= abs(number) < 10.0**7:
        return f"{number:.0f}"
    text = f"{number:.{DIGITS}g}"
    return repr(float(text)) if "e" not in text and float(text) != int(float(text)) else text


def _with_bound(number: float, bound: float) -> str:
    """Both to the second digit of the bound, with one exponent for both."""
    power = math.floor(math.log10(max(abs(number), bound)))
    power = 0 if -3 <= power < 6 else power
    places = 1 - math.floor(math.log10(bound)) + power
    mantissa, spread = number / 10.0**power, bound / 10.0**power
    text = f"{mantissa:.{max(places, 0)}f} +- {spread:.{max(places, 0)}f}"
    return f"{text} e{power}".replace(" e", "e") if power else text
