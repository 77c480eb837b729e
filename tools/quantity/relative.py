"""What was said, applied to one parameter: its unit, its bounds, its present value. Exact until the end."""

# ruff: noqa: SIM905 (a list of words reads better as a line of words)

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from measurement.errors import Ambiguous, Refused
from measurement.facts import with_unit
from tools.quantity.amounts import Amount
from tools.quantity.phrases import Moved, Said, Scaled, Share, Unsure, Whole
from tools.quantity.units import in_unit, is_percent, is_unitless
from workloads.parameters import ParameterInfo

_SIDES = frozenset("side size width height length edge dimension dim resolution grid rows columns l nx ny nz".split())


@dataclass(frozen=True)
class Applied:
    """An exact value in the parameter's unit. ``relative``: it follows from the present value or a bound; ``how``: in words."""

    value: Fraction
    relative: bool = False
    how: str = ""


@dataclass(frozen=True)
class _Ground:
    """What a change stands on."""

    parameter: ParameterInfo
    current: Any


def apply(said: Said, parameter: ParameterInfo, current: Any) -> Applied:
    """Work the value out. Raises: Refused; Ambiguous with the question; ZeroDivisionError for a period of 0."""
    return _APPLY[type(said)](said, _Ground(parameter, current))


def _amount(said: Amount, ground: _Ground) -> Applied:
    parameter = ground.parameter
    if said.sign and is_percent(said.parts[0][1]):
        return _signed_percent(said, ground)
    if said.sign == "+":
        if parameter.minimum is None or parameter.minimum < 0:
            shown = with_unit(float(said.parts[0][0]), said.parts[0][1])
            raise Ambiguous(f"Should {parameter.name} become {shown}, or rise by that much?")
        return _moved(Moved(Amount(said.parts), up=True), ground)
    if said.side is not None and said.side != 1 and _is_side(parameter):
        raise Ambiguous(f"Should {parameter.name} be {said.side} or {said.parts[0][0]}?")
    parts = [in_unit(value, unit, parameter, change=place > 0) for place, (value, unit) in enumerate(said.parts)]
    if len(parts) > 1 and any(part.how for part in parts):
        raise Refused(f"Say it in one unit, please: {parameter.name} is in {parameter.unit}. Nothing was changed.")
    return Applied(sum((part.value for part in parts), Fraction(0)), how=parts[0].how)


def _signed_percent(said: Amount, ground: _Ground) -> Applied:
    """``+10 %`` changes the present value, unless the parameter itself is a percentage or a share."""
    (value, unit), *_rest = said.parts
    parameter = ground.parameter
    share = is_percent(parameter.unit) or (is_unitless(parameter) and parameter.maximum == 1)
    if share:
        raise Ambiguous(f"Should {parameter.name} change by {with_unit(float(value), '%')} of its value, or by points?")
    return _moved(Moved(Amount(((abs(value), unit),)), up=value > 0), ground)


def _is_side(parameter: ParameterInfo) -> bool:
    return bool(_SIDES & set(parameter.name.casefold().split("_")))


def _scaled(said: Scaled, ground: _Ground) -> Applied:
    return Applied(_present(ground) * said.factor, relative=True)


def _moved(said: Moved, ground: _Ground) -> Applied:
    base = _whole(said.base, ground)
    sign = 1 if said.up else -1
    (value, unit), *_rest = said.amount.parts
    if is_percent(unit) and not is_percent(ground.parameter.unit):
        return Applied(base + sign * abs(base) * value / 100, relative=True)
    if is_percent(unit):
        name = ground.parameter.name
        raise Ambiguous(f"Should {name} change by {with_unit(float(value), '%')} of its value, or by points?")
    unit = unit.removeprefix("percentage points") if is_percent(ground.parameter.unit) else unit
    by = sum(
        (in_unit(part, its, ground.parameter, change=True).value for part, its in ((value, unit), *_rest)), Fraction(0)
    )
    return Applied(base + sign * by, relative=True)


def _share(said: Share, ground: _Ground) -> Applied:
    if said.whole == "range":
        low, high = _whole("minimum", ground), _whole("maximum", ground)
        return Applied(low + said.part * (high - low), relative=True)
    if said.whole != "unsaid":
        return Applied(said.part * _whole(said.whole, ground), relative=True)
    parameter = ground.parameter
    if is_percent(parameter.unit):
        points = with_unit(float(said.part * 100), "%")
        raise Ambiguous(f"Should {parameter.name} be {points}, or that part of its present value?")
    if (
        parameter.minimum is not None
        and parameter.maximum is not None
        and parameter.minimum >= 0
        and parameter.maximum <= 1
    ):
        bare = with_unit(float(said.part), parameter.unit)
        raise Ambiguous(f"Should {parameter.name} be {bare}, or that part of its present value?")
    return Applied(said.part * _present(ground), relative=True)


def _unsure(said: Unsure, ground: _Ground) -> Applied:
    raise Ambiguous(f"{ground.parameter.name}: {said.question}")


def _whole(name: Whole, ground: _Ground) -> Fraction:
    """The number that a word such as "maximum" stands for. Raises: Refused when the parameter has none."""
    if name == "present":
        return _present(ground)
    value = getattr(ground.parameter, name)
    if value is None or isinstance(value, str | bool):
        raise Refused(f"{ground.parameter.name} has no {name} that I know. Nothing was changed.")
    return exact(value)


def _present(ground: _Ground) -> Fraction:
    current = ground.current
    if isinstance(current, bool) or not isinstance(current, int | float):
        raise Refused(
            f"The present value of {ground.parameter.name} is not known, so it cannot be changed by an amount."
        )
    return exact(current)


def exact(value: float | int) -> Fraction:
    """A number as the decimal that people see: 0.1 is one tenth. Raises: Refused when it is not finite."""
    try:
        return Fraction(repr(value))
    except ValueError as error:
        raise Refused(f"The present value is {value}; nothing can be worked out from that.") from error


_APPLY: dict[type, Callable[[Any, _Ground], Applied]] = {
    Amount: _amount,
    Scaled: _scaled,
    Moved: _moved,
    Share: _share,
    Unsure: _unsure,
}
