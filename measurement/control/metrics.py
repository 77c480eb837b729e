"""What is charted, and how: the unit, the scale on which it is judged, whether it may wake somebody.

Durations are skewed and judged as logarithms. Only three metrics of an engine raise alarms (the others are functions of
them, or follow whatever else the machine does): every further one would add its own false alarms. A simulation's metric
moves by design; it raises alarms only from the moment that a person recorded a baseline for it.
"""

from __future__ import annotations

from dataclasses import dataclass

from measurement.spc import Transform


@dataclass(frozen=True, slots=True)
class Metric:
    """One chart. ``alarms`` says that it may open an incident without being asked to; ``per_answer`` that it grows
    with the answer's length, so that answers of different lengths are not one process."""

    name: str
    title: str
    unit: str
    transform: Transform = "none"
    alarms: bool = False
    per_answer: bool = False
    aliases: tuple[str, ...] = ()


_KNOWN = (
    Metric("latency_s", "latency", "s", "log", alarms=True, per_answer=True, aliases=("response time", "duration")),
    Metric("time_to_first_token_s", "time to first token", "s", "log", True, True, ("ttft", "first token")),
    Metric("inter_token_s", "time between tokens", "s", "log", alarms=True, aliases=("inter-token latency", "itl")),
    Metric("tokens_per_second", "tokens per second", "1/s", "log", aliases=("throughput", "speed", "tps")),
    Metric("prefill_s", "prefill", "s", "log", per_answer=True, aliases=("prompt evaluation",)),
    Metric("decode_s", "decode", "s", "log", per_answer=True, aliases=("generation",)),
    Metric("load_s", "load", "s", "log", aliases=("model load",)),
    Metric("wh_per_1000_tokens", "energy per 1,000 tokens", "Wh", "log", aliases=("energy", "watt-hours")),
    Metric("cpu_percent", "processor", "%", aliases=("cpu", "processor load")),
    Metric("memory_bytes", "memory", "B", aliases=("ram", "memory used")),
    Metric("gpu_memory_bytes", "GPU memory", "B", aliases=("vram",)),
)
METRICS: dict[str, Metric] = {metric.name: metric for metric in _KNOWN}
ALARMING = sum(metric.alarms for metric in _KNOWN)


def metric_named(name: str) -> Metric:
    """The metric of that name; any other name is a workload's or another machine's own, judged as it is."""
    return METRICS.get(name) or Metric(name, name.replace("_", " "), "")
