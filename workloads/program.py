"""What every built-in does around its physics: choose the device, keep the pace, tell how far it is."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Iterator, Mapping

import torch

from workloads import steer
from workloads.allowance import keep_freed

RECENT = 20  # steps
LINE_EVERY = 100  # steps


def begin(name: str, total_steps: int | None, doc: str) -> tuple[steer.Simulation, torch.device]:
    """Attach as ``name`` on the first GPU, or on as many threads as the environment allows (one unless told)."""
    torch.set_num_threads(int(os.environ.get("LODGER_WORKLOAD_THREADS", "1")))
    keep_freed()
    device = "cuda:0" if torch.cuda.is_available() else "cpu"
    sim = steer.attach(name, total_steps=total_steps, doc=doc, device=device)
    sim.metric("steps_per_second", unit="1/s", doc=f"rate of computation over the last {RECENT} steps, without pauses")
    return sim, torch.device(device)


def present(metrics: Mapping[str, float | None]) -> dict[str, float]:
    """Leave out what is not defined: it is not reported rather than reported as something else."""
    return {name: value for name, value in metrics.items() if value is not None}


class Pace:
    """Steps per second of computation; pauses between steps do not count."""

    def __init__(self) -> None:
        self._durations_s: deque[float] = deque(maxlen=RECENT)

    def steps(self, sim: steer.Simulation) -> Iterator[int]:
        """Count the steps of ``sim`` and time each."""
        for step in sim.steps():
            self._began_s = time.monotonic()
            yield step

    def report(self, sim: steer.Simulation, metrics: Mapping[str, float | None]) -> None:
        """Report a step's metrics with the pace; print a line every 100 steps."""
        self._durations_s.append(time.monotonic() - self._began_s)
        told = present(metrics)
        sim.report(**told, steps_per_second=len(self._durations_s) / sum(self._durations_s))
        if (sim.step + 1) % LINE_EVERY == 0:
            words = " ".join(f"{name} {value:.6g}" for name, value in told.items())
            print(f"{sim.name}: step {sim.step + 1} of {sim.total_steps or 'many'}, {words}", flush=True)
