"""Between records and columns: JSON, text that a database can hold, and numbers that are not finite.

SQLite turns NaN into NULL, and strict JSON has no word for it. Readings keep such numbers by name in a column of their
own; JSON columns carry the name itself.
"""

from __future__ import annotations

import json
import math
from dataclasses import fields
from typing import Any, TypeVar

from sqlalchemy import Dialect, RowMapping, Text, TypeDecorator

from measurement.facts import Fact, Value, json_value
from measurement.store.rows import Reading

Record = TypeVar("Record")


class Words(TypeDecorator[str]):
    """Text from anywhere: what no database can encode (half a surrogate pair, NUL on PostgreSQL) becomes a mark."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None or (value.isascii() and "\0" not in value):
            return value
        clean = value.encode("utf-8", "replace").decode()
        return clean.replace("\0", "\ufffd") if dialect.name == "postgresql" else clean


class JsonText(TypeDecorator[Any]):
    """A column of JSON text. It takes what :func:`encode_json` made and gives the value."""

    impl = Text
    cache_ok = True

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


def encode_json(value: Any) -> str | None:
    """The strict JSON of a value; non-finite numbers by name. ``None`` stays ``None``.

    Encoded in the caller's thread, so a dictionary that changes afterwards is stored as it was.

    Raises: TypeError for what JSON cannot carry.
    """
    return None if value is None else json.dumps(_strict(value), allow_nan=False)


def _strict(value: Any) -> Any:
    """The value with plain lists, text keys and named non-finite numbers; arrays and their scalars unpacked."""
    if isinstance(value, dict):
        return {str(key): _strict(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_strict(item) for item in value]
    if hasattr(value, "tolist"):
        return _strict(value.tolist())
    return json_value(value)


def columns_of(record: Any, json_columns: frozenset[str] = frozenset()) -> dict[str, Any]:
    """A record's fields as the columns of its row."""
    values = {each.name: getattr(record, each.name) for each in fields(record)}
    return {name: encode_json(value) if name in json_columns else value for name, value in values.items()}


def record_of(kind: type[Record], row: RowMapping) -> Record:
    """The record that a row holds."""
    return kind(**{each.name: row[each.name] for each in fields(kind)})  # type: ignore[arg-type]


_NUMBERS = ("value", "minimum", "maximum")


def reading_columns(reading: Reading) -> dict[str, Any]:
    """A reading's row; what is not finite stands by name in ``non_finite`` and leaves its own column NULL."""
    row = columns_of(reading)
    row.update(step=int(reading.step), non_finite=None)
    odd: dict[str, str] = {}
    for name in _NUMBERS:
        if row[name] is None:
            continue
        row[name] = float(row[name])
        if not math.isfinite(row[name]):
            odd[name], row[name] = json_value(row[name]), None
    if odd:
        row["non_finite"] = json.dumps(odd)
    return row


def reading_of(row: RowMapping) -> Reading:
    """The reading that a row holds, NaN and infinities as they were."""
    values = dict(row)
    odd = values.pop("non_finite")
    values.pop("number")
    values.update({name: float(word) for name, word in (odd or {}).items()})
    return Reading(**values)


_READERS = {"float": float, "int": int, "str": str, "bool": lambda text: text == "True", "NoneType": lambda _: None}


def fact_columns(fact: Fact) -> dict[str, Any]:
    """A fact's row: the value as exact text beside the name of its type, so that ``1``, ``1.0``, ``"1"`` differ."""
    value: Value = fact.value.item() if hasattr(fact.value, "item") else fact.value  # type: ignore[union-attr]
    return {**columns_of(fact), "value": None if value is None else str(value), "kind": type(value).__name__}


def fact_of(row: RowMapping) -> Fact:
    """The fact that a row holds."""
    values = {name: row[name] for name in row if name not in ("number", "kind")}
    return Fact(**{**values, "value": _READERS[row["kind"]](row["value"])})
