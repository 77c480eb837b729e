"""A rod that cools, in plain Python: every feature of the SDK in one small simulation. ``heat.py [STEPS] [STEP_S]``"""

import sys
import time

from workloads import steer

total_steps = int(sys.argv[1]) if len(sys.argv) > 1 else 0
step_s = float(sys.argv[2]) if len(sys.argv) > 2 else 0.002
sim = steer.attach("heat", total_steps=total_steps or None, doc="A rod that cools.")
rate = sim.parameter("rate", 0.1, minimum=0.0, maximum=0.5, unit="1/s", doc="cooling rate", aliases=["cooling"])
cells = sim.parameter("cells", 8, minimum=2, maximum=64, doc="number of cells")
edge = sim.parameter("edge", "open", choices=["open", "closed"])
sim.metric("temperature", unit="K", doc="mean over the rod")
rod = [100.0] * int(cells)  # changed in place below


@cells.on_change
def rebuild(count: int) -> None:
    if count == 13:
        raise MemoryError("13 cells do not fit")
    rod[:] = [sum(rod) / len(rod)] * count
    sim.note(f"rebuilt with {count} cells")


@edge.on_change
def refuse_closed(kind: str) -> None:
    if kind == "closed":
        raise ValueError("a closed edge needs an even number of lids")


@sim.checkpoint
def save() -> list[float]:
    return rod


@sim.restore
def load(state: list[float]) -> None:
    rod[:] = state


for _step in sim.steps():
    rod[:] = [cell * (1 - rate * 0.01) for cell in rod]
    sim.report(temperature=sum(rod) / len(rod), cell_count=len(rod))
    sim.picture("rod", [rod, rod], unit="K")
    time.sleep(step_s)
