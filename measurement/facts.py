"""A fact: a number with its life.

Tools return facts, the chat links to them, reports may hold no other number. What was not measured is a fact whose
value is ``None`` and whose ``reason`` says why; it is never 0, never a default.
"""

from __future__ import annotations

import math
import secrets
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Method = Literal["measured", "derived", "estimated"]
Value = float | int | str | bool | None


def new_id(prefix: str) -> str:
    """A short random name such as ``f-9f3c1a2b7d04``; the prefix tells what it names."""
    return f"{prefix}-{secrets.token_hex(6)}"


@dataclass(frozen=True, slots=True)
class Fact:
    """One traced number (or word, such as a state).

    ``source`` says where it came from (``workload gw_lattice, step 128``), ``taken_at`` is Unix time, ``run`` the run it
    belongs to, ``uncertainty`` one standard deviation or a stated bound in the fact's own unit.
    """

    name: str
    value: Value
    unit: str = ""
    method: Method = "measured"
    uncertainty: float | None = None
    source: str = ""
    taken_at: float = 0.0
    run: str | None = None
    reason: str | None = None
    id: str = field(default_factory=lambda: new_id("f"))

    def to_json(self) -> dict[str, Any]:
        """A dictionary that strict JSON can carry: a non-finite value becomes its name, never null."""
        return {**asdict(self), "value": json_value(self.value)}


def json_value(value: Any) -> Any:
    """Non-finite floats as ``"NaN"``, ``"Infinity"``, ``"-Infinity"`` (strict JSON has no other way); the rest unchanged."""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
    return value


def format_number(value: Value) -> str:
    """A value as people read it: six significant digits, exact integers, ``5e-21`` rather than ``5.00000e-21``."""
    if isinstance(value, bool) or not isinstance(value, float):
        return str(value)
    return f"{value:.6g}" if math.isfinite(value) else str(json_value(value))


def with_unit(value: Value, unit: str) -> str:
    """``1200.0, "Hz"`` -> ``1200 Hz``; no unit, no blank."""
    return f"{format_number(value)} {unit}".strip()
