"""Power: every source with its domains or the reason for none, the watts of this moment, the idle baseline."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from measurement.powerhouse import PowerHouse
from ui.house import House
from ui.replies import StrictJSON


class Source(BaseModel):
    """One source; ``reason`` says why it is not used and what to do."""

    name: str
    available: bool
    reason: str | None
    domains: list[str]
    notes: list[str]


class Power(BaseModel):
    """What draws power here. Without counters ``total_w`` is null, ``method`` is ``estimated``, and ``reason`` says why."""

    measured: bool
    method: str
    summary: str
    total_w: float | None
    reason: str | None
    taken_at: float
    domains: dict[str, dict[str, Any]]
    sources: list[Source]
    baseline: dict[str, Any] | None
    grid: dict[str, Any]
    notes: list[str]


def router(house: House) -> APIRouter:
    """The route of ``/api/power``."""
    routes = APIRouter(prefix="/power")

    @routes.get("", response_model=Power, summary="Sources, domains, watts now, reasons")
    def power() -> StrictJSON:
        return StrictJSON(power_report(house.need(PowerHouse, "This launch meters nothing.")))

    return routes


def power_report(power: PowerHouse) -> dict[str, Any]:
    """Everything that is known of power now."""
    baseline, grid = power.meter.baseline, power.grid
    return {
        **power.now().to_json(),
        "measured": power.measured,
        "method": power.method,
        "summary": power.sentence,
        "sources": power.sources(),
        "baseline": baseline and {**baseline.to_json(), "with": list(power.baseline_of)},
        "grid": grid,
    }
