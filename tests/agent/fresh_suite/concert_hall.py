"""The sound of an orchestra in a concert hall, for the blind requests: power in, absorption out, energy between.

The diffuse field of energy density w in a shoebox of volume V, of which the walls, the audience and the air take::

    V dw/dt = P − c w (A/4 + m V),   T₆₀ = 24 ln 10 V / (c (A + 4 m V)),   C₈₀ = 10 lg(e^{1.104/T₆₀} − 1) dB

A is the absorption area after Sabine, Eyring or Millington, c = 331.3 √(1 + ϑ/273.15) m/s. Curtains cover a fifth of the
walls. A step is exact, so that a coarse one is stable; no single reflections, no frequencies.

Source: H. Kuttruff, Room Acoustics (CRC Press, 6th edition, 2016), chapter 5.
"""

from __future__ import annotations

import math
import time

from workloads import steer

WORKLOAD = True
PACE_S = 0.01
SHAPE = (1.0, 1.4, 2.2)  # height, width and length of the shoebox, in heights
SEAT_M2, AUDIENCE_ABSORPTION, CURTAIN_ABSORPTION, CURTAIN_SHARE = 0.5, 0.8, 0.6, 0.2
AIR_DENSITY_KG_PER_M3, HEARING_PA = 1.2, 2e-5
AIR_ATTENUATION_PER_M = 0.0006
FORMULAS = ("sabine", "eyring", "millington")


class Hall:
    """The hall; parameters are those of ``sim``."""

    def __init__(self, sim: steer.Simulation) -> None:
        self.hall_volume = sim.parameter(
            "hall_volume", 15000.0, minimum=500.0, maximum=60000.0, unit="m^3", doc="volume of air in the hall",
            aliases=["volume", "room volume", "size of the hall"],
        )  # fmt: skip
        self.wall_absorption = sim.parameter(
            "wall_absorption", 0.15, minimum=0.01, maximum=0.95, doc="share of the sound that bare walls and ceiling take",
            aliases=["absorption", "absorption coefficient", "wall coefficient", "alpha"],
        )  # fmt: skip
        self.audience_size = sim.parameter(
            "audience_size", 1200, minimum=0, maximum=2500, doc="people in the seats",
            aliases=["audience", "listeners", "occupied seats", "spectators"],
        )  # fmt: skip
        self.source_power = sim.parameter(
            "source_power", 0.1, minimum=1e-6, maximum=50.0, unit="W", doc="acoustic power of the orchestra",
            aliases=["orchestra power", "sound power", "acoustic power", "power of the orchestra"],
        )  # fmt: skip
        self.air_temperature = sim.parameter(
            "air_temperature", 20.0, minimum=-10.0, maximum=45.0, unit="degC", doc="temperature of the air in the hall",
            aliases=["temperature", "room temperature", "air temp"],
        )  # fmt: skip
        self.time_step = sim.parameter(
            "time_step", 5.0, minimum=0.1, maximum=200.0, unit="ms", doc="time that a step covers",
            aliases=["dt", "timestep", "step size"],
        )  # fmt: skip
        self.decay_formula = sim.parameter(
            "decay_formula", "sabine", choices=list(FORMULAS), doc="how the absorption of the surfaces is added up",
            aliases=["formula", "reverberation formula", "reverb model", "absorption formula"],
        )  # fmt: skip
        self.curtains = sim.parameter(
            "curtains", False, doc="velvet before a fifth of the walls", aliases=["drapes", "velvet curtains"]
        )
        sim.metric("reverberation_time", unit="s", doc="time in which the sound falls by 60 dB")
        sim.metric("sound_level", unit="dB", doc="level of the diffuse field")
        sim.metric("clarity", unit="dB", doc="C80, early over late energy")
        sim.metric("absorption_area", unit="m^2", doc="open window that would take as much as all surfaces")
        sound_m_per_s, lost_m2 = self.losses()
        self.density_j_per_m3 = 4.0 * float(self.source_power) / (sound_m_per_s * lost_m2)

    def surfaces(self) -> list[tuple[float, float]]:
        """Areas in m² with the share of sound that each takes."""
        height, width, length = SHAPE
        unit_m = (float(self.hall_volume) / (height * width * length)) ** (1.0 / 3.0)
        total_m2 = 2.0 * unit_m**2 * (height * width + height * length + width * length)
        audience_m2 = min(SEAT_M2 * int(self.audience_size), 0.5 * total_m2)
        walls_m2 = total_m2 - audience_m2
        hung_m2 = CURTAIN_SHARE * walls_m2 if self.curtains else 0.0
        return [
            (walls_m2 - hung_m2, float(self.wall_absorption)), (hung_m2, CURTAIN_ABSORPTION),
            (audience_m2, AUDIENCE_ABSORPTION),
        ]  # fmt: skip

    def absorption_area_m2(self) -> float:
        """What the surfaces take, by the formula that is chosen."""
        surfaces, formula = self.surfaces(), str(self.decay_formula)
        total_m2 = sum(area for area, _ in surfaces)
        if formula == "millington":
            return -sum(area * math.log(1.0 - share) for area, share in surfaces)
        mean = sum(area * share for area, share in surfaces) / total_m2
        return -total_m2 * math.log(1.0 - mean) if formula == "eyring" else total_m2 * mean

    def losses(self) -> tuple[float, float]:
        """The speed of sound in m/s, and the area that surfaces and air are worth together in m²."""
        sound_m_per_s = 331.3 * math.sqrt(1.0 + float(self.air_temperature) / 273.15)
        return sound_m_per_s, self.absorption_area_m2() + 4.0 * AIR_ATTENUATION_PER_M * float(self.hall_volume)

    def advance(self) -> dict[str, float]:
        """Integrate one step and give the metrics."""
        sound_m_per_s, lost_m2 = self.losses()
        rate_per_s = sound_m_per_s * lost_m2 / (4.0 * float(self.hall_volume))
        steady = 4.0 * float(self.source_power) / (sound_m_per_s * lost_m2)
        kept = math.exp(-rate_per_s * float(self.time_step) / 1000.0)
        self.density_j_per_m3 = steady + (self.density_j_per_m3 - steady) * kept
        reverberation_s = 6.0 * math.log(10.0) / rate_per_s
        pressure_pa2 = AIR_DENSITY_KG_PER_M3 * sound_m_per_s**2 * self.density_j_per_m3
        return {
            "reverberation_time": reverberation_s, "sound_level": 10.0 * math.log10(pressure_pa2 / HEARING_PA**2),
            "clarity": 10.0 * math.log10(math.expm1(0.08 * rate_per_s)), "absorption_area": self.absorption_area_m2(),
        }  # fmt: skip


def main(total_steps: int | None = None) -> None:
    """Run for a hundred million steps unless told otherwise, a hundred a second."""
    sim = steer.attach(
        "concert_hall", total_steps=total_steps or 100_000_000, doc="an orchestra's sound in a shoebox hall"
    )
    hall = Hall(sim)
    for _ in sim.steps():
        sim.report(**hall.advance())
        time.sleep(PACE_S)


if __name__ == "__main__":
    main()
