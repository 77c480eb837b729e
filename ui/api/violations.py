"""Incidents: what raised an alarm, what was going on, and what somebody said of it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from measurement.clock import SYSTEM_CLOCK
from measurement.control.settling import acknowledge, resolve
from measurement.store import ChartIncident
from ui.house import House
from ui.replies import StrictJSON

HOUR_S = 3600.0


class Remark(BaseModel):
    """What a person wants to have written beside it."""

    model_config = ConfigDict(extra="forbid")
    note: Annotated[str, Field(max_length=4000)] | None = None


class IncidentList(BaseModel):
    """Incidents, newest first."""

    violations: list[dict[str, Any]]


def router(house: House) -> APIRouter:
    """The routes under ``/api/violations``."""
    routes = APIRouter(prefix="/violations")

    @routes.get("", response_model=IncidentList, summary="The incidents of the last hours")
    def listed(
        hours: Annotated[float, Query(gt=0, le=366 * 24)] = 24.0,
        status: Literal["open", "acknowledged", "resolved"] | None = None,
        metric: str | None = None,
    ) -> StrictJSON:
        """Raised in that time, or going on in it."""
        since = SYSTEM_CLOCK.wall_s() - hours * HOUR_S
        return StrictJSON({"violations": house.store.incidents(since, status, metric)})

    @routes.get("/{id}", summary="One incident with its points and its snapshot")
    def one(id: str) -> StrictJSON:
        return StrictJSON(house.store.incident(id))

    @routes.post("/{id}/acknowledge", summary="Say that it was seen")
    def seen(id: str, remark: Remark | None = None) -> StrictJSON:
        return _answer(acknowledge(house.store, id, remark and remark.note, SYSTEM_CLOCK.wall_s()))

    @routes.post("/{id}/resolve", summary="Say that it is done with")
    def done(id: str, remark: Remark | None = None) -> StrictJSON:
        return _answer(resolve(house.store, id, remark and remark.note, SYSTEM_CLOCK.wall_s()))

    return routes


def _answer(incident: ChartIncident) -> StrictJSON:
    return StrictJSON({"status": "ok", "violation": incident})
