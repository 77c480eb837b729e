"""Who changed what, and when: every call of an actuator, newest first."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel

from ui.house import House
from ui.replies import StrictJSON


class AuditList(BaseModel):
    """Audit entries, newest first."""

    audit: list[dict[str, Any]]


def router(house: House) -> APIRouter:
    """The route of ``/api/audit``."""
    routes = APIRouter(prefix="/audit")

    @routes.get("", response_model=AuditList, summary="The latest changes")
    def latest(limit: Annotated[int, Query(ge=1, le=10_000)] = 100, conversation: str | None = None) -> StrictJSON:
        return StrictJSON({"audit": house.store.audit(limit, conversation)})

    return routes
