"""What one run cost: a result from an observation, measured where the request was metered, else estimated by a benchmark.

Reckoning it again with another benchmark changes the estimates and nothing that was measured. What is not known is None, and
``reasons`` says why, by the field's name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from agent.lab.benchmarks import Benchmark, estimated
from agent.lab.observation import Observation
from agent.lab.spread import spread
from measurement.carbon import Grid
from measurement.energy import J_PER_WH
from measurement.requests import Request

Result = dict[str, Any]
DEVIATES = 0.2  # a deviation of the two efficiencies beyond this is shown in red
BY_ESTIMATE = "nothing on this machine was measured; an estimate does not have it"
NOT_ANSWERED = "the request was not answered"
NO_TOKENS = "the tokens it is divided by were not counted, or there are none"
NO_TIMES = "the engine does not report its prefill and decode times"
NO_GRID = "no grid intensity is known"
QUANTITIES = (
    "total_wh", "net_wh", "prefill_wh", "decode_wh", "wh_per_1000_output_tokens", "prefill_wh_per_1000_input_tokens",
    "decode_wh_per_1000_output_tokens", "e_llm_wh_per_1000_output_tokens", "m_eff_wh_per_1000_output_tokens", "carbon_g",
    "time_to_first_token_s", "tokens_per_second", "prefill_s", "decode_s", "duration_s", "input_tokens", "output_tokens",
)  # fmt: skip


def result_of(observation: Observation, benchmark: Benchmark | None, grid: Grid | None) -> Result:
    """Reckon everything that a result holds."""
    request = observation.request
    measured = observation.metered
    energy = _measured(request) if measured else _estimated(request, benchmark)
    reasons = {**observation.reasons, **energy.pop("reasons")}
    result: Result = {
        "number": observation.number,
        "taken_at": request.taken_at,
        "outcome": request.outcome,
        "model": request.model,
        "engine": request.engine,
        "method": "measured" if measured else "estimated",
        "benchmark": benchmark.name if benchmark and not measured else None,
        **energy,
        **_efficiencies(request, energy, reasons),
        "carbon_g": _carbon_g(grid, energy["total_wh"]),
        "grid": grid and {"country": grid.country, "g_per_kwh": grid.intensity_g_per_kwh, "year": grid.year},
        "tokens": dict(observation.tokens),
        "input_tokens": request.prompt_tokens,
        "output_tokens": request.completion_tokens,
        **_times(request),
        "size": observation.size,
        "text": observation.text,
        "thinking": observation.thinking,
        "finish_reason": observation.finish_reason,
    }
    return {**result, "reasons": _reasoned(result, reasons)}


def _measured(request: Request) -> dict[str, Any]:
    """The energy as the meter recorded it."""
    record = request.energy or {}
    whole, prefill, decode = record, record.get("prefill") or {}, record.get("decode") or {}
    why, split = record.get("reason") or "it was not metered", record.get("split_reason") or record.get("reason")
    net = record.get("net_reason") or why
    split_why = dict.fromkeys(("prefill_wh", "decode_wh", "prefill_bound_wh", "decode_bound_wh"), split or why)
    return {
        "how": record.get("method"),
        "source": record.get("source") or None,
        "domains": record.get("domains") or {},
        "prefill_wh": prefill.get("gross_wh"),
        "decode_wh": decode.get("gross_wh"),
        "prefill_bound_wh": prefill.get("bound_wh"),
        "decode_bound_wh": decode.get("bound_wh"),
        "total_wh": whole.get("gross_wh"),
        "bound_wh": whole.get("bound_wh"),
        "window_s": whole.get("duration_s"),
        "net_wh": whole.get("net_wh"),
        "net_bound_wh": whole.get("net_bound_wh"),
        "baseline_power_w": whole.get("baseline_power_w"),
        "agrees": record.get("agrees"),
        "e_llm_wh": (record.get("e_llm") or {}).get("gross_wh"),
        "shared_with": record.get("shared_with") or [],
        "fit": None,
        "notes": _cached_note(request) + list(record.get("notes") or []),
        "reasons": {
            "total_wh": why,
            "bound_wh": why,
            "window_s": why,
            **dict.fromkeys(("net_wh", "net_bound_wh", "baseline_power_w"), net),
            **{name: prefill.get("reason") or decode.get("reason") or text for name, text in split_why.items()},
            "e_llm_wh": (record.get("e_llm") or {}).get("reason") or why,
            "agrees": split or why,
        },
    }


def _estimated(request: Request, benchmark: Benchmark | None) -> dict[str, Any]:
    """The energy by a benchmark; of a request that failed nothing is said."""
    by = estimated(benchmark, request.prompt_tokens, request.completion_tokens)
    ok = request.outcome == "ok"
    part = (by.reason or by.split_reason or "") if ok else NOT_ANSWERED
    fields = (
        "bound_wh",
        "window_s",
        "prefill_bound_wh",
        "decode_bound_wh",
        "net_wh",
        "net_bound_wh",
        "baseline_power_w",
    )
    return {
        "how": "estimated",
        "source": benchmark and benchmark.source,
        "domains": {},
        "prefill_wh": by.prefill_wh if ok else None,
        "decode_wh": by.decode_wh if ok else None,
        "total_wh": by.total_wh if ok else None,
        **dict.fromkeys(fields),
        "agrees": None,
        "e_llm_wh": None,
        "shared_with": [],
        "fit": benchmark and fit_of(benchmark, request.model),
        "notes": _cached_note(request),
        "reasons": {
            **dict.fromkeys((*fields, "agrees", "e_llm_wh"), BY_ESTIMATE),
            **dict.fromkeys(("total_wh", "prefill_wh", "decode_wh"), part),
        },
    }


def fit_of(benchmark: Benchmark, model: str) -> str:
    """Say in words what the benchmark is of, for a reader who wonders how far it carries."""
    named, asked = (re.sub(r"[^a-z0-9]", "", name.lower()) for name in (benchmark.model, model))
    same = bool(named) and (named in asked or asked in named)
    which = "the same model" if same else f"another model ({benchmark.model or 'not named'})"
    where = benchmark.hardware or "hardware that is not named"
    batch = "an unknown batch" if benchmark.batch is None else f"batch {benchmark.batch}"
    covers = f"; covers {benchmark.covers}" if benchmark.covers else ""
    return f"{which} on {where} with {benchmark.engine or 'an engine that is not named'} at {batch}{covers}"


def _efficiencies(request: Request, energy: dict[str, Any], reasons: dict[str, str]) -> dict[str, Any]:
    """Everything by 1,000 tokens; M_eff scales E_llm by the share of the wall time that the engine says it computed."""
    out, prompt = request.completion_tokens, request.prompt_tokens
    e_llm = _per_1000(energy["e_llm_wh"], out)
    computed_s = None
    if request.prefill_s is not None and request.decode_s is not None:
        computed_s = request.prefill_s + request.decode_s
    active = computed_s / request.duration_s if computed_s is not None and request.duration_s else None
    m_eff = e_llm * active if e_llm is not None and active is not None else None
    read_anew = prompt - (request.cached_tokens or 0) if prompt is not None else None
    told = {
        "wh_per_1000_output_tokens": _per_1000(energy["total_wh"], out),
        "prefill_wh_per_1000_input_tokens": _per_1000(energy["prefill_wh"], read_anew),
        "decode_wh_per_1000_output_tokens": _per_1000(energy["decode_wh"], out),
        "e_llm_wh_per_1000_output_tokens": e_llm,
        "m_eff_wh_per_1000_output_tokens": m_eff,
        "m_eff_deviation": abs(m_eff - e_llm) / abs(e_llm) if m_eff is not None and e_llm else None,
    }
    parents = ("total_wh", "prefill_wh", "decode_wh", "e_llm_wh", "e_llm_wh", "e_llm_wh")
    for name, parent in zip(told, parents, strict=True):
        reasons[name] = reasons.get(parent, NO_TOKENS) if energy[parent] is None else NO_TOKENS
    if e_llm is not None and active is None:
        reasons.update(dict.fromkeys(("m_eff_wh_per_1000_output_tokens", "m_eff_deviation"), NO_TIMES))
    return told


def _times(request: Request) -> dict[str, Any]:
    tokens, decode_s = request.completion_tokens, request.decode_s
    if not decode_s and request.duration_s is not None and request.time_to_first_token_s is not None:
        decode_s = request.duration_s - request.time_to_first_token_s
    return {
        "time_to_first_token_s": request.time_to_first_token_s,
        "tokens_per_second": tokens / decode_s if tokens and decode_s else None,
        "prefill_s": request.prefill_s,
        "decode_s": request.decode_s,
        "duration_s": request.duration_s,
    }


def _reasoned(result: Result, reasons: dict[str, str]) -> dict[str, str]:
    """The reasons of the fields that are None, one for each."""
    failed = result["outcome"] != "ok"
    usual = {"prefill_s": NO_TIMES, "decode_s": NO_TIMES, "grid": NO_GRID, "size": "it was not part of a sweep"}
    usual["carbon_g"] = NO_GRID if result["grid"] is None else reasons.get("total_wh", "")
    usual["benchmark"] = "it was measured" if result["method"] == "measured" else reasons.get("total_wh", "")
    missing = {
        name: reasons.get(name) or (NOT_ANSWERED if failed else usual.get(name) or "the server did not say")
        for name, value in result.items()
        if value is None and name not in ("fit", "size")
    }
    return {**missing, **{name: why for name, why in reasons.items() if name.startswith("tokens.")}}


def _cached_note(request: Request) -> list[str]:
    if not request.cached_tokens:
        return []
    return [f"{request.cached_tokens} tokens of the prompt were remembered by the server and not read anew"]


def _per_1000(energy_wh: float | None, tokens: int | None) -> float | None:
    return 1000.0 * energy_wh / tokens if energy_wh is not None and tokens else None


def _carbon_g(grid: Grid | None, energy_wh: float | None) -> float | None:
    return None if grid is None or energy_wh is None else grid.carbon_g(energy_wh * J_PER_WH)


def statistics_of(results: Sequence[Result]) -> dict[str, Any]:
    """The spread of every quantity over the runs that were answered; measured and estimated ones are never mixed."""
    answered = [one for one in results if one["outcome"] == "ok"]
    method = "measured" if any(one["method"] == "measured" for one in answered) else "estimated"
    alike = [one for one in answered if one["method"] == method]
    spreads = {name: spread([one[name] for one in alike]).to_json() for name in QUANTITIES}
    return {"method": method if alike else None, "runs": len(alike), "failed": len(results) - len(answered), **spreads}
