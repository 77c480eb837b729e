"""A plucked string between two rigid ends, for the blind requests: its partials, each with its own decay.

A string of tension T, mass per length μ and length L, pulled aside by h at the share p of its length, swings in partials::

    f_n = n/(2 L) √(T/μ),   a_n = 2 h sin(n π p) / (n² π² p (1 − p)),   E_n = μ L (2π f_n a_n)² / 4

The thing that plucks takes the high partials away; each decays, the high ones faster, the fundamental by 60 dB within
``decay_time``. Every three seconds the string is plucked anew. No stiffness, no body, no coupling of the partials.

Source: N. Fletcher, T. Rossing, The Physics of Musical Instruments (Springer, 1998), chapter 2.
"""

from __future__ import annotations

import math
import time

from workloads import steer

WORKLOAD = True
PACE_S = 0.01
STEP_S = 0.01
PLUCK_M, PLUCKED_EVERY = 0.003, 300
PICKUP = 0.13  # share of the length at which the displacement is taken
SIXTY_DB = 6.907755  # ln(1000)
MUTED = 12.0  # how much faster a muted string decays
CORNERS = {"finger": 6.0, "pick": 20.0, "hammer": 10.0}  # partial from which on the excitation is weak


class String:
    """The string; parameters are those of ``sim``."""

    def __init__(self, sim: steer.Simulation) -> None:
        self.step = 0
        self.tension = sim.parameter(
            "tension", 70.0, minimum=5.0, maximum=400.0, unit="N", doc="force that stretches the string",
            aliases=["string tension", "pull", "stretching force"],
        )  # fmt: skip
        self.string_length = sim.parameter(
            "string_length", 650.0, minimum=100.0, maximum=2000.0, unit="mm", doc="length that swings",
            aliases=["length", "scale length", "scale", "speaking length"],
        )  # fmt: skip
        self.linear_density = sim.parameter(
            "linear_density", 3.0, minimum=0.1, maximum=50.0, unit="g/m", doc="mass of the string per length",
            aliases=["mass per length", "density", "string weight", "mu"],
        )  # fmt: skip
        self.decay_time = sim.parameter(
            "decay_time", 4.0, minimum=0.05, maximum=60.0, unit="s", doc="time in which the fundamental loses 60 dB",
            aliases=["decay", "sustain", "ring time", "T60", "reverberation time"],
        )  # fmt: skip
        self.pluck_position = sim.parameter(
            "pluck_position", 0.2, minimum=0.02, maximum=0.5, doc="where it is plucked, as a share of the length",
            aliases=["plucking point", "pluck point", "picking position"],
        )  # fmt: skip
        self.num_partials = sim.parameter(
            "num_partials", 24, minimum=1, maximum=64, doc="partials that are followed",
            aliases=["partials", "harmonics", "overtones", "number of partials", "number of harmonics"],
        )  # fmt: skip
        self.excitation = sim.parameter(
            "excitation", "finger", choices=list(CORNERS), doc="what sets the string in motion",
            aliases=["exciter", "plucked by", "plucking tool"],
        )  # fmt: skip
        self.palm_mute = sim.parameter(
            "palm_mute", False, doc="whether a hand rests on the string", aliases=["mute", "muting", "palm muting"]
        )
        sim.metric("fundamental", unit="Hz", doc="frequency of the first partial")
        sim.metric("displacement", unit="mm", doc="displacement at the pickup")
        sim.metric("string_energy", unit="mJ", doc="energy of all partials")
        sim.metric("spectral_centroid", unit="Hz", doc="mean frequency of the partials, by their energy")
        self.phases = [0.0] * int(self.num_partials)
        self.pluck()
        self.num_partials.on_change(self.follow)

    def follow(self, count: int) -> None:
        """Follow ``count`` partials; new ones are at rest until the next pluck."""
        known = len(self.amplitudes_m)
        self.amplitudes_m = [*self.amplitudes_m, *[0.0] * (count - known)][:count]
        self.phases = [*self.phases, *[0.0] * (count - known)][:count]

    def pluck(self) -> None:
        """Let the string go from the corner that it was pulled into."""
        share, corner = float(self.pluck_position), CORNERS[str(self.excitation)]
        scale = 2.0 * PLUCK_M / (math.pi**2 * share * (1.0 - share))
        numbers = range(1, int(self.num_partials) + 1)
        self.amplitudes_m = [scale * math.sin(n * math.pi * share) / n**2 / (1.0 + (n / corner) ** 2) for n in numbers]
        self.phases = [0.0 for _ in numbers]

    @property
    def fundamental_hz(self) -> float:
        """Frequency of the first partial."""
        speed = math.sqrt(float(self.tension) / (1e-3 * float(self.linear_density)))
        return speed / (2e-3 * float(self.string_length))

    def advance(self) -> dict[str, float]:
        """Move on by one step and give the metrics."""
        if self.step % PLUCKED_EVERY == 0:
            self.pluck()
        self.step += 1
        rate = SIXTY_DB / float(self.decay_time) * (MUTED if self.palm_mute else 1.0)
        base_hz = self.fundamental_hz
        mass_kg = 1e-6 * float(self.linear_density) * float(self.string_length)
        place_m = energy_j = moment = 0.0
        for index, amplitude_m in enumerate(self.amplitudes_m):
            n = index + 1
            frequency_hz = n * base_hz
            now_m = amplitude_m * math.exp(-rate * (1.0 + 0.01 * (n**2 - 1)) * STEP_S)
            self.phases[index] = (self.phases[index] + 2.0 * math.pi * frequency_hz * STEP_S) % (2.0 * math.pi)
            self.amplitudes_m[index] = now_m
            place_m += now_m * math.cos(self.phases[index]) * math.sin(n * math.pi * PICKUP)
            part_j = mass_kg * (2.0 * math.pi * frequency_hz * now_m) ** 2 / 4.0
            energy_j += part_j
            moment += part_j * frequency_hz
        return {
            "fundamental": base_hz, "displacement": 1e3 * place_m, "string_energy": 1e3 * energy_j,
            "spectral_centroid": moment / energy_j if energy_j > 0.0 else base_hz,
        }  # fmt: skip


def main(total_steps: int | None = 100_000_000) -> None:
    """Run without a person waiting for the end, a hundred steps a second."""
    sim = steer.attach("plucked_string", total_steps=total_steps, doc="a plucked string and its decaying partials")
    string = String(sim)
    for _ in sim.steps():
        sim.report(**string.advance())
        time.sleep(PACE_S)


if __name__ == "__main__":
    main()
