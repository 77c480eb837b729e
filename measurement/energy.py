"""What a window of energy says: per domain and in total, gross and net, with its bound and its reasons.

Plain values and their arithmetic; the meter takes the readings.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import fsum
from typing import Any

from measurement.facts import Method
from measurement.power.base import Domain, Kind, leaves_of, roots

J_PER_WH = 3600.0
TOTAL = "total"
STOOD_STILL = "its counter did not move"
FROM_BEST: tuple[Method, ...] = ("measured", "derived", "estimated")


@dataclass(frozen=True, slots=True)
class Energy:
    """The energy of one domain, or of all together, over one stretch of time.

    ``gross_j`` is what was used, ``net_j`` what is left of it without the idle baseline (it may be negative, and then is
    shown so). The truth lies within ``bound_j`` of the gross value and ``net_bound_j`` of the net one. What was not measured
    is None, and ``reason`` (or ``net_reason``) says why.
    """

    name: str
    duration_s: float
    gross_j: float | None = None
    bound_j: float | None = None
    net_j: float | None = None
    net_bound_j: float | None = None
    baseline_w: float | None = None
    method: Method = "measured"
    source: str = ""
    kind: Kind | None = None
    reason: str | None = None
    net_reason: str | None = None

    def withheld(self, reason: str) -> Energy:
        """The same domain and time without a number, and why."""
        blank = Energy(self.name, self.duration_s, method=self.method, source=self.source, kind=self.kind)
        return replace(blank, reason=reason, net_reason=reason)

    def to_json(self) -> dict[str, Any]:
        """As the API shows it, in watt-hours."""
        return {
            "gross_wh": in_wh(self.gross_j),
            "net_wh": in_wh(self.net_j),
            "bound_wh": in_wh(self.bound_j),
            "net_bound_wh": in_wh(self.net_bound_j),
            "baseline_power_w": self.baseline_w,
            "duration_s": self.duration_s,
            "method": self.method,
            "source": self.source,
            "reason": self.reason,
            "net_reason": self.net_reason,
        }


def in_wh(energy_j: float | None) -> float | None:
    """Joules as watt-hours; None stays None."""
    return None if energy_j is None else energy_j / J_PER_WH


@dataclass(frozen=True)
class Phase:
    """A stretch of a window between two marks: each domain by name, and the total that counts nothing twice."""

    name: str
    duration_s: float
    domains: Mapping[str, Energy]
    total: Energy

    def without_energy(self, reason: str) -> Phase:
        domains = {name: energy.withheld(reason) for name, energy in self.domains.items()}
        return replace(self, domains=domains, total=self.total.withheld(reason))

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "duration_s": self.duration_s,
            "domains": {name: energy.to_json() for name, energy in self.domains.items()},
            "total": self.total.to_json(),
        }


@dataclass(frozen=True, slots=True)
class Agreement:
    """Whether the phases add up to the whole, which was read on its own."""

    difference_j: float
    bound_j: float

    @property
    def holds(self) -> bool:
        return abs(self.difference_j) <= self.bound_j


@dataclass(frozen=True)
class WindowResult:
    """A window that is over: the whole, and its phases where they could be told apart.

    ``split_reason`` says why a split was withheld. ``notes`` tell what else a reader should know.
    """

    name: str
    started_wall_s: float
    whole: Phase
    phases: tuple[Phase, ...] = ()
    agreement: Agreement | None = None
    split_reason: str | None = None
    notes: tuple[str, ...] = field(default=())

    def without_energy(self, reason: str) -> WindowResult:
        """The same window when nothing in it can be believed, and why."""
        return replace(
            self,
            whole=self.whole.without_energy(reason),
            phases=tuple(phase.without_energy(reason) for phase in self.phases),
            agreement=None,
            split_reason=reason if self.phases else None,
        )

    @property
    def total(self) -> Energy:
        return self.whole.total

    @property
    def prefill(self) -> Energy | None:
        """The energy until the first split."""
        return self.phases[0].total if len(self.phases) > 1 else None

    @property
    def decode(self) -> Energy | None:
        """The energy since the last split."""
        return self.phases[-1].total if len(self.phases) > 1 else None

    def to_json(self) -> dict[str, Any]:
        agreement = self.agreement
        return {
            "name": self.name,
            "started_at": self.started_wall_s,
            **self.whole.to_json(),
            "phases": [phase.to_json() for phase in self.phases],
            "agreement": agreement
            and {"difference_j": agreement.difference_j, "bound_j": agreement.bound_j, "holds": agreement.holds},
            "split_reason": self.split_reason,
            "notes": list(self.notes),
        }


def total_of(energies: Mapping[str, Energy], domains: Iterable[Domain], duration_s: float) -> tuple[Energy, list[str]]:
    """Sum the roots of ``domains`` (``energies`` by key), and give the notes on what was left out.

    A platform counter that says less than its own packages is not wired on this board: the packages count instead.
    """
    every, notes = list(domains), []
    counted = list(roots(every))
    for platform in [domain for domain in counted if domain.kind == "psys"]:
        parts = leaves_of(platform, every)
        if parts and _less_than_its_parts(energies[platform.key], [energies[part.key] for part in parts]):
            counted.remove(platform)
            counted.extend(parts)
            notes.append(f"{platform.name} says less than its own packages, so the packages count instead")
    if not counted:
        return Energy(TOTAL, duration_s, reason="no energy counter is available"), notes
    return _sum([energies[domain.key] for domain in counted], duration_s), notes


def _less_than_its_parts(whole: Energy, parts: list[Energy]) -> bool:
    known = [part for part in parts if part.gross_j is not None and part.bound_j is not None]
    if len(known) < len(parts):
        return False
    least_j = fsum((part.gross_j or 0.0) - (part.bound_j or 0.0) for part in known)
    if whole.gross_j is None:
        return whole.reason == STOOD_STILL
    return whole.gross_j + (whole.bound_j or 0.0) < least_j


def _sum(parts: list[Energy], duration_s: float) -> Energy:
    missing = [f"{part.name}: {part.reason}" for part in parts if part.gross_j is None]
    no_net = [f"{part.name}: {part.net_reason or part.reason}" for part in parts if part.net_j is None]
    total = Energy(
        TOTAL,
        duration_s,
        method=FROM_BEST[max(FROM_BEST.index(part.method) for part in parts)],
        source=" + ".join(dict.fromkeys(part.source for part in parts)),
        reason="; ".join(missing) or None,
        net_reason="; ".join(dict.fromkeys(no_net)) or None,
    )
    if missing:
        return total
    total = replace(total, gross_j=_added(parts, "gross_j"), bound_j=_added(parts, "bound_j"))
    if no_net:
        return total
    return replace(
        total,
        net_j=_added(parts, "net_j"),
        net_bound_j=_added(parts, "net_bound_j"),
        baseline_w=_added(parts, "baseline_w"),
    )


def _added(parts: list[Energy], quantity: str) -> float:
    return fsum(getattr(part, quantity) or 0.0 for part in parts)


def agreement_of(whole: Phase, phases: Sequence[Phase]) -> Agreement | None:
    """Hold the sum of the phases against the whole; None when either is not known.

    The moments between one phase's last read and the next one's first belong to neither; the bound makes room for them.
    """
    totals = [phase.total for phase in phases]
    if not phases or whole.total.gross_j is None or any(total.gross_j is None for total in totals):
        return None
    difference_j = whole.total.gross_j - _added(totals, "gross_j")
    between_s = whole.duration_s - fsum(phase.duration_s for phase in phases)
    between_j = 2.0 * whole.total.gross_j * max(between_s, 0.0) / whole.duration_s
    return Agreement(difference_j, (whole.total.bound_j or 0.0) + _added(totals, "bound_j") + between_j)
