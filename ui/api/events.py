"""What happened by itself: alerts, changes of state, notices, the engine's comings and goings."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel

from ui.house import House
from ui.replies import StrictJSON


class EventList(BaseModel):
    """Events, newest first."""

    events: list[dict[str, Any]]


def router(house: House) -> APIRouter:
    """The route of ``/api/events``."""
    routes = APIRouter(prefix="/events")

    @routes.get("", response_model=EventList, summary="The latest events")
    def latest(
        limit: Annotated[int, Query(ge=1, le=10_000)] = 100,
        workload: str | None = None,
        kind: Literal["alert", "state", "notice", "engine"] | None = None,
        since: Annotated[float, Query(ge=0)] = 0.0,
    ) -> StrictJSON:
        """``since`` is Unix time: what a client missed while it was away."""
        events = house.store.events(limit, workload, kind)
        return StrictJSON({"events": [event for event in events if event.taken_at >= since]})

    return routes
