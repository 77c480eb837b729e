"""A reservoir behind a dam, for the blind requests: rain on a catchment, a lake, an outlet, turbines, a spillway.

The catchment is a linear store, the lake a wedge whose area grows with the level h; both by explicit Euler::

    dQ/dt = (c P A − Q)/τ,   a(h) dh/dt = Q − Q_gate − Q_turbines − Q_spill − E a(h)
    Q_gate = μ s √(2 g h),   Q_spill = C b (h − h_crest)^(3/2)

Showers make the rain swing about its mean. An operating rule scales what the gate and the turbines release. A step is
an hour. No backwater, no groundwater, no snow.

Source: V. T. Chow, D. Maidment, L. Mays, Applied Hydrology (McGraw-Hill, 1988), chapters 7 and 8.
"""

from __future__ import annotations

import math
import time

from workloads import steer

WORKLOAD = True
PACE_S = 0.01
STEP_S, DAY_S = 3600.0, 86400.0
GRAVITY, WATER_KG_PER_M3 = 9.81, 1000.0
RUNOFF, CATCHMENT_S = 0.4, 2.0 * DAY_S  # share of rain that runs off, and how long it is on its way
OUTLET_M2, OUTLET_LOSS = 0.9, 0.6
TURBINE_M3_PER_S, EFFICIENCY = 1.2, 0.9
SPILLWAY_M, WEIR = 30.0, 1.7
LAKE_M2_PER_M = 2.0e5
RULES = ("fixed", "flood_control", "irrigation", "hydropower")


class Reservoir:
    """Lake and catchment; parameters are those of ``sim``."""

    def __init__(self, sim: steer.Simulation) -> None:
        self.hours, self.level_m, self.inflow = 0, 40.0, 6.5
        self.rainfall = sim.parameter(
            "rainfall", 4.0, minimum=0.0, maximum=200.0, unit="mm/d", doc="mean rain on the catchment",
            aliases=["rain", "precipitation", "rain rate"],
        )  # fmt: skip
        self.catchment_area = sim.parameter(
            "catchment_area", 350.0, minimum=10.0, maximum=20000.0, unit="km^2", doc="area that drains into the lake",
            aliases=["catchment", "watershed", "basin area", "drainage area", "drainage basin"],
        )  # fmt: skip
        self.gate_opening = sim.parameter(
            "gate_opening", 20.0, minimum=0.0, maximum=100.0, unit="%", doc="how far the bottom outlet is open",
            aliases=["gate", "outlet", "sluice", "bottom outlet", "sluice gate"],
        )  # fmt: skip
        self.crest_height = sim.parameter(
            "crest_height", 60.0, minimum=10.0, maximum=250.0, unit="m", doc="height of the spillway's crest",
            aliases=["dam height", "crest", "height of the dam", "crest level"],
        )  # fmt: skip
        self.evaporation = sim.parameter(
            "evaporation", 3.0, minimum=0.0, maximum=30.0, unit="mm/d", doc="water that the lake loses to the air",
            aliases=["evaporation rate", "evap", "lake evaporation"],
        )  # fmt: skip
        self.num_turbines = sim.parameter(
            "num_turbines", 3, minimum=0, maximum=12, doc="turbines at work",
            aliases=["turbines", "number of turbines", "turbine count"],
        )  # fmt: skip
        self.operating_rule = sim.parameter(
            "operating_rule", "fixed", choices=list(RULES), doc="what the release follows",
            aliases=["rule", "policy", "operating policy", "operation", "release rule"],
        )  # fmt: skip
        self.spillway = sim.parameter(
            "spillway", True, doc="whether water above the crest may run over", aliases=["overflow", "spill"]
        )
        sim.metric("water_level", unit="m", doc="level of the lake above its bottom")
        sim.metric("inflow", unit="m^3/s", doc="water that comes in")
        sim.metric("outflow", unit="m^3/s", doc="water that leaves by gate, turbines and spillway")
        sim.metric("power_output", unit="MW", doc="electric power of the turbines")

    def shares(self) -> tuple[float, float]:
        """Factors on what the gate and what the turbines let through, by the operating rule."""
        rule, filling = str(self.operating_rule), self.level_m / float(self.crest_height)
        if rule == "flood_control":
            return (3.0 if filling > 0.8 else 1.0), 1.0
        if rule == "irrigation":
            return (1.5 if self.hours % 8760 < 4380 else 0.5), 1.0
        if rule == "hydropower":
            return 0.5, (1.5 if filling > 0.5 else 0.5)
        return 1.0, 1.0

    def advance(self) -> dict[str, float]:
        """Integrate one hour and give the metrics."""
        self.hours += 1
        showers = 1.0 + 0.5 * math.sin(2.0 * math.pi * self.hours / 170.0)
        rain = float(self.rainfall) * showers * 1e-3 / DAY_S * 1e6 * float(self.catchment_area)
        self.inflow += (RUNOFF * rain - self.inflow) * STEP_S / CATCHMENT_S
        through_gate, through_turbines = self.shares()
        fall = math.sqrt(2.0 * GRAVITY * self.level_m)
        gate = min(100.0, through_gate * float(self.gate_opening)) / 100.0 * OUTLET_LOSS * OUTLET_M2 * fall
        turbines = int(self.num_turbines) * TURBINE_M3_PER_S * through_turbines if self.level_m > 2.0 else 0.0
        above_m = max(0.0, self.level_m - float(self.crest_height))
        lake_m2 = LAKE_M2_PER_M * max(1.0, self.level_m)
        outflow = gate + turbines
        lost = float(self.evaporation) * 1e-3 / DAY_S * lake_m2
        level_m = max(0.0, self.level_m + (self.inflow - outflow - lost) * STEP_S / lake_m2)
        if self.spillway and above_m > 0.0:  # no more runs over than stands above the crest
            spilt_m = min(
                WEIR * SPILLWAY_M * above_m**1.5 * STEP_S / lake_m2, max(0.0, level_m - float(self.crest_height))
            )
            level_m -= spilt_m
            outflow += spilt_m * lake_m2 / STEP_S
        self.level_m = level_m
        power_w = EFFICIENCY * WATER_KG_PER_M3 * GRAVITY * turbines * self.level_m
        return {
            "water_level": self.level_m, "inflow": self.inflow, "outflow": outflow, "power_output": 1e-6 * power_w,
        }  # fmt: skip


def main(total_steps: int | None = 100_000_000) -> None:
    """Run without a person waiting for the end, a hundred steps a second."""
    sim = steer.attach("reservoir_dam", total_steps=total_steps, doc="a reservoir behind a dam, hour by hour")
    reservoir = Reservoir(sim)
    for _ in sim.steps():
        sim.report(**reservoir.advance())
        time.sleep(PACE_S)


if __name__ == "__main__":
    main()
