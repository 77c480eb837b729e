"""What the SDK costs a simulation: ``python benchmarks/steer.py``.

A step is a fixed amount of arithmetic that takes 1 ms when nothing disturbs it (the fastest of many). The process is managed by
a reader at the other end of a real socket. Printed: the thread's own time for a step's safe point and report, and its ratio
to the time that the same steps' arithmetic took in the same round, so that neighbours who slow both do not count.
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
def work(count):
    total = 0
    for number in range(count):
        total += number & 7
    return total
def timed(call):
    began = time.thread_time()
    call()
    return time.thread_time() - began
COUNT = int(20_000 * 1e-3 / min(timed(lambda: work(20_000)) for _ in range(200)))
steps = sim.steps()
def managed():
    spent = worked = 0.0
    for _ in range(STEPS):
        began = time.thread_time()
        next(steps)
        spent += time.thread_time() - began
        began = time.thread_time()
        work(COUNT)
        worked += time.thread_time() - began
        began = time.thread_time()
        sim.report(energy=1.0, norm=float(dt), drift=0.0, height=2.0)
        spent += time.thread_time() - began
    return spent, worked
def clock():
    spent = 0.0
    for _ in range(STEPS):
        for _ in range(2):
            began = time.thread_time()
            spent += time.thread_time() - began
    return spent
def round():
    spent, worked = managed()
    spent -= clock()
    return spent / STEPS, spent / worked
rounds = [round() for _ in range(ROUNDS)]
print(json.dumps(rounds), flush=True)
os._exit(0)
"""


def measure() -> list[tuple[float, float]]:
    """Seconds of the simulation's own thread for one step's safe point and report, and their share of the step, by round."""
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
    costs_s, shares = zip(*rounds, strict=True)
    share = statistics.median(shares)
    kept = {
        "machine": f"{platform.processor() or platform.machine()}, {os.cpu_count()} CPUs, Python {platform.python_version()}",
        "what": "time of the simulation's thread for one step's safe point and a report of four metrics, managed, with a "
        "reader, the clock's own cost taken off; its share of a step's arithmetic that takes 1 ms undisturbed, timed in the "
        "same round",
        "rounds": len(rounds), "steps_a_round": 2000, "median_s": statistics.median(costs_s), "least_s": min(costs_s),
        "most_s": max(costs_s), "share_of_a_1_ms_step": share, "least_share": min(shares), "most_share": max(shares),
        "load_average": os.getloadavg()[0],
    }  # fmt: skip
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(kept, indent=1) + "\n")
    print(
        f"{1e6 * statistics.median(costs_s):.1f} us a step ({1e6 * min(costs_s):.1f} to {1e6 * max(costs_s):.1f}); "
        f"{100 * share:.2f} % of a step of 1 ms ({100 * min(shares):.2f} to {100 * max(shares):.2f})"
    )


if __name__ == "__main__":
    main()
