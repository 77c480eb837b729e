"""How near the MERA comes to the exact solution: ``python benchmarks/mera.py [--sites 16 32 --bonds 4 8 --steps 400]``.

For each size and bond dimension, at the critical field: the energy per site above the exact one of that finite chain, and
the central charge fitted to the entropies of blocks of two to eight sites, ``S = (c/3) ln((N/π) sin(πℓ/N)) + const`` (exact: c =
1/2), after so many steps and seconds of processor time on one thread. The steps are those of the workload.
"""

from __future__ import annotations

import argparse
import platform
import sys
import time
from pathlib import Path

import quimb
import torch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from workloads.mera_network import LONGEST_BLOCK, Mera, central_charge, exact_energy_per_site

CRITICAL = 1.0


def fitted_charge(mera: Mera) -> float:
    """The central charge by the workload's own fit."""
    longest = min(mera.sites // 2, LONGEST_BLOCK)
    return central_charge({length: mera.block_entropy(length) for length in range(2, longest + 1)}, mera.sites)


def converge(sites: int, bond: int, rate: float, steps: int, every: int) -> None:
    """Print a line every so many steps."""
    mera, spent_s = Mera(sites, bond, 1, torch.device("cpu")), 0.0
    for step in range(1, steps + 1):
        began_s = time.process_time()
        mera.descend(mera.gradient(CRITICAL)[1], rate)
        spent_s += time.process_time() - began_s
        if step % every == 0:
            error = mera.gradient(CRITICAL)[0] - exact_energy_per_site(sites, CRITICAL)
            print(
                f"{sites:5d} {bond:5d} {step:6d} {spent_s:9.1f}   {error:.2e}   {fitted_charge(mera):.4f}", flush=True
            )


def main() -> None:
    """Converge each size in turn."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sites", type=int, nargs="+", default=[16, 32])
    parser.add_argument("--bonds", type=int, nargs="+", default=[4, 8])
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--rate", type=float, default=0.05, help="the workload's learning_rate")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    machine = platform.processor() or platform.machine()
    print(
        f"{machine}, torch {torch.__version__}, quimb {quimb.__version__}, one thread, rate {asked.rate:g}, seed 1, h = 1"
    )
    print("sites  bond  steps   seconds   energy error/site   c (exact 0.5)")
    for sites in asked.sites:
        for bond in asked.bonds:
            converge(sites, bond, asked.rate, asked.steps, max(1, asked.steps // 4))


if __name__ == "__main__":
    main()
