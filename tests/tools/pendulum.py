"""A real simulation in a child process, a real database, and the tools called as everybody calls them."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from measurement.store import Audit, Store
from tools.contract import Actor, Outcome, ToolContext
from tools.registry import call
from workloads.runner import Workload, Workloads

ROOT = Path(__file__).resolve().parents[2]
PENDULUM = '''
"""A pendulum that tells where it is; nothing depends on how fast the machine is."""
import math, sys, time

sys.path.insert(0, {root!r})
from workloads import steer

sim = steer.attach("pendulum", total_steps=1_000_000, doc="a pendulum")
frequency = sim.parameter("swing_frequency", 100.0, minimum=1.0, maximum=5000.0, unit="Hz", doc="swings | second", aliases=["frequency"])
amplitude = sim.parameter("swing_amplitude", 1e-21, minimum=1e-24, maximum=1e-18, unit="strain", doc="how far")
count = sim.parameter("num_pendulums", 500, minimum=10, maximum=20000, doc="how many", aliases=["pendulums"])
shape = sim.parameter("shape", "ball", choices=["ball", "rod", "disc"], doc="what swings")
loud = sim.parameter("loud", False, doc="tick aloud")
sim.metric("energy", unit="J")
sim.metric("fractal_dimension")
sim.metric("late_phase", unit="rad", doc="phase, once the first swing is over")

@amplitude.on_change
def too_far(value):
    if value > 9e-19:
        raise ValueError("the pendulum hits the wall")

for step in sim.steps():
    gap = float("nan") if step % 2 else 1.0
    sim.report(energy=step * 0.5, fractal_dimension=1.5, amplitude=float(amplitude), gap=gap)
    time.sleep({pace_s})
'''


def until(condition: Callable[[], Any], timeout_s: float = 30.0) -> Any:
    """Poll until ``condition`` gives something true."""
    end = time.monotonic() + timeout_s
    while not (found := condition()):
        if time.monotonic() > end:
            raise AssertionError("it did not come about in time")
        time.sleep(0.02)
    return found


@dataclass
class Bench:
    """The tools at work on one simulation."""

    workloads: Workloads
    store: Store
    workload: Workload
    actor: Actor = field(default_factory=lambda: Actor("model", "", "c-1", "please"))

    def call(self, tool: str, /, actor: Actor | None = None, **args: Any) -> Outcome:
        return call(tool, ToolContext(self.workloads, self.store, actor or self.actor), args)

    def value(self, parameter: str) -> Any:
        return self.workload.snapshot().parameters[parameter].value

    def newest(self) -> Audit:
        return self.store.audit(1)[0]


def steered_pendulum(folder: Path, pace_s: float) -> Iterator[Bench]:
    """A bench with its simulation running."""
    program = folder / "pendulum.py"
    program.write_text(PENDULUM.format(root=str(ROOT), pace_s=pace_s))
    store, workloads = Store(folder / "lodger.db"), Workloads()
    workload = Workload(
        "pendulum",
        [sys.executable, str(program)],
        store=store,
        run_folder=folder / "run",
        log_folder=folder / "log",
        stop_grace_s=1.0,
    )
    workloads.add(workload)
    workload.start()
    try:
        until(lambda: workload.snapshot().metrics)
        yield Bench(workloads, store, workload)
    finally:
        workloads.stop_all()
        store.close()
