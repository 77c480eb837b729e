"""A field on several ranks: rank 0 speaks, every rank carries out the same requests at the same step. ``mpiexec -n 2 python ranks.py``"""

import time

from mpi4py import MPI  # pyright: ignore[reportMissingImports]

from workloads import steer

comm = MPI.COMM_WORLD
sim = steer.attach("ranks", comm=comm)
rate = sim.parameter("rate", 1.0, minimum=0.0, maximum=10.0)
field = [float(comm.Get_rank())]  # this rank's part


@sim.checkpoint
def save() -> list[float]:
    return comm.gather(field[0])  # called on every rank; what rank 0 gives is written


@sim.restore
def load(parts: list[float]) -> None:
    field[0] = parts[comm.Get_rank()]


@rate.on_change
def refuse_seven(value: float) -> None:
    if value == 7.0 and comm.Get_rank() == 1:
        raise ValueError("rank 1 cannot do 7")


for _step in sim.steps():
    field[0] += rate
    total = comm.allreduce(field[0])
    spread = comm.allreduce(float(rate), MPI.MAX) - comm.allreduce(float(rate), MPI.MIN)
    sim.report(total=total, spread=spread)  # heard from rank 0 alone
    time.sleep(0.005)
