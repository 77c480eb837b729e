"""An outbreak in a town, for the blind requests: susceptible, exposed, infectious, recovered, susceptible again.

Shares of the town, with λ = β f i + m (m brings a few cases in from elsewhere, so that it never dies out)::

    ds/dt = r/τ_w − λ s (1 − v)    de/dt = λ s (1 − v) − e/τ_e
    di/dt = e/τ_e − i/τ_i          dr/dt = i/τ_i − r/τ_w

v is the share protected by the vaccine, f is the variant's factor, times 0.5 where cases stay at home. Explicit Euler.

Source: M. Keeling, P. Rohani, Modeling Infectious Diseases in Humans and Animals (Princeton, 2008), chapter 2.
"""

from __future__ import annotations

import time

from workloads import steer

WORKLOAD = True
PACE_S = 0.01
STEP_D = 0.05
IMPORTED_PER_D, IN_HOSPITAL, EFFICACY = 1e-6, 0.03, 0.9
VARIANTS = {"wild_type": 1.0, "alpha": 1.4, "delta": 2.0, "omicron": 3.0}


class Town:
    """The town; parameters are those of ``sim``."""

    def __init__(self, sim: steer.Simulation) -> None:
        self.exposed, self.infectious, self.recovered = 0.001, 0.002, 0.0
        self.transmission_rate = sim.parameter(
            "transmission_rate", 0.3, minimum=0.0, maximum=3.0, unit="1/d", doc="infections per infectious person and day",
            aliases=["beta", "transmissibility", "transmission", "contact rate", "infection rate"],
        )  # fmt: skip
        self.incubation_period = sim.parameter(
            "incubation_period", 4.0, minimum=0.5, maximum=30.0, unit="d", doc="time from infection to being infectious",
            aliases=["incubation", "incubation time", "latent period"],
        )  # fmt: skip
        self.infectious_period = sim.parameter(
            "infectious_period", 8.0, minimum=1.0, maximum=60.0, unit="d", doc="time that a case infects others",
            aliases=["infectious time", "recovery time", "duration of illness"],
        )  # fmt: skip
        self.immunity_period = sim.parameter(
            "immunity_period", 180.0, minimum=10.0, maximum=3650.0, unit="d", doc="time until immunity is lost",
            aliases=["immunity", "immunity duration", "waning time"],
        )  # fmt: skip
        self.population = sim.parameter(
            "population", 100000, minimum=1000, maximum=10_000_000, doc="people in the town",
            aliases=["inhabitants", "people", "town size", "number of people"],
        )  # fmt: skip
        self.vaccinated_share = sim.parameter(
            "vaccinated_share", 20.0, minimum=0.0, maximum=100.0, unit="%", doc="share of the people who are vaccinated",
            aliases=["vaccination", "vaccination coverage", "coverage", "vaccinated", "vaccination rate"],
        )  # fmt: skip
        self.variant = sim.parameter(
            "variant",
            "wild_type",
            choices=list(VARIANTS),
            doc="variant of the virus",
            aliases=["virus", "virus variant"],
        )
        self.case_isolation = sim.parameter(
            "case_isolation", False, doc="whether sick people stay at home", aliases=["isolation", "quarantine"]
        )
        sim.metric("infected", doc="people who are infectious now")
        sim.metric("incidence", unit="1/d", doc="people newly infected a day")
        sim.metric("r_effective", doc="people whom one case infects now")
        sim.metric("susceptible_share", unit="%", doc="share of the town that can be infected")
        sim.metric("hospital_beds", doc="hospital beds in use")

    def advance(self) -> dict[str, float]:
        """Integrate one step and give the metrics."""
        susceptible = max(0.0, 1.0 - self.exposed - self.infectious - self.recovered)
        open_to_it = susceptible * (1.0 - EFFICACY * float(self.vaccinated_share) / 100.0)
        rate = float(self.transmission_rate) * VARIANTS[str(self.variant)] * (0.5 if self.case_isolation else 1.0)
        infections = (rate * self.infectious + IMPORTED_PER_D) * open_to_it
        falling_ill = self.exposed / float(self.incubation_period)
        healing = self.infectious / float(self.infectious_period)
        waning = self.recovered / float(self.immunity_period)
        self.exposed += STEP_D * (infections - falling_ill)
        self.infectious += STEP_D * (falling_ill - healing)
        self.recovered += STEP_D * (healing - waning)
        people = float(self.population)
        return {
            "infected": people * self.infectious, "incidence": people * infections,
            "r_effective": rate * float(self.infectious_period) * open_to_it,
            "susceptible_share": 100.0 * susceptible, "hospital_beds": IN_HOSPITAL * people * self.infectious,
        }  # fmt: skip


def main(total_steps: int | None = 100_000_000) -> None:
    """Run practically without end, a hundred steps a second."""
    sim = steer.attach("seir_town", total_steps=total_steps, doc="an outbreak in a town, with waning immunity")
    town = Town(sim)
    for _ in sim.steps():
        sim.report(**town.advance())
        time.sleep(PACE_S)


if __name__ == "__main__":
    main()
