"""What Prometheus scrapes: energy, power, tokens, requests, latencies, the simulations' metrics, tool calls.

Names follow vLLM's where it has one, with ``lodger_`` in the place of ``vllm:``: Prometheus keeps colons for recording rules, and
``promtool check metrics`` refuses them. The buckets are vLLM's own, so that its dashboards need a changed prefix and no more.
A quantity that is not known has no sample; it is never 0 for that reason.

Source: vLLM, vllm/v1/metrics/loggers.py (names and buckets); Prometheus, Metric and label naming.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from measurement.powerhouse import PowerHouse
from measurement.requests import Request

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
FIRST_TOKEN_BUCKETS_S = (
    0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160, 640, 2560,
)  # fmt: skip
BETWEEN_BUCKETS_S = (0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80)
REQUEST_BUCKETS_S = (0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680)
_BY_MODEL = ("model_name", "purpose")
_DOMAIN = ("domain", "kind", "source", "method", "counted")


@dataclass(frozen=True)
class WorkloadNow:
    """One simulation as it is scraped."""

    name: str
    state: str
    step: int
    metrics: Mapping[str, float] = field(default_factory=dict[str, float])


Simulations = Callable[[], Iterable[WorkloadNow]]
ToolCalls = Callable[[], Mapping[tuple[str, str], int]]  # (tool, status) -> how many


class Exposition:
    """Counts requests from when it is made; ``text`` is one scrape."""

    def __init__(self, house: PowerHouse, simulations: Simulations, tool_calls: ToolCalls) -> None:
        disable_created_metrics()  # a second series for each counter that says only when this process began
        self._house, self._simulations, self._tool_calls = house, simulations, tool_calls
        self._registry = registry = CollectorRegistry()

        def counter(name: str, what: str, *labels: str) -> Counter:
            return Counter(f"lodger_{name}", what, (*_BY_MODEL, *labels), registry=registry)

        def histogram(name: str, what: str, buckets: Sequence[float]) -> Histogram:
            return Histogram(f"lodger_{name}_seconds", what, _BY_MODEL, registry=registry, buckets=buckets)

        self._requests = counter("requests", "Requests to the LLM engine, by outcome.", "outcome")
        self._prompt = counter("prompt_tokens", "Prompt tokens, as the server counts them.")
        self._generated = counter("generation_tokens", "Output tokens, as the server counts them.")
        self._cached = counter("prompt_tokens_cached", "Prompt tokens that the server found in its cache.")
        self._energy = counter(
            "request_energy_joules", "Energy of requests, their own share of it, by method.", "method"
        )
        self._first = histogram("time_to_first_token", "Time to first token.", FIRST_TOKEN_BUCKETS_S)
        self._between = histogram("inter_token_latency", "Time between two pieces of an answer.", BETWEEN_BUCKETS_S)
        self._whole = histogram("e2e_request_latency", "Duration of a request.", REQUEST_BUCKETS_S)
        self._prefill = histogram("request_prefill_time", "Prefill, as the server says.", REQUEST_BUCKETS_S)
        self._decode = histogram("request_decode_time", "Decode, as the server says.", REQUEST_BUCKETS_S)
        registry.register(self)  # pyright: ignore[reportArgumentType]  # ``collect`` is all that it needs
        self.leave = house.on_request(self.observe)

    def observe(self, request: Request, gaps_s: Sequence[float] = ()) -> None:
        """Take in one request that is over."""
        by = (request.model, request.purpose)
        self._requests.labels(*by, _outcome(request.outcome)).inc()
        energy = request.energy or {}
        amounts = (
            (self._prompt.labels(*by).inc, request.prompt_tokens),
            (self._generated.labels(*by).inc, request.completion_tokens),
            (self._cached.labels(*by).inc, request.cached_tokens),
            (self._first.labels(*by).observe, request.time_to_first_token_s),
            (self._whole.labels(*by).observe, request.duration_s),
            (self._prefill.labels(*by).observe, request.prefill_s),
            (self._decode.labels(*by).observe, request.decode_s),
        )
        for take, amount in amounts:
            if amount is not None:
                take(amount)
        for gap_s in gaps_s:
            self._between.labels(*by).observe(gap_s)
        if energy.get("gross_wh") is not None and energy["gross_wh"] >= 0:
            self._energy.labels(*by, str(energy["method"])).inc(energy["gross_wh"] * 3600.0)

    def text(self) -> bytes:
        """One scrape, in Prometheus' text format."""
        return generate_latest(self._registry)

    def collect(self) -> Iterator[Metric]:
        """What is read at the moment of the scrape."""
        yield from self._power()
        yield from self._workloads()
        calls = CounterMetricFamily("lodger_tool_calls", "Tool calls, by tool and status.", labels=("tool", "status"))
        for (tool, status), count in self._tool_calls().items():
            calls.add_metric((tool, status), count)
        yield calls

    def _power(self) -> Iterator[Metric]:
        joules = CounterMetricFamily("lodger_energy_joules", "Energy since the start, by domain.", labels=_DOMAIN)
        watts = GaugeMetricFamily("lodger_power_watts", "Mean power of the last seconds, by domain.", labels=_DOMAIN)
        meter, now = self._house.meter, self._house.now()
        newest = history[-1] if (history := meter.history()) else {}
        for domain, power in zip(meter.domains, now.domains, strict=True):
            labels = (domain.name, domain.kind, domain.source, domain.method, str(domain.counted).lower())
            reading = newest.get(domain.key)
            if reading is not None and reading.energy_j is not None:
                joules.add_metric(labels, reading.energy_j)
            if power.power_w is not None:
                watts.add_metric(labels, power.power_w)
        available = GaugeMetricFamily("lodger_power_source_available", "Whether a source is used.", labels=("source",))
        for source in self._house.sources():
            available.add_metric((source.name,), float(source.available))
        yield from (joules, watts, available)

    def _workloads(self) -> Iterator[Metric]:
        labels = ("workload",)
        steps = GaugeMetricFamily("lodger_workload_step", "The step that a simulation is at.", labels=labels)
        states = GaugeMetricFamily("lodger_workload_state", "1 for the present state.", labels=("workload", "state"))
        values = GaugeMetricFamily("lodger_workload_metric", "Newest value of a metric.", labels=("workload", "metric"))
        for one in self._simulations():
            steps.add_metric((one.name,), one.step)
            states.add_metric((one.name, one.state), 1.0)
            for name, value in one.metrics.items():
                values.add_metric((one.name, name), value)
        yield from (steps, states, values)


def _outcome(outcome: str) -> str:
    """``error: HTTP 500`` is an error: a label with the whole sentence would make a series of each."""
    return outcome.partition(":")[0]
