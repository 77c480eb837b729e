"""A condensate in a harmonic trap by the Gross–Pitaevskii equation: its ground state, and what follows a quench.

The equation, the functional and the method are those of ``gross_pitaevskii.py`` (units ħ = m = 1, ``∫|ψ|² = 1``,
Strang's split-step Fourier method, 1-D to 3-D). One step is one ``dt``.

**mode imaginary** flows to the ground state of ``interaction``. **mode real** follows ψ(t) under
``quench_interaction``: switching from imaginary to real in flight is the quench. A run that begins in real time first
relaxes to the ground state of ``interaction``. ``noise_temperature`` adds classical thermal noise, drawn from ``seed``,
once when real time begins and again when it is changed there; the norm is then 1 again.

Changes in flight: ``grid_points`` and ``box_length`` carry ψ over by trigonometric interpolation; ``dimensions`` begins
from a Gaussian (in real time, from the relaxed ground state); all others go on with ψ as it is. What makes the
Hamiltonian another one also sets the energy anew from which ``energy_drift`` counts.

Metrics: ``energy``, per particle, and its parts; ``chemical_potential`` = E_kin + E_pot + 2E_int; ``virial_residual`` =
|2E_kin − 2E_pot + dE_int| over the sum of the terms' sizes; ``energy_drift`` = (E − E₀)/|E₀|, E₀ being the energy when
real time (or this Hamiltonian) began; in imaginary time E₀ is that of the step before, so it says how converged it is.

Not covered: group field theory itself (this is the mean-field equation its condensates lead to), rotation, dissipation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from workloads import steer
from workloads.allowance import require
from workloads.gross_pitaevskii import Condensate, Energies, Grid, density, first_guess, moved_to, thermal_noise
from workloads.program import Pace, begin
from workloads.rebuilding import Rebuilding

WORKLOAD = True
FIELDS_HELD = 9  # complex fields at the peak of a step: ψ, its transform, propagator, potential, angle, products
RELAXING_TIME, RELAXING_DT, CONVERGED = 20.0, 0.01, 1e-11
IMAGINARY, REAL = "imaginary", "real"


@dataclass(frozen=True)
class Shape:
    """What the arrays are made for."""

    grid: Grid
    trap: float


class GftCondensate:
    """A condensate that is steered; its parameters are those of ``sim`` and change between steps."""

    def __init__(self, sim: steer.Simulation, device: torch.device) -> None:
        self.sim, self.device = sim, device
        self._declare_box()
        self._declare_physics()
        shaping = [self.dimensions, self.grid_points, self.box_length, self.trap_frequency]
        self.field = Rebuilding(self._shape, self._build, shaping)
        self.generator = torch.Generator().manual_seed(int(self.seed))
        self.energies = self.condensate.energies(float(self.interaction))
        self.hamiltonian = self._hamiltonian()
        self._begin_mode()
        sim.checkpoint(self.save)
        sim.restore(self.load)
        self._describe()

    @property
    def condensate(self) -> Condensate:
        return self.field.built

    @property
    def imaginary(self) -> bool:
        return str(self.mode) == IMAGINARY

    @property
    def coupling(self) -> float:
        """The interaction that acts now."""
        return float(self.interaction) if self.imaginary else float(self.quench_interaction)

    def _declare_box(self) -> None:
        sim = self.sim
        self.dimensions = sim.parameter(
            "dimensions", 2, minimum=1, maximum=3, doc="number of space dimensions",
            aliases=["dimension", "space dimensions", "number of dimensions"],
        )  # fmt: skip
        self.grid_points = sim.parameter(
            "grid_points", 128, minimum=8, maximum=4096, doc="grid points along each edge of the box",
            aliases=["grid", "grid size", "points", "number of grid points"],
        )  # fmt: skip
        self.box_length = sim.parameter(
            "box_length", 16.0, minimum=1.0, maximum=1000.0, doc="edge of the periodic box, in units of √(ħ/mω₀)",
            aliases=["box", "box size", "box edge", "length of the box"],
        )  # fmt: skip
        self.dt = sim.parameter(
            "dt", 0.005, minimum=1e-6, maximum=0.1, doc="time step, in units of 1/ω₀; the error falls as dt²",
            aliases=["time step", "timestep", "step size"],
        )  # fmt: skip

    def _declare_physics(self) -> None:
        sim = self.sim
        self.interaction = sim.parameter(
            "interaction", 10.0, minimum=-100.0, maximum=1e5, doc="interaction strength g of the ground state",
            aliases=["interaction strength", "coupling", "nonlinearity", "g"],
        )  # fmt: skip
        self.trap_frequency = sim.parameter(
            "trap_frequency", 1.0, minimum=0.0, maximum=100.0, doc="frequency of the harmonic trap, in units of ω₀",
            aliases=["trap", "trapping frequency", "omega"],
        )  # fmt: skip
        self.mode = sim.parameter(
            "mode", IMAGINARY, choices=[IMAGINARY, REAL],
            doc="imaginary time flows to the ground state; real time follows it after the quench",
            aliases=["time mode", "time", "evolution"],
        )  # fmt: skip
        self.quench_interaction = sim.parameter(
            "quench_interaction", 20.0, minimum=-100.0, maximum=1e5, doc="interaction strength in real time, after the quench",
            aliases=["quench", "interaction after the quench", "quench strength"],
        )  # fmt: skip
        self.noise_temperature = sim.parameter(
            "noise_temperature", 0.0, minimum=0.0, maximum=10.0,
            doc="temperature of the thermal noise that is added when real time begins, in units of ħω₀ per particle",
            aliases=["temperature", "thermal noise", "noise"],
        )  # fmt: skip
        self.seed = sim.parameter(
            "seed", 1, minimum=0, maximum=2**31 - 1, doc="seed of the thermal noise", aliases=["random seed"]
        )

    def _describe(self) -> None:
        for name, doc in METRICS.items():
            self.sim.metric(name, doc=doc)

    def _shape(self) -> Shape:
        grid = Grid(int(self.dimensions), int(self.grid_points), float(self.box_length), self.device)
        return Shape(grid, float(self.trap_frequency))

    def _build(self, shape: Shape, old: Condensate | None) -> Condensate:
        words = f"A grid of {' × '.join([str(shape.grid.points)] * shape.grid.dimensions)} points"
        held = 0 if old is None else old.grid.bytes_for(FIELDS_HELD - 5)  # the old one stays until the step begins
        require(
            shape.grid.bytes_for(FIELDS_HELD), words, self.device, held_bytes=held if self.device.type == "cpu" else 0
        )
        if old is not None and old.grid.dimensions == shape.grid.dimensions:
            return moved_to(old, shape.grid, shape.trap)
        return first_guess(shape.grid, shape.trap, float(self.interaction))

    def _hamiltonian(self) -> tuple[Any, ...]:
        return (str(self.mode), self.coupling, self.field.shape)

    def _begin_mode(self) -> None:
        """Set what real time begins from."""
        if not self.imaginary:
            self._relax()
            self._stir()
        self.noise_added = (float(self.noise_temperature), int(self.seed))
        self.reference = self.condensate.energies(self.coupling).total

    def _relax(self) -> None:
        """Flow to the ground state of ``interaction`` before real time begins from scratch."""
        before = float("inf")
        for _ in range(int(RELAXING_TIME / RELAXING_DT / 50)):
            for _ in range(50):
                self.condensate.step(float(self.interaction), RELAXING_DT, imaginary=True)
            energy = self.condensate.energies(float(self.interaction)).total
            if abs(energy - before) <= CONVERGED * max(abs(energy), 1.0):
                break
            before = energy

    def _stir(self) -> None:
        """Add thermal noise of the temperature set."""
        if float(self.noise_temperature) > 0.0:
            noise = thermal_noise(self.condensate, float(self.noise_temperature), self.generator)
            self.condensate.psi = self.condensate.psi + noise
            self.condensate.normalise()

    def _follow_changes(self) -> bool:
        """Do what changed parameters ask for, once they are certain; tells whether there was anything."""
        was_dimensions = self.field.shape.grid.dimensions
        if self.field.take_up():
            self._tell_rebuilt(restarted=was_dimensions != self.field.shape.grid.dimensions)
        was, now = self.hamiltonian, self._hamiltonian()
        if was == now and self.noise_added == self._noise():
            return False
        if self.noise_added[1] != int(self.seed):
            self.generator = torch.Generator().manual_seed(int(self.seed))
        if not self.imaginary and (was[0] == IMAGINARY or self.noise_added[0] != float(self.noise_temperature)):
            self._stir()
        self.hamiltonian, self.noise_added = now, self._noise()
        self.reference = self.condensate.energies(self.coupling).total
        if was[0] != now[0]:
            self.sim.note(f"{now[0].capitalize()} time begins, with interaction {self.coupling:g}.")
        return True

    def _noise(self) -> tuple[float, int]:
        return float(self.noise_temperature), int(self.seed)

    def _tell_rebuilt(self, restarted: bool) -> None:
        shape = self.field.shape
        edges = " × ".join([str(shape.grid.points)] * shape.grid.dimensions)
        if restarted:
            began = "began anew from a Gaussian" if self.imaginary else "began anew from the relaxed ground state"
            if not self.imaginary:
                self._relax()
                self._stir()
        else:
            began = "was carried over"
        self.sim.note(
            f"Rebuilt for {edges} points, a box of {shape.grid.length:g} and a trap of {shape.trap:g}: ψ {began}."
        )

    def step(self) -> Energies:
        """Go on by ``dt`` and evaluate the energies."""
        if not self._follow_changes() and self.imaginary:
            self.reference = self.energies.total
        self.condensate.step(self.coupling, float(self.dt), imaginary=self.imaginary)
        self.energies = self.condensate.energies(self.coupling)
        return self.energies

    def metrics(self) -> dict[str, float | None]:
        """What is reported of the last step."""
        e = self.energies
        drift = (e.total - self.reference) / abs(self.reference) if self.reference else None
        return {
            "norm": e.norm, "energy": e.total, "kinetic_energy": e.kinetic, "potential_energy": e.potential,
            "interaction_energy": e.interaction, "chemical_potential": e.chemical_potential,
            "virial_residual": e.virial_residual, "peak_density": e.peak_density, "energy_drift": drift,
        }  # fmt: skip

    def picture(self) -> Tensor:
        """The density: a curve's bars in 1-D, the plane in 2-D, the middle plane in 3-D; ``[rows, columns]``."""
        n = density(self.condensate.psi)
        if n.dim() == 1:
            levels = torch.linspace(1.0, 0.0, 64, dtype=torch.float64, device=n.device)
            return torch.where(n[None, :] >= levels[:, None] * n.max(), n[None, :], 0.0)
        return n if n.dim() == 2 else n[:, :, n.shape[2] // 2]

    def save(self) -> dict[str, Any]:
        """Give everything that the next step depends on and that is no parameter."""
        self._follow_changes()
        e = self.energies
        return {
            "psi": self.condensate.psi.cpu().numpy().copy(), "seen": self.condensate.seen.cpu().numpy().copy(),
            "shift": self.condensate.shift, "reference": self.reference,
            "energies": (e.kinetic, e.potential, e.interaction, e.norm, e.peak_density, e.dimensions),
            "generator": self.generator.get_state().numpy().tobytes(),
        }  # fmt: skip

    def load(self, state: dict[str, Any]) -> None:
        """Take back what :meth:`save` gave; the parameters already have the values of that time."""
        psi, seen = (torch.from_numpy(state[name]).to(self.device) for name in ("psi", "seen"))
        generator = torch.Generator()
        generator.set_state(torch.frombuffer(bytearray(state["generator"]), dtype=torch.uint8))
        energies = Energies(*state["energies"])
        self.field.take_up()
        self.condensate.psi, self.condensate.seen, self.condensate.shift = psi, seen, state["shift"]
        self.generator, self.energies, self.reference = generator, energies, state["reference"]
        self.hamiltonian, self.noise_added = self._hamiltonian(), self._noise()


METRICS = {
    "norm": "∫|ψ|², 1 but for rounding",
    "energy": "energy per particle: kinetic, potential and interaction energy",
    "kinetic_energy": "∫ ½|∇ψ|²",
    "potential_energy": "∫ ½ω²r²|ψ|²",
    "interaction_energy": "∫ (g/2)|ψ|⁴",
    "chemical_potential": "kinetic + potential + 2 × interaction energy",
    "virial_residual": "|2E_kin − 2E_pot + d E_int| over the terms' sizes; 0 for a stationary state",
    "peak_density": "the largest |ψ|²",
    "energy_drift": "relative change of the energy since real time began; in imaginary time, since the step before",
}


def main(total_steps: int = 3000) -> None:
    """Run the condensate, managed or alone."""
    sim, device = begin("gft_condensate", total_steps, "a condensate in a trap: ground state and quench dynamics")
    run, pace = GftCondensate(sim, device), Pace()
    for _ in pace.steps(sim):
        run.step()
        sim.picture("density", run.picture(), doc="|ψ|² (in 3-D the middle plane, in 1-D as bars)")
        pace.report(sim, run.metrics())


if __name__ == "__main__":
    main()
