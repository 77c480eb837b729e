"""Energy runs: batches of requests with prompts put together piece by piece, and what each of them cost.

Answers at once with an id; the batch goes on in the laboratory, one request at a time.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path

from agent.lab.session import short_of
from ui.energy_wishes import RunWish, SweepWish, laboratory, sweep_plan
from ui.house import House

Id = Annotated[str, Path(description="The batch's id, as POST gave it", max_length=100)]


def router(house: House) -> APIRouter:
    """The routes under ``/api/energy``."""
    routes = APIRouter(prefix="/energy")

    @routes.post("/runs", status_code=202)
    def start(wish: RunWish) -> dict[str, Any]:
        """Queue a batch of runs."""
        return {"id": laboratory(house).submit(wish.plan()).id}

    @routes.post("/sweeps", status_code=202)
    def sweep(wish: SweepWish) -> dict[str, Any]:
        """Queue a sweep over growing prompts, which finds where prefill passes decode."""
        lab = laboratory(house)
        room = lab.models.current().max_tokens
        return {"id": lab.submit(sweep_plan(room, wish.max_tokens, wish.sizes, wish.runs)).id}

    @routes.get("/runs")
    def every() -> dict[str, Any]:
        """The batches of the session, oldest first, without their results."""
        return {"runs": [short_of(job) for job in laboratory(house).jobs()]}

    @routes.get("/runs/{id}")
    def one(id: Id) -> dict[str, Any]:
        """State, progress, every result, and their statistics."""
        lab = laboratory(house)
        return lab.view(lab.job(id))

    @routes.delete("/runs/{id}")
    def stop(id: Id) -> dict[str, Any]:
        """Stop a batch; the runs that are over stay."""
        return short_of(laboratory(house).stop(id))

    return routes
