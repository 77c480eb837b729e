"""The power grid of an island, for the blind requests: machines that share a load, wind that comes and goes, a battery.

The swing equation for the common frequency f, with the primary control of the governors::

    df/dt = f₀ (P_m + P_w + P_b − P_load D(f)) / (2 H S),     P_m → P_set − (Δf/f₀)/droop · S

S is what all machines can give, D the load's own relief of 1 % per 1 % of frequency. A slow secondary control brings
f back to 50 Hz; below 49 Hz part of the load may be shed. Wind blows as the sum of three slow sines. Explicit Euler.

Source: P. Kundur, Power System Stability and Control (McGraw-Hill, 1994), chapter 11.
"""

from __future__ import annotations

import math
import time

from workloads import steer

WORKLOAD = True
PACE_S = 0.01
STEP_S, GOVERNOR_S, NOMINAL_HZ, MACHINE_MW = 0.02, 0.5, 50.0, 60.0
SECONDARY = {"merit_order": 0.02, "equal_share": 0.05, "frequency_first": 0.15}  # of the deviation, a second


class Grid:
    """The grid; parameters are those of ``sim``."""

    def __init__(self, sim: steer.Simulation) -> None:
        self.seconds, self.hz, self.machines_mw, self.set_mw, self.charge = 0.0, NOMINAL_HZ, 100.0, 100.0, 0.5
        self.load_demand = sim.parameter(
            "load_demand", 120.0, minimum=10.0, maximum=500.0, unit="MW", doc="what the customers draw",
            aliases=["load", "demand", "consumption"],
        )  # fmt: skip
        self.wind_capacity = sim.parameter(
            "wind_capacity", 40.0, minimum=0.0, maximum=300.0, unit="MW", doc="rated power of the wind farm",
            aliases=["wind", "wind power", "wind farm", "installed wind"],
        )  # fmt: skip
        self.battery_capacity = sim.parameter(
            "battery_capacity", 20.0, minimum=1.0, maximum=500.0, unit="MWh", doc="what the battery can hold",
            aliases=["battery", "battery size", "storage"],
        )  # fmt: skip
        self.inertia_constant = sim.parameter(
            "inertia_constant", 5.0, minimum=0.5, maximum=20.0, unit="s", doc="energy of the rotors over their power",
            aliases=["inertia", "H"],
        )  # fmt: skip
        self.governor_droop = sim.parameter(
            "governor_droop", 5.0, minimum=1.0, maximum=20.0, unit="%", doc="frequency change that moves the full power",
            aliases=["droop"],
        )  # fmt: skip
        self.num_generators = sim.parameter(
            "num_generators", 4, minimum=1, maximum=20, doc="machines that are connected",
            aliases=["generators", "number of generators", "machines", "gensets"],
        )  # fmt: skip
        self.dispatch = sim.parameter(
            "dispatch", "merit_order", choices=list(SECONDARY), doc="how set points are shared out",
            aliases=["dispatch rule", "dispatch strategy", "strategy"],
        )  # fmt: skip
        self.load_shedding = sim.parameter(
            "load_shedding", True, doc="whether customers are cut off when the frequency falls too low",
            aliases=["shedding", "UFLS"],
        )  # fmt: skip
        sim.metric("grid_frequency", unit="Hz", doc="common frequency of the grid")
        sim.metric("rocof", unit="Hz/s", doc="rate of change of frequency")
        sim.metric("generation", unit="MW", doc="what machines, wind and battery give together")
        sim.metric("battery_charge", unit="%", doc="how full the battery is")

    def _wind_mw(self) -> float:
        blow = sum(math.sin(2.0 * math.pi * self.seconds / period_s) for period_s in (17.0, 41.0, 97.0)) / 3.0
        return float(self.wind_capacity) * (0.5 + 0.4 * blow)

    def advance(self) -> dict[str, float]:
        """Integrate one step and give the metrics."""
        able_mw = MACHINE_MW * int(self.num_generators)
        off = (self.hz - NOMINAL_HZ) / NOMINAL_HZ
        wanted_mw = self.set_mw - off / (float(self.governor_droop) / 100.0) * able_mw
        wanted_mw = min(able_mw, max(0.0, wanted_mw))
        self.machines_mw += (wanted_mw - self.machines_mw) * STEP_S / GOVERNOR_S
        self.set_mw = min(
            able_mw, max(0.0, self.set_mw - SECONDARY[str(self.dispatch)] * off * 50.0 * able_mw * STEP_S)
        )
        capacity_mwh = float(self.battery_capacity)
        battery_mw = max(-1.0, min(1.0, -20.0 * off)) * 0.5 * capacity_mwh
        if (battery_mw > 0.0 and self.charge <= 0.0) or (battery_mw < 0.0 and self.charge >= 1.0):
            battery_mw = 0.0
        self.charge = min(1.0, max(0.0, self.charge - battery_mw * STEP_S / 3600.0 / capacity_mwh))
        given_mw = self.machines_mw + self._wind_mw() + battery_mw
        shed = 0.7 if self.load_shedding and self.hz < 49.0 else 1.0
        drawn_mw = float(self.load_demand) * shed * (1.0 + off)
        rocof = NOMINAL_HZ * (given_mw - drawn_mw) / (2.0 * float(self.inertia_constant) * able_mw)
        self.hz = min(55.0, max(45.0, self.hz + rocof * STEP_S))
        self.seconds += STEP_S
        return {
            "grid_frequency": self.hz, "rocof": rocof, "generation": given_mw, "battery_charge": 100.0 * self.charge,
        }  # fmt: skip


def main(total_steps: int | None = 100_000_000) -> None:
    """Run practically without end, a hundred steps a second."""
    sim = steer.attach("island_grid", total_steps=total_steps, doc="the power grid of an island")
    grid = Grid(sim)
    for _ in sim.steps():
        sim.report(**grid.advance())
        time.sleep(PACE_S)


if __name__ == "__main__":
    main()
