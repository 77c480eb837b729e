"""What the machine used while a run lasted, as the meter of the runs wrote it down (``workloads/run_energy.py``)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from measurement.facts import Value
from measurement.store import Event
from whitepapers.archive import Archive


def answer(archive: Archive, run: str, event: str, what: str, domain: str | None = None) -> Value:
    """``what`` is a key of the record, or of one of its domains; idle_w, idle_with, engine_wh, own_wh and own_cpu_s are inside it."""
    record = archive.row(archive.energies(run), event, "record of energy").details["energy"]
    if domain is not None:
        return {"name": domain, **record["domains"].get(domain, {})}.get(what)
    return inside(archive, run, record, what) if what in INSIDE else record.get(what)


INSIDE = ("idle_w", "idle_with", "engine_wh", "own_wh", "own_cpu_s")


def inside(archive: Archive, run: str, record: Mapping[str, Any], what: str) -> Value:
    """What lies deeper in a record."""
    idle = record.get("idle") or {}
    own = part_of(archive, run, record)
    found = {
        "idle_w": idle.get("power_w"),
        "idle_with": " and ".join(idle.get("with", ())) or None,
        "engine_wh": (record.get("e_llm") or {}).get("gross_wh"),
        "own_wh": own.get("gross_wh"),
        "own_cpu_s": own.get("cpu_s"),
    }
    return found[what]


def part_of(archive: Archive, run: str, record: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the simulation's own processes took; empty when nobody looked."""
    return record.get("simulations", {}).get(archive.run(run).workload) or {}


def newest(archive: Archive, run: str) -> Event | None:
    """The last record of a run; None when it was not metered."""
    found = archive.energies(run)
    return found[-1] if found else None
