"""A pumped solid-state laser, for the blind requests: an inversion and the light that it feeds, by rate equations.

With the inversion n and the photons φ, both in units of the inversion at threshold, and ε seeding the light::

    dn/dt = (p − n)/τ − n φ/τ      dφ/dt = (g n − 1) φ/τ_c + ε n,      τ_c = (2 L/c)/losses

p is the pump over a threshold that grows with the losses and the area of the beam and falls with the crystals. Photons
live nanoseconds and the upper level microseconds, so both follow their balance here with a common, slowed relaxation;
a Q-switch holds the light back for part of a cycle. The crystal is warmed by what is pumped and not emitted.

Source: O. Svelto, Principles of Lasers (Springer, 2010), chapter 7.
"""

from __future__ import annotations

import math
import time

from workloads import steer

WORKLOAD = True
PACE_S = 0.01
LIGHT_SPEED_M_PER_S = 299_792_458.0
INTERNAL_LOSS, SEED, ROOM_C, K_PER_W = 0.02, 1e-3, 22.0, 0.8
MEDIA = {"nd_yag": (1.0, 0.76), "nd_yvo4": (0.6, 0.76), "yb_yag": (1.8, 0.91), "ti_sapphire": (4.0, 0.66)}
QUICK, HELD, CYCLE = 0.05, 40, 50


class Cavity:
    """The laser; parameters are those of ``sim``."""

    def __init__(self, sim: steer.Simulation) -> None:
        self.inversion, self.light, self.crystal_c, self.ticks = 0.5, 0.01, ROOM_C, 0
        self.pump_power = sim.parameter(
            "pump_power", 20.0, minimum=0.0, maximum=200.0, unit="W", doc="power of the pump diodes",
            aliases=["pump", "pumping", "diode power"],
        )  # fmt: skip
        self.output_coupling = sim.parameter(
            "output_coupling", 10.0, minimum=0.5, maximum=90.0, unit="%", doc="share of the light that the mirror lets out",
            aliases=["output coupler", "coupler transmission", "mirror transmission", "OC"],
        )  # fmt: skip
        self.cavity_length = sim.parameter(
            "cavity_length", 150.0, minimum=5.0, maximum=2000.0, unit="mm", doc="distance of the mirrors",
            aliases=["resonator length", "length", "length of the cavity"],
        )  # fmt: skip
        self.upper_lifetime = sim.parameter(
            "upper_lifetime", 230.0, minimum=1.0, maximum=20000.0, unit="us", doc="lifetime of the upper laser level",
            aliases=["fluorescence lifetime", "lifetime", "upper state lifetime"],
        )  # fmt: skip
        self.beam_waist = sim.parameter(
            "beam_waist", 200.0, minimum=10.0, maximum=2000.0, unit="um", doc="radius of the beam in the crystal",
            aliases=["waist", "beam radius", "mode radius", "spot size"],
        )  # fmt: skip
        self.num_crystals = sim.parameter(
            "num_crystals", 1, minimum=1, maximum=8, doc="crystals in the cavity",
            aliases=["crystals", "number of crystals", "rods"],
        )  # fmt: skip
        self.gain_medium = sim.parameter(
            "gain_medium", "nd_yag", choices=list(MEDIA), doc="what the crystal is made of",
            aliases=["medium", "active medium", "laser medium", "crystal material"],
        )  # fmt: skip
        self.q_switch = sim.parameter(
            "q_switch", False, doc="whether the light is held back and let go in pulses",
            aliases=["Q switch", "Q-switch", "Q-switching", "pulsing"],
        )  # fmt: skip
        sim.metric("output_power", unit="W", doc="power of the beam that leaves")
        sim.metric("inversion", doc="inversion over that at threshold")
        sim.metric("slope_efficiency", unit="%", doc="light gained per pump power above threshold")
        sim.metric("crystal_temperature", unit="degC", doc="temperature of the crystal")
        sim.metric("photon_lifetime", unit="ns", doc="how long light stays in the cavity")

    def advance(self) -> dict[str, float]:
        """Integrate one step and give the metrics."""
        threshold, quantum = MEDIA[str(self.gain_medium)]
        out = float(self.output_coupling) / 100.0
        losses = INTERNAL_LOSS * int(self.num_crystals) - math.log(1.0 - out)
        area = (float(self.beam_waist) / 200.0) ** 2
        needed_w = 25.0 * threshold * losses * area * 230.0 / float(self.upper_lifetime) / int(self.num_crystals)
        pumped = float(self.pump_power) / needed_w
        held = bool(self.q_switch) and self.ticks % CYCLE < HELD
        growth = -2.0 if held else max(-2.0, min(2.0, self.inversion - 1.0))
        drain = self.inversion * (1.0 + self.light)
        self.inversion = max(0.0, self.inversion + QUICK * (pumped - drain) / max(1.0, 1.0 + self.light))
        self.light = min(1e4, self.light * math.exp(QUICK * growth) + SEED * self.inversion)
        self.ticks += 1
        slope = quantum * -math.log(1.0 - out) / losses
        emitted_w = min(slope * needed_w * self.light, slope * 40.0 * float(self.pump_power))
        warm_c = ROOM_C + K_PER_W * float(self.pump_power) * (1.0 - 0.8 * quantum)
        self.crystal_c += 0.01 * (warm_c - self.crystal_c)
        photon_s = 2.0 * float(self.cavity_length) / 1000.0 / LIGHT_SPEED_M_PER_S / losses
        return {
            "output_power": 0.0 if held else emitted_w, "inversion": self.inversion, "slope_efficiency": 100.0 * slope,
            "crystal_temperature": self.crystal_c, "photon_lifetime": 1e9 * photon_s,
        }  # fmt: skip


def main(total_steps: int | None = 100_000_000) -> None:
    """Run practically without end, a hundred steps a second."""
    sim = steer.attach(
        "laser_cavity", total_steps=total_steps, doc="a diode-pumped solid-state laser by rate equations"
    )
    cavity = Cavity(sim)
    for _ in sim.steps():
        sim.report(**cavity.advance())
        time.sleep(PACE_S)


if __name__ == "__main__":
    main()
