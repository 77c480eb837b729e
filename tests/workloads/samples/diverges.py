"""Reports what is no finite number, for a while, and what is no number at all."""

import math
import time

from workloads import steer

sim = steer.attach("diverges", total_steps=200)
for step in sim.steps():
    sim.report(energy=math.nan if 20 <= step < 100 else 1.0, drift=-math.inf if step > 150 else 0.0, colour="red")
    sim.picture("field", [[0.0, math.nan], [1.0, 2.0]])
    time.sleep(0.002)
