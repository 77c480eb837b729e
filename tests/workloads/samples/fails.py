"""Meets an error of its own at step 5."""

from workloads import steer

sim = steer.attach("fails", total_steps=100)
for step in sim.steps():
    sim.report(energy=1.0)
    if step == 5:
        raise ArithmeticError("the lattice came apart")
