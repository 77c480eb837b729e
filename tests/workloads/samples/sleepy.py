"""Takes a minute for its fourth step."""

import time

from workloads import steer

sim = steer.attach("sleepy", total_steps=10)
depth = sim.parameter("depth", 1.0, minimum=0.0)
for step in sim.steps():
    sim.report(depth=depth)
    time.sleep(60 if step == 3 else 0.01)
