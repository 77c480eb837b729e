"""The steering channel's upward messages: a line of JSON in, a checked and frozen value out.

Whoever writes into the channel is not trusted: every field is checked for its type and its size, and what does not fit
is a ``BrokenMessageError`` with a sentence. A message a kind; a kind is known by its entry in ``READERS``.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from workloads.parameters import Kind, ParameterInfo
from workloads.snapshot import Picture
from workloads.steer import check_value

LONGEST_NAME = 200
LONGEST_TEXT = 4000
LARGEST_STEP = 2**62
LATEST_TIME_S = 2**33  # the year 2242: beyond it no calendar of ours reaches
MOST_PIXELS = 512 * 512
NON_FINITE = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


class BrokenMessageError(Exception):
    """A line that is no message; the text says in what way."""


@dataclass(frozen=True, slots=True)
class Hello:
    protocol: int
    total_steps: int | None
    device: str
    doc: str
    checkpoint: bool
    restore: bool


@dataclass(frozen=True, slots=True)
class Declared:
    parameter: ParameterInfo


@dataclass(frozen=True, slots=True)
class Metric:
    name: str
    unit: str
    doc: str


@dataclass(frozen=True, slots=True)
class Row:
    """One reading, or ``count`` neighbours merged into one. ``taken_at`` is Unix time."""

    step: int
    value: float
    taken_at: float
    count: int
    minimum: float
    maximum: float


@dataclass(frozen=True, slots=True)
class Rows:
    """Readings by metric, and how many were merged into their neighbours because the pipe was full."""

    rows: Mapping[str, tuple[Row, ...]]
    merged: int


@dataclass(frozen=True, slots=True)
class Step:
    step: int


@dataclass(frozen=True, slots=True)
class Applied:
    id: str | None
    step: int
    changes: tuple[tuple[str, Any, Any], ...]


@dataclass(frozen=True, slots=True)
class Denied:
    id: str | None
    error: str


@dataclass(frozen=True, slots=True)
class StateTold:
    id: str | None
    state: str
    step: int


@dataclass(frozen=True, slots=True)
class Shown:
    picture: Picture


@dataclass(frozen=True, slots=True)
class Note:
    text: str


@dataclass(frozen=True, slots=True)
class Checkpointed:
    id: str | None
    path: str
    step: int


@dataclass(frozen=True, slots=True)
class Bye:
    state: str
    step: int
    error: str | None


Message = (
    Hello | Declared | Metric | Rows | Step | Applied | Denied | StateTold | Shown | Note | Checkpointed | Bye
)  # fmt: skip


def decode(line: bytes) -> Message:
    """Read one line.

    Raises:
        BrokenMessageError: it is no message.
    """
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BrokenMessageError("not JSON") from error
    if not isinstance(fields, dict):
        raise BrokenMessageError("not a JSON object")
    kind = fields.get("type")
    reader = READERS.get(kind) if isinstance(kind, str) else None
    if reader is None:
        raise BrokenMessageError(f"unknown type {kind!r:.60}")
    try:
        return reader(fields)
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError) as error:
        raise BrokenMessageError(f"{kind}: {str(error)[:200] or type(error).__name__}") from error


def _hello(fields: dict[str, Any]) -> Hello:
    total = fields.get("total_steps")
    return Hello(
        protocol=_whole(fields["protocol"]),
        total_steps=None if total is None else _whole(total),
        device=_text(fields.get("device", "cpu"), LONGEST_NAME),
        doc=_text(fields.get("doc", ""), LONGEST_TEXT),
        checkpoint=fields.get("checkpoint") is True,
        restore=fields.get("restore") is True,
    )


def _parameter(fields: dict[str, Any]) -> Declared:
    choices = fields.get("choices")
    kind = _text(fields["kind"], 10)
    if kind not in ("float", "int", "bool", "str", "choice"):
        raise ValueError(f"unknown kind {kind!r}")
    info = ParameterInfo(
        name=_name(fields["name"]),
        value=fields["value"],
        kind=cast("Kind", kind),
        unit=_text(fields.get("unit", ""), LONGEST_NAME),
        minimum=_bound(fields.get("minimum")),
        maximum=_bound(fields.get("maximum")),
        choices=tuple(_scalar(choice) for choice in choices) if choices else None,
        doc=_text(fields.get("doc", ""), LONGEST_TEXT),
        aliases=tuple(_name(alias) for alias in fields.get("aliases") or ()),
        default=None if fields.get("default") is None else _scalar(fields["default"]),
    )
    spec = {"name": info.name, "kind": info.kind, "minimum": info.minimum, "maximum": info.maximum, "unit": info.unit}
    return Declared(info.with_value(check_value({**spec, "choices": info.choices or ()}, info.value)))


def _metric(fields: dict[str, Any]) -> Metric:
    unit, doc = _text(fields.get("unit", ""), LONGEST_NAME), _text(fields.get("doc", ""), LONGEST_TEXT)
    return Metric(_name(fields["name"]), unit, doc)


def _rows(fields: dict[str, Any]) -> Rows:
    rows = {_name(name): tuple(_row(row) for row in given) for name, given in fields["rows"].items()}
    return Rows(rows, _whole(fields.get("merged", 0)))


def _row(row: Any) -> Row:
    if len(row) == 3:  # the usual case: one reading, merged with none
        step, value, taken_at = row
        number = _number(value)
        return Row(_whole(step), number, _time(taken_at), 1, number, number)
    step, value, taken_at, count, low, high = row
    return Row(_whole(step), _number(value), _time(taken_at), _whole(count), _number(low), _number(high))


def _applied(fields: dict[str, Any]) -> Applied:
    changes = tuple((_name(c["name"]), _scalar(c["old"]), _scalar(c["new"])) for c in fields["changes"])
    return Applied(_id(fields), _whole(fields["step"]), changes)


def _picture(fields: dict[str, Any]) -> Shown:
    rows, columns = _whole(fields["rows"]), _whole(fields["columns"])
    try:
        values = base64.b64decode(_text(fields["values"], 2 * MOST_PIXELS, cut=False), validate=True)
    except binascii.Error as error:
        raise ValueError("values are not base64") from error
    if not 0 < rows * columns <= MOST_PIXELS or len(values) != rows * columns:
        raise ValueError(f"{rows} x {columns} points announced, {len(values)} sent")
    return Shown(
        Picture(
            name=_name(fields["name"]),
            step=_whole(fields["step"]),
            rows=rows,
            columns=columns,
            minimum=_number(fields["minimum"]),
            maximum=_number(fields["maximum"]),
            values=values,
            unit=_text(fields.get("unit", ""), LONGEST_NAME),
            doc=_text(fields.get("doc", ""), LONGEST_TEXT),
            taken_at=_time(fields["time"]),
            not_finite=_whole(fields.get("not_finite", 0)),
        )
    )


def _bye(fields: dict[str, Any]) -> Bye:
    error = fields.get("error")
    words = None if error is None else _text(error, LONGEST_TEXT)
    return Bye(_text(fields["state"], 20), _whole(fields.get("step", 0)), words)


READERS: Mapping[str, Callable[[dict[str, Any]], Message]] = {
    "hello": _hello,
    "parameter": _parameter,
    "metric": _metric,
    "metrics": _rows,
    "step": lambda fields: Step(_whole(fields["step"])),
    "applied": _applied,
    "refused": lambda fields: Denied(_id(fields), _text(fields["error"], LONGEST_TEXT)),
    "state": lambda fields: StateTold(_id(fields), _text(fields["state"], 20), _whole(fields["step"])),
    "picture": _picture,
    "note": lambda fields: Note(_text(fields["text"], LONGEST_TEXT)),
    "checkpointed": lambda f: Checkpointed(_id(f), _text(f["path"], LONGEST_TEXT, cut=False), _whole(f["step"])),
    "bye": _bye,
}


def _text(value: Any, longest: int, *, cut: bool = True) -> str:
    if not isinstance(value, str) or (not cut and len(value) > longest):
        raise TypeError(f"{value!r:.60} is no text of at most {longest} characters")
    return value[:longest].encode("utf-8", "replace").decode()  # a lone surrogate would break every later encoder


def _name(value: Any) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_NAME or not value.isprintable():
        raise ValueError(f"{value!r:.60} is no name")
    return value


def _id(fields: dict[str, Any]) -> str | None:
    id = fields.get("id")
    return None if id is None else _text(id, LONGEST_NAME)


def _scalar(value: Any) -> Any:
    if not isinstance(value, bool | int | float | str):
        raise TypeError(f"{value!r:.60} is no parameter's value")
    return value


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LARGEST_STEP:
        raise ValueError(f"{value!r:.60} is no count")
    return value


def _number(value: Any) -> float:
    if isinstance(value, str):
        return NON_FINITE[value]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{value!r:.60} is no number")
    return float(value)


def _bound(value: Any) -> float | None:
    if value is None:
        return None
    _number(value)
    return value if math.isfinite(value) else None  # an int stays an int


def _time(value: Any) -> float:
    seconds = _number(value)
    if not 0 <= seconds < LATEST_TIME_S:
        raise ValueError(f"{value!r:.60} is no time")
    return seconds
