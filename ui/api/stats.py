"""Telemetry: what other machines report in, and the control chart of any metric."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Query
from pydantic import AliasChoices, BaseModel, ConfigDict, Field, FiniteFloat

from measurement.clock import SYSTEM_CLOCK
from measurement.control import ControlChart, Process, control_chart
from measurement.errors import Refused, Unavailable
from measurement.store import Telemetry
from ui.house import House
from ui.replies import StrictJSON

HOURS = Annotated[float, Query(gt=0, le=31 * 24, description="how far back, hours")]
MOST_OTHERS = 64
Measured = Annotated[FiniteFloat, Field(ge=0)]


def _named(*names: str) -> Any:
    return Field(None, validation_alias=AliasChoices(*names))


class Report(BaseModel):
    """One request to an engine elsewhere, as its monitor measured it. Any further field with a number is a metric too.

    Durations are seconds. ``timestamp`` is Unix seconds (now, when left out); ``error`` makes it an outage, which has
    no latency.
    """

    model_config = ConfigDict(extra="allow", populate_by_name=True, json_schema_extra={"examples": [
        {"source": "lab-2", "provider": "vllm", "model": "qwen3-8b", "latency_s": 0.41, "time_to_first_token_s": 0.08,
         "completion_tokens": 32, "cpu_percent": 12.5}]})  # fmt: skip
    source: Annotated[str, Field(min_length=1, max_length=200, validation_alias=AliasChoices("source", "host", "hostname"))] = "outside"  # fmt: skip
    provider: Annotated[str, Field(max_length=200)] = "unknown"
    model: Annotated[str, Field(max_length=200)] = "unknown"
    timestamp: Annotated[FiniteFloat, Field(gt=0)] | None = _named("timestamp", "taken_at")
    error: Annotated[str, Field(max_length=2000)] | None = None
    latency_s: Measured | None = _named("latency_s", "duration_s")
    time_to_first_token_s: Measured | None = _named("time_to_first_token_s", "ttft_s", "ttft")
    inter_token_s: Measured | None = _named("inter_token_s", "inter_token_latency_s")
    tokens_per_second: Measured | None = None
    prefill_s: Measured | None = _named("prefill_s", "prompt_eval_duration_s")
    decode_s: Measured | None = _named("decode_s", "eval_duration_s")
    load_s: Measured | None = _named("load_s", "load_duration_s")
    wh_per_1000_tokens: Measured | None = None
    completion_tokens: Measured | None = _named("completion_tokens", "eval_count")
    cpu_percent: Measured | None = None
    memory_bytes: Measured | None = None
    gpu_memory_bytes: Measured | None = None


class Logged(BaseModel):
    """Told to a monitor that reported in."""

    status: str = "ok"
    logged: bool = True


class BaselineWish(BaseModel):
    """Freeze new limits from the newest 300 points of this metric."""

    model_config = ConfigDict(extra="forbid")
    metric: str
    provider: str | None = None
    model: str | None = None


def router(house: House) -> APIRouter:
    """The routes under ``/api/stats``."""
    routes = APIRouter(prefix="/stats")

    @routes.post("", response_model=Logged, summary="Report telemetry from elsewhere")
    def report(given: Report) -> StrictJSON:
        """It is kept, charted, and judged by limits of its own once there are 300 points."""
        row = _telemetry(given)
        if house.monitor is not None:
            house.monitor.take(row)
        else:
            house.store.add_telemetry([row])
        if not house.store.flush():
            raise Unavailable(house.store.problem or "The database took too long; the telemetry may not be kept.")
        return StrictJSON(Logged())

    @routes.get("/spc", summary="The control chart of a metric")
    def chart(*, hours: HOURS = 24.0, model: str | None = None, provider: str | None = None, metric: str = "latency_s", purpose: str | None = None, view: str = "judged") -> StrictJSON:  # fmt: skip
        """Every point of the time asked for, limits, violations by rule (0-based indices), outages and incidents.

        The array of values is there under the metric's own name, which ends in its unit, and as ``values``; null where
        nothing was measured. ``view``: judged, log, plain, quantiles, residuals, minute_means or minute_medians.
        """
        found = control_chart(
            house.store,
            metric,
            hours,
            SYSTEM_CLOCK.wall_s(),
            provider=provider,
            model=model,
            purpose=purpose,
            view=view,
        )
        return StrictJSON(chart_json(found))

    @routes.post("/baseline", summary="Freeze new limits, on record")
    def baseline(wish: BaselineWish) -> StrictJSON:
        """The newest 300 points become the baseline; whatever incident went on for this metric ends."""
        if house.monitor is None:
            raise Unavailable("There is no monitor in this launch, so nothing is judged.")
        found = control_chart(
            house.store, wish.metric, 24 * 7.0, SYSTEM_CLOCK.wall_s(), provider=wish.provider, model=wish.model
        )
        if found.process is None:
            raise Refused(found.reason or "Nothing was measured.")
        frozen = house.monitor.rebaseline(wish.metric, found.process, "rest")
        return StrictJSON({"baseline": frozen, "process": found.process})

    return routes


def _telemetry(given: Report) -> Telemetry:
    extra = given.model_extra or {}
    numbers = {name: float(value) for name, value in extra.items() if isinstance(value, int | float) and value == value}  # noqa: PLR0124
    if len(numbers) > MOST_OTHERS:
        raise Refused(f"There are {len(numbers)} further metrics and at most {MOST_OTHERS} are taken at once.")
    named = given.model_dump(exclude={"source", "provider", "model", "timestamp", "error", *extra})
    tokens, pace = given.completion_tokens, given.decode_s or given.latency_s
    if named["tokens_per_second"] is None and tokens and pace:
        named["tokens_per_second"] = tokens / pace
    if given.error is not None:
        named, numbers = {}, {}
    return Telemetry(
        taken_at=given.timestamp or SYSTEM_CLOCK.wall_s(),
        source=given.source,
        purpose="outside",
        provider=given.provider,
        model=given.model,
        outcome="ok" if given.error is None else f"error: {given.error}",
        others=numbers or None,
        **named,
    )


def chart_json(found: ControlChart) -> dict[str, Any]:
    """A chart as programs read it."""
    limits = found.limits
    values = [None if np.isnan(value) else value for value in found.values.tolist()]
    return {
        "metric": found.metric.name,
        "view": found.view,
        "unit": found.metric.unit,
        "process": found.process,
        "timestamps": found.times.tolist(),
        found.metric.name: values,
        "values": values,
        "center": limits and limits.at(0),
        "ucl": limits and limits.at(3),
        "lcl": limits and limits.at(-3),
        "sigma": limits and limits.sigma,
        "transform": found.metric.transform,
        "lag1": limits and limits.lag1,
        "baseline": None if limits is None else {
            "first_at": limits.first_at, "last_at": limits.last_at, "points": limits.points, "actor": limits.actor,
            "recorded_at": limits.recorded_at},
        "provisional": found.provisional,
        "violations": {str(rule): indices.tolist() for rule, indices in found.violations.items()},
        "outages": [{"taken_at": at, "reason": reason} for at, reason in found.outages],
        "incidents": found.incidents,
        "statistics": found.statistics,
        "n": found.statistics.n,
        "reason": found.reason,
        "autocorrelation": found.alike,
    }  # fmt: skip


def process_words(process: Process | None) -> str:
    """``probe of smollm2-135m on llama_cpp``."""
    return "nothing" if process is None else f"{process.purpose} of {process.model} on {process.provider}"
