"""A column of oceanic plate from ridge to trench, for the blind requests: hot rock cools, grows heavy and sinks.

The column is born at the ridge with the mantle's temperature and drifts 4000 km to a trench, where the next is born.
Heat is conducted to a sea floor of 273 K, and what cools contracts and sinks by isostasy::

    ∂T/∂t = κ ∂²T/∂z²,   sea floor = crest + ρ_m α/(ρ_m − ρ_w) ∫ (T_m − T) dz

Implicit Euler on ``depth_cells`` layers of a slab of 125 km, whose base keeps the mantle's temperature, takes a fixed
flux, or is insulated. Thick crust floats higher; sediment of 1 km in 100 Myr fills from above. One plate, one dimension.

Source: D. Turcotte and G. Schubert, Geodynamics (Cambridge, 3rd edition, 2014), sections 4.15 to 4.23.
"""

from __future__ import annotations

import time

from workloads import steer

WORKLOAD = True
PACE_S = 0.01
SECONDS_PER_YEAR = 3.15576e7
SLAB_M, TO_TRENCH_M, SURFACE_K = 125e3, 4e6, 273.15
CONDUCTIVITY_W_PER_M_K, EXPANSION_PER_K, BASE_FLUX_W_PER_M2 = 3.1, 3e-5, 0.03
MANTLE_DENSITY, CRUST_DENSITY, SEDIMENT_DENSITY, WATER_DENSITY = 3300.0, 2900.0, 2000.0, 1030.0  # kg/m³
CREST_M, CREST_CRUST_M, SEDIMENT_M_PER_MYR = 2500.0, 7000.0, 10.0
LITHOSPHERE = 0.9  # what is colder than this share of the way from sea floor to mantle is plate
BASES = ("fixed_temperature", "fixed_flux", "insulated")


class Plate:
    """The column; parameters are those of ``sim``."""

    def __init__(self, sim: steer.Simulation) -> None:
        self.spreading_rate = sim.parameter(
            "spreading_rate", 5.0, minimum=0.1, maximum=30.0, unit="cm/yr", doc="speed of the plate away from the ridge",
            aliases=["plate speed", "plate velocity", "spreading speed", "drift speed"],
        )  # fmt: skip
        self.mantle_temperature = sim.parameter(
            "mantle_temperature", 1600.0, minimum=1200.0, maximum=2000.0, unit="K", doc="temperature of the mantle below",
            aliases=["mantle temp", "potential temperature", "temperature", "Tm"],
        )  # fmt: skip
        self.thermal_diffusivity = sim.parameter(
            "thermal_diffusivity", 1.0, minimum=0.1, maximum=5.0, unit="mm^2/s", doc="how fast rock evens out temperature",
            aliases=["diffusivity", "kappa", "heat diffusivity"],
        )  # fmt: skip
        self.crust_thickness = sim.parameter(
            "crust_thickness", 7.0, minimum=0.5, maximum=35.0, unit="km", doc="thickness of the oceanic crust",
            aliases=["crustal thickness", "crust", "thickness of the crust"],
        )  # fmt: skip
        self.time_step = sim.parameter(
            "time_step", 100.0, minimum=1.0, maximum=2000.0, unit="kyr", doc="time that a step covers",
            aliases=["dt", "timestep", "step size"],
        )  # fmt: skip
        self.depth_cells = sim.parameter(
            "depth_cells", 40, minimum=10, maximum=400, doc="layers that the slab is divided into",
            aliases=["cells", "layers", "number of layers", "resolution", "grid cells"],
        )  # fmt: skip
        self.base_condition = sim.parameter(
            "base_condition", "fixed_temperature", choices=list(BASES), doc="what holds at the base of the slab",
            aliases=["base", "lower boundary", "bottom boundary", "boundary condition"],
        )  # fmt: skip
        self.sediment = sim.parameter(
            "sediment", False, doc="whether sediment rains on the sea floor", aliases=["sedimentation", "sediments"]
        )
        sim.metric("plate_age", unit="Myr", doc="time since the column left the ridge")
        sim.metric("seafloor_depth", unit="m", doc="depth of the sea floor below sea level")
        sim.metric("heat_flow", unit="W/m^2", doc="heat through the sea floor")
        sim.metric("lithosphere_thickness", unit="km", doc="depth to nine tenths of the mantle's temperature")
        self.begin()

    def begin(self) -> None:
        """Let a new column rise at the ridge."""
        self.age_s = self.travelled_m = self.sediment_m = 0.0
        self.kelvin = [float(self.mantle_temperature)] * int(self.depth_cells)

    def regrid(self) -> None:
        """Take up a changed number of layers; each takes the temperature of the nearest old one."""
        count, old = int(self.depth_cells), len(self.kelvin)
        if count != old:
            self.kelvin = [self.kelvin[min(old - 1, (2 * index + 1) * old // (2 * count))] for index in range(count)]

    def conduct(self, step_s: float, cell_m: float) -> None:
        """One implicit step of the heat equation, by Thomas's algorithm."""
        ratio = float(self.thermal_diffusivity) * 1e-6 * step_s / cell_m**2
        count, base = len(self.kelvin), str(self.base_condition)
        diagonal, right = [1.0 + 2.0 * ratio] * count, list(self.kelvin)
        diagonal[0] += ratio  # the sea floor is half a cell above the first centre
        right[0] += 2.0 * ratio * SURFACE_K
        if base == "fixed_temperature":
            diagonal[-1] += ratio
            right[-1] += 2.0 * ratio * float(self.mantle_temperature)
        else:
            diagonal[-1] -= ratio
            flux = BASE_FLUX_W_PER_M2 if base == "fixed_flux" else 0.0
            right[-1] += ratio * cell_m * flux / CONDUCTIVITY_W_PER_M_K
        for index in range(1, count):
            factor = ratio / diagonal[index - 1]
            diagonal[index] -= factor * ratio
            right[index] += factor * right[index - 1]
        below = 0.0
        for index in range(count - 1, -1, -1):
            below = (right[index] + ratio * below) / diagonal[index]
            self.kelvin[index] = below

    def lithosphere_m(self, cell_m: float) -> float:
        """Depth to the lithosphere's foot, interpolated between the centres of cells."""
        foot_k = SURFACE_K + LITHOSPHERE * (float(self.mantle_temperature) - SURFACE_K)
        above_k, above_m = SURFACE_K, 0.0
        for index, kelvin in enumerate(self.kelvin):
            centre_m = (index + 0.5) * cell_m
            if kelvin >= foot_k:
                return above_m + (centre_m - above_m) * (foot_k - above_k) / (kelvin - above_k)
            above_k, above_m = kelvin, centre_m
        return SLAB_M

    def seafloor_m(self, cell_m: float) -> float:
        """Depth of the sea floor: the crest, what cooling adds, what crust and sediment change."""
        lacking_k_m = cell_m * sum(float(self.mantle_temperature) - kelvin for kelvin in self.kelvin)
        cooled_m = MANTLE_DENSITY * EXPANSION_PER_K * lacking_k_m / (MANTLE_DENSITY - WATER_DENSITY)
        surplus_m = 1000.0 * float(self.crust_thickness) - CREST_CRUST_M
        floated_m = surplus_m * (MANTLE_DENSITY - CRUST_DENSITY) / (MANTLE_DENSITY - WATER_DENSITY)
        filled_m = self.sediment_m * (MANTLE_DENSITY - SEDIMENT_DENSITY) / (MANTLE_DENSITY - WATER_DENSITY)
        return CREST_M + cooled_m - floated_m - filled_m

    def advance(self) -> dict[str, float]:
        """Drift and cool for one step and give the metrics."""
        step_s = float(self.time_step) * 1e3 * SECONDS_PER_YEAR
        if self.travelled_m >= TO_TRENCH_M:
            self.begin()
        self.regrid()
        cell_m = SLAB_M / len(self.kelvin)
        self.conduct(step_s, cell_m)
        self.age_s += step_s
        self.travelled_m += float(self.spreading_rate) / 100.0 * step_s / SECONDS_PER_YEAR
        self.sediment_m += SEDIMENT_M_PER_MYR * float(self.time_step) / 1e3 if self.sediment else 0.0
        return {
            "plate_age": self.age_s / SECONDS_PER_YEAR / 1e6, "seafloor_depth": self.seafloor_m(cell_m),
            "heat_flow": CONDUCTIVITY_W_PER_M_K * (self.kelvin[0] - SURFACE_K) / (0.5 * cell_m),
            "lithosphere_thickness": self.lithosphere_m(cell_m) / 1000.0,
        }  # fmt: skip


def main(total_steps: int | None = None) -> None:
    """Run for a hundred million steps unless told otherwise, a hundred a second."""
    sim = steer.attach(
        "ocean_plate", total_steps=total_steps or 100_000_000, doc="oceanic plate that cools from ridge to trench"
    )
    plate = Plate(sim)
    for _ in sim.steps():
        sim.report(**plate.advance())
        time.sleep(PACE_S)


if __name__ == "__main__":
    main()
