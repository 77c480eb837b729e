"""Units of measurement: the one place that knows pint.

``find`` reads a unit as people write it (``kHz``, ``khz``, ``cycles per second``, ``s⁻¹``, ``degrees Celsius``); ``convert`` and
``convert_change`` turn an exact number from one unit to another. Numbers are fractions, so 1.2 kHz is 1200 Hz and not
1199.9999999999998 Hz. Angles are kept apart from bare numbers: a radian per second is not a hertz.

Besides plain conversion there are three bridges, each said in words: a period to a frequency, an angular frequency to a
frequency, an energy to a temperature (by Boltzmann's constant). Logarithmic units (decibel) are not covered.
"""

# ruff: noqa: SIM905 (a list of words reads better as a line of words)

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, lru_cache
from itertools import product
from typing import Any

from measurement.unit_words import NEVER, PHRASES, translated

PI = Fraction("3.14159265358979323846264338327950288")
# Joule per kelvin, exact since 2019 (source: SI brochure, 9th edition), in pint's roots g m²/s²/K.
_BOLTZMANN = Fraction("1.380649e-20")

# Extra units: (factor, base) in pint's words.
_EXTRA = (
    "ppb = 1e-9",
    "ppt = 1e-12",
    "permyriad = 1e-4",
    "si_gauss = 1e-4 tesla",
    "bpm = 1 / minute",
    "sfu = 1e-22 watt / meter ** 2 / hertz",
    "solar_mass = 1.98841e30 kilogram = M_sun = msun = M_sol",
)
_CURRENTS = frozenset("A mA nA pA kA MA µA uA".split())  # with their capitals they are amperes, not the words
_LOGARITHMIC = frozenset("db dbm dbw decibel decibels bel np neper octave decade".split())
_PREFIXES = "QRYZEPTGMkhcmuµnpfazyrq"


@dataclass(frozen=True)
class Unit:
    """One reading of a unit: ``value`` of it is ``value * factor + offset`` of its roots (pint's root units: gram, meter, second, … and the radian)."""

    name: str
    factor: Fraction
    roots: tuple[tuple[str, Fraction], ...]
    offset: Fraction = Fraction(0)

    @property
    def dimensionless(self) -> bool:
        return not self.roots


@dataclass(frozen=True)
class Converted:
    """An exact value in the wanted unit; ``how`` names the bridge that was crossed (empty for a plain conversion)."""

    value: Fraction
    how: str = ""


@lru_cache(maxsize=4096)
def find(text: str) -> tuple[Unit, ...]:
    """Every unit that ``text`` can spell: none when it is no unit, several when only the case of letters would tell (``mhz``)."""
    return _combined(_spelled(text), _exactly) or find_any_case(text)


@lru_cache(maxsize=4096)
def find_any_case(text: str) -> tuple[Unit, ...]:
    """Every unit that ``text`` can spell when its capitals mean nothing (``5 MS`` for a time: ms or Ms)."""
    return _combined(_spelled(text), _any_case)


def is_time(word: str) -> bool:
    """Whether a word is a unit of time."""
    return any(unit.roots == (("second", Fraction(1)),) for unit in find(word))


def words() -> frozenset[str]:
    """The words of units that are written in more than one word (``degrees Celsius``, ``per second``, ``square metre``)."""
    spelled = (
        " ".join(PHRASES)
        + " per pro square cubic squared cubed inverse reciprocal cycles turns revolutions rotations beats breaths strokes pulses shots counts events"
        " cúbico cúbicos cúbica cúbicas cube cubes cuadrado cuadrados carré carrés battement battements latido latidos schläge par por im al an a"
    )
    return frozenset(re.findall(r"[^\W\d_]+", spelled))


def convert(value: Fraction, source: Unit, target: Unit) -> Converted | None:
    """``value`` of ``source`` in ``target``; None when the one is no measure of the other. Raises: ZeroDivisionError (period 0)."""
    root = value * source.factor + source.offset
    for how, bridge in _BRIDGES.items():
        crossed = bridge(root, dict(source.roots), dict(target.roots))
        if crossed is not None:
            return Converted((crossed - target.offset) / target.factor, how)
    return None


def convert_change(value: Fraction, source: Unit, target: Unit) -> Fraction | None:
    """A difference (5 °C more) in ``target``'s unit: no offset and no bridge; None when the units do not fit."""
    return value * source.factor / target.factor if source.roots == target.roots else None


def _plain(root: Fraction, source: dict[str, Fraction], target: dict[str, Fraction]) -> Fraction | None:
    return root if source == target else None


def _angular(root: Fraction, source: dict[str, Fraction], target: dict[str, Fraction]) -> Fraction | None:
    """rad/s to Hz and back: a turn is 2 pi radians."""
    frequency, angular = {"second": Fraction(-1)}, {"second": Fraction(-1), "radian": Fraction(1)}
    if source == angular and target == frequency:
        return root / (2 * PI)
    return root * 2 * PI if source == frequency and target == angular else None


def _period(root: Fraction, source: dict[str, Fraction], target: dict[str, Fraction]) -> Fraction | None:
    """Seconds to hertz (or to rad/s) and back."""
    inverse = {name: -power for name, power in source.items()}
    if "second" in source and len(source) == 1 and inverse == target:
        return 1 / root
    if source == {"second": Fraction(1)} and target == {"second": Fraction(-1), "radian": Fraction(1)}:
        return 2 * PI / root
    return None


def _thermal(root: Fraction, source: dict[str, Fraction], target: dict[str, Fraction]) -> Fraction | None:
    """An energy as the temperature at which k_B T equals it, and back."""
    energy = {"gram": Fraction(1), "meter": Fraction(2), "second": Fraction(-2)}
    kelvin = {"kelvin": Fraction(1)}
    if source == energy and target == kelvin:
        return root / _BOLTZMANN
    return root * _BOLTZMANN if source == kelvin and target == energy else None


_BRIDGES = {"": _plain, "angular frequency": _angular, "period": _period, "k_B T": _thermal}


@cache
def _registry() -> Any:
    """Pint's registry in exact fractions. Imported on the first unit that is read: it takes half a second."""
    import pint

    exact: Any = Fraction  # pint takes any number type; its own annotation says float
    registry = pint.UnitRegistry(non_int_type=exact)
    for definition in _EXTRA:
        registry.define(definition)
    return registry


@cache
def _casefolded() -> dict[str, list[str]]:
    """Every unit name and symbol of the registry under its casefolded spelling."""
    names: dict[str, list[str]] = defaultdict(list)
    for name in _registry():
        names[name.casefold()].append(name)
    return dict(names)


def _spelled(text: str) -> list[tuple[str, int]] | None:
    """Split a unit expression into words with their powers; None when it has another form."""
    text = _prepared(text)
    words: list[tuple[str, int]] = []
    sign = 1
    for piece in re.findall(r"/|\*|[^/*\s]+", text):
        if piece in "/*":
            sign = -1 if piece == "/" else 1
            continue
        if piece == "1" and not words:
            continue
        found = re.fullmatch(r"((?:[^\W\d]|[%°])+)(?:\^?\(?([+-]?\d)\)?)?", piece)
        if (
            found is None
            or found[2] == "0"
            or (found[1] not in _CURRENTS and found[1].casefold() in NEVER | _LOGARITHMIC)
        ):
            return None
        words.append((found[1], sign * int(found[2] or 1)))
        sign = 1
    return words or None


def _prepared(text: str) -> str:
    """Fold phrases, ``per`` and ``squared`` into pint's words; the case of everything else stays."""
    text = " ".join(text.replace("·", "*").replace("⋅", "*").replace("**", "^").replace("μ", "µ").split())
    text = re.sub(
        r"\b(?:cycles?|turns?|revolutions?|rotations?|times|beats?|breaths?|strokes?|pulses?|shots?|counts?|events?|schläge|battements?|latidos?) (?:per|an?|pro|par|por) (second|minute|hour|day|sekunde|stunde|tag|seconde|heure|jour|segundo|minuto|hora|día)s?\b",
        r"1/\1",
        text,
        flags=re.I,
    )
    text = re.sub(r"\b(?:kubik|cubic )([^\W\d_]+)|\b([^\W\d_]+) (?:cúbic[oa]s?|cubes?)\b", r"\1\2^3", text, flags=re.I)
    text = re.sub(
        r"\b(?:quadrat|square )([^\W\d_]+)|\b([^\W\d_]+) (?:cuadrad[oa]s?|carrée?s?)\b", r"\1\2^2", text, flags=re.I
    )
    for phrase, word in _longest_first():
        text = re.sub(rf"(?<![^\W\d_]){re.escape(phrase)}(?![^\W\d_])", word, text, flags=re.I)
    text = re.sub(
        r"(?<=[^\W\d_]) of [^\W\d_]+(?= (?:an?|per|each|pro|par|por) )", "", text, flags=re.I
    )  # "mm of rain a day"
    text = re.sub(r"^([^\W\d_]+) (?:per|an?|pro|par|por) ([^\W\d_]+)$", _counted, text, flags=re.I)
    text = re.sub(r"^(?:an?|each|every) (?=(?:second|minute|hour|day|week|month|year)s?\b)", "/", text, flags=re.I)
    text = re.sub(r"(?<=[^\W\d_]) an? (?=(?:second|minute|hour|day|week|year)\b)", "/", text, flags=re.I)
    text = re.sub(r"\b(?:im|al) (?=(?:jahr|tag|monat|año|día|mes)\b)", "/", text, flags=re.I)
    text = re.sub(r"\b(?:per|pro|par|por)\b", "/", text, flags=re.I)
    text = re.sub(r"\b(?:inverse|reciprocal) ([^\W\d_]+)", r"\1^-1", text, flags=re.I)
    text = re.sub(
        r"\b(square|cubic) ([^\W\d_]+)",
        lambda found: found[2] + {"s": "^2", "c": "^3"}[found[1][0].lower()],
        text,
        flags=re.I,
    )
    text = re.sub(r" squared\b", "^2", re.sub(r" cubed\b", "^3", text))
    return re.sub(r" ?\^ ?", "^", text)


def _counted(found: re.Match[str]) -> str:
    """ "calls per minute" is 1/minute; "litres per minute" stays."""
    noun, time = found[1], found[2]
    known = _known(noun) or translated(noun) or noun.casefold() in PHRASES or _any_case(noun)
    return found[0] if known or not (_known(time) or translated(time)) else f"1/{time}"


@cache
def _longest_first() -> tuple[tuple[str, str], ...]:
    return tuple(sorted(PHRASES.items(), key=lambda pair: -len(pair[0])))


def _combined(words: list[tuple[str, int]] | None, spellings: Any) -> tuple[Unit, ...]:
    """Every product of the readings of the words."""
    choices = [[(name, power) for name in spellings(word)] for word, power in words or ()]
    if not choices or not all(choices) or len(choices) > 6:
        return ()
    units = (_multiplied(list(named)) for named in product(*choices))
    return tuple({(unit.factor, unit.roots, unit.offset): unit for unit in units if unit is not None}.values())


def _exactly(word: str) -> list[str]:
    if _known(word):
        return [word]
    return [name] if (name := translated(word)) else []


def _any_case(word: str) -> list[str]:
    """Names that differ from ``word`` in case only, the prefix included: ``mhz`` is mHz or MHz, ``KHZ`` is kHz."""
    found = [word.lower(), *_casefolded().get(word.casefold(), ())]
    for prefix in {word[0].lower(), word[0].upper()} & set(_PREFIXES):
        found += [
            prefix + rest for rest in _casefolded().get(word[1:].casefold(), ()) if len(rest) <= 3 or rest.islower()
        ]
    return [name for name in dict.fromkeys(found) if _known(name)]


@lru_cache(maxsize=4096)
def _known(word: str) -> bool:
    return bool(_registry().parse_unit_name(word))


def _multiplied(named: list[tuple[str, int]]) -> Unit | None:
    import pint
    from pint.util import to_units_container

    registry = _registry()
    try:
        unit = registry.Unit("*".join(f"{name}**({power})" for name, power in named))
        factor, roots = registry.get_root_units(unit, check_nonmult=False)
    except (pint.errors.PintError, AttributeError, ValueError):
        return None
    powers = tuple(sorted((str(name), Fraction(str(power))) for name, power in to_units_container(roots).items()))
    if powers == (("kelvin", Fraction(1)),) and len(named) == 1:
        return _temperature(named[0][0])
    return Unit(
        "*".join(name if power == 1 else f"{name}^{power}" for name, power in named), Fraction(str(factor)), powers
    )


def _temperature(name: str) -> Unit:
    """A temperature scale with its zero: 0 °C is 273.15 K."""
    quantity = _registry().Quantity
    zero, one = (Fraction(str(quantity(Fraction(value), name).to("kelvin").magnitude)) for value in (0, 1))
    return Unit(name, one - zero, (("kelvin", Fraction(1)),), zero)
