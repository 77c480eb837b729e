"""The running simulations: look, change, pause, resume, stop, restart, undo.

Every change goes through the same tools as the chat.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Path, Query, Request
from pydantic import BaseModel, ConfigDict, RootModel, StrictBool, StrictFloat, StrictInt, StrictStr

from ui.acting import run_tool
from ui.house import House
from ui.replies import StrictJSON

Number = float | Literal["NaN", "Infinity", "-Infinity"]
Value = StrictBool | StrictInt | StrictFloat | StrictStr | None
Name = Annotated[str, Path(description="The workload's name, such as gw_lattice", max_length=200)]
LONGEST_HISTORY = 100_000


class ParameterShape(BaseModel):
    """What one parameter is and takes."""

    value: Value
    type: Literal["float", "int", "bool", "str", "choice"]
    unit: str
    minimum: Number | None
    maximum: Number | None
    choices: list[Value] | None
    doc: str
    aliases: list[str]


class WorkloadShape(BaseModel):
    """A workload as it is now. ``metrics`` are the latest values, ``taken_at`` (Unix time) says how late."""

    model_config = ConfigDict(extra="allow")
    name: str
    state: Literal["starting", "running", "paused", "finished", "failed", "stopped"]
    step: int | None
    total_steps: int | None
    metrics: dict[str, Number]
    parameters: dict[str, ParameterShape]
    pid: int | None
    device: str | None


class WorkloadList(BaseModel):
    """All workloads of this launch."""

    workloads: list[WorkloadShape]


class Wishes(RootModel[dict[str, StrictBool | StrictInt | StrictFloat | StrictStr]]):
    """Parameter names with their new values; a value is a number, or text with a unit."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"gw_frequency": "1.2 kHz", "temperature": 0.5}]})


class ChangeShape(BaseModel):
    """One change. ``step`` is null while nothing runs (it is kept for the restart) or until it takes effect."""

    model_config = ConfigDict(extra="allow")
    name: str
    old: Value
    new: Value
    unit: str
    step: int | None
    audit_id: str | None


class Changes(BaseModel):
    """What was changed: all that was asked for."""

    model_config = ConfigDict(extra="allow")
    changes: list[ChangeShape]


class History(BaseModel):
    """One metric's readings, oldest first; the three lists have the same length."""

    model_config = ConfigDict(extra="allow")
    metric: str
    unit: str
    steps: list[int]
    values: list[Number]
    taken_at: list[float]


class ActShape(BaseModel):
    """What an action did, in words and in state."""

    model_config = ConfigDict(extra="allow")
    summary: str


class RestartWish(BaseModel):
    """``reset`` true begins with the parameters' defaults, false with their present values."""

    model_config = ConfigDict(extra="forbid")
    reset: StrictBool = False


class UndoWish(BaseModel):
    """Which change to take back; null is the latest."""

    model_config = ConfigDict(extra="forbid")
    audit_id: str | None = None


def router(house: House) -> APIRouter:
    """The routes of ``/api/workloads``."""
    routes = APIRouter(prefix="/workloads")
    _looking(routes, house)
    _changing(routes, house)
    _running(routes, house)
    return routes


def _looking(routes: APIRouter, house: House) -> None:
    @routes.get("", response_model=WorkloadList, summary="All workloads")
    def everything() -> StrictJSON:
        return StrictJSON({"workloads": [workload.snapshot().to_json() for workload in house.workloads]})

    @routes.get("/{name}", response_model=WorkloadShape, summary="One workload")
    def one(name: Name) -> StrictJSON:
        return StrictJSON(house.workloads.get(name).snapshot().to_json())

    @routes.get("/{name}/metrics/{metric}", response_model=History, summary="A metric's recent values")
    def history(
        request: Request, name: Name, metric: str, last_n: Annotated[int, Query(ge=1, le=LONGEST_HISTORY)] = 50
    ) -> StrictJSON:
        return run_tool(house, request, "get_metrics_history", name, {"metric": metric, "last_n": last_n})


def _changing(routes: APIRouter, house: House) -> None:
    @routes.patch("/{name}/parameters", response_model=Changes, summary="Change parameters, all or nothing")
    def change(request: Request, name: Name, wishes: Wishes) -> StrictJSON:
        """Applied at the workload's next step boundary. 202 when it has not confirmed within five seconds."""
        return run_tool(house, request, "set_parameters", name, {"changes": wishes.root})

    @routes.post("/{name}/undo", response_model=Changes, summary="Take a change back")
    def undo(request: Request, name: Name, wish: Annotated[UndoWish | None, Body()] = None) -> StrictJSON:
        return run_tool(house, request, "undo", name, _given(wish))


def _running(routes: APIRouter, house: House) -> None:
    @routes.post("/{name}/pause", response_model=ActShape, summary="Pause at the next step boundary")
    def pause(request: Request, name: Name) -> StrictJSON:
        return run_tool(house, request, "pause_simulation", name)

    @routes.post("/{name}/resume", response_model=ActShape, summary="Go on")
    def resume(request: Request, name: Name) -> StrictJSON:
        return run_tool(house, request, "resume_simulation", name)

    @routes.post("/{name}/stop", response_model=ActShape, summary="Stop")
    def stop(request: Request, name: Name) -> StrictJSON:
        return run_tool(house, request, "stop_simulation", name)

    @routes.post("/{name}/restart", response_model=ActShape, summary="Begin again at step 0")
    def restart(request: Request, name: Name, wish: Annotated[RestartWish | None, Body()] = None) -> StrictJSON:
        return run_tool(house, request, "restart_simulation", name, _given(wish))


def _given(wish: BaseModel | None) -> dict[str, Any]:
    return {} if wish is None else wish.model_dump(exclude_unset=True)
