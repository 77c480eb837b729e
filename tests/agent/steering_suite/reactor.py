"""Stirred tanks in series with a cooling jacket: an exothermic first-order reaction A → B, for the blind requests.

Each of n equal tanks of volume V/n is fed by the one before it; k(T) = k₀ e^(−E/RT)::

    dc/dt = (q n/V)(c_in − c) − k(T) c
    dT/dt = (q n/V)(T_in − T) + ΔH k(T) c/(ρ c_p) + (U A/(V ρ c_p))(T_c − T)

The catalyst scales k₀. Without stirring the jacket takes a quarter of the heat and 0.6 of each tank takes part.

Integration: backward Euler in c and in T, with k and the heat of reaction taken at the step's first temperature, so
it stays stable however fast the reaction runs. One step is 0.3 s of the plant, about 0.01 s of the clock.

Numbers: D. E. Seborg et al., Process Dynamics and Control (Wiley), chapter 2, with a smaller heat of reaction, so that
the tank does not run away at its defaults.
"""

from __future__ import annotations

import math
import time
from typing import Any

from workloads import steer

WORKLOAD = True
STEP_MIN = 0.005
PACE_S = 0.01  # of the clock, for a step
VOLUME_L = 100.0
FEED_TEMPERATURE_K = 350.0
HEAT_CAPACITY_J_PER_L_K = 239.0  # ρ c_p
HEAT_OF_REACTION_J_PER_MOL = 2e4
ACTIVATION_K = 8750.0  # E/R
FREQUENCY_PER_MIN = 7.2e10  # k₀ of nickel
JACKET_J_PER_MIN_K = 5e4  # U A, stirred
ACTIVITY = {"none": 0.05, "nickel": 1.0, "platinum": 3.0, "zeolite": 1.6}


class Reactor:
    """What is in the tanks; parameters are those of ``sim``."""

    def __init__(self, sim: steer.Simulation) -> None:
        self.sim = sim
        self.coolant_temperature = sim.parameter(
            "coolant_temperature", 300.0, minimum=250.0, maximum=370.0, unit="K",
            doc="temperature of the water in the cooling jacket",
            aliases=["coolant", "jacket temperature", "cooling water", "cooling temperature", "jacket"],
        )  # fmt: skip
        self.feed_rate = sim.parameter(
            "feed_rate", 100.0, minimum=1.0, maximum=500.0, unit="L/min", doc="volume fed to the first tank per minute",
            aliases=["flow", "flow rate", "feed", "inflow", "throughput"],
        )  # fmt: skip
        self.feed_concentration = sim.parameter(
            "feed_concentration", 1.0, minimum=0.0, maximum=5.0, unit="mol/L", doc="concentration of A in the feed",
            aliases=["inlet concentration", "feed strength", "concentration of A", "inlet conc"],
        )  # fmt: skip
        self.catalyst = sim.parameter(
            "catalyst", "nickel", choices=list(ACTIVITY), doc="what speeds the reaction up", aliases=["cat", "packing"]
        )
        self.stirring = sim.parameter(
            "stirring", True, doc="whether the stirrers turn", aliases=["stirrer", "mixer", "agitator", "mixing"]
        )
        self.num_tanks = sim.parameter(
            "num_tanks", 3, minimum=1, maximum=12, doc="number of tanks in series; their volumes add up to 100 L",
            aliases=["tanks", "number of tanks", "tank count", "stages", "tanks in series"],
        )  # fmt: skip
        sim.metric("reactor_temperature", unit="K", doc="temperature in the last tank")
        sim.metric("conversion", doc="share of A that has reacted at the outlet, 0 to 1")
        sim.metric("product_concentration", unit="mol/L", doc="concentration of B at the outlet")
        sim.metric("heat_removed", unit="kW", doc="heat that the jacket takes from all tanks")
        self.fill(int(self.num_tanks))
        self.num_tanks.on_change(self.fill)
        sim.checkpoint(self.save)
        sim.restore(self.load)

    def fill(self, count: int) -> None:
        """Start with ``count`` tanks of feed."""
        self.tanks = [[float(self.feed_concentration), 0.0, FEED_TEMPERATURE_K] for _ in range(count)]

    def advance(self) -> dict[str, float]:
        """Integrate one step and give the metrics."""
        share = 1.0 if self.stirring else 0.6
        volume_l = share * VOLUME_L / len(self.tanks)
        jacket = JACKET_J_PER_MIN_K * (1.0 if self.stirring else 0.25) / len(self.tanks)
        exchange = STEP_MIN * float(self.feed_rate) / volume_l
        cooling = STEP_MIN * jacket / (volume_l * HEAT_CAPACITY_J_PER_L_K)
        coolant_k = float(self.coolant_temperature)
        above = [float(self.feed_concentration), 0.0, FEED_TEMPERATURE_K]
        removed_kw = 0.0
        for tank in self.tanks:
            a, b, hot_k = tank
            rate = ACTIVITY[str(self.catalyst)] * FREQUENCY_PER_MIN * math.exp(-ACTIVATION_K / hot_k)
            a = (a + exchange * above[0]) / (1.0 + exchange + STEP_MIN * rate)
            reacted = STEP_MIN * rate * a
            b = (b + exchange * above[1] + reacted) / (1.0 + exchange)
            heat_k = HEAT_OF_REACTION_J_PER_MOL * reacted / HEAT_CAPACITY_J_PER_L_K
            hot_k = (hot_k + exchange * above[2] + cooling * coolant_k + heat_k) / (1.0 + exchange + cooling)
            tank[:] = above = [a, b, hot_k]
            removed_kw += jacket * (hot_k - coolant_k) / 60e3
        whole = above[0] + above[1]
        return {
            "reactor_temperature": above[2], "conversion": above[1] / whole if whole > 0.0 else 0.0,
            "product_concentration": above[1], "heat_removed": removed_kw,
        }  # fmt: skip

    def save(self) -> dict[str, Any]:
        """Give what is in the tanks."""
        return {"tanks": [list(tank) for tank in self.tanks]}

    def load(self, state: dict[str, Any]) -> None:
        """Take back what :meth:`save` gave."""
        self.tanks = [list(tank) for tank in state["tanks"]]


def main(total_steps: int | None = None) -> None:
    """Run without end, a hundred steps a second; alone, it prints a line every 100 steps."""
    sim = steer.attach("reactor", total_steps=total_steps, doc="stirred tanks with an exothermic reaction A to B")
    reactor = Reactor(sim)
    for step in sim.steps():
        metrics = reactor.advance()
        sim.report(**metrics)
        if (step + 1) % 100 == 0:
            told = " ".join(f"{name} {value:.4g}" for name, value in metrics.items())
            print(f"reactor: step {step + 1}, {told}", flush=True)
        time.sleep(PACE_S)


if __name__ == "__main__":
    main()
