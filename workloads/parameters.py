"""A parameter as the control plane knows it: its meaning, its bounds, and what it refuses.

The rule itself stands once, in ``steer.check_value``; both ends of the channel use it. Units and words are read
elsewhere (``tools/quantity.py``); here a value has the parameter's own type and unit already.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from measurement.errors import NotFound, Refused
from workloads import steer

Kind = Literal["float", "int", "bool", "str", "choice"]


@dataclass(frozen=True, slots=True)
class ParameterInfo:
    """What may be changed. Bounds are inclusive and in ``unit``; ``default`` is None while it is not known."""

    name: str
    value: steer.Value
    kind: Kind
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[steer.Value, ...] | None = None
    doc: str = ""
    aliases: tuple[str, ...] = ()
    default: steer.Value | None = None

    def check(self, value: object) -> steer.Value:
        """Give ``value`` as this parameter's type.

        Raises:
            Refused: a sentence with the value and what is allowed.
        """
        try:
            return steer.check_value(asdict(self), value)
        except ValueError as error:
            raise Refused(
                f"{error} Nothing was changed.",
                parameter=self.name,
                minimum=self.minimum,
                maximum=self.maximum,
                choices=list(self.choices) if self.choices else None,
            ) from error

    def with_value(self, value: steer.Value) -> ParameterInfo:
        """The same parameter holding ``value``."""
        return replace(self, value=value)

    def to_json(self) -> dict[str, Any]:
        """The shape that REST answers with."""
        return {
            "value": self.value,
            "type": self.kind,
            "unit": self.unit,
            "minimum": self.minimum,
            "maximum": self.maximum,
            "choices": list(self.choices) if self.choices else None,
            "doc": self.doc,
            "aliases": list(self.aliases),
        }


def check_all(known: Mapping[str, ParameterInfo], changes: Mapping[str, object]) -> dict[str, steer.Value]:
    """Check every change before any is made.

    Raises:
        NotFound: a name that is no parameter; with suggestions.
        Refused: a value that its parameter does not take.
    """
    for name in changes:
        if name not in known:
            raise unknown("parameter", name, known)
    return {name: known[name].check(value) for name, value in changes.items()}


def unknown(noun: str, name: str, known: Iterable[str]) -> NotFound:
    """The error for a name that does not exist, with the close ones."""
    names = list(known)
    close = difflib.get_close_matches(name, names, n=3)
    hint = f" Did you mean {' or '.join(close)}?" if close else f" There {_are(noun, names)}."
    return NotFound(f"There is no {noun} {name!r}.{hint}", suggestions=close or names)


def _are(noun: str, names: list[str]) -> str:
    return f"are {', '.join(names)}" if len(names) > 1 else f"is {names[0]}" if names else f"is no {noun} at all"
