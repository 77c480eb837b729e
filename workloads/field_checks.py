"""Checks of single fields of the channel's messages. Each gives the value or raises TypeError, ValueError or KeyError."""

from __future__ import annotations

import math
from typing import Any

LONGEST_NAME = 200
LARGEST_STEP = 2**62
LATEST_TIME_S = 2**33  # the year 2242: beyond it no calendar of ours reaches
NON_FINITE = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


def text(value: Any, longest: int, *, cut: bool = True) -> str:
    if not isinstance(value, str) or (not cut and len(value) > longest):
        raise TypeError(f"{value!r:.60} is no text of at most {longest} characters")
    return value[:longest].encode("utf-8", "replace").decode()  # a lone surrogate would break every later encoder


def name_of(value: Any) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_NAME or not value.isprintable():
        raise ValueError(f"{value!r:.60} is no name")
    return value


def id_of(fields: dict[str, Any]) -> str | None:
    id = fields.get("id")
    return None if id is None else text(id, LONGEST_NAME)


def scalar(value: Any) -> Any:
    if not isinstance(value, bool | int | float | str):
        raise TypeError(f"{value!r:.60} is no parameter's value")
    return value


def whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LARGEST_STEP:
        raise ValueError(f"{value!r:.60} is no count")
    return value


def number(value: Any) -> float:
    if isinstance(value, str):
        return NON_FINITE[value]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{value!r:.60} is no number")
    return float(value)


def bound(value: Any) -> float | None:
    if value is None:
        return None
    number(value)
    return value if math.isfinite(value) else None  # an int stays an int


def time_of(value: Any) -> float:
    seconds = number(value)
    if not 0 <= seconds < LATEST_TIME_S:
        raise ValueError(f"{value!r:.60} is no time")
    return seconds
