"""The session as a whole: what all its runs used, and its log in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from agent.lab.job import Job
from agent.lab.result import Result, statistics_of

SUMMED = ("total_wh", "carbon_g", "input_tokens", "output_tokens", "duration_s")


def summary_of(jobs: Sequence[Job], results: Sequence[Result]) -> dict[str, Any]:
    """Sum the session up; measured and estimated energies stay apart."""
    answered = [one for one in results if one["outcome"] == "ok"]
    by_method = {method: [one for one in answered if one["method"] == method] for method in ("measured", "estimated")}
    return {
        "batches": len(jobs),
        "running": sum(job.state in ("queued", "running") for job in jobs),
        "runs": len(answered),
        "failed_runs": len(results) - len(answered),
        **{method: _sums(rows) for method, rows in by_method.items()},
        "statistics": statistics_of(results),
        "batches_list": [short_of(job) for job in jobs],
    }


def short_of(job: Job) -> dict[str, Any]:
    """A batch in a line."""
    return {
        "id": job.id,
        "taken_at": job.taken_at,
        "state": job.state,
        "kind": job.plan.kind,
        "model": job.plan.model,
        "runs": len(job.observations),
        "total": job.total,
        "benchmark": job.benchmark and job.benchmark.name,
        "error": job.error,
    }


def _sums(results: Sequence[Result]) -> dict[str, Any]:
    sums = {name: _sum(one[name] for one in results) for name in SUMMED}
    without = sum(one["total_wh"] is None for one in results)
    energy, tokens = sums["total_wh"], sums["output_tokens"]
    return {
        "runs": len(results),
        **sums,
        "wh_per_1000_output_tokens": 1000.0 * energy / tokens
        if energy is not None and tokens and not without
        else None,
        "runs_without_energy": without,
        "reason": None if results else "no run was got this way",
    }


def _sum(values: Iterable[Any]) -> Any:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def line_of(result: Result, total: int) -> str:
    """One run in words, for the live log."""
    head = f"run {result['number']} of {total}: "
    if result["outcome"] != "ok":
        return f"{head}{result['outcome']} {result['finish_reason'] or ''}".rstrip()
    energy = result["total_wh"]
    sign = "" if result["method"] == "measured" else "≈ "
    if energy is None:
        cost = f"energy unknown ({result['reasons'].get('total_wh', '')})"
    else:
        cost = f"{sign}{energy:.3g} Wh {result['method']}"
    duration = result["duration_s"]
    took = f", {duration:.2f} s" if duration is not None else ""
    return f"{head}{cost}, {result['input_tokens']} tokens in, {result['output_tokens']} out{took}"
