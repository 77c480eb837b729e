"""The signal side of gw_lattice: the parameters of the wave, its injection, the detector's noise, and what is found.

The wave is injected again each time that it is over; noise, filter and mass are counted over one injection at a time.
The detector's noise is white and Gaussian with ``noise_amplitude`` a sample, added to the strain that is read back.
"""

from __future__ import annotations

import math
from typing import Any

import torch

from workloads import steer, waveforms
from workloads.matched_filter import LONGEST, Projection, recovered_chirp_mass
from workloads.waveforms import Source, inspiral, ringdown

SAMPLING_RATE_HZ = 16384.0  # LIGO's
MASS_EVERY = 64  # samples between two looks at the chirp mass
SCALE = 1e-21  # of strains, so that sums of squares stay far from the smallest numbers
STREAM = 0x5EED  # keeps the detector's noise apart from the lattice's jitter at the same seed


class Signal:
    """A wave whose parameters are those of ``sim``; ``seed`` fixes background and noise."""

    def __init__(self, sim: steer.Simulation) -> None:
        self.sim = sim
        self._declare_wave()
        self._declare_source()
        for parameter in (self.gw_frequency, self.sampling_rate, self.final_mass):
            parameter.on_change(self._check_band)
        self.perturbation_type.on_change(self._check_band)
        sim.metric("snr", doc="signal-to-noise ratio of the matched filter over this injection of the wave")
        sim.metric(
            "recovered_chirp_mass", unit="solar_mass", doc="chirp mass whose f(t) fits this injection's response best"
        )

    def _declare_wave(self) -> None:
        sim = self.sim
        self.gw_amplitude = sim.parameter(
            "gw_amplitude", 1e-21, minimum=1e-24, maximum=1e-18, unit="strain",
            doc="amplitude of the gravitational wave: peak strain (rms for stochastic, at the start for inspiral)",
            aliases=["amplitude", "strain", "strain amplitude", "gravitational wave amplitude", "wave amplitude"],
        )  # fmt: skip
        self.gw_frequency = sim.parameter(
            "gw_frequency", 100.0, minimum=1.0, maximum=5000.0, unit="Hz",
            doc="frequency of the gravitational wave: at the start for inspiral, central for the others",
            aliases=["frequency", "gravitational wave frequency", "wave frequency", "signal frequency"],
        )  # fmt: skip
        self.perturbation_type = sim.parameter(
            "perturbation_type", "inspiral", choices=waveforms.names(), doc="kind of gravitational-wave signal",
            aliases=["perturbation", "signal type", "signal", "waveform", "wave type", "source type"],
        )  # fmt: skip

    def _declare_source(self) -> None:
        sim = self.sim
        self.chirp_mass = sim.parameter(
            "chirp_mass", 9.5, minimum=0.1, maximum=1000.0, unit="solar_mass",
            doc="chirp mass of the inspiral; one with less than a cycle left at gw_frequency is replaced, and it is said",
            aliases=["chirp", "binary mass", "inspiral mass"],
        )  # fmt: skip
        self.final_mass = sim.parameter(
            "final_mass", 0.0, minimum=0.0, maximum=10000.0, unit="solar_mass",
            doc="mass of the black hole that rings down; 0 takes the one that rings at gw_frequency",
            aliases=["black hole mass", "remnant mass", "hole mass"],
        )  # fmt: skip
        self.noise_amplitude = sim.parameter(
            "noise_amplitude", 0.0, minimum=0.0, maximum=1e-17, unit="strain",
            doc="standard deviation of the detector's white noise in each sample",
            aliases=["detector noise", "noise level", "strain noise"],
        )  # fmt: skip
        self.sampling_rate = sim.parameter(
            "sampling_rate", SAMPLING_RATE_HZ, minimum=64.0, maximum=262144.0, unit="Hz",
            doc="samples per second; no signal goes above 0.8 of half of it", aliases=["sample rate", "sampling"],
        )  # fmt: skip

    def source(self, seed: int) -> Source:
        """What radiates now."""
        return Source(
            float(self.gw_frequency), float(self.sampling_rate), seed, float(self.chirp_mass),
            float(self.final_mass) or None,
        )  # fmt: skip

    def _check_band(self, _value: object) -> None:
        source, kind = self.source(0), str(self.perturbation_type)
        if kind == "none":
            return
        frequency_hz = ringdown.mode_frequency_hz(source) if kind == "ringdown" else source.frequency_hz
        if frequency_hz > source.highest_frequency_hz:
            raise ValueError(
                f"A signal of {frequency_hz:g} Hz does not fit a sampling rate of {source.sampling_rate_hz:g} Hz: at most "
                f"{source.highest_frequency_hz:g} Hz do. Lower the frequency, or raise the mass or the sampling rate."
            )

    def identity(self) -> tuple[Any, ...]:
        """What makes a signal another one: with it, injection and analysis begin anew."""
        kind = str(self.perturbation_type)
        mass = {"inspiral": float(self.chirp_mass), "ringdown": float(self.final_mass)}.get(kind)
        return (kind, float(self.gw_frequency), float(self.sampling_rate), mass)

    def begin(self, step: int, seed: int) -> None:
        """Start the signal at this step."""
        self._check_band(None)
        self.began, self.injection = step, 0
        self.known = self.identity()
        self.generator = torch.Generator().manual_seed((seed + 1) * 0x9E3779B9 % 2**63 ^ STREAM)
        self._begin_analysis()
        source = self.source(seed)
        if self.known[0] == "inspiral" and (mass := inspiral.chirp_mass_solar(source)) != source.chirp_mass:
            self.sim.note(
                f"A chirp mass of {source.chirp_mass:g} has less than a cycle left at {source.frequency_hz:g} Hz; the "
                f"wave is that of {mass:.4g} solar masses."
            )

    def _begin_analysis(self) -> None:
        self.projection, self.track = Projection(), []

    def strain(self, step: int, seed: int) -> float:
        """Give the strain of this sample; a new injection begins the analysis anew."""
        source = self.source(seed)
        time_s = (step - self.began) / source.sampling_rate_hz
        kind = str(self.perturbation_type)
        injection = self._injection_at(time_s, source)
        if injection != self.injection:
            self.injection = injection
            self._begin_analysis()
        return float(self.gw_amplitude) * waveforms.injected(kind, time_s, source)

    def _injection_at(self, time_s: float, source: Source) -> int:
        duration_s = waveforms.load(str(self.perturbation_type)).duration_s(source)
        return int(time_s / duration_s) if math.isfinite(duration_s) else 0

    def noise(self) -> float:
        """Draw the detector's noise of one sample."""
        draw = torch.randn((), dtype=torch.float64, generator=self.generator)
        return float(self.noise_amplitude) * float(draw)

    def analyse(self, step: int, seed: int, strain: float, response: float) -> dict[str, float | None]:
        """Take a sample in; give the SNR and, every 64 samples and at the injection's end, the chirp mass."""
        self.projection.add(response / SCALE, strain / SCALE)
        if len(self.track) < LONGEST:
            self.track.append(response)
        told: dict[str, float | None] = {"snr": self.projection.snr}
        if self.known[0] == "inspiral" and self._look_now(step, seed):
            data = torch.tensor(self.track, dtype=torch.float64)
            told["recovered_chirp_mass"] = recovered_chirp_mass(
                data, float(self.sampling_rate), float(self.gw_frequency)
            )
        return told

    def _look_now(self, step: int, seed: int) -> bool:
        source = self.source(seed)
        last = self._injection_at((step + 1 - self.began) / source.sampling_rate_hz, source) != self.injection
        return last or (len(self.track) % MASS_EVERY == 0 and self.projection.count <= LONGEST)

    def save(self) -> dict[str, Any]:
        """Give what the next sample depends on."""
        sums = self.projection
        return {
            "began": self.began, "injection": self.injection, "track": list(self.track), "known": self.known,
            "projection": (sums.count, sums.dh, sums.hh, sums.dd),
            "generator": self.generator.get_state().numpy().tobytes(),
        }  # fmt: skip

    def load(self, state: dict[str, Any]) -> None:
        """Take back what :meth:`save` gave."""
        generator = torch.Generator()
        generator.set_state(torch.frombuffer(bytearray(state["generator"]), dtype=torch.uint8))
        self.generator, self.projection = generator, Projection(*state["projection"])
        self.began, self.injection = state["began"], state["injection"]
        self.track, self.known = list(state["track"]), tuple(state["known"])
