"""Alerts on metrics: which are set, set one, remove one."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from tools import registry
from ui.acting import actor_of, outcome_reply
from ui.house import House
from ui.replies import StrictJSON


class AlertWish(BaseModel):
    """``condition`` in words: ``correlation < 0.8``, ``energy rises by 5 %``, ``norm is not finite``."""

    model_config = ConfigDict(extra="forbid")
    condition: Annotated[str, Field(min_length=1, max_length=500)]
    action: Literal["tell", "pause", "checkpoint", "report"] = "tell"
    workload: str | None = None


class AlertList(BaseModel):
    """The alerts, those that are watched of itself first."""

    alerts: list[dict[str, Any]]


def router(house: House) -> APIRouter:
    """The routes under ``/api/alerts``."""
    routes = APIRouter(prefix="/alerts")

    @routes.get("", response_model=AlertList, summary="The alerts that are set")
    def listed() -> StrictJSON:
        return StrictJSON({"alerts": [rule.to_json() for rule in house.workloads.watchlist.rules()]})

    @routes.post("", summary="Set an alert")
    def add(request: Request, wish: AlertWish) -> StrictJSON:
        return outcome_reply(registry.call("set_alert", house.context(actor_of(request)), wish.model_dump()))

    @routes.delete("/{id}", summary="Remove an alert")
    def remove(request: Request, id: str) -> StrictJSON:
        return outcome_reply(registry.call("remove_alert", house.context(actor_of(request)), {"alert": id}))

    return routes
