"""A radiative column over a mixed-layer ocean, for the blind requests: sunlight in, infrared out, heat in the water.

One grey layer of emissivity ε lies over a surface of temperature T::

    C dT/dt = S (1 − a)/4 − (1 − ε/2) σ T⁴,   C = ρ c_w h

ε grows with CO₂ so that a doubling forces 3.7 W/m², and with humidity. The albedo may grow with ice below 283 K.
The time step is a parameter, so that a person can see what a coarse one does. Explicit Euler; not a climate model.

Source: R. Pierrehumbert, Principles of Planetary Climate (Cambridge, 2010), chapter 3.
"""

from __future__ import annotations

import math
import time

from workloads import steer

WORKLOAD = True
PACE_S = 0.01
STEFAN_BOLTZMANN = 5.670374419e-8  # W/m²/K⁴
WATER_J_PER_M3_K = 4.18e6
SCHEMES = {"grey": 0.0, "two_stream": 0.004, "correlated_k": -0.006}


class Column:
    """The column; parameters are those of ``sim``."""

    def __init__(self, sim: steer.Simulation) -> None:
        self.surface_k = 288.0
        self.co2_concentration = sim.parameter(
            "co2_concentration", 420.0, minimum=100.0, maximum=4000.0, unit="ppm", doc="carbon dioxide, parts by volume",
            aliases=["CO2", "carbon dioxide", "co2 level", "pCO2"],
        )  # fmt: skip
        self.solar_constant = sim.parameter(
            "solar_constant", 1361.0, minimum=1000.0, maximum=1700.0, unit="W/m^2", doc="sunlight at the top",
            aliases=["insolation", "solar flux", "S0", "irradiance", "sunlight"],
        )  # fmt: skip
        self.albedo = sim.parameter(
            "albedo", 0.3, minimum=0.0, maximum=0.9, doc="share of sunlight reflected", aliases=["reflectivity"]
        )
        self.mixed_layer_depth = sim.parameter(
            "mixed_layer_depth", 50.0, minimum=1.0, maximum=500.0, unit="m", doc="depth of the mixed ocean layer",
            aliases=["ocean depth", "mixed layer", "slab depth", "depth"],
        )  # fmt: skip
        self.relative_humidity = sim.parameter(
            "relative_humidity", 0.7, minimum=0.0, maximum=1.0, doc="relative humidity as a share of one",
            aliases=["humidity", "RH"],
        )  # fmt: skip
        self.time_step = sim.parameter(
            "time_step", 6.0, minimum=0.5, maximum=240.0, unit="h", doc="time that a step covers",
            aliases=["dt", "timestep", "step size"],
        )  # fmt: skip
        self.radiation_scheme = sim.parameter(
            "radiation_scheme", "grey", choices=list(SCHEMES), doc="how infrared is treated",
            aliases=["radiation", "scheme", "radiative transfer", "RT scheme"],
        )  # fmt: skip
        self.ice_feedback = sim.parameter(
            "ice_feedback", True, doc="whether cold water freezes and reflects", aliases=["ice albedo feedback", "ice"]
        )
        sim.metric("surface_temperature", unit="K", doc="temperature of the mixed layer")
        sim.metric("outgoing_longwave", unit="W/m^2", doc="infrared that leaves at the top")
        sim.metric("imbalance", unit="W/m^2", doc="sunlight absorbed less infrared lost")
        sim.metric("ice_fraction", doc="share of the surface that is frozen")

    def advance(self) -> dict[str, float]:
        """Integrate one step and give the metrics."""
        frozen = min(1.0, max(0.0, (283.0 - self.surface_k) / 40.0)) if self.ice_feedback else 0.0
        albedo = float(self.albedo) + (0.9 - float(self.albedo)) * 0.6 * frozen
        doublings = math.log2(float(self.co2_concentration) / 420.0)
        emissivity = 0.77 + 0.019 * doublings + 0.06 * (float(self.relative_humidity) - 0.7)
        emissivity = min(0.99, emissivity + SCHEMES[str(self.radiation_scheme)])
        lost = (1.0 - emissivity / 2.0) * STEFAN_BOLTZMANN * self.surface_k**4
        gained = float(self.solar_constant) * (1.0 - albedo) / 4.0
        capacity = WATER_J_PER_M3_K * float(self.mixed_layer_depth)
        change_k = (gained - lost) * float(self.time_step) * 3600.0 / capacity
        self.surface_k = max(3.0, self.surface_k + change_k)
        return {
            "surface_temperature": self.surface_k, "outgoing_longwave": lost, "imbalance": gained - lost,
            "ice_fraction": frozen,
        }  # fmt: skip


def main(total_steps: int | None = None) -> None:
    """Run without end, a hundred steps a second."""
    sim = steer.attach("climate_column", total_steps=total_steps, doc="a grey radiative column over a slab ocean")
    column = Column(sim)
    for _ in sim.steps():
        sim.report(**column.advance())
        time.sleep(PACE_S)


if __name__ == "__main__":
    main()
