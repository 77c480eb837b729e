"""A rod that cools and was started by nobody of ours: it listens, and goes on whoever comes and goes. ``listens.py ADDRESS``"""

import sys
import time

from workloads import steer

with steer.attach("rod", listen=sys.argv[1], doc="A rod that listens.") as sim:
    rate = sim.parameter("rate", 0.1, minimum=0.0, maximum=0.5, unit="1/s")
    sim.metric("temperature", unit="K")
    temperature = 100.0
    print("listening", flush=True)
    while sim.next_step():
        temperature *= 1 - rate * 0.001
        sim.report(temperature=temperature)
        time.sleep(0.002)
print("over", flush=True)
