"""The power of this moment: watts by domain and a total that counts nothing twice, with the reason for what is not known."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from measurement.energy import Energy, total_of
from measurement.facts import Method
from measurement.meter import Meter
from measurement.power.base import Domain

OVER_S = 2.5  # the slowest polling is one a second, and a mean needs two of them
NOT_YET = "it was not read twice yet"
NO_COUNTER = "no energy counter can be read on this machine"


@dataclass(frozen=True)
class DomainPower:
    """One domain's mean power; ``counted`` says that it is part of the total in its own right."""

    name: str
    kind: str
    source: str
    power_w: float | None
    method: Method
    counted: bool
    reason: str | None
    note: str = ""


@dataclass(frozen=True)
class PowerNow:
    """Everything that draws power here, as far as it can be read. ``taken_at`` is Unix time."""

    taken_at: float
    over_s: float
    total_w: float | None
    method: Method | None
    reason: str | None
    domains: tuple[DomainPower, ...]
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        domains = {
            one.name: {"power_w": one.power_w, "kind": one.kind, "source": one.source, "method": one.method,
                       "counted": one.counted, "reason": one.reason, "note": one.note}
            for one in self.domains
        }  # fmt: skip
        return {
            "taken_at": self.taken_at, "over_s": self.over_s, "total_w": self.total_w, "method": self.method,
            "reason": self.reason, "domains": domains, "notes": list(self.notes),
        }  # fmt: skip


def power_now(meter: Meter, over_s: float = OVER_S) -> PowerNow:
    """Give the mean power over the last ``over_s`` seconds of polls."""
    watts = meter.power_w(over_s)
    known = {one.key: _second(one, watts[one.name]) for one in meter.domains}
    total, notes = total_of(known, meter.reckoner().alive(), 1.0)
    domains = tuple(_told(one, watts[one.name]) for one in meter.domains)
    method = total.method if total.gross_j is not None else None
    reason = total.reason if meter.available else NO_COUNTER
    return PowerNow(meter.clock.wall_s(), over_s, total.gross_j, method, reason, domains, tuple(notes))


def power_history(meter: Meter, over_s: float = 60.0) -> dict[str, tuple[list[float], list[float | None]]]:
    """Give each domain's (seconds before now, watts between two polls), oldest first: what a chart of live power draws."""
    now_s = meter.clock.monotonic_s()
    history = [one for one in meter.history() if any(reading.at_s >= now_s - over_s for reading in one.values())]
    told: dict[str, tuple[list[float], list[float | None]]] = {}
    for domain in meter.domains:
        readings = [snapshot[domain.key] for snapshot in history if domain.key in snapshot]
        times: list[float] = []
        watts: list[float | None] = []
        for before, after in pairwise(readings):
            if after.at_s <= before.at_s:
                continue
            times.append(after.at_s - now_s)
            whole = before.energy_j is not None and after.energy_j is not None and before.epoch == after.epoch
            used_j = (after.energy_j or 0.0) - (before.energy_j or 0.0)
            watts.append(used_j / (after.at_s - before.at_s) if whole else None)
        told[domain.name] = (times, watts)
    return told


def _second(domain: Domain, power_w: float | None) -> Energy:
    """The power as the energy of one second, so that totals are made by the one rule there is."""
    reason = None if power_w is not None else NOT_YET
    return Energy(
        domain.name, 1.0, power_w, 0.0 if power_w is not None else None,
        method=domain.method, source=domain.source, kind=domain.kind, reason=reason,
    )  # fmt: skip


def _told(domain: Domain, power_w: float | None) -> DomainPower:
    reason = None if power_w is not None else NOT_YET
    return DomainPower(
        domain.name, domain.kind, domain.source, power_w, domain.method, domain.counted, reason, domain.note
    )
