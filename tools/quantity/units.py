"""The unit beside a number, measured against the unit of a parameter.

A unit may be the parameter's own word (``strain``), a noun from its name (500 ``nodes``), a suffix (5``k``, 2``M``), a share (``%``,
``ppm``) or anything that ``measurement.units`` knows. The wrong dimension is refused, a unit that may be two is asked.
"""

# ruff: noqa: SIM905 (a list of words reads better as a line of words)

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from measurement import units
from measurement.errors import Ambiguous, Refused
from measurement.units import Unit
from tools.quantity.amounts import OF_ONE
from tools.quantity.multiples import is_share
from workloads.parameters import ParameterInfo

_UNITLESS = frozenset(["", "1", "-", "strain", "dimensionless", "ratio", "fraction", "none", "unitless", "relative"])
_SHARES = {
    "ppm": 10**6,
    "ppb": 10**9,
    "ppt": 10**12,
    "permille": 1000,
    "‰": 1000,
    "per mille": 1000,
    "basis points": 10**4,
    "basis point": 10**4,
    "bps": 10**4,
}
_SUFFIXES = {"k": 3, "K": 3, "M": 6, "G": 9, "B": 9, "T": 12}
_KELVIN = (("kelvin", Fraction(1)),)
_ACCELERATION = (("meter", Fraction(1)), ("second", Fraction(-2)))
_DEGREES = frozenset(["degree", "degrees", "deg", "°", "grad", "grade", "grados", "grado", "degré", "degrés"])
_SCALES_IN_DEGREES = frozenset(
    ["degc", "°c", "celsius", "degree_celsius", "deg_c", "degf", "°f", "fahrenheit", "degree_fahrenheit"]
)
# What a letter means for a parameter of that dimension, and for no other.
_NICKNAMES = {
    _KELVIN: {"F": "°F", "C": "°C"},
    _ACCELERATION: dict.fromkeys(("g", "G", "g0", "gee", "gees"), "standard_gravity"),
}
_TRAILING = re.compile(
    r"[,.]? ?\b(?:please|now|instead|then|thanks|thank you|for now|in total|altogether|bitte|exactly|or so|again|too)[.!]?$",
    re.I,
)
_TOO_OPEN = frozenset(
    "a an and at by in is it of on or per the to for number value unit units more less than then not".split()
)


@dataclass(frozen=True)
class InUnit:
    """A number in the parameter's unit; ``how`` names a bridge that was crossed (``period``)."""

    value: Fraction
    how: str = ""


def is_percent(unit: str) -> bool:
    return is_share(unit)


def is_unitless(parameter: ParameterInfo) -> bool:
    return parameter.unit.casefold() in _UNITLESS


def is_unit(text: str) -> bool:
    """Whether ``text`` can stand behind a number as a unit, whatever the parameter: for finding spans."""
    if not text or text == OF_ONE or is_percent(text) or text in _SUFFIXES:
        return True
    nicknamed = any(text in names for names in _NICKNAMES.values())
    return nicknamed or text.casefold() in _DEGREES or text.casefold() in _SHARES or bool(units.find(text))


def in_unit(value: Fraction, unit: str, parameter: ParameterInfo, change: bool = False) -> InUnit:
    """``value`` of ``unit`` in the parameter's unit; ``change``: it is a difference (5 °C more), not a point on a scale.

    Raises: Refused for a wrong dimension or an unknown word; Ambiguous when the unit may be two.
    """
    unit = _without_trailing(unit)
    if unit == OF_ONE:
        return InUnit(_of_one(value, parameter))
    if _is_own(unit, parameter):
        return InUnit(value)
    if parameter.unit.casefold() in _SHARES and is_percent(unit):
        return InUnit(_of_one(value / 100, parameter))
    if is_unitless(parameter) or is_percent(parameter.unit):
        own = _as_share(value, unit, parameter)
        if own is not None:
            return InUnit(own)
    converted = _converted(value, unit, parameter, change)
    if converted is not None:
        return converted
    suffixed = _suffixed(value, unit, parameter)
    if suffixed is not None:
        return InUnit(suffixed)
    raise _wrong_unit(unit, parameter)


def _of_one(share: Fraction, parameter: ParameterInfo) -> Fraction:
    """A share of one as the parameter counts shares: of one, in per cent, in ppm. Raises: Refused when it counts none."""
    if is_percent(parameter.unit):
        return share * 100
    if not is_unitless(parameter) and parameter.unit.casefold() not in _SHARES:
        raise _wrong_unit("a share of one", parameter)
    return share * _SHARES.get(parameter.unit.casefold(), 1)


def _without_trailing(unit: str) -> str:
    before = None
    while before != unit:
        before, unit = unit, _TRAILING.sub("", unit).strip(" .!?,;")
    return unit


def _is_own(unit: str, parameter: ParameterInfo) -> bool:
    """No unit, the parameter's own, or nouns of its name: 500 nodes, 0.3 strain, 10 lattice nodes."""
    if not unit or unit == parameter.unit:
        return True
    if unit.casefold() in _DEGREES and parameter.unit.casefold() in _SCALES_IN_DEGREES:
        return True
    if unit.casefold() == parameter.unit.casefold() and not units.find(unit):
        return True
    if re.fullmatch(r"[^\W\d_]", unit):
        return False
    told = (parameter.unit, parameter.doc if parameter.kind == "int" else "") if is_unitless(parameter) else ()
    own = " ".join((parameter.name, *parameter.aliases, *told))
    known = {_singular(word) for word in re.findall(r"[^\W\d_]+", own.casefold())} - _TOO_OPEN
    words = re.findall(r"[^\W\d_]+", unit.casefold())
    spelled = re.fullmatch(r"[^\W\d_]+(?: [^\W\d_]+)*", unit) is not None
    nouns = [word for word in words if word not in ("of", "the")]
    return spelled and bool(nouns) and all(_singular(word) in known for word in nouns)


def _singular(word: str) -> str:
    return word[:-1] if word.endswith("s") and len(word) > 3 else word


def _as_share(value: Fraction, unit: str, parameter: ParameterInfo) -> Fraction | None:
    """Parts of a whole for a parameter without a unit; a bare per cent only where it cannot mean anything else."""
    parts = value / _SHARES[unit.casefold()] if unit.casefold() in _SHARES else None
    if parts is not None:
        return parts * 100 if is_percent(parameter.unit) else parts
    if not is_percent(unit):
        return None
    if is_percent(parameter.unit):
        return value
    share, top = value / 100, parameter.maximum
    if top is not None and (top == 1 or (not parameter.unit and 0.01 < top < 1)) and (parameter.minimum or 0) >= 0:
        return share
    return None


def _converted(value: Fraction, unit: str, parameter: ParameterInfo, change: bool) -> InUnit | None:
    """Convert by what pint knows; several readings that agree are one."""
    targets = (
        units.find(parameter.unit) if parameter.unit and not is_unitless(parameter) else (Unit("", Fraction(1), ()),)
    )
    if not targets or is_percent(unit):
        return None
    if (
        unit != parameter.unit
        and unit.casefold() in ("k", "m", "g", "t")
        and unit.casefold() == parameter.unit.casefold()
    ):
        raise Ambiguous(
            f'Is "{unit}" the unit {parameter.unit} or a power of ten? {parameter.name} is in {parameter.unit}.'
        )
    _ask_about_degrees(unit, targets[0], parameter)
    unit = _NICKNAMES.get(targets[0].roots, {}).get(unit, unit)
    for readings in (units.find(unit), units.find_any_case(unit)):
        found = {}
        for source in readings:
            result = _between(value, source, targets[0], change)
            if result is not None:
                found[result.value] = found.get(result.value) or (source, result)
        if len(found) > 1:
            names = " or ".join(sorted(source.name for source, _result in found.values()))
            raise Ambiguous(f'Does "{unit}" mean {names}? For {parameter.name} I need the unit with its capitals.')
        if found:
            return next(iter(found.values()))[1]
    return None


def _between(value: Fraction, source: Unit, target: Unit, change: bool) -> InUnit | None:
    if change:
        moved = units.convert_change(value, source, target)
        return None if moved is None else InUnit(moved)
    converted = units.convert(value, source, target)
    return None if converted is None else InUnit(converted.value, converted.how)


def _ask_about_degrees(unit: str, target: Unit, parameter: ParameterInfo) -> None:
    if target.roots == _KELVIN and unit.casefold() in _DEGREES:
        raise Ambiguous(f"Degrees Celsius, Fahrenheit or kelvin? {parameter.name} is in {parameter.unit}.")


def _suffixed(value: Fraction, unit: str, parameter: ParameterInfo) -> Fraction | None:
    """5k, 2M, 1G: powers of a thousand. A lone m may be milli or million, a lone K kelvin: asked."""
    if unit == "m" or (unit == "K" and parameter.kind == "float"):
        meanings = "thousandths, millions or metres" if unit == "m" else "kelvin or thousands"
        own = parameter.unit if not is_unitless(parameter) else "a bare number"
        raise Ambiguous(f'Does "{unit}" mean {meanings}? {parameter.name} takes {own}.')
    return value * 10 ** _SUFFIXES[unit] if unit in _SUFFIXES else None


def _wrong_unit(unit: str, parameter: ParameterInfo) -> Refused:
    takes = f"a number in {parameter.unit}" if parameter.unit else "a bare number without a unit"
    if is_percent(unit):
        return Ambiguous(
            f"Per cent of what: of the present value, of the maximum, of its range? {parameter.name} takes {takes}."
        )
    known = "is no measure for it" if is_unit(unit) else "is no unit that I know"
    return Refused(f'{parameter.name} takes {takes}; "{unit}" {known}. Nothing was changed.', unit=parameter.unit)
