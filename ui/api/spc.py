"""Control charts of numbers that the caller sends: limits, rule violations, incidents. Nothing is stored."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, PlainValidator, StrictBool, StrictInt

from measurement.spc import PRESETS, Analysis, Incident, Limits, SigmaMethod, Transform, analyze
from ui.house import House
from ui.replies import StrictJSON

MOST_VALUES = 100_000
NON_FINITE = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
Preset = Literal["nelson", "western_electric", "minitab", "nist", "qcc"]


def _read_values(given: Any) -> list[float | None]:
    """Take numbers, null and the names of what is not finite; one sentence about the first thing that is none of these."""
    if not isinstance(given, list):
        raise ValueError("a list of numbers is needed, null for a missing one")
    if len(given) > MOST_VALUES:
        raise ValueError(
            f"there are {len(given):,} values and at most {MOST_VALUES:,} are taken at once; "
            "send a part of them, or the means of minutes"
        )
    return [_read_value(place, value) for place, value in enumerate(given)]


def _read_value(place: int, value: Any) -> float | None:
    if value is None or type(value) is float:
        return value
    if type(value) is int:
        try:
            return float(value)
        except OverflowError:
            raise ValueError(f"value {place} is a whole number beyond what a double holds (1.8e308)") from None
    if isinstance(value, str) and value in NON_FINITE:
        return NON_FINITE[value]
    shown = repr(value) if len(repr(value)) <= 40 else repr(value)[:40] + "…"
    raise ValueError(f'value {place} is {shown}; a value is a number, null, "NaN", "Infinity" or "-Infinity"')


Values = Annotated[
    list[float | None],
    PlainValidator(_read_values, json_schema_input_type=list[float | Literal["NaN", "Infinity", "-Infinity"] | None]),
]


class Wish(BaseModel):
    """The numbers, in time order, and how to judge them.

    ``baseline`` (first and last index, inclusive) says which points the limits are made from; without it all of them
    are. ``center`` and ``sigma_value`` replace an estimate; with ``log`` they are on the logarithms' scale.
    ``judge_baseline`` false leaves the baseline's own points unjudged. ``rules`` left out are the convention's.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"values": [49.6, 47.6, 49.9, 51.3, None, 47.8, 51.2], "rules": [1, 2]}]},
    )
    values: Values
    rules: Annotated[list[StrictInt], Field(max_length=64)] | None = None
    sigma: SigmaMethod = "moving_range"
    baseline: Annotated[list[StrictInt], Field(min_length=2, max_length=2)] | None = None
    center: FiniteFloat | None = None
    sigma_value: Annotated[FiniteFloat, Field(ge=0)] | None = None
    transform: Transform = "none"
    convention: Preset = "nelson"
    judge_baseline: StrictBool = True


class IncidentShape(BaseModel):
    """One disturbance from point ``start`` to ``end``, inclusive. ``size_sigma`` is how large, in the direction.

    ``direction`` is null when none of its rules has one; ``points`` is how many points were reported.
    """

    start: int
    end: int
    rules: list[int]
    direction: Literal["up", "down"] | None
    size_sigma: float | None
    points: int


class LimitsShape(BaseModel):
    """Centre and limits taken back to the unit of the values."""

    center: float | None
    ucl: float | None
    lcl: float | None


class Chart(BaseModel):
    """The chart. Centre, sigma and limits are on its scale: natural logarithms with ``transform`` log, see ``original``.

    ``violations`` has for each rule the 0-based index of the last point of every window it reports. ``n`` counts the
    present points. What could not be computed or judged is null or empty, and ``reason`` says why. ``provisional`` is
    true while fewer than 300 points stand behind the limits.
    """

    center: float | None
    sigma: float | None
    ucl: float | None
    lcl: float | None
    violations: dict[str, list[int]]
    incidents: list[IncidentShape]
    n: int
    reason: str | None
    provisional: bool
    baseline: list[int] | None
    original: LimitsShape


def router(house: House) -> APIRouter:
    """The route ``/api/spc/analyze``."""
    routes = APIRouter(prefix="/spc")

    @routes.post("/analyze", response_model=Chart, summary="Judge a series of individual values")
    def judge(wish: Wish) -> StrictJSON:
        """Individuals chart: limits at 3 sigma, Nelson's rules, and their violations gathered into incidents."""
        return StrictJSON(_chart(_analysis(wish)))

    return routes


def _analysis(wish: Wish) -> Analysis:
    return analyze(
        wish.values,
        rules=wish.rules,
        sigma=wish.sigma,
        baseline=None if wish.baseline is None else (wish.baseline[0], wish.baseline[1]),
        center=wish.center,
        sigma_value=wish.sigma_value,
        transform=wish.transform,
        conventions=PRESETS[wish.convention],
        judge_baseline=wish.judge_baseline,
    )


def _chart(found: Analysis) -> Chart:
    limits = found.limits
    return Chart(
        center=limits.center,
        sigma=limits.sigma,
        ucl=limits.ucl,
        lcl=limits.lcl,
        violations={str(rule): indices.tolist() for rule, indices in found.violations.items()},
        incidents=[_incident(incident) for incident in found.incidents],
        n=found.n,
        reason=found.reason,
        provisional=limits.provisional,
        baseline=None if found.baseline is None else list(found.baseline),
        original=_original(found.original),
    )


def _incident(incident: Incident) -> IncidentShape:
    return IncidentShape(
        start=incident.start,
        end=incident.end,
        rules=list(incident.rules),
        direction=incident.direction,
        size_sigma=incident.size_sigma,
        points=incident.points,
    )


def _original(limits: Limits) -> LimitsShape:
    return LimitsShape(center=limits.center, ucl=limits.ucl, lcl=limits.lcl)
