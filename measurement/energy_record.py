"""The energy of one request, or of a whole turn, as JSON: what is kept in the store and shown to people and programs.

A record always has all of these keys; what is not known is None and the reason beside it says why.

    method          "measured" | "derived" | "estimated"; an estimate is somebody else's figure, not this machine's
    source          who said so: "rapl + nvml", or the estimate's coefficient
    gross_wh        what the machine used meanwhile (of it, this work's own ``share``), or the estimate
    bound_wh        the truth lies within this of gross_wh; None for an estimate
    net_wh          gross without the idle baseline: may be negative, is never clamped
    net_bound_wh, baseline_power_w, reason, net_reason
    prefill, decode the same keys for the time until and since the first token, or None with ``split_reason``
    agrees          whether prefill and decode add up to the whole within the bounds, which was read on its own; or None
    domains         {name: the same keys, with kind (package, dram, gpu, process, …)}
    e_llm           the engine's own processes: {gross_wh, method, source, reason}
    share, shared_with   the even split by time with other work; 1.0 and [] when alone
    carbon_g, grid  grams of CO2 equivalents, and whose grid of which year
    duration_s, fit, notes   ``fit`` says in words what an estimate is an estimate of

Gross and net hold the simulation's energy as well, when it runs beside: the baseline is taken with it running.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import fsum
from typing import Any

from measurement.carbon import Grid
from measurement.energy import FROM_BEST, J_PER_WH, Energy, Phase, WindowResult, in_wh
from measurement.metering import Metered
from measurement.power.estimate import Estimate

Record = dict[str, Any]
NOT_STREAMED = "the answer was not streamed, so nobody saw the first token"
OF_A_TURN = "a turn is not split; the requests in it are"
NO_OWN_PROCESS = "nothing here tells the engine's processes from the rest (no Scaphandre, no package counter)"
OF_AN_ESTIMATE = "an estimate knows nothing of this machine's idle power"


def measured_record(metered: Metered, grid: Grid) -> Record:
    """The record of a stretch that was, or should have been, measured."""
    result, share = metered.result, metered.share.part
    if result is None:
        return _blank(metered, metered.reason or "it was not measured", grid)
    total = _own(result.total, share)
    prefill, decode = (one and _own(one, share) for one in (result.prefill, result.decode))
    shared = [f"the energy was shared by time with {', '.join(metered.share.others)}"] if metered.share.others else []
    return {
        **energy_json(total),
        "method": _worst(total, shared),
        "prefill": prefill and energy_json(prefill),
        "decode": decode and energy_json(decode),
        "split_reason": result.split_reason or (None if prefill else NOT_STREAMED),
        "agrees": result.agreement and result.agreement.holds,
        "domains": {
            name: {**energy_json(_own(one, share)), "kind": one.kind} for name, one in result.whole.domains.items()
        },
        "e_llm": engine_energy(result.whole),
        **_shared(metered),
        **_carbon(total.gross_j, grid),
        "fit": None,
        "notes": [*result.notes, *shared],
    }


def estimated_record(metered: Metered, estimate: Estimate, grid: Grid) -> Record:
    """The record of a request where nothing could be measured: a published figure, called an estimate."""
    parts = [("prefill", estimate.prefill_j), ("decode", estimate.decode_j)]
    return {
        **_blank(metered, None, grid),
        "method": "estimated",
        "source": estimate.coefficient.source,
        "gross_wh": in_wh(estimate.total_j),
        "reason": estimate.reason,
        "net_reason": OF_AN_ESTIMATE,
        **{name: _estimated_part(joules) for name, joules in parts},
        "split_reason": estimate.split_reason,
        **_carbon(estimate.total_j, grid),
        "fit": estimate.fit,
        "bound_reason": estimate.bound_reason,
    }


def unknown_record(metered: Metered, reason: str, grid: Grid) -> Record:
    """The record when there is neither a measurement nor an estimate."""
    return _blank(metered, reason, grid)


def energy_json(energy: Energy) -> Record:
    """One energy in watt-hours."""
    return energy.to_json()


def engine_energy(whole: Phase) -> Record:
    """The energy of the engine's own processes: Scaphandre's account or else the share of CPU time, and its part of each GPU."""
    own = [one for one in whole.domains.values() if one.kind == "process"]
    if any(one.source == "scaphandre" and one.gross_j is not None for one in own):
        own = [one for one in own if one.source != "process_share"]
    elif any(one.source == "process_share" for one in own):
        own = [one for one in own if one.source != "scaphandre"]
    missing = [f"{one.name}: {one.reason}" for one in own if one.gross_j is None]
    known = bool(own) and not missing
    return {
        "gross_wh": fsum(one.gross_j or 0.0 for one in own) / J_PER_WH if known else None,
        "method": "derived",
        "source": " + ".join(dict.fromkeys(one.source for one in own)),
        "reason": None if known else "; ".join(missing) or NO_OWN_PROCESS,
    }


def simulation_energy(metered: Metered) -> dict[str, Record]:
    """What each simulation took meanwhile: its CPU seconds, and the packages' energy by its share of them."""
    if metered.cpu is None:
        return {}
    before, after = metered.cpu
    packages, why_not = _packages(metered.result)
    machine_s = (after.machine_s or 0.0) - (before.machine_s or 0.0)
    told: dict[str, Record] = {}
    for name, until_s in after.simulations_s.items():
        used_s = max(until_s - before.simulations_s.get(name, 0.0), 0.0)
        share = min(used_s / machine_s, 1.0) if machine_s > 0 else None
        energy_j = None if packages is None or share is None else packages * share
        reason = None if energy_j is not None else why_not or "the stretch was too short for CPU times to be told"
        told[name] = {"gross_wh": in_wh(energy_j), "method": "derived", "cpu_s": used_s, "reason": reason}
    return told


def _packages(result: WindowResult | None) -> tuple[float | None, str | None]:
    """The packages' joules, for sharing out."""
    found = [one for one in result.whole.domains.values() if one.kind == "package"] if result else []
    known = [one.gross_j for one in found if one.gross_j is not None]
    if not found or len(known) < len(found):
        return None, "no processor package's energy was measured"
    return fsum(known), None


def _own(energy: Energy, share: float) -> Energy:
    """The part of an energy that is one's own."""
    if share >= 1.0:
        return energy
    names = ("gross_j", "bound_j", "net_j", "net_bound_j", "baseline_w")
    own = {name: None if (value := getattr(energy, name)) is None else value * share for name in names}
    return replace(energy, method=FROM_BEST[max(FROM_BEST.index(energy.method), 1)], **own)


def _worst(total: Energy, shared: Sequence[str]) -> str:
    return "derived" if shared and total.method == "measured" else total.method


def _estimated_part(energy_j: float | None) -> Record | None:
    return None if energy_j is None else {"gross_wh": in_wh(energy_j), "bound_wh": None, "method": "estimated"}


def _blank(metered: Metered, reason: str | None, grid: Grid) -> Record:
    empty = Energy(metered.name, metered.duration_s, reason=reason, net_reason=reason)
    return {
        **energy_json(empty),
        "method": None if reason else "estimated",
        "prefill": None,
        "decode": None,
        "split_reason": reason,
        "agrees": None,
        "domains": {},
        "e_llm": {"gross_wh": None, "method": "derived", "source": "", "reason": reason or NO_OWN_PROCESS},
        **_shared(metered),
        **_carbon(None, grid),
        "fit": None,
        "notes": [],
    }


def _shared(metered: Metered) -> Record:
    return {"share": metered.share.part, "shared_with": list(metered.share.others)}


def _carbon(energy_j: float | None, grid: Grid) -> Record:
    told = {"code": grid.code, "country": grid.country, "g_per_kwh": grid.intensity_g_per_kwh, "year": grid.year}
    return {"carbon_g": grid.carbon_g(energy_j), "grid": told}
