"""What the SDK costs a simulation: ``python benchmarks/steer.py``.

A step of about 1 ms of arithmetic is run with and without the SDK in turn, in the same process, managed by a reader at the
other end of a real socket. Printed: the cost of a step's safe point and report, and its share of a 1 ms step.
"""

from __future__ import annotations

import json
import os
import platform
import socket
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RESULTS = Path(__file__).with_name("results") / "steer.json"
CHILD = """
import json, os, sys, time
from workloads import steer
STEPS, ROUNDS = 2000, 9
sim = steer.attach("bench")
dt = sim.parameter("dt", 1e-3, minimum=0.0, maximum=1.0)
def burn():
    end = time.perf_counter() + 1e-3
    while time.perf_counter() < end:
        pass
def bare():
    began = time.thread_time()
    for _ in range(STEPS):
        burn()
    return time.thread_time() - began
steps = sim.steps()
def managed():
    spent = 0.0
    for _ in range(STEPS):
        began = time.thread_time()
        next(steps)
        spent += time.thread_time() - began
        burn()
        began = time.thread_time()
        sim.report(energy=1.0, norm=float(dt), drift=0.0, height=2.0)
        spent += time.thread_time() - began
    return spent
def clock():
    spent = 0.0
    for _ in range(STEPS):
        for _ in range(2):
            began = time.thread_time()
            spent += time.thread_time() - began
    return spent
rounds = [((managed() - clock()) / STEPS) for _ in range(ROUNDS)]
print(json.dumps(rounds), flush=True)
os._exit(0)
"""


def measure() -> list[float]:
    """Seconds of the simulation's own thread for one step's safe point and report, by round."""
    ours, theirs = socket.socketpair()
    with theirs:
        env = {**os.environ, "PYTHONPATH": str(ROOT), "LODGER_CHANNEL": f"fd:{theirs.fileno()}"}
        process = subprocess.Popen(
            [sys.executable, "-c", CHILD], env=env, pass_fds=(theirs.fileno(),), stdout=subprocess.PIPE, text=True
        )
    while ours.recv(1 << 16):
        pass
    out, _ = process.communicate()
    return json.loads(out)


def main() -> None:
    """Measure, print and keep."""
    rounds = measure()
    median_s, least_s, most_s = statistics.median(rounds), min(rounds), max(rounds)
    kept = {
        "machine": f"{platform.processor() or platform.machine()}, {os.cpu_count()} CPUs, Python {platform.python_version()}",
        "what": "processor time of the simulation's thread for one step's safe point and a report of four metrics, "
        "managed, with a reader; the clock's own cost is taken off",
        "rounds": len(rounds), "steps_a_round": 2000, "median_s": median_s, "least_s": least_s, "most_s": most_s,
        "share_of_a_1_ms_step": median_s / 1e-3, "load_average": os.getloadavg()[0],
    }  # fmt: skip
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(kept, indent=1) + "\n")
    print(
        f"{1e6 * median_s:.1f} us a step ({1e6 * least_s:.1f} to {1e6 * most_s:.1f}); {100 * median_s / 1e-3:.2f} % of 1 ms"
    )


if __name__ == "__main__":
    main()
