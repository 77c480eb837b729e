"""The ground state of the transverse-field Ising chain as a binary MERA, optimised step by step.

``H = −Σ X X − h Σ Z`` on a periodic chain; network, gradient and retraction are those of ``mera_network.py``. One step is
one gradient step on all isometries. The chain is critical at ``transverse_field`` 1, where ``E₀ = −2/sin(π/2N)`` and the
entropy of a block grows as ``(c/3) ln ℓ`` with c = 1/2.

Metrics: ``energy_per_site``; ``energy_error``, what it lies above the exact energy per site of this finite chain (never
below 0 but for rounding); ``gradient_norm`` of the whole energy on the isometries; ``isometry_violation``, the largest
element of ``|WᵀW − 1|``; every tenth step ``entanglement_entropy`` in nats, of a block of half the chain, of eight sites at
most, and ``central_charge``, fitted to the entropies of blocks from two sites on (it means c at h = 1 only).

Changes in flight: ``transverse_field`` and ``learning_rate`` go on with the tensors as they are; ``num_sites`` (a power of
two), ``bond_dimension`` and ``seed`` begin anew.

Not covered: other models, complex tensors, symmetry-adapted tensors, open chains, thermal states.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from workloads import steer
from workloads.allowance import require
from workloads.mera_network import LONGEST_BLOCK, Means, Mera, central_charge, exact_energy_per_site
from workloads.program import Pace, begin
from workloads.rebuilding import Rebuilding

WORKLOAD = True
ENTROPY_EVERY = 10  # steps: entropies cost as much as a step or more
SHORTEST_FITTED = 2  # sites: a single one is not yet in the logarithm's range


@dataclass(frozen=True)
class Shape:
    """What the network is made for."""

    sites: int
    bond: int
    seed: int


class MeraRun:
    """A network that is optimised; parameters are those of ``sim`` and change between steps."""

    def __init__(self, sim: steer.Simulation, device: torch.device) -> None:
        self.sim, self.device = sim, device
        self._declare()
        self.network = Rebuilding(self._shape, self._build, [self.num_sites, self.bond_dimension, self.seed])
        self.entropies: dict[int, float] = {}
        sim.checkpoint(self.save)
        sim.restore(self.load)
        for name, (unit, doc) in METRICS.items():
            sim.metric(name, unit=unit, doc=doc)

    def _declare(self) -> None:
        sim = self.sim
        self.num_sites = sim.parameter(
            "num_sites", 16, minimum=8, maximum=128, doc="sites of the chain, a power of two",
            aliases=["sites", "number of sites", "chain length", "system size"],
        )  # fmt: skip
        self.bond_dimension = sim.parameter(
            "bond_dimension", 4, minimum=2, maximum=16, doc="largest dimension of the network's bonds",
            aliases=["bond", "chi", "bond size"],
        )  # fmt: skip
        self.transverse_field = sim.parameter(
            "transverse_field", 1.0, minimum=0.0, maximum=10.0, doc="field h along Z, in units of the coupling; critical at 1",
            aliases=["field", "magnetic field", "transverse"],
        )  # fmt: skip
        self.learning_rate = sim.parameter(
            "learning_rate", 0.05, minimum=1e-5, maximum=1.0, doc="length of a step on the isometries",
            aliases=["rate", "step size", "lr"],
        )  # fmt: skip
        self.seed = sim.parameter(
            "seed", 1, minimum=0, maximum=2**31 - 1, doc="seed of the tensors at the start", aliases=["random seed"]
        )

    def _shape(self) -> Shape:
        return Shape(int(self.num_sites), int(self.bond_dimension), int(self.seed))

    def _build(self, shape: Shape, _old: Mera | None) -> Mera:
        if shape.sites & (shape.sites - 1):
            raise ValueError(
                f"num_sites = {shape.sites} is no power of two, which a binary MERA needs; take 8, 16, 32, 64 or 128."
            )
        made = Mera(shape.sites, shape.bond, shape.seed, self.device)
        words = f"A MERA of {shape.sites} sites with bond dimension {shape.bond}"
        require(made.cost_of_a_step()[0], words, self.device)
        return made

    def _follow_changes(self) -> None:
        if self.network.take_up():
            shape = self.network.shape
            self.entropies = {}
            multiplications = self.network.built.cost_of_a_step()[1]
            self.sim.note(
                f"Rebuilt the network for {shape.sites} sites, bond dimension {shape.bond} and seed {shape.seed}: it "
                f"begins anew, and a step takes about {multiplications:.1g} multiplications."
            )

    def step(self) -> dict[str, float | None]:
        """Measure the network as it is, then take one gradient step."""
        self._follow_changes()
        field, mera = float(self.transverse_field), self.network.built
        told: dict[str, float | None] = {}
        if self.sim.step % ENTROPY_EVERY == 0:
            self._measure_entropies()
            told["entanglement_entropy"] = list(self.entropies.values())[-1]
            told["central_charge"] = self.central_charge()
        energy, gradient = mera.gradient(field)
        told |= {
            "energy_per_site": energy,
            "energy_error": energy - exact_energy_per_site(mera.sites, field),
            "isometry_violation": mera.isometry_violation(),
            "gradient_norm": sum(float((slope * slope).sum()) for slope in gradient) ** 0.5,
        }
        mera.descend(gradient, float(self.learning_rate))
        return told

    def _measure_entropies(self) -> None:
        mera = self.network.built
        longest = min(mera.sites // 2, LONGEST_BLOCK)
        self.entropies = {length: mera.block_entropy(length) for length in range(1, longest + 1)}

    def central_charge(self) -> float:
        """Fit c to the blocks' entropies of the last measurement."""
        fitted = {length: value for length, value in self.entropies.items() if length >= SHORTEST_FITTED}
        return central_charge(fitted, self.network.built.sites)

    def picture(self) -> Tensor:
        """Magnitudes of the topmost disentangler as a matrix: the state of the last two sites is made of it."""
        return self.network.built.matrices[-1].abs()

    def save(self) -> dict[str, Any]:
        """Give everything that the next step depends on and that is no parameter."""
        self._follow_changes()
        mera = self.network.built
        return {
            "matrices": [matrix.cpu().numpy() for matrix in mera.matrices],
            "gradients": [mean.cpu().numpy() for mean in mera.means.gradients],
            "squares": list(mera.means.squares), "steps": mera.means.steps, "entropies": dict(self.entropies),
        }  # fmt: skip

    def load(self, state: dict[str, Any]) -> None:
        """Take back what :meth:`save` gave; the parameters already have the values of that time."""
        matrices = [torch.from_numpy(matrix).to(self.device) for matrix in state["matrices"]]
        gradients = [torch.from_numpy(mean).to(self.device) for mean in state["gradients"]]
        self.network.take_up()
        mera = self.network.built
        mera.put(matrices)
        mera.means = Means(gradients, list(state["squares"]), state["steps"])
        self.entropies = dict(state["entropies"])


METRICS = {
    "energy_per_site": ("", "energy of the network's state over the number of sites, in units of the coupling"),
    "energy_error": ("", "energy per site above the exact one of this finite periodic chain"),
    "isometry_violation": ("", "largest element of |WᵀW − 1| over all tensors"),
    "entanglement_entropy": ("nat", "entropy of half the chain, of eight sites at most; every tenth step"),
    "central_charge": ("", "c fitted to S(ℓ) = (c/3) ln((N/π) sin(πℓ/N)) + const; every tenth step"),
    "gradient_norm": ("", "norm of the energy's gradient on the isometries"),
}


def main(total_steps: int = 600) -> None:
    """Optimise the network, managed or alone."""
    sim, device = begin("mera", total_steps, "a tensor network that finds the ground state of the critical Ising chain")
    run, pace = MeraRun(sim, device), Pace()
    for _ in pace.steps(sim):
        told = run.step()
        sim.picture("disentangler", run.picture(), doc="magnitudes of the elements of the topmost tensor")
        pace.report(sim, told)


if __name__ == "__main__":
    main()
