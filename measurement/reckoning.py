"""From two edges to the energy between them: differences, bounds, baseline, and the reasons for what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from measurement.baseline import Baseline
from measurement.edge import Bracket, Edge
from measurement.energy import STOOD_STILL, Energy, Phase, total_of
from measurement.power.base import Domain, roots
from measurement.ticks import TickWatch

# A phase shorter than this many ticks of its counter would be a guess.
SPLIT_TICKS = 10.0
# A counter that says nothing for this long while others run is not idle, it is dead.
DEAD_S = 0.2
NO_BASELINE = "no idle baseline was measured yet"


@dataclass(frozen=True)
class Reckoner:
    """Computes what lies between two edges for these domains, with these ticks and this baseline."""

    domains: Sequence[Domain]
    ticks: TickWatch
    baseline: Baseline | None = None

    def phase(self, name: str, start: Edge, end: Edge, split: bool = False) -> tuple[Phase, list[str]]:
        """Give the energy of every domain between two edges; ``split`` withholds what is too short for its counter."""
        duration_s = end.at_s - start.at_s
        energies = {domain.key: self.energy(domain, start, end) for domain in self.domains}
        if split:
            energies = {one.key: self._worth_a_split(one, energies[one.key]) for one in self.domains}
        total, notes = total_of(energies, self.alive(), duration_s)
        return Phase(
            name, duration_s, {energy.name: energy for energy in energies.values()}, total
        ), notes + self._dead()

    def energy(self, domain: Domain, start: Edge, end: Edge) -> Energy:
        """Give one domain's energy between two edges."""
        blank = Energy(domain.name, end.at_s - start.at_s, method=domain.method, source=domain.source, kind=domain.kind)
        reason = start.failure(domain.key) or end.failure(domain.key)
        if reason:
            return replace(blank, reason=reason)
        first, last = self._brackets(domain, start, end)
        if first.epoch != last.epoch:
            return replace(blank, reason=end.lost(domain.key) or "the counter was reset in between")
        gross_j = last.best_j - first.best_j
        if self._stood_still(domain, gross_j, blank.duration_s):
            return replace(blank, reason=STOOD_STILL)
        return self._net(domain, replace(blank, gross_j=gross_j, bound_j=_bound_j(first, last)))

    def _brackets(self, domain: Domain, start: Edge, end: Edge) -> tuple[Bracket, Bracket]:
        tick_s = self.ticks.tick_s(domain.key)
        rough = [edge.bracket(domain.key, tick_s, domain.step_j) for edge in (start, end)]
        power_w = max(rough[1].best_j - rough[0].best_j, 0.0) / max(end.at_s - start.at_s, tick_s)
        first, last = (edge.bracket(domain.key, tick_s, domain.step_j, power_w) for edge in (start, end))
        return first, last

    def _net(self, domain: Domain, energy: Energy) -> Energy:
        if self.baseline is None:
            return replace(energy, net_reason=NO_BASELINE)
        idle = self.baseline.idle.get(domain.key)
        if idle is None:
            return replace(energy, net_reason=self.baseline.reasons.get(domain.key, NO_BASELINE))
        return replace(
            energy,
            net_j=(energy.gross_j or 0.0) - idle.power_w * energy.duration_s,
            net_bound_j=(energy.bound_j or 0.0) + idle.bound_w * energy.duration_s,
            baseline_w=idle.power_w,
        )

    def _stood_still(self, domain: Domain, gross_j: float, duration_s: float) -> bool:
        a_root = domain.kind in ("psys", "package", "dram", "gpu")
        return a_root and gross_j == 0.0 and duration_s > max(DEAD_S, SPLIT_TICKS * self.ticks.tick_s(domain.key))

    def _worth_a_split(self, domain: Domain, energy: Energy) -> Energy:
        tick_s = self.ticks.tick_s(domain.key)
        if energy.gross_j is None or energy.duration_s >= SPLIT_TICKS * tick_s:
            return energy
        reason = (
            f"the phase lasted {_seconds(energy.duration_s)} and this counter moves every {_seconds(tick_s)}, "
            "so a split would be a guess; repeating the prefill many times can measure it"
        )
        return energy.withheld(reason)

    def alive(self) -> list[Domain]:
        """Domains without those whose counter never moved while another did; nothing is lost from a total by them."""
        dead = self._never_moved()
        return [domain for domain in self.domains if domain.key not in dead]

    def _never_moved(self) -> set[str]:
        counted = [domain.key for domain in roots(self.domains)]
        if not any(self.ticks.moves(key) for key in counted):
            return set()
        return {key for key in counted if not self.ticks.moves(key) and self.ticks.still_s(key) > DEAD_S}

    def _dead(self) -> list[str]:
        dead = self._never_moved()
        return [
            f"{domain.name} is in no total: its counter has never moved"
            for domain in self.domains
            if domain.key in dead
        ]


def _bound_j(first: Bracket, last: Bracket) -> float:
    """How far off the difference of the best guesses may be."""
    best_j = last.best_j - first.best_j
    least_j, most_j = last.lower_j - first.upper_j, last.upper_j - first.lower_j
    return max(best_j - least_j, most_j - best_j) + last.error_j - first.error_j


def _seconds(duration_s: float) -> str:
    return f"{duration_s * 1e3:.3g} ms" if duration_s < 1 else f"{duration_s:.3g} s"
