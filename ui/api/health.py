"""Is everything up that this launch asked for?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from ui.house import House
from ui.replies import StrictJSON

ENGINE_UP = frozenset({"ready", "external"})


class Models(BaseModel):
    """The model that answers now; null without one."""

    current: str | None


class Health(BaseModel):
    """``ok`` when everything that this launch asked for is up; ``problems`` says in sentences what is not."""

    status: Literal["starting", "ok", "degraded"]
    engine: bool
    websocket: bool
    models: Models
    workloads: dict[str, str]
    problems: list[str]
    version: str


def router(house: House) -> APIRouter:
    """The route of ``/api/health``."""
    routes = APIRouter(prefix="/health")

    @routes.get("", response_model=Health, summary="How the house is")
    def health() -> StrictJSON:
        return StrictJSON(house_health(house))

    return routes


def house_health(house: House) -> Health:
    """Judge the house against what was launched."""
    states = {workload.name: str(workload.state) for workload in house.workloads}
    engine = house.engine
    problems = [*_engine_problems(house), *_workload_problems(house, states), *_store_problems(house)]
    return Health(
        status="degraded" if problems else "starting" if _starting(house, states) else "ok",
        engine=engine is not None and engine.state in ENGINE_UP,
        websocket=True,
        models=Models(current=engine.model if engine is not None else None),
        workloads=states,
        problems=problems,
        version=house.version,
    )


def _starting(house: House, states: dict[str, str]) -> bool:
    engine = house.launched["engine"] and house.engine is not None and house.engine.state == "starting"
    return engine or any(states.get(name, "starting") == "starting" for name in house.launched["workloads"])


def _engine_problems(house: House) -> Iterator[str]:
    if not house.launched["engine"]:
        return
    if house.engine is None:
        yield "The language model was asked for and is not there."
    elif house.engine.state not in ENGINE_UP | {"starting"}:
        yield f"The language model is {house.engine.state}: {house.engine.reason or 'its log says why'}."


def _workload_problems(house: House, states: dict[str, str]) -> Iterator[str]:
    for name in house.launched["workloads"]:
        if states.get(name) == "failed":
            words = house.workloads.get(name).snapshot().last_words
            yield f"The workload {name} failed: {words or 'its log says why'}"


def _store_problems(house: House) -> Iterator[str]:
    if house.store.problem is not None:
        yield house.store.problem
