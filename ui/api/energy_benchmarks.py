"""Named benchmarks: energies per token for estimates. List, choose, add, and calibrate on this machine."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import AliasChoices, BaseModel, ConfigDict, Field, FiniteFloat

from agent.lab.benchmarks import Benchmark
from agent.lab.calibration import METRIC
from agent.lab.plan import Plan
from agent.lab.prompt import Prompt
from measurement.errors import Unavailable
from ui.energy_wishes import MaxTokens, Name, Words, laboratory
from ui.house import House

PROMPT = "Explain in a few sentences why the sky is blue and why a sunset is red."
Figure = Annotated[FiniteFloat, Field(gt=0, le=1000)]
NAMES = AliasChoices("name", "benchmark_name", "benchmark")


class Choice(BaseModel):
    """Which benchmark shall be in force."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"name": "smollm2-135m-jetson"}]})
    name: Name = Field(validation_alias=NAMES)


class Custom(BaseModel):
    """A benchmark of one's own, in watt-hours per 1,000 tokens.

    Without an input figure the output figure counts for the whole request. The provenance matters: between batch 1 and 128 the
    energy of a token falls about fiftyfold.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"name": "our-cluster", "wh_per_1000_output_tokens": 0.4, "batch": 8}]},
    )
    name: Name = Field(validation_alias=NAMES)
    wh_per_1000_output_tokens: Figure = Field(
        validation_alias=AliasChoices("wh_per_1000_output_tokens", "output_wh_per_1000_tokens", "wh_per_1000_tokens")
    )
    wh_per_1000_input_tokens: Figure | None = Field(
        default=None, validation_alias=AliasChoices("wh_per_1000_input_tokens", "input_wh_per_1000_tokens")
    )
    description: str = Field(default="", max_length=2000)
    source: str = Field(default="", max_length=500)
    hardware: str = Field(default="", max_length=200, validation_alias=AliasChoices("hardware", "hardware_specs"))
    engine: str = Field(default="", max_length=100)
    model: str = Field(default="", max_length=200)
    batch: int | None = Field(default=None, ge=1, le=100_000)
    date: str = Field(default="", max_length=40)

    def benchmark(self) -> Benchmark:
        """The benchmark as it is kept."""
        given = self.model_dump(exclude={"source"})
        included = self.wh_per_1000_input_tokens is None
        return Benchmark(**given, origin="custom", input_included=included, source=self.source or "given by a person")


class Calibration(BaseModel):
    """How to calibrate. ``model_name`` null is the engine's."""

    model_config = ConfigDict(extra="forbid", protected_namespaces=())
    runs: Annotated[int, Field(ge=1, le=50)] = 5
    model_name: str | None = Field(default=None, max_length=300)
    prompt: Words = Field(default=PROMPT, min_length=1)
    max_tokens: MaxTokens = 128
    benchmark_name: Name | None = None

    def plan(self) -> Plan:
        """The batch that measures."""
        return Plan(
            Prompt(self.prompt), self.model_name or "", 0.0, self.max_tokens, self.runs, kind="calibration",
            keep_as=self.benchmark_name,
        )  # fmt: skip


def router(house: House) -> APIRouter:
    """The routes of benchmarks."""
    routes = APIRouter()

    @routes.get("/energy-benchmarks")
    def every() -> dict[str, Any]:
        """All benchmarks with their provenance, and the one in force."""
        lab = laboratory(house)
        now = lab.benchmark
        return {"benchmarks": [one.to_json() for one in lab.benchmarks.all()], "current": now and now.name}

    @routes.get("/benchmark-info")
    def info(name: Annotated[str | None, Query(max_length=120)] = None) -> dict[str, Any]:
        """One benchmark by its name; without one, that in force, which may be none."""
        lab = laboratory(house)
        found = lab.benchmarks.get(name) if name else lab.benchmark
        reason = None if found else "no benchmark fits this model; choose one, or add your own"
        return {"benchmark": found and found.to_json(), "reason": reason}

    @routes.post("/switch-benchmark")
    def switch(choice: Choice) -> dict[str, Any]:
        """Choose a benchmark; every estimate of the session is reckoned again by it."""
        lab = laboratory(house)
        benchmark = lab.switch(choice.name)
        results = [one for job in lab.jobs() for one in lab.results(job)]
        return {"benchmark": benchmark.to_json(), "recomputed": sum(one["method"] == "estimated" for one in results)}

    @routes.post("/add-custom-benchmark", status_code=201)
    def add(custom: Custom) -> dict[str, Any]:
        """Keep a benchmark of one's own; one of the same name is replaced."""
        return {"benchmark": laboratory(house).benchmarks.keep(custom.benchmark()).to_json()}

    @routes.post("/rapl-calibrate")
    def calibrate(wish: Calibration) -> dict[str, Any]:
        """Measure this machine and keep the benchmark; answers when all runs are over, and 409 where nothing measures."""
        lab = laboratory(house)
        job = lab.submit(wish.plan())
        job.over.wait()
        if job.calibrated is None:
            raise Unavailable(job.error or "The calibration was stopped before it had a figure.")
        statistics = job.calibrated.statistics
        told = {name: value for name, value in statistics.items() if name not in ("metric", "successful_runs")}
        return {
            "metric": METRIC,
            "successful_runs": statistics["successful_runs"],
            "stats": told,
            "benchmark": job.calibrated.to_json(),
            "id": job.id,
        }

    return routes
