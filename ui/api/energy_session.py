"""The energy session: the models there are, system prompts to start from, and what all runs used together."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict

from agent.lab.prompt import presets
from agent.lab.session import summary_of
from measurement.clock import SYSTEM_CLOCK
from ui.energy_wishes import laboratory
from ui.house import House


class Nothing(BaseModel):
    """No wish: the data come back in the answer, and nothing is written anywhere."""

    model_config = ConfigDict(extra="forbid")


def router(house: House) -> APIRouter:
    """The routes of the session."""
    routes = APIRouter()

    @routes.get("/models")
    def models() -> dict[str, Any]:
        """What the engine serves, with the room that each model has."""
        lab = laboratory(house)
        return {"models": [one.to_json() for one in lab.models.all()], "current": lab.models.current().name}

    @routes.get("/model-info/{name:path}")
    def model(name: Annotated[str, Path(max_length=300)]) -> dict[str, Any]:
        """One model, with the benchmark that comes nearest to it."""
        lab = laboratory(house)
        found = lab.models.info(name)
        nearest = lab.benchmarks.best_for(found.name, found.parameters_b)
        return {**found.to_json(), "benchmark": nearest and nearest.name}

    @routes.get("/system-prompts")
    def prompts() -> dict[str, Any]:
        """System prompts to start from, none at all among them."""
        return {"system_prompts": [{"name": one.name, "title": one.title, "text": one.text} for one in presets()]}

    @routes.get("/session-summary")
    def summary() -> dict[str, Any]:
        """What all runs of the session used, measured and estimated apart."""
        return session_summary(house)

    @routes.post("/export-session")
    def export(_: Nothing | None = None) -> dict[str, Any]:
        """The whole session: its summary and every batch with every result."""
        lab = laboratory(house)
        batches = [lab.view(job) for job in lab.jobs()]
        return {"taken_at": SYSTEM_CLOCK.wall_s(), "summary": session_summary(house), "batches": batches}

    return routes


def session_summary(house: House) -> dict[str, Any]:
    """The summary with what is in force now."""
    lab = laboratory(house)
    jobs = lab.jobs()
    benchmark, grid = lab.benchmark, lab.grid
    return {
        **summary_of(jobs, [one for job in jobs for one in lab.results(job)]),
        "benchmark": benchmark and benchmark.name,
        "measures": lab.measured,
        "power": lab.power.sentence if lab.power else None,
        "grid": grid and {"country": grid.country, "g_per_kwh": grid.intensity_g_per_kwh, "year": grid.year},
    }
