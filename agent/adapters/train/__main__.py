"""Train the steering adapter: ``python -m agent.adapters.train --minutes 40``; see MODEL_CARD.md."""

from __future__ import annotations

import argparse
import os
import socket
from pathlib import Path

from agent.adapters.train.training import Plan, train
from agent.engines import weights


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m agent.adapters.train", description=__doc__)
    parser.add_argument(
        "--out", default="steering.gguf", help="where the adapter goes; it is also kept every 100 steps"
    )
    parser.add_argument("--minutes", type=float, help="train for so long (else for --steps)")
    parser.add_argument("--steps", type=int, default=700)
    parser.add_argument("--rank", type=int, default=16)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--start", help="an adapter of the same rank to go on from")
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    given = parser.parse_args()
    processes = min(16, len(os.sched_getaffinity(0))) if given.device == "cpu" else 1
    plan = Plan(
        base=str(weights.find(None).path), out=str(Path(given.out).absolute()), seconds=given.minutes and given.minutes * 60, steps=given.steps,
        rank=given.rank, alpha=2.0 * given.rank, seed=given.seed, start=given.start, processes=processes, device=given.device,
    )  # fmt: skip
    os.environ["OMP_WAIT_POLICY"] = "PASSIVE"  # or another busy process stalls the training
    from torch.multiprocessing.spawn import spawn

    spawn(train, (plan, _free_port()), nprocs=processes)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


if __name__ == "__main__":
    main()
