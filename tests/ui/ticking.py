"""A small simulation for the tests: ticks at a rate that can be changed, and reports a level and something that is no number."""

import math
import time

from workloads import steer

sim = steer.attach("ticking", doc="ticks")
rate = sim.parameter(
    "rate", 50.0, minimum=1.0, maximum=2000.0, unit="Hz", doc="ticks per second", aliases=["frequency"]
)
gain = sim.parameter("gain", 2, minimum=0, maximum=10, doc="height of the level")
shape = sim.parameter("shape", "sine", choices=["sine", "square"], doc="form of the level")

leak = sim.parameter("leak", False, doc="lets the level leak: it is no number then")

for step in sim.steps():
    time.sleep(1.0 / float(rate))
    sim.report(pressure=math.inf if leak.value else 1.0, level=float(gain) * math.sin(step / 10), broken=math.nan)
