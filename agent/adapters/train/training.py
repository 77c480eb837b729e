"""Train the adapter: low-rank matrices beside the frozen model, on answers only, with a learning rate that ends at nothing.

One process a core, each with its own stream of packs and its own steps; every few steps they meet and average their matrices.
"""

from __future__ import annotations

import json
import logging
import math
import os
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
import torch.distributed as group
from torch.nn import functional

from agent.adapters.train import tokens
from agent.adapters.train.conversion import read, save
from agent.adapters.train.network import Network
from agent.adapters.train.packs import Pack, packs

log = logging.getLogger(__name__)
CLIP = 1.0
KEEP_EVERY = 20
MEET_EVERY = 8  # steps; meeting after each would have every process wait for the slowest


@dataclass(frozen=True)
class Plan:
    """What to train and for how long. ``seconds`` ends it by the clock (the rate then falls with time, not with steps)."""

    base: str
    out: str
    seconds: float | None = None
    steps: int = 700
    rank: int = 16
    alpha: float = 32.0
    rate: float = 1.2e-3
    warm_up: int = 12
    length: int = 1024
    seed: int = 7
    processes: int = 2
    first_layer: int = 8
    start: str | None = None
    device: str = "cpu"


def train(rank: int, plan: Plan, port: int) -> None:
    """Be process ``rank`` of a training."""
    os.setsid()  # a scheduler that shares by session then sees what there is: one long job a core
    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port))
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    torch.set_num_threads(1 if plan.processes > 1 else torch.get_num_threads())
    torch.manual_seed(plan.seed)  # the same first matrices in every process
    group.init_process_group("gloo", rank=rank, world_size=plan.processes)
    network = Network(Path(plan.base), plan.rank, plan.alpha, plan.first_layer).to(plan.device)
    for layer in network.layers:
        layer.compile()  # one compilation serves all layers: they differ in their tensors only
    if plan.start:
        network.load(*read(Path(plan.start)))
    matrices = [matrix for _, matrix in network.trainable()]
    optimizer = torch.optim.AdamW(matrices, lr=plan.rate, betas=(0.9, 0.98), weight_decay=0.0, fused=True)
    stream = packs(tokens.load(Path(plan.base)), plan.seed * 1000 + rank, plan.length, network.dtype)
    for step, (done, seen) in enumerate(_steps(plan, network, optimizer, stream)):
        if rank == 0 and (step % KEEP_EVERY == KEEP_EVERY - 1 or done >= 1):
            save(network, Path(plan.out))
            Path(plan.out).with_suffix(".json").write_text(
                json.dumps({**asdict(plan), "steps_done": step + 1, **seen}, indent=1)
            )
        if done >= 1:
            break
    group.destroy_process_group()


def _steps(
    plan: Plan, network: Network, optimizer: torch.optim.Optimizer, stream: Iterator[Pack]
) -> Iterator[tuple[float, dict]]:
    """Take steps until the plan is done; give how much of it is, and what was seen."""
    began, step, examples = time.monotonic(), 0, 0
    matrices = [matrix for _, matrix in network.trainable()]
    average = done = 0.0
    while True:
        if step % MEET_EVERY == 0:
            _average(matrices)
            done = _agreed(((time.monotonic() - began) / plan.seconds) if plan.seconds else step / plan.steps)
        rate = plan.rate * min((step + 1) / plan.warm_up, 0.5 + 0.5 * math.cos(math.pi * min(done, 1.0)))
        for settings in optimizer.param_groups:
            settings["lr"] = rate
        pack = next(stream)
        loss = _loss(network, pack, plan.device)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(matrices, CLIP)
        optimizer.step()
        optimizer.zero_grad()
        step, examples = step + 1, examples + pack.examples * plan.processes
        average = loss.item() if step == 1 else 0.95 * average + 0.05 * loss.item()
        speed = step * plan.length * plan.processes / (time.monotonic() - began)
        if (step % 10 == 0 or step < 10) and group.get_rank() == 0:
            log.info(
                "step %d (%.0f %%): loss %.4f, rate %.1e, %d examples, %.0f tokens/s",
                step,
                100 * done,
                average,
                rate,
                examples,
                speed,
            )
        yield done, {"examples": examples, "loss": round(average, 4), "tokens_per_s": round(speed)}


def _loss(network: Network, pack: Pack, device: str) -> torch.Tensor:
    stream = network(pack.tokens.to(device), pack.positions.to(device), pack.mask.to(device))
    logits = network.logits(stream[0, pack.places.to(device)])
    return functional.cross_entropy(logits.float(), pack.targets.to(device))


@torch.no_grad()
def _average(matrices: list[torch.nn.Parameter]) -> None:
    """Average the matrices of all processes."""
    flat = torch.cat([m.flatten() for m in matrices])
    group.all_reduce(flat)
    flat /= group.get_world_size()
    for matrix, part in zip(matrices, flat.split([m.numel() for m in matrices]), strict=True):
        matrix.copy_(part.view_as(matrix))


def _agreed(done: float) -> float:
    """The progress of the first process, for all: clocks differ, and all must stop at the same step."""
    shared = torch.tensor([done], dtype=torch.float64)
    group.broadcast(shared, 0)
    return float(shared.item())
