"""Sums over what was asked of the engine while the run lasted: tokens, seconds, joules."""

from __future__ import annotations

import math
from typing import Any

from measurement.facts import Value
from measurement.requests import Request
from whitepapers.archive import Archive

J_PER_WH = 3600.0


def answer(archive: Archive, run: str, field: str) -> Value:
    """``field`` is a numeric column of a request, or gross_j, net_j, bound_j of its window of energy; None if no row has it."""
    values = [_value(one, field) for one in archive.requests(run)]
    known = [value for value in values if value is not None]
    if not known:
        return None
    return sum(known) if all(isinstance(value, int) for value in known) else math.fsum(known)


def _value(request: Request, field: str) -> float | int | None:
    return energy_j(request.energy, field.removesuffix("_j")) if field.endswith("_j") else getattr(request, field)


def energy_j(window: dict[str, Any] | None, which: str) -> float | None:
    """Joules out of a stored window: its total over all domains, ``which`` being gross, net or bound."""
    total = _total(window or {})
    watt_hours = total.get(f"{which}_wh")
    joules = total.get(f"{which}_j", None if watt_hours is None else watt_hours * J_PER_WH)
    return float(joules) if isinstance(joules, int | float) else None


def _total(window: dict[str, Any]) -> dict[str, Any]:
    """Where the total stands: a window holds a whole, which holds a total; a plain reading is the total itself."""
    inner = window.get("whole", window)
    return inner.get("total", inner) if isinstance(inner, dict) else {}
