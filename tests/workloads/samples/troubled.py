"""A simulation for bad days. ``troubled.py memory`` takes more memory than it may; ``nan`` diverges when told to."""

import sys
import time

from workloads import steer

sim = steer.attach("troubled", doc="In trouble, as asked.")
level = sim.parameter("level", 1.0, minimum=0.0, maximum=1e9)
poison = sim.parameter("poison", False)
held: list[bytearray] = []


@sim.checkpoint
def save() -> float:
    return float(level)


@sim.restore
def load(state: float) -> None:
    pass


for step in sim.steps():
    if "memory" in sys.argv and step > 5:
        held.append(bytearray(64 << 20))
    sim.report(height=float("nan") if poison else float(level), step_count=step)
    time.sleep(0.002)
