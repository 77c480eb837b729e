"""The steering channel's upward messages: a line of JSON in, a checked and frozen value out.

Whoever writes into the channel is not trusted: every field is checked for its type and its size, and what does not fit
is a ``BrokenMessageError`` with a sentence. A message a kind; a kind is known by its entry in ``READERS``.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from workloads import field_checks as checks
from workloads.parameters import Kind, ParameterInfo
from workloads.snapshot import Picture
from workloads.steer import check_value

LONGEST_TEXT = 4000
MOST_PIXELS = 512 * 512


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
    pid: int | None = None


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
        protocol=checks.whole(fields["protocol"]),
        total_steps=None if total is None else checks.whole(total),
        device=checks.text(fields.get("device", "cpu"), checks.LONGEST_NAME),
        doc=checks.text(fields.get("doc", ""), LONGEST_TEXT),
        checkpoint=fields.get("checkpoint") is True,
        restore=fields.get("restore") is True,
        pid=None if fields.get("pid") is None else checks.whole(fields["pid"]),
    )


def _parameter(fields: dict[str, Any]) -> Declared:
    choices = fields.get("choices")
    kind = checks.text(fields["kind"], 10)
    if kind not in ("float", "int", "bool", "str", "choice"):
        raise ValueError(f"unknown kind {kind!r}")
    info = ParameterInfo(
        name=checks.name_of(fields["name"]),
        value=fields["value"],
        kind=cast("Kind", kind),
        unit=checks.text(fields.get("unit", ""), checks.LONGEST_NAME),
        minimum=checks.bound(fields.get("minimum")),
        maximum=checks.bound(fields.get("maximum")),
        choices=tuple(checks.scalar(choice) for choice in choices) if choices else None,
        doc=checks.text(fields.get("doc", ""), LONGEST_TEXT),
        aliases=tuple(checks.name_of(alias) for alias in fields.get("aliases") or ()),
        default=None if fields.get("default") is None else checks.scalar(fields["default"]),
    )
    spec = {"name": info.name, "kind": info.kind, "minimum": info.minimum, "maximum": info.maximum, "unit": info.unit}
    return Declared(info.with_value(check_value({**spec, "choices": info.choices or ()}, info.value)))


def _metric(fields: dict[str, Any]) -> Metric:
    unit, doc = (
        checks.text(fields.get("unit", ""), checks.LONGEST_NAME),
        checks.text(fields.get("doc", ""), LONGEST_TEXT),
    )
    return Metric(checks.name_of(fields["name"]), unit, doc)


def _rows(fields: dict[str, Any]) -> Rows:
    rows = {checks.name_of(name): tuple(_row(row) for row in given) for name, given in fields["rows"].items()}
    return Rows(rows, checks.whole(fields.get("merged", 0)))


def _row(row: Any) -> Row:
    if len(row) == 3:  # the usual case: one reading, merged with none
        step, value, taken_at = row
        number = checks.number(value)
        return Row(checks.whole(step), number, checks.time_of(taken_at), 1, number, number)
    step, value, taken_at, count, low, high = row
    return Row(
        checks.whole(step),
        checks.number(value),
        checks.time_of(taken_at),
        checks.whole(count),
        checks.number(low),
        checks.number(high),
    )


def _applied(fields: dict[str, Any]) -> Applied:
    changes = tuple(
        (checks.name_of(c["name"]), checks.scalar(c["old"]), checks.scalar(c["new"])) for c in fields["changes"]
    )
    return Applied(checks.id_of(fields), checks.whole(fields["step"]), changes)


def _picture(fields: dict[str, Any]) -> Shown:
    rows, columns = checks.whole(fields["rows"]), checks.whole(fields["columns"])
    try:
        values = base64.b64decode(checks.text(fields["values"], 2 * MOST_PIXELS, cut=False), validate=True)
    except binascii.Error as error:
        raise ValueError("values are not base64") from error
    if not 0 < rows * columns <= MOST_PIXELS or len(values) != rows * columns:
        raise ValueError(f"{rows} x {columns} points announced, {len(values)} sent")
    return Shown(
        Picture(
            name=checks.name_of(fields["name"]),
            step=checks.whole(fields["step"]),
            rows=rows,
            columns=columns,
            minimum=checks.number(fields["minimum"]),
            maximum=checks.number(fields["maximum"]),
            values=values,
            unit=checks.text(fields.get("unit", ""), checks.LONGEST_NAME),
            doc=checks.text(fields.get("doc", ""), LONGEST_TEXT),
            taken_at=checks.time_of(fields["time"]),
            not_finite=checks.whole(fields.get("not_finite", 0)),
        )
    )


def _bye(fields: dict[str, Any]) -> Bye:
    error = fields.get("error")
    words = None if error is None else checks.text(error, LONGEST_TEXT)
    return Bye(checks.text(fields["state"], 20), checks.whole(fields.get("step", 0)), words)


READERS: Mapping[str, Callable[[dict[str, Any]], Message]] = {
    "hello": _hello,
    "parameter": _parameter,
    "metric": _metric,
    "metrics": _rows,
    "step": lambda fields: Step(checks.whole(fields["step"])),
    "applied": _applied,
    "refused": lambda fields: Denied(checks.id_of(fields), checks.text(fields["error"], LONGEST_TEXT)),
    "state": lambda fields: StateTold(
        checks.id_of(fields), checks.text(fields["state"], 20), checks.whole(fields["step"])
    ),
    "picture": _picture,
    "note": lambda fields: Note(checks.text(fields["text"], LONGEST_TEXT)),
    "checkpointed": lambda f: Checkpointed(
        checks.id_of(f), checks.text(f["path"], LONGEST_TEXT, cut=False), checks.whole(f["step"])
    ),
    "bye": _bye,
}
