"""Molecular dynamics of argon in a cubic box with a thermostat, for the blind requests.

Lennard-Jones atoms, a shifted cutoff, velocity Verlet; units nm, ps, amu, so energies are in kJ/mol. Every other atom
carries ±0.1 e and feels an electric field, but no other charge. All pairs are computed: a small box only.

Source: D. Frenkel, B. Smit, Understanding Molecular Simulation (Academic Press, 2002), chapters 4 and 6.
"""

from __future__ import annotations

import time

import numpy as np

from workloads import steer

WORKLOAD = True
PACE_S = 0.005
MASS_AMU, SIGMA_NM = 39.948, 0.34
BOLTZMANN = 0.0083144626  # kJ/mol/K
AMU_PER_NM3_IN_G_PER_CM3 = 1.66053907e-3
CHARGE_FIELD = 9.648533  # kJ/mol/nm of 0.1 e in 1 V/nm
FURTHEST_NM = 0.02  # an atom's way in one step: lets a bad start relax


class Box:
    """The atoms; parameters are those of ``sim``."""

    def __init__(self, sim: steer.Simulation) -> None:
        self.random = np.random.default_rng(1)
        self.temperature = sim.parameter(
            "temperature", 300.0, minimum=1.0, maximum=2000.0, unit="K", doc="what the thermostat holds",
            aliases=["temp", "target temperature", "bath temperature", "T"],
        )  # fmt: skip
        self.time_step = sim.parameter(
            "time_step", 2.0, minimum=0.1, maximum=10.0, unit="fs", doc="time step of the integrator",
            aliases=["dt", "timestep", "integration step"],
        )  # fmt: skip
        self.density = sim.parameter(
            "density",
            1.2,
            minimum=0.05,
            maximum=2.0,
            unit="g/cm^3",
            doc="mass density",
            aliases=["rho", "mass density"],
        )
        self.num_particles = sim.parameter(
            "num_particles", 64, minimum=8, maximum=1000, doc="number of atoms",
            aliases=["particles", "atoms", "number of atoms", "number of particles", "N"],
        )  # fmt: skip
        self.cutoff_radius = sim.parameter(
            "cutoff_radius", 0.85, minimum=0.3, maximum=3.0, unit="nm", doc="beyond it atoms do not interact",
            aliases=["cutoff", "rc", "cut-off"],
        )  # fmt: skip
        self.well_depth = sim.parameter(
            "well_depth", 0.997, minimum=0.01, maximum=20.0, unit="kJ/mol", doc="depth of the Lennard-Jones well",
            aliases=["epsilon", "LJ epsilon", "interaction strength"],
        )  # fmt: skip
        self.friction = sim.parameter(
            "friction", 1.0, minimum=0.0, maximum=100.0, unit="1/ps", doc="coupling to the thermostat",
            aliases=["gamma", "friction coefficient", "damping", "collision rate"],
        )  # fmt: skip
        self.electric_field = sim.parameter(
            "electric_field", 0.0, minimum=-5.0, maximum=5.0, unit="V/nm", doc="uniform field along x",
            aliases=["field", "E field", "E-field"],
        )  # fmt: skip
        self.thermostat = sim.parameter(
            "thermostat", "langevin", choices=["none", "langevin", "berendsen", "andersen"], doc="how heat is exchanged",
            aliases=["heat bath", "temperature control"],
        )  # fmt: skip
        self.periodic = sim.parameter(
            "periodic",
            True,
            doc="whether atoms see the box's images",
            aliases=["pbc", "periodic boundaries", "wrapping"],
        )
        sim.metric("kinetic_temperature", unit="K", doc="temperature of the atoms' motion")
        sim.metric("potential_energy", unit="kJ/mol", doc="Lennard-Jones energy of an atom")
        sim.metric("pressure", unit="bar", doc="pressure from the virial")
        sim.metric("displacement", unit="nm", doc="root of the mean squared displacement since the start")
        self.build(int(self.num_particles))
        self.num_particles.on_change(self.build)
        self.density.on_change(lambda _: self.build(int(self.num_particles)))

    def build(self, count: int) -> None:
        """Put ``count`` atoms on a cubic grid with thermal velocities."""
        mass_g = count * MASS_AMU * AMU_PER_NM3_IN_G_PER_CM3
        self.side = (mass_g / float(self.density)) ** (1 / 3)
        per_edge = int(np.ceil(count ** (1 / 3)))
        grid = np.stack(np.meshgrid(*[np.arange(per_edge)] * 3), -1).reshape(-1, 3)[:count]
        self.x = (grid + 0.5) * self.side / per_edge
        self.start = self.x.copy()
        self.v = self.random.normal(size=(count, 3)) * np.sqrt(BOLTZMANN * float(self.temperature) / MASS_AMU)
        self.charge = np.where(np.arange(count) % 2, 1.0, -1.0)
        self.force, self.energy, self.virial = self.forces()

    def forces(self) -> tuple[np.ndarray, float, float]:
        """Forces ``[n, 3]`` in kJ/mol/nm, energy of an atom in kJ/mol, virial in kJ/mol."""
        apart = self.x[:, None] - self.x[None]
        if self.periodic:
            apart -= self.side * np.round(apart / self.side)
        squared = np.maximum((apart**2).sum(-1), (0.7 * SIGMA_NM) ** 2)
        np.fill_diagonal(squared, np.inf)
        near = squared < float(self.cutoff_radius) ** 2
        sixth = np.where(near, (SIGMA_NM**2 / squared) ** 3, 0.0)
        strength = 24.0 * float(self.well_depth) * (2.0 * sixth**2 - sixth) / squared
        force = (strength[..., None] * apart).sum(1)
        force[:, 0] += CHARGE_FIELD * float(self.electric_field) * self.charge
        energy = 2.0 * float(self.well_depth) * float((sixth**2 - sixth).sum()) / len(self.x)
        return force, energy, 0.5 * float(np.sum(strength * np.where(near, squared, 0.0)))

    def couple(self, dt_ps: float) -> None:
        """Exchange heat with the bath."""
        width = np.sqrt(BOLTZMANN * float(self.temperature) / MASS_AMU)
        share = min(1.0, float(self.friction) * dt_ps)
        if self.thermostat == "langevin":
            keep = np.exp(-share)
            self.v = keep * self.v + np.sqrt(1 - keep**2) * width * self.random.normal(size=self.v.shape)
        elif self.thermostat == "berendsen":
            self.v *= np.sqrt(1.0 + share * (float(self.temperature) / max(self.kelvin(), 1e-3) - 1.0))
        elif self.thermostat == "andersen":
            hit = self.random.random(len(self.v)) < share
            self.v[hit] = width * self.random.normal(size=(int(hit.sum()), 3))

    def kelvin(self) -> float:
        """Temperature of the motion."""
        return MASS_AMU * float((self.v**2).sum()) / (3.0 * len(self.v) * BOLTZMANN)

    def advance(self) -> dict[str, float]:
        """Integrate one step and give the metrics."""
        dt_ps = float(self.time_step) * 1e-3
        self.v += 0.5 * dt_ps * self.force / MASS_AMU
        self.x = self.x + np.clip(dt_ps * self.v, -FURTHEST_NM, FURTHEST_NM)
        self.force, self.energy, self.virial = self.forces()
        self.v += 0.5 * dt_ps * self.force / MASS_AMU
        self.couple(dt_ps)
        ideal = len(self.x) * BOLTZMANN * self.kelvin()
        pressure_bar = 16.605 * (ideal + self.virial / 3.0) / self.side**3
        moved = float(np.sqrt(((self.x - self.start) ** 2).sum(1).mean()))
        return {
            "kinetic_temperature": self.kelvin(), "potential_energy": self.energy, "pressure": pressure_bar,
            "displacement": moved,
        }  # fmt: skip


def main(total_steps: int | None = None) -> None:
    """Run without end."""
    sim = steer.attach("md_box", total_steps=total_steps, doc="molecular dynamics of argon with a thermostat")
    box = Box(sim)
    for _ in sim.steps():
        sim.report(**box.advance())
        time.sleep(PACE_S)


if __name__ == "__main__":
    main()
