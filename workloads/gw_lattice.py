"""A lattice of wave sources as a gravitational-wave detector: strain in, interference on a screen, strain read back.

**Lattice.** N nodes on a golden-angle helix on a sphere of radius R = 1 m emit scalar waves in phase, of wavelength
λ = 0.1 m, with 1 W in all. On a rigid square screen through the centre, at a node's distance r from a pixel::

    U = Σ √(P/(4πN)) e^{ikr}/r       I = |U|²        [I] = W/m²

The lattice turns rigidly about (1, 1, 1), once in a thousand samples, so that wave and screen see all its sides.

**Signal.** A plus-polarised wave h(t) along z moves the free nodes by ``h · (x/2, −y/2, 0)`` (TT gauge; R is far
below the gravitational wavelength, and light crosses R far faster than h varies). A strain of 1e-21 disappears when
added to 1 in floating point, so positions are never moved: the change of the intensity is the exact directional
derivative, carried in forward mode beside the value, ``δI = (dI/dh) h + (dI/dx) ξ``.

**Noise.** ξ is thermal jitter: on every node, axis and sample an independent Gaussian displacement of standard
deviation ``σ₀ √T``, σ₀ = 3e-21 m. That is equipartition in a harmonic trap; T is dimensionless, in units of the
temperature at which κσ₀² = k_B T. Simplified: white in time, no dynamics of the trap, no shot noise. The detector adds
white Gaussian noise of standard deviation ``noise_amplitude`` to the response of each sample.

**Readout.** Least squares against the known pattern g = dI/dh: ``response = ⟨g, δI⟩ / ⟨g, g⟩``, which is h plus noise
of variance ``T σ₀² Σ(∂response/∂x)²``, exactly h at T = 0.

Metrics: ``correlation``, Pearson's r of strain and response over the last 256 samples, expected ``1/√(1 + σ²/⟨h²⟩)``;
``fractal_dimension``, box counting of the pixels brighter than the mean; ``energy``, in a slab of the screen one
wavelength thick, ``(λ/c) ∫ I dA``; ``snr``, the matched filter's over this injection, its noise taken from what the
template leaves (not told without noise); ``recovered_chirp_mass``, in solar masses, by the f(t) that fits the response
best (told when its uncertainty is below 3 %). One step is one sample, 1/``sampling_rate``; signals stay below 0.8 of
the Nyquist frequency.

Not covered: cross polarisation, the screen's own motion, inertial and Doppler effects of turning, recoil.

Sources: M. Maggiore, Gravitational Waves vol. 1 (Oxford, 2008), chapters 1, 4 and 7; the files of ``waveforms/`` name
theirs.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from workloads import steer
from workloads.box_counting import box_dimension
from workloads.gw_signal import SAMPLING_RATE_HZ as SAMPLING_RATE_HZ  # noqa: PLC0414 - reports name it
from workloads.gw_signal import Signal
from workloads.helical_lattice import golden_spiral, plus_stretch, turned
from workloads.interference import square_screen, superpose_along, wavenumber_per_m
from workloads.program import Pace, begin

WORKLOAD = True
RADIUS_M, WAVELENGTH_M, HALF_WIDTH_M = 1.0, 0.1, 0.6
SCREEN_SIDE = 96
POWER_W = 1.0
JITTER_M = 3e-21  # σ₀
SAMPLES_PER_TURN = 1000
WINDOW, FEWEST = 256, 32  # samples in the correlation, and how many it takes to begin
DARKEST_DB = -30.0
LIGHT_SPEED_M_PER_S = 299_792_458.0


@dataclass(frozen=True)
class Reading:
    """One sample: the strain that came in, the strain that was read, and the intensity ``[side, side]`` in W/m²."""

    strain: float
    response: float
    intensity: Tensor

    @property
    def energy_j(self) -> float:
        """``(λ/c) ∫ I dA`` over the screen."""
        area_m2 = (2.0 * HALF_WIDTH_M) ** 2
        return WAVELENGTH_M / LIGHT_SPEED_M_PER_S * area_m2 * float(self.intensity.mean())

    @property
    def fractal_dimension(self) -> float | None:
        """Box counting of the pixels brighter than the mean."""
        return box_dimension(self.intensity > self.intensity.mean())

    @property
    def picture_db(self) -> Tensor:
        """The intensity relative to its mean in dB, cut off at −30 dB."""
        return (10.0 * torch.log10(self.intensity / self.intensity.mean())).clamp(min=DARKEST_DB)


def observe(nodes: Tensor, screen: Tensor, strain: float, jitter_m: Tensor) -> Reading:
    """Superpose the waves of nodes ``[n, 3]`` that ``strain`` and ``jitter_m`` ``[n, 3]`` displace; read it back."""
    pattern = plus_stretch(nodes)
    displacements = torch.stack([pattern, strain * pattern + jitter_m], dim=2)
    field = superpose_along(nodes, displacements, screen, wavenumber_per_m(WAVELENGTH_M))
    per_strain, change = field.intensity_tangents.unbind(dim=1)
    response = float((per_strain @ change) / (per_strain @ per_strain))
    power_per_node = POWER_W / (4.0 * math.pi * len(nodes))
    side = math.isqrt(len(screen))
    return Reading(strain, response, power_per_node * field.intensity.reshape(side, side))


def pearson(first: list[float], second: list[float]) -> float | None:
    """Give Pearson's r, or None where it is not defined: one of the two does not vary."""
    pair = torch.tensor([first, second], dtype=torch.float64)
    centred = pair - pair.mean(dim=1, keepdim=True)
    spread = torch.linalg.vector_norm(centred, dim=1)
    if len(first) < 2 or bool((pair == pair[:, :1]).all(dim=1).any()) or not bool(spread.all()):
        return None
    unit = centred / spread[:, None]
    return max(-1.0, min(1.0, float(unit[0] @ unit[1])))  # only rounding can leave the interval


class GwLattice:
    """The lattice, its signal and what was read of late; parameters are those of ``sim`` and change between steps."""

    def __init__(self, sim: steer.Simulation, device: str) -> None:
        self.sim, self.device = sim, torch.device(device)
        self.num_lattice_nodes = sim.parameter(
            "num_lattice_nodes", 500, minimum=10, maximum=20000, doc="number of nodes on the helical lattice",
            aliases=["nodes", "lattice nodes", "number of nodes", "node count", "lattice size", "lattice", "num nodes"],
        )  # fmt: skip
        self.signal = Signal(sim)
        self.temperature = sim.parameter(
            "temperature", 0.1, minimum=0.0, maximum=10.0,
            doc="thermal jitter of the nodes: each is displaced by 3e-21 m times the root of this (dimensionless)",
            aliases=["temp", "thermal noise", "thermal jitter", "jitter", "noise"],
        )  # fmt: skip
        self.seed = sim.parameter(
            "seed", 1, minimum=0, maximum=2**31 - 1, doc="seed of jitter and background", aliases=["random seed"]
        )
        self.screen = square_screen(SCREEN_SIDE, HALF_WIDTH_M).to(self.device)
        self.build(int(self.num_lattice_nodes))
        self.reseed()
        self.begin_signal()
        self._steer()

    def _steer(self) -> None:
        """Say what a change rebuilds, how to save and load, and what the metrics mean."""
        self.num_lattice_nodes.on_change(self.rebuild)
        self.sim.checkpoint(self.save)
        self.sim.restore(self.load)
        self.sim.metric("correlation", doc=f"Pearson correlation of strain and response over the last {WINDOW} samples")
        self.sim.metric("fractal_dimension", doc="box-counting dimension of the pixels brighter than the mean")
        self.sim.metric("energy", unit="J", doc="wave energy in a slab of the screen one wavelength thick")
        self.sim.metric("strain", unit="strain", doc="gravitational-wave strain of this sample")
        self.sim.metric("response", unit="strain", doc="strain read back from the lattice's interference pattern")

    def build(self, count: int) -> None:
        """Lay out ``count`` nodes."""
        self.nodes = golden_spiral(count, RADIUS_M).to(self.device)

    def rebuild(self, count: int) -> None:
        """Lay the lattice out anew for a change between two steps."""
        if count != len(self.nodes):
            self.build(count)
            self.sim.note(f"Rebuilt the lattice with {count} nodes.")

    def reseed(self) -> None:
        """Start the random numbers of the jitter."""
        self.seeded = int(self.seed)
        self.generator = torch.Generator().manual_seed(self.seeded)

    def begin_signal(self) -> None:
        """Start the signal at this step, and with it the window of the correlation."""
        self.signal.begin(self.sim.step, int(self.seed))
        self.window: deque[tuple[float, float]] = deque(maxlen=WINDOW)
        self.told_undefined = False

    def follow_changes(self) -> None:
        """Do what changed parameters ask for, once they are certain: a change may still be refused while hooks run."""
        if self.seeded != int(self.seed):
            self.reseed()
        if self.signal.known != self.signal.identity():
            self.begin_signal()
            kind, frequency_hz, *_ = self.signal.known
            self.sim.note(f"A new signal begins ({kind}, {frequency_hz:g} Hz), and with it the correlation.")

    def observe(self, step: int) -> Reading:
        """Compute one sample."""
        self.follow_changes()
        strain = self.signal.strain(step, int(self.seed))
        draw = torch.randn(len(self.nodes), 3, dtype=torch.float64, generator=self.generator)
        jitter_m = (JITTER_M * math.sqrt(float(self.temperature)) * draw).to(self.device)
        nodes = turned(self.nodes, 2.0 * math.pi * step / SAMPLES_PER_TURN)
        ideal = observe(nodes, self.screen, strain, jitter_m)
        reading = Reading(strain, ideal.response + self.signal.noise(), ideal.intensity)
        self.window.append((reading.strain, reading.response))
        self.found = self.signal.analyse(step, int(self.seed), reading.strain, reading.response)
        return reading

    def correlation(self) -> float | None:
        """Correlate strain and response over the window; None, and said once, while that is not defined."""
        if len(self.window) < FEWEST:
            return None
        strain, response = zip(*self.window, strict=True)
        value = pearson(list(strain), list(response))
        if value is None and not self.told_undefined:
            self.told_undefined = True
            self.sim.note("The strain does not vary, so its correlation is not defined and is not reported.")
        return value

    def save(self) -> dict[str, Any]:
        """Give everything that the next step depends on and that is no parameter."""
        return {
            "window": list(self.window), "told_undefined": self.told_undefined, "signal": self.signal.save(),
            "seeded": self.seeded, "generator": self.generator.get_state().numpy().tobytes(),
        }  # fmt: skip

    def load(self, state: dict[str, Any]) -> None:
        """Take back what :meth:`save` gave."""
        generator = torch.Generator()
        generator.set_state(torch.frombuffer(bytearray(state["generator"]), dtype=torch.uint8))
        self.signal.load(state["signal"])
        self.generator, self.window = generator, deque(state["window"], maxlen=WINDOW)
        self.told_undefined, self.seeded = state["told_undefined"], state["seeded"]


def main(total_steps: int = 1000) -> None:
    """Run the lattice, managed or alone; alone, it prints a line every 100 steps."""
    sim, device = begin(
        "gw_lattice", total_steps, "a lattice of wave sources on a sphere, read as a gravitational-wave detector"
    )
    lattice, pace = GwLattice(sim, str(device)), Pace()
    for step in pace.steps(sim):
        reading = lattice.observe(step)
        sim.picture("intensity", reading.picture_db, unit="dB", doc="intensity relative to its mean, cut off at −30 dB")
        metrics = {
            "correlation": lattice.correlation(), "fractal_dimension": reading.fractal_dimension,
            "energy": reading.energy_j, "strain": reading.strain, "response": reading.response, **lattice.found,
        }  # fmt: skip
        pace.report(sim, metrics)


if __name__ == "__main__":
    main()
