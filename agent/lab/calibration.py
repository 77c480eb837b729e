"""Calibration: a named benchmark of this machine, from runs that its own counters measured.

The figures are gross (the whole machine, idle power included), at batch 1. A prefill that is over before the counter moves is
measured by repetition: the prompt is read many times, with one token of answer each, in one window.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from agent.lab.asking import ask
from agent.lab.benchmarks import Benchmark
from agent.lab.job import Job
from agent.lab.plan import Step
from agent.lab.result import Result
from agent.lab.spread import Spread, spread
from agent.models.channel import Channel
from measurement.energy import J_PER_WH
from measurement.errors import Conflict
from measurement.host import machine
from measurement.power.base import roots
from measurement.powerhouse import PowerHouse
from measurement.repeated import repetitions

METRIC = "Wh per 1,000 tokens, gross"
MOST_REPEATS = 200


def refuse_without_counters(power: PowerHouse | None) -> None:
    """Let nobody calibrate what is not measured.

    Raises:
        Conflict: no energy counter can be read.
    """
    if power is not None and power.measured:
        return
    found = {one.name: one.reason for one in power.sources() if one.reason} if power else {}
    raise Conflict(
        "A calibration needs a counter that measures energy, and none can be read here: "
        + ("; ".join(f"{name}: {reason}" for name, reason in found.items()) or "this launch has no power sources")
        + " A benchmark from elsewhere can be added by hand.",
        sources=found,
    )


async def calibrate(channel: Channel, job: Job, results: Sequence[Result], power: PowerHouse) -> Benchmark:
    """Make the benchmark that the measured runs of a batch stand for.

    Raises:
        Conflict: no run told prefill and decode apart, and repetition did not either.
    """
    answered = [one for one in results if one["outcome"] == "ok" and one["method"] == "measured"]
    prompt = spread([one["prefill_wh_per_1000_input_tokens"] for one in answered])
    answer = spread([one["decode_wh_per_1000_output_tokens"] for one in answered])
    if prompt.mean is None and answered:
        repeated = await _repeated_prefill(channel, job, answered[0], power)
        prompt = spread([repeated])
        answer = spread([_decode_by_difference(one, repeated) for one in answered])
    if prompt.mean is None or answer.mean is None:
        raise Conflict(f"The calibration found no figure: {_why(answered)}; ask for a longer answer or more runs.")
    return _benchmark(job, answered, prompt, answer, power)


async def _repeated_prefill(channel: Channel, job: Job, result: Result, power: PowerHouse) -> float | None:
    """Read the prompt over and over in one window; Wh per 1,000 tokens of it, or None where even that is too short."""
    once_s, tokens = result["prefill_s"] or result["time_to_first_token_s"], result["input_tokens"]
    if not once_s or not tokens:
        return None
    count = min(repetitions(power.meter, once_s), MOST_REPEATS)
    plan = replace(job.plan, max_tokens=1)
    job.say(power.clock.wall_s(), f"the prefill is too short for the counter; it is repeated {count} times")
    with power.meter.window("repeated prefill") as window:
        for _time in range(count):
            await ask(channel, plan, Step(job.plan.prompt), lambda _text, _thinking: None)
    gross_j = window.result().total.gross_j
    return None if gross_j is None else 1000.0 * gross_j / J_PER_WH / count / tokens


def _decode_by_difference(result: Result, prefill_wh_per_1000: float | None) -> float | None:
    total_wh, tokens = result["total_wh"], result["output_tokens"]
    if prefill_wh_per_1000 is None or total_wh is None or not tokens:
        return None
    return 1000.0 * (total_wh - prefill_wh_per_1000 * (result["input_tokens"] or 0) / 1000.0) / tokens


def _benchmark(job: Job, answered: Sequence[Result], prompt: Spread, answer: Spread, power: PowerHouse) -> Benchmark:
    last = answered[-1]
    counted = [domain.name for domain in roots(power.meter.domains)]
    statistics: dict[str, Any] = {
        "metric": METRIC,
        "successful_runs": len(answered),
        "wh_per_1000_input_tokens": prompt.to_json(),
        "wh_per_1000_output_tokens": answer.to_json(),
    }
    return Benchmark(
        job.plan.keep_as or f"{last['model']}-calibrated",
        "calibrated",
        answer.mean or 0.0,
        prompt.mean,
        model=last["model"],
        hardware=_hardware(),
        engine=last["engine"],
        batch=1,
        date=datetime.fromtimestamp(power.clock.wall_s(), UTC).date().isoformat(),
        source=f"measured here by {last['source']}",
        covers=f"the whole machine while it answered, idle power included ({', '.join(counted)})",
        description=f"{len(answered)} runs of {last['input_tokens']} tokens in and about {last['output_tokens']} out",
        statistics=statistics,
    )


def _hardware() -> str:
    found = machine()
    gpus = ", ".join(gpu.name for gpu in found.gpus)
    return ", ".join(filter(None, (gpus, found.cpu_name, f"{found.cpu_count} cores")))


def _why(answered: Sequence[Result]) -> str:
    if not answered:
        return "no run was answered and measured"
    reasons = answered[0]["reasons"]
    return reasons.get("prefill_wh_per_1000_input_tokens") or reasons.get("decode_wh") or "the figures are not known"
