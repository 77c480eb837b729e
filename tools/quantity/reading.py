"""A span of a person's words, read as a value of one parameter. The model picks the words; here they become a number.

Nothing is guessed (what has two readings is asked), nothing clamped (out of bounds is refused), nothing rounded.
"""

# ruff: noqa: SIM905 (a list of words reads better as a line of words)

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from measurement.errors import Ambiguous, Refused
from measurement.facts import format_number, with_unit
from tools.quantity.amounts import Amount
from tools.quantity.notation import TooLargeError, tidy
from tools.quantity.phrases import Said, Unsure, read
from tools.quantity.relative import Applied, apply
from workloads.parameters import ParameterInfo

LONGEST = 200  # characters of a span
WHOLE_WITHIN = Fraction(1, 10**15)  # of a count: pi is not exact, and 2.5 turns a second are 150 a minute all the same
_LEADING = re.compile(
    r"^(?:(?:to|at(?! least| most)|is|be|as(?= [\d.+-])|exactly|precisely|about|around|roughly|approximately|approx\.?|circa|ca\.?"
    r"|just|only|auf|à|a value of|the value|equal to|something like)(?:\s+|(?<=\.))|[=:~≈]\s*)(?=\S)",
    re.I,
)
_TRAILING = re.compile(
    r"[\s,]+(?:please|now|instead|then|thanks|thank you|for now|bitte|(?<!as much )(?<!as many )(?<!as long )(?<!as high )(?<!as large )(?<!as big )(?<!as strong )again)$",
    re.I,
)
_NOT_FINITE = re.compile(r"[-+]?\s*(?:nan|inf|infinity|infinite|∞|not a number|unendlich)", re.I)
_BOOLS = {
    **dict.fromkeys("true on yes enabled enable 1 an ein ja oui sí si active activate activated".split(), True),
    **dict.fromkeys("false off no disabled disable 0 aus nein non inactive deactivate deactivated none".split(), False),
}


@dataclass(frozen=True)
class Quantity:
    """A value of the parameter's own type and unit.

    ``said`` tells how the words were read (``1.2 kHz = 1200 Hz``), empty when they were the value itself; ``relative`` that it
    follows from the present value or a bound.
    """

    value: float | int | bool | str
    said: str = ""
    relative: bool = False


def read_quantity(span: str | float | int | bool, parameter: ParameterInfo, current: Any = None) -> Quantity:
    """Read ``span`` as a value of ``parameter``; ``current`` is the live value that "double" refers to (default: the parameter's).

    Raises: Refused with what is allowed; Ambiguous with the question to ask.
    """
    if isinstance(span, str) and len(span) > LONGEST:
        raise Refused(f"A value of {len(span)} characters is too long for {parameter.name}; {LONGEST} are allowed.")
    current = parameter.value if current is None else current
    return _KINDS[parameter.kind](span, parameter, current)


def _number(span: Any, parameter: ParameterInfo, current: Any) -> Quantity:
    if isinstance(span, bool):
        raise Refused(f"{parameter.name} takes {_allowed(parameter)}, not {str(span).lower()}. Nothing was changed.")
    if isinstance(span, int | float):
        if not math.isfinite(span):
            raise _not_finite(str(span), parameter)
        applied = Applied(Fraction(repr(span)))
    else:
        applied = _exact(span, parameter, current)
    value = _typed(applied, str(span), parameter)
    _check_bounds(value, parameter)
    return Quantity(value, _how(str(span), value, applied, parameter), applied.relative)


def _exact(span: str, parameter: ParameterInfo, current: Any) -> Applied:
    """The value of a span, exactly, if all habits of writing numbers agree on it."""
    text = _stripped(span)
    if not text:
        raise Ambiguous(f"Which value should {parameter.name} have? It takes {_allowed(parameter)}.")
    if _NOT_FINITE.fullmatch(text):
        raise _not_finite(span, parameter)
    try:
        english, continental = read(text, "english"), read(text, "continental")
        if english is None and continental is None:
            raise Refused(
                f'"{span}" is no value that I can read for {parameter.name}; it takes {_allowed(parameter)}. Nothing was changed.'
            )
        return apply(_one_habit(english, continental, text, parameter, current), parameter, current)
    except TooLargeError as error:
        raise Refused(f'"{span}" is beyond any number that {parameter.name} can hold. Nothing was changed.') from error
    except ZeroDivisionError as error:
        raise Refused(
            f'"{span}" divides by zero; {parameter.name} takes {_allowed(parameter)}. Nothing was changed.'
        ) from error


def _one_habit(
    english: Said | None, continental: Said | None, text: str, parameter: ParameterInfo, current: Any
) -> Said:
    """Choose between 1,234 as a thousand and as a fraction.

    ``1,200`` is English grouping where a fraction cannot be (int) or would end in 0; ``1.234`` is a decimal point unless the
    parameter counts. All else is asked.
    """
    if english is None or continental is None:
        return english or continental or Unsure("")
    if english == continental:
        return english
    comma = re.search(r"\d,\d", text) is not None
    if comma and (parameter.kind == "int" or re.search(r",\d\d0(?!\d)", text)):
        return english
    if not comma and parameter.kind == "float":
        return english
    options = [_shown(said, parameter, current) for said in (english, continental)]
    raise Ambiguous(f'Does "{text}" mean {" or ".join(dict.fromkeys(options))} for {parameter.name}?')


def _shown(said: Said, parameter: ParameterInfo, current: Any) -> str:
    value = apply(said, parameter, current).value
    shown = int(value) if value.denominator == 1 else float(value)
    return with_unit(shown, parameter.unit)


def _stripped(span: str) -> str:
    text = tidy(span).strip(" \"'`“”„‘’«»")
    before = None
    while before != text:
        before = text
        text = re.sub(r"(?<!^)[.,;:!?\s]+$", "", _TRAILING.sub("", _LEADING.sub("", text)))
    return text


def _typed(applied: Applied, span: str, parameter: ParameterInfo) -> float | int:
    """The exact value as the parameter's type. Raises: Refused for a fraction of a count, or a number no float holds."""
    exact = applied.value
    if parameter.kind == "int":
        return _whole_number(applied, span, parameter)
    try:
        value = float(exact)
    except OverflowError as error:
        raise Refused(f'"{span}" is too large a number for {parameter.name}. Nothing was changed.') from error
    if value == 0 and exact != 0:
        raise Refused(f'"{span}" is too close to zero for {parameter.name}. Nothing was changed.')
    return value


def _whole_number(applied: Applied, span: str, parameter: ParameterInfo) -> int:
    exact = applied.value
    nearest = round(exact)
    if abs(exact - nearest) <= WHOLE_WITHIN * max(1, abs(nearest)):
        return nearest
    if applied.relative and abs(exact) < 10**15:
        below = math.floor(exact)
        asked = f'"{span}" is {format_number(float(exact))}, and {parameter.name} takes whole numbers only: {below} or {below + 1}?'
        raise Ambiguous(asked)
    raise Refused(f'{parameter.name} takes whole numbers only, not "{span}". Nothing was changed.')


def _check_bounds(value: float | int, parameter: ParameterInfo) -> None:
    low, high = parameter.minimum, parameter.maximum
    side = (
        "below its minimum"
        if low is not None and value < low
        else "above its maximum"
        if high is not None and value > high
        else ""
    )
    if not side:
        return
    shown = with_unit(value, parameter.unit)
    raise Refused(
        f"{parameter.name} cannot be {shown}: that is {side}. It takes {_allowed(parameter)}. Nothing was changed.",
        parameter=parameter.name, value=value, minimum=low, maximum=high,
    )  # fmt: skip


def _allowed(parameter: ParameterInfo) -> str:
    """``1 to 5000 Hz``, ``whole numbers from 10 to 20000``, ``on or off``."""
    low, high = (None if bound is None else with_unit(bound, "") for bound in (parameter.minimum, parameter.maximum))
    noun = "whole numbers" if parameter.kind == "int" else "numbers"
    if low is not None and high is not None:
        return f"{noun} from {low} to {high} {parameter.unit}".strip()
    if low is not None or high is not None:
        return f"{noun} {f'from {low} up' if low is not None else f'up to {high}'} {parameter.unit}".strip()
    return f"{noun} in {parameter.unit}" if parameter.unit else noun


def _how(span: str, value: float | int, applied: Applied, parameter: ParameterInfo) -> str:
    shown = with_unit(value, parameter.unit)
    words = " ".join(span.split())
    try:
        plain = (
            not applied.how
            and not applied.relative
            and float(words.removesuffix(parameter.unit).strip() or "nan") == value
        )
    except ValueError:
        plain = False
    if plain or words == shown:
        return ""
    if applied.how and applied.how not in words.casefold():
        words = {"period": f"a period of {words}"}.get(applied.how, f"{words} ({applied.how})")
    return f"{words} = {shown}"


def _not_finite(span: str, parameter: ParameterInfo) -> Refused:
    return Refused(
        f'{parameter.name} needs a finite number, not "{span}"; it takes {_allowed(parameter)}. Nothing was changed.'
    )


def _bool(span: Any, parameter: ParameterInfo, current: Any) -> Quantity:
    word = _stripped(str(span)).casefold()
    if word in ("toggle", "flip", "the opposite", "invert") and isinstance(current, bool):
        return Quantity(not current, f"{word} = {'on' if not current else 'off'}", relative=True)
    if word not in _BOOLS:
        raise Refused(
            f'{parameter.name} is on or off; "{span}" is neither. Nothing was changed.', choices=[True, False]
        )
    return Quantity(_BOOLS[word])


def _choice(span: Any, parameter: ParameterInfo, _current: Any) -> Quantity:
    """Only an exact choice, whatever the case; numbers by their value."""
    choices = parameter.choices or ()
    word = _stripped(str(span)).casefold()
    for spelled in (str(span).strip().casefold(), word):
        for choice in choices:
            if str(choice).casefold() == spelled:
                return Quantity(choice, "" if str(choice) == str(span) else f'"{span}" = {choice}')
    for choice in choices:
        if isinstance(choice, int | float) and not isinstance(choice, bool) and _equals(word, choice):
            return Quantity(choice, f"{span} = {format_number(choice)}")
    listed = ", ".join(map(str, choices))
    raise Refused(
        f'{parameter.name} cannot be "{span}"; it is one of {listed}. Nothing was changed.', choices=list(choices)
    )


def _equals(word: str, choice: float | int) -> bool:
    try:
        said = read(word)
    except (TooLargeError, ZeroDivisionError):
        return False
    return isinstance(said, Amount) and len(said.parts) == 1 and said.parts[0] == (Fraction(repr(choice)), "")


def _text(span: Any, _parameter: ParameterInfo, _current: Any) -> Quantity:
    return Quantity(str(span).strip().strip("\"'`“”„‘’«»"))


_KINDS: dict[str, Callable[[Any, ParameterInfo, Any], Quantity]] = {
    "float": _number,
    "int": _number,
    "bool": _bool,
    "choice": _choice,
    "str": _text,
}
