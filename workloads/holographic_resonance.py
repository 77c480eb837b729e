"""The field of many spherical waves inside a sphere of sources: interference, vortices, and how right the grid is.

Sources lie on a helix on a sphere of radius R; source j radiates at ``f_j = base_frequency + frequency_spread · u_j``,
``u_j`` uniform in [−1, 1] from ``seed``, with the phase ``vortex_charge × azimuth``. In air, c = 343 m/s::

    U(p, t) = (1/N) Σ_j e^{i(k_j r_j − ω_j t + φ_j)} / r_j        k_j = ω_j/c       [U] = 1/m

on a cube of edge R about the centre, ``grid_resolution`` cells an edge. A step is a sixteenth of the base period. Phases
go on smoothly when frequencies change. The grid's field is in single precision; what is derived from derivatives or
phases is evaluated in double precision at points of its own. For equal sources all over the sphere ``U = (e^{ikR}/R) sin(kr)/(kr)`` (the l = 0 term of the addition theorem: J. D.
Jackson, Classical Electrodynamics, 3rd ed., section 9.6).

Metrics: ``intensity_mean`` and ``intensity_max`` of ``|U|²`` over the cube; ``contrast``, their standard deviation over
their mean (J. W. Goodman, Speckle Phenomena in Optics, section 3.2); ``fractal_dimension``, box counting of the cells
brighter than the mean; ``spectrum_peak``, the strongest line of U(t) at a point off the axis; ``phase_winding``, turns of
the phase around the axis on the circle where the vortex is brightest; ``helmholtz_residual``, of the wave equation with
the grid's own spacing (second order), at 128 of its cells.

Not covered: walls, absorption, directivity, moving sources.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from workloads import steer
from workloads.allowance import require
from workloads.box_counting import box_dimension, trimmed
from workloads.program import Pace, begin
from workloads.rebuilding import Rebuilding
from workloads.spherical_waves import (
    circle,
    cube_axis,
    cube_slabs,
    helical_sources,
    helmholtz_residual,
    phase_winding,
    spectral_peak,
    superpose,
)

WORKLOAD = True
SOUND_SPEED_M_PER_S = 343.0  # dry air at 20 °C
STEPS_PER_PERIOD = 16
AHEAD, MOST_CELLS_AHEAD = 8, 1 << 24  # steps computed at once, sharing their tables, and cells that they may hold
LOOP_POINTS, CHECKED_CELLS = 256, 128
BRIGHTEST_KR = {0: 1.841, 1: 1.841, 2: 3.054}  # first maximum of J_m: where a vortex of charge m is brightest
PROBE_SAMPLES, PROBE_RATE = 256, 4.0  # samples, and times the base frequency
NARROWEST = 0.9  # of the base frequency: no source's frequency comes near zero


@dataclass(frozen=True)
class Shape:
    """What the arrays are made for."""

    count: int
    turns: int
    radius_m: float
    resolution: int
    seed: int


@dataclass
class Sources:
    """Positions ``[n, 3]`` in m, azimuths and phases so far ``[n]`` in rad, and each one's place in the spread."""

    positions: Tensor
    azimuth: Tensor
    place: Tensor
    phase: Tensor


class HolographicResonance:
    """Sources and the field they make; parameters are those of ``sim`` and change between steps."""

    def __init__(self, sim: steer.Simulation, device: torch.device) -> None:
        self.sim, self.device = sim, device
        self._declare_sources()
        self._declare_waves()
        shaping = [self.num_sources, self.helical_turns, self.sphere_radius, self.grid_resolution, self.seed]
        self.sources = Rebuilding(self._shape, self._build, shaping)
        self.told_narrow = False
        self._plan()
        sim.checkpoint(self.save)
        sim.restore(self.load)
        for name, (unit, doc) in METRICS.items():
            sim.metric(name, unit=unit, doc=doc)

    def _declare_sources(self) -> None:
        sim = self.sim
        self.num_sources = sim.parameter(
            "num_sources", 200, minimum=50, maximum=2000, doc="number of sources on the sphere",
            aliases=["sources", "number of sources", "source count"],
        )  # fmt: skip
        self.helical_turns = sim.parameter(
            "helical_turns", 12, minimum=1, maximum=20, doc="turns of the helix that the sources lie on",
            aliases=["turns", "helix turns", "number of turns"],
        )  # fmt: skip
        self.grid_resolution = sim.parameter(
            "grid_resolution", 48, minimum=32, maximum=256, doc="cells along each edge of the cube",
            aliases=["resolution", "grid", "grid size", "cells"],
        )  # fmt: skip
        self.sphere_radius = sim.parameter(
            "sphere_radius", 1.0, minimum=0.01, maximum=100.0, unit="m", doc="radius of the sphere of sources",
            aliases=["radius", "sphere size"],
        )  # fmt: skip
        self.seed = sim.parameter(
            "seed", 1, minimum=0, maximum=2**31 - 1, doc="seed of the sources' frequencies", aliases=["random seed"]
        )

    def _declare_waves(self) -> None:
        sim = self.sim
        self.base_frequency = sim.parameter(
            "base_frequency", 1000.0, minimum=0.1, maximum=100000.0, unit="Hz", doc="middle of the sources' frequencies",
            aliases=["frequency", "source frequency", "wave frequency"],
        )  # fmt: skip
        self.frequency_spread = sim.parameter(
            "frequency_spread", 2.0, minimum=0.0, maximum=50000.0, unit="Hz",
            doc="half width of the sources' frequencies about the base frequency",
            aliases=["spread", "bandwidth", "frequency width"],
        )  # fmt: skip
        self.vortex_charge = sim.parameter(
            "vortex_charge", 1, minimum=-2, maximum=2, doc="turns of the sources' phase around the axis",
            aliases=["charge", "topological charge", "vortex"],
        )  # fmt: skip

    def _shape(self) -> Shape:
        return Shape(
            int(self.num_sources), int(self.helical_turns), float(self.sphere_radius), int(self.grid_resolution),
            int(self.seed),
        )  # fmt: skip

    def _build(self, shape: Shape, old: Sources | None) -> Sources:
        cells = shape.resolution**3
        words = f"A grid of {shape.resolution} × {shape.resolution} × {shape.resolution} cells"
        require(8 * cells * (steps_ahead(cells) + 1) + 10 * cells, words, self.device)
        positions, azimuth = helical_sources(shape.count, shape.turns, shape.radius_m)
        generator = torch.Generator().manual_seed(shape.seed)
        place = 2.0 * torch.rand(shape.count, dtype=torch.float64, generator=generator) - 1.0
        same = old is not None and len(old.phase) == shape.count
        phase = old.phase.clone() if old is not None and same else torch.zeros(shape.count, dtype=torch.float64)
        return Sources(positions.to(self.device), azimuth.to(self.device), place.to(self.device), phase.to(self.device))

    def _plan(self) -> None:
        """Read the parameters for the steps ahead; what was computed ahead under others is dropped."""
        base_hz, spread_hz = float(self.base_frequency), float(self.frequency_spread)
        half_width_hz = min(spread_hz, NARROWEST * base_hz)
        self.drawn = (base_hz, spread_hz, int(self.vortex_charge))
        self.frequency_hz = base_hz + half_width_hz * self.sources.built.place
        self.wavenumber_per_m = 2.0 * math.pi / SOUND_SPEED_M_PER_S * self.frequency_hz
        self.turn_rad = 2.0 * math.pi * self.frequency_hz / (STEPS_PER_PERIOD * base_hz)  # of each phase in a step
        self.began, self.taken = (
            self.sources.built.phase,
            0,
        )  # phases where the fields ahead begin, and how many are used
        self.ahead: Tensor | None = None
        if half_width_hz < spread_hz and not self.told_narrow:
            self.sim.note(f"The spread is held at {half_width_hz:g} Hz, so that every source's frequency is positive.")
        self.told_narrow = half_width_hz < spread_hz

    def _follow_changes(self) -> None:
        """Do what changed parameters ask for, once they are certain."""
        if rebuilt := self.sources.take_up():
            shape = self.sources.shape
            where = f"{shape.turns} turns of radius {shape.radius_m:g} m"
            self.sim.note(f"Rebuilt: {shape.count} sources on {where}, {shape.resolution}³ cells.")
        if rebuilt or self.drawn != (float(self.base_frequency), float(self.frequency_spread), int(self.vortex_charge)):
            self._plan()

    def weights(self, phase: Tensor) -> Tensor:
        """Complex amplitudes of the sources ``[n]`` for the phases ``[n]`` they have come to."""
        angle = float(self.vortex_charge) * self.sources.built.azimuth - phase
        return torch.polar(torch.full_like(angle, 1.0 / len(angle)), angle)

    def step(self) -> Tensor:
        """Give the field of this step, complex ``[resolution] * 3``, and let the phases go on."""
        self._follow_changes()
        if self.ahead is None or self.taken == len(self.ahead):
            self._compute_ahead()
        assert self.ahead is not None
        field = self.ahead[self.taken]
        self.now = self.began + self.taken * self.turn_rad
        self.taken += 1
        self.sources.built.phase = torch.remainder(self.began + self.taken * self.turn_rad, 2.0 * math.pi)
        return field

    def _compute_ahead(self) -> None:
        """Fill the fields of the next steps; several share the tables of sines and distances, which cost most."""
        shape, built = self.sources.shape, self.sources.built
        steps = steps_ahead(shape.resolution**3)
        self.began, self.taken = built.phase, 0
        columns = torch.stack([self.weights(self.began + n * self.turn_rad) for n in range(steps)], dim=1)
        size = (steps, shape.resolution, shape.resolution**2)
        if self.ahead is None or self.ahead.shape[0] != steps or self.ahead.shape[1] != shape.resolution:
            self.ahead = torch.empty(size, dtype=torch.complex64, device=self.device)
        ahead = self.ahead.view(size)
        like = torch.empty(0, dtype=torch.float32, device=self.device)
        for index, points in cube_slabs(shape.resolution, shape.radius_m, like):
            ahead[:, index] = superpose(points, built.positions, self.wavenumber_per_m, columns).T
        self.ahead = ahead.view(steps, *[shape.resolution] * 3)

    def metrics(self, field: Tensor) -> dict[str, float | None]:
        """Characterise the field of the last step."""
        intensity = field.real**2 + field.imag**2
        mean = float(intensity.mean(dtype=torch.float64))
        spread = float(intensity.to(torch.float64).std(correction=0))
        return {
            "intensity_mean": mean, "intensity_max": float(intensity.max()), "contrast": spread / mean,
            "fractal_dimension": box_dimension(trimmed(intensity > mean)), "spectrum_peak": self.spectrum_peak(),
            "phase_winding": self.phase_winding(), "helmholtz_residual": self.helmholtz_residual(),
        }  # fmt: skip

    def loop(self) -> Tensor:
        """The circle where a vortex of this charge is brightest, within half the sphere, ``[256, 3]``."""
        brightest = BRIGHTEST_KR[abs(int(self.vortex_charge))] / (2.0 * math.pi * float(self.base_frequency))
        radius_m = min(brightest * SOUND_SPEED_M_PER_S, 0.5 * self.sources.shape.radius_m)
        return circle(radius_m, LOOP_POINTS).to(self.device)

    def phase_winding(self) -> float:
        """Turns of the phase around the axis."""
        weights = self.weights(self.now)[:, None]
        return float(
            phase_winding(superpose(self.loop(), self.sources.built.positions, self.wavenumber_per_m, weights)[:, 0])
        )

    def spectrum_peak(self) -> float:
        """The strongest line, in Hz, of the field at the loop's first point from now on."""
        rate_hz = PROBE_RATE * float(self.base_frequency)
        moments_s = torch.arange(PROBE_SAMPLES, dtype=torch.float64, device=self.device) / rate_hz
        turned = torch.outer(2.0 * math.pi * self.frequency_hz, moments_s)
        weights = self.weights(self.now)[:, None] * torch.polar(torch.ones_like(turned), -turned)
        probe = superpose(self.loop()[:1], self.sources.built.positions, self.wavenumber_per_m, weights)
        return spectral_peak(probe[0], rate_hz)

    def helmholtz_residual(self) -> float:
        """The residual of the wave equation at some of the grid's inner cells."""
        shape = self.sources.shape
        axis = cube_axis(shape.resolution, shape.radius_m)[1:-1]
        generator = torch.Generator().manual_seed(0)
        centres = axis[torch.randint(len(axis), (CHECKED_CELLS, 3), generator=generator)].to(self.device)
        weights = self.weights(self.now)[:, None]
        spacing_m = shape.radius_m / shape.resolution
        return helmholtz_residual(centres, spacing_m, self.sources.built.positions, self.wavenumber_per_m, weights)

    def save(self) -> dict[str, Any]:
        """Give the phases where the fields ahead began, and how many are used: they are computed again just so."""
        self._follow_changes()
        return {"began": self.began.cpu().numpy(), "taken": self.taken, "told_narrow": self.told_narrow}

    def load(self, state: dict[str, Any]) -> None:
        """Take back what :meth:`save` gave; the parameters already have the values of that time."""
        began = torch.from_numpy(state["began"]).to(self.device)
        self.sources.take_up()
        self.told_narrow = state["told_narrow"]
        self.sources.built.phase = began
        self._plan()
        if state["taken"]:
            self._compute_ahead()
            self.taken = state["taken"]
            self.sources.built.phase = torch.remainder(began + self.taken * self.turn_rad, 2.0 * math.pi)


def steps_ahead(cells: int) -> int:
    """How many steps are computed at once on a grid of that many cells."""
    return max(1, min(AHEAD, MOST_CELLS_AHEAD // cells))


METRICS = {
    "intensity_mean": ("1/m²", "mean of |U|² over the cube"),
    "intensity_max": ("1/m²", "largest |U|² in the cube"),
    "contrast": ("", "standard deviation of |U|² over its mean"),
    "fractal_dimension": ("", "box-counting dimension of the cells brighter than the mean"),
    "spectrum_peak": ("Hz", "frequency of the strongest line in U(t) at a point off the axis"),
    "phase_winding": ("", "turns of the phase around the axis: the vortex's charge"),
    "helmholtz_residual": ("", "relative residual of the wave equation with the grid's spacing; falls with its square"),
}


def main(total_steps: int = 1000) -> None:
    """Run the field, managed or alone."""
    sim, device = begin(
        "holographic_resonance", total_steps, "interference of spherical waves inside a sphere of sources"
    )
    run, pace = HolographicResonance(sim, device), Pace()
    for _ in pace.steps(sim):
        field = run.step()
        plane = field[:, :, field.shape[2] // 2]
        sim.picture("intensity", plane.real**2 + plane.imag**2, unit="1/m²", doc="|U|² in the plane z = 0")
        sim.picture("wave", plane.real, unit="1/m", doc="the wave's momentary value in the plane z = 0")
        pace.report(sim, run.metrics(field))


if __name__ == "__main__":
    main()
