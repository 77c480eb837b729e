"""Sums over what was asked of the engine while the run lasted: tokens, seconds, watt-hours."""

from __future__ import annotations

import math

from measurement.facts import Value
from measurement.requests import Request
from whitepapers.archive import Archive


def answer(archive: Archive, run: str, field: str) -> Value:
    """``field`` is a numeric column of a request, or gross_wh, net_wh, bound_wh of its energy
    (``measurement/energy_record.py``); None if no row has it."""
    values = [_value(one, field) for one in archive.requests(run)]
    known = [value for value in values if value is not None]
    if not known:
        return None
    return sum(known) if all(isinstance(value, int) for value in known) else math.fsum(known)


def _value(request: Request, field: str) -> float | int | None:
    value = (request.energy or {}).get(field) if field.endswith("_wh") else getattr(request, field)
    return value if isinstance(value, int | float) else None
