"""Cars on a ring road that follow one another, for the blind requests: the intelligent driver model, one lane.

    dv/dt = a [1 − (v/v₀)⁴ − (s*/s)²],   s* = s₀ + v T + v Δv / (2 √(a b))

Rain, snow and fog scale the wanted speed; trucks drive at 80 km/h at most; a light may stop the first car.

Source: M. Treiber, A. Hennecke, D. Helbing, Phys. Rev. E 62, 1805 (2000).
"""

from __future__ import annotations

import math
import time

from workloads import steer

WORKLOAD = True
PACE_S = 0.01
STEP_S = 0.25
STANDSTILL_M, BRAKING, CAR_M = 2.0, 1.5, 5.0
WEATHER = {"dry": 1.0, "rain": 0.85, "snow": 0.6, "fog": 0.7}


class Ring:
    """The cars; parameters are those of ``sim``."""

    def __init__(self, sim: steer.Simulation) -> None:
        self.seconds = 0.0
        self.speed_limit = sim.parameter(
            "speed_limit", 120.0, minimum=10.0, maximum=250.0, unit="km/h", doc="speed that drivers want",
            aliases=["limit", "max speed", "maximum speed", "top speed", "tempo limit"],
        )  # fmt: skip
        self.num_cars = sim.parameter(
            "num_cars", 40, minimum=2, maximum=400, doc="cars on the ring",
            aliases=["cars", "vehicles", "number of cars", "number of vehicles", "car count"],
        )  # fmt: skip
        self.time_headway = sim.parameter(
            "time_headway", 1.5, minimum=0.2, maximum=5.0, unit="s", doc="time gap that drivers keep",
            aliases=["headway", "time gap", "following time", "gap"],
        )  # fmt: skip
        self.max_acceleration = sim.parameter(
            "max_acceleration", 1.0, minimum=0.1, maximum=5.0, unit="m/s^2", doc="how hard drivers accelerate",
            aliases=["acceleration", "accel"],
        )  # fmt: skip
        self.road_length = sim.parameter(
            "road_length", 2.0, minimum=0.5, maximum=50.0, unit="km", doc="circumference of the ring",
            aliases=["length", "ring length", "road", "circumference"],
        )  # fmt: skip
        self.truck_share = sim.parameter(
            "truck_share", 10.0, minimum=0.0, maximum=100.0, unit="%", doc="share of cars that are trucks",
            aliases=["trucks", "lorries", "truck fraction", "percentage of trucks"],
        )  # fmt: skip
        self.light_period = sim.parameter(
            "light_period", 60.0, minimum=10.0, maximum=300.0, unit="s", doc="cycle of the traffic light",
            aliases=["cycle time", "signal period", "light cycle", "period of the light"],
        )  # fmt: skip
        self.traffic_light = sim.parameter(
            "traffic_light", False, doc="whether a light stands on the road", aliases=["light", "signal", "stoplight"]
        )
        self.weather = sim.parameter(
            "weather", "dry", choices=list(WEATHER), doc="state of the road and the air", aliases=["conditions"]
        )
        sim.metric("mean_speed", unit="km/h", doc="mean speed of all cars")
        sim.metric("flow", unit="1/h", doc="cars that pass a point in an hour")
        sim.metric("jam_fraction", doc="share of cars slower than 10 km/h")
        sim.metric("emissions", unit="g/km", doc="CO2 of a car, from speed and acceleration")
        self.build(int(self.num_cars))
        self.num_cars.on_change(self.build)
        self.road_length.on_change(lambda _: self.build(int(self.num_cars)))

    def build(self, count: int) -> None:
        """Spread ``count`` cars evenly, at rest."""
        self.place_m = [i * 1000.0 * float(self.road_length) / count for i in range(count)]
        self.speed = [0.0] * count

    def wanted(self, index: int) -> float:
        """Speed that car ``index`` wants, m/s."""
        limit = float(self.speed_limit) * WEATHER[str(self.weather)]
        truck = index < len(self.speed) * float(self.truck_share) / 100.0
        return (min(limit, 80.0) if truck else limit) / 3.6

    def pull(self, index: int) -> float:
        """Acceleration of car ``index``, m/s²."""
        ahead, around = (index + 1) % len(self.speed), 1000.0 * float(self.road_length)
        gap = max(0.5, (self.place_m[ahead] - self.place_m[index]) % around - CAR_M)
        v, closing = self.speed[index], self.speed[index] - self.speed[ahead]
        top = float(self.max_acceleration)
        wish = STANDSTILL_M + max(0.0, v * float(self.time_headway) + v * closing / (2.0 * math.sqrt(top * BRAKING)))
        return max(-9.0, top * (1.0 - (v / self.wanted(index)) ** 4 - (wish / gap) ** 2))

    def advance(self) -> dict[str, float]:
        """Integrate one step and give the metrics."""
        self.seconds += STEP_S
        pulls = [self.pull(i) for i in range(len(self.speed))]
        red = bool(self.traffic_light) and self.seconds % float(self.light_period) < float(self.light_period) / 2.0
        if red:
            pulls[-1] = -3.0
        around = 1000.0 * float(self.road_length)
        self.speed = [max(0.0, v + STEP_S * a) for v, a in zip(self.speed, pulls, strict=True)]
        self.place_m = [(x + STEP_S * v) % around for x, v in zip(self.place_m, self.speed, strict=True)]
        mean = sum(self.speed) / len(self.speed)
        work = sum(max(0.0, a) * v for a, v in zip(pulls, self.speed, strict=True)) / len(self.speed)
        return {
            "mean_speed": 3.6 * mean, "flow": 3600.0 * mean * len(self.speed) / around,
            "jam_fraction": sum(3.6 * v < 10.0 for v in self.speed) / len(self.speed),
            "emissions": 110.0 + 60.0 * work / max(mean, 1.0),
        }  # fmt: skip


def main(total_steps: int | None = None) -> None:
    """Run without end, a hundred steps a second."""
    sim = steer.attach("traffic_ring", total_steps=total_steps, doc="cars on a ring road, intelligent driver model")
    ring = Ring(sim)
    for _ in sim.steps():
        sim.report(**ring.advance())
        time.sleep(PACE_S)


if __name__ == "__main__":
    main()
