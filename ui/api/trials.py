"""Trying things out: checkpoints, branches, comparisons and sweeps; attaching to programs that were started elsewhere."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictFloat, StrictInt, StrictStr

from tools import registry
from ui.acting import actor_of, outcome_reply, run_tool
from ui.house import House
from ui.replies import StrictJSON

Value = StrictBool | StrictInt | StrictFloat | StrictStr
Name = Annotated[str, Path(description="name of the simulation")]


class BranchWish(BaseModel):
    """Which parameters the branch has otherwise, and for how many steps it runs (null: to its own end)."""

    model_config = ConfigDict(extra="forbid")
    changes: Annotated[dict[str, Value], Field(min_length=1)]
    steps: int | None = None


class SweepWish(BaseModel):
    """The values of one parameter to try, each for some steps."""

    model_config = ConfigDict(extra="forbid")
    name: str
    values: list[Value]
    steps: int = 100


def router(house: House) -> APIRouter:
    """The routes under ``/api/trials``."""
    routes = APIRouter(prefix="/trials")
    _on_one(routes, house)
    _on_all(routes, house)
    return routes


def _on_one(routes: APIRouter, house: House) -> None:
    @routes.post("/{name}/checkpoint", summary="Write a checkpoint")
    def checkpoint(request: Request, name: Name) -> StrictJSON:
        return run_tool(house, request, "checkpoint_simulation", name)

    @routes.post("/{name}/branch", summary="Run on with other values, beside it")
    def branch(request: Request, name: Name, wish: BranchWish) -> StrictJSON:
        return run_tool(house, request, "branch_simulation", name, wish.model_dump())

    @routes.post("/{name}/sweep", summary="Try several values, one after the other")
    def sweep(request: Request, name: Name, wish: SweepWish) -> StrictJSON:
        return run_tool(house, request, "sweep_parameter", name, wish.model_dump())

    @routes.post("/{name}/attach", summary="Attach again to a program that was started elsewhere")
    def attach(request: Request, name: Name) -> StrictJSON:
        return run_tool(house, request, "attach_simulation", name)

    @routes.post("/{name}/detach", summary="Let go of a program that was started elsewhere")
    def detach(request: Request, name: Name) -> StrictJSON:
        return run_tool(house, request, "detach_simulation", name)


def _on_all(routes: APIRouter, house: House) -> None:
    def call(request: Request, tool: str, **args: Any) -> StrictJSON:
        return outcome_reply(registry.call(tool, house.context(actor_of(request)), args))

    @routes.get("/compare", summary="In what two runs differ")
    def compare(
        request: Request, first: str | None = None, second: str | None = None, metric: str | None = None
    ) -> StrictJSON:
        """Names of simulations or ids of runs; without a second the newest branch."""
        return call(request, "compare_runs", first=first, second=second, metric=metric)

    @routes.get("/sweep", summary="The latest sweep, as far as it has come")
    def shown(request: Request, metric: str | None = None) -> StrictJSON:
        return call(request, "get_sweep", metric=metric)

    @routes.post("/sweep/stop", summary="Stop the sweep")
    def stop(request: Request) -> StrictJSON:
        return call(request, "stop_sweep")
