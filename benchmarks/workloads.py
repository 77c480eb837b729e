"""Steps per second of the built-ins beside plain NumPy in the same run: ``python benchmarks/workloads.py [--quick]``.

The NumPy versions compute the same equations as they stand in the docstrings: whole arrays, one expression a line, double
precision. Both do all of a step, ours with its metrics' sums, in one process with the same allocator. With one thread times
are processor time, since a shared machine's wall clock says nothing; with ``--threads 2`` they are the wall clock's, and the
shortest of the repeats stands for the median, which then says how busy the machine is. On a GPU ours is timed by the wall
clock between synchronised edges, and NumPy stays on the processor. MERA has no plain NumPy version worth the name (its
gradient is automatic), so its scaling stands alone. The share of a ceiling is what the algorithm must move or multiply at
least, over what this machine did in the same run: a copy of 256 MiB, a product of two 1024² float32 matrices.
"""

from __future__ import annotations

import argparse
import platform
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from workloads.allowance import keep_freed
from workloads.gross_pitaevskii import Grid, first_guess
from workloads.gw_lattice import observe
from workloads.helical_lattice import golden_spiral, plus_stretch
from workloads.interference import square_screen
from workloads.mera_network import Mera
from workloads.spherical_waves import cube_slabs, helical_sources, superpose

DEVICE = torch.device("cuda:0" if torch.cuda.is_available() else "cpu")
AHEAD = 8


def seconds(work: Callable[[], object], repeats: int, *, ours: bool = True) -> tuple[float, float, float]:
    """Median, lowest and highest time of one call; with several threads the lowest stands for the median."""
    on_gpu, several = ours and DEVICE.type == "cuda", torch.get_num_threads() > 1
    clock = time.perf_counter if on_gpu or several else time.process_time
    work()
    taken = []
    for _ in range(repeats):
        began = clock()
        work()
        if on_gpu:
            torch.cuda.synchronize()
        taken.append(clock() - began)
    return min(taken) if several else statistics.median(taken), min(taken), max(taken)


def row(
    name: str, ours: tuple[float, float, float], steps: int, peer: tuple[float, float, float] | None, share: str
) -> None:
    rate, spread = steps / ours[0], (ours[2] - ours[1]) / ours[0]
    beside = f"{peer[0] * steps / ours[0]:6.1f} x" if peer else "      -"
    print(f"{name:<38} {rate:10.2f} /s  ± {50 * spread:3.0f} %  {beside}  {share}", flush=True)


def ceilings(repeats: int) -> tuple[float, float]:
    """Bytes and multiply-adds × 2 a second that this device did here."""
    source = torch.ones(1 << 26, dtype=torch.float32, device=DEVICE)
    target, square = torch.empty_like(source), torch.ones(1024, 1024, device=DEVICE)
    copied = 2 * 4 * source.numel() / seconds(lambda: target.copy_(source), repeats)[0]
    return copied, 2 * 1024**3 / seconds(lambda: square @ square, repeats)[0]


def condensate(dimensions: int, points: int, repeats: int, bandwidth: float, with_peer: bool) -> None:
    run = first_guess(Grid(dimensions, points, 16.0, DEVICE), 1.0, 10.0)

    def ours() -> None:
        run.step(10.0, 0.005, imaginary=False)
        run.energies(10.0)

    psi, v, k = run.psi.cpu().numpy().copy(), run.potential.cpu().numpy(), run.kinetic.cpu().numpy()
    cell = run.grid.cell

    def peer() -> tuple[float, ...]:
        field = psi * np.exp(-0.0025j * (v + 10.0 * np.abs(psi) ** 2))
        field = np.fft.ifftn(np.exp(-0.005j * k) * np.fft.fftn(field))
        field = field * np.exp(-0.0025j * (v + 10.0 * np.abs(field) ** 2))
        n = np.abs(field) ** 2
        kinetic = np.sum(k * np.abs(np.fft.fftn(field)) ** 2)
        return kinetic, np.sum(v * n) * cell, np.sum(n * n) * cell, np.sum(n), n.max()

    taken, transform = seconds(ours, repeats), seconds(lambda: torch.fft.fftn(run.psi), repeats)
    passes = 3 * 2 + 6  # three transforms and six fields, each read and written once at least
    beside = seconds(peer, repeats, ours=False) if with_peer else None
    share = f"{100 * passes * 16 * psi.size / taken[0] / bandwidth:.0f} % of the copy's bandwidth, "
    share += f"{300 * transform[0] / taken[0]:.0f} % in three transforms"
    share += f" (which alone allow {beside[0] / 3 / transform[0]:.1f} x)" if beside else ""
    row(f"gft_condensate {dimensions}-D {points}", taken, 1, beside, share)


def resonance(count: int, resolution: int, repeats: int, arithmetic: float, with_peer: bool) -> None:
    positions, azimuth = (part.to(DEVICE) for part in helical_sources(count, 12, 1.0))
    wavenumber = torch.full((count,), 18.3, dtype=torch.float64, device=DEVICE)
    weights = torch.stack([torch.polar(torch.ones_like(azimuth), azimuth - 0.39 * n) for n in range(AHEAD)], dim=1)
    like = torch.empty(0, dtype=torch.float32, device=DEVICE)
    slabs = [points for _, points in cube_slabs(resolution, 1.0, like)]
    plain, sources = slabs[0].cpu().numpy().astype(np.float64), positions.cpu().numpy()
    phase = azimuth.cpu().numpy()

    def peer() -> None:  # one slab of the cube
        r = np.linalg.norm(plain[:, None, :] - sources[None, :, :], axis=2)
        np.sum(np.exp(1j * (18.3 * r + phase)) / r, axis=1)

    taken = seconds(lambda: [superpose(points, positions, wavenumber, weights) for points in slabs], repeats)
    whole = tuple(resolution * part for part in seconds(peer, 3, ours=False)) if with_peer else None
    flops = resolution**3 * count * (4 * 2 * AHEAD + 12)
    share = f"{100 * flops / taken[0] / arithmetic:.0f} % of the product's arithmetic, sines not counted"
    row(
        f"holographic_resonance {count} × {resolution}³",
        taken,
        AHEAD,
        (whole[0], whole[1], whole[2]) if whole else None,
        share,
    )


def lattice(nodes: int, repeats: int, with_peer: bool) -> None:
    where, screen = golden_spiral(nodes).to(DEVICE), square_screen(96, 0.6).to(DEVICE)
    jitter = torch.full((nodes, 3), 1e-21, dtype=torch.float64, device=DEVICE)
    x, p, k = where.cpu().numpy(), screen.cpu().numpy(), 2.0 * np.pi / 0.1
    moves = [plus_stretch(where).cpu().numpy(), jitter.cpu().numpy()]

    def peer() -> list[np.ndarray]:
        apart = x[None, :, :] - p[:, None, :]
        r = np.linalg.norm(apart, axis=2)
        wave = np.exp(1j * k * r) / r
        field = wave.sum(axis=1)
        slope = (1j * k - 1.0 / r) * wave / r
        changes = (np.sum(slope * np.einsum("pnc,nc->pn", apart, move), axis=1) for move in moves)
        return [2.0 * np.real(field.conj() * change) for change in changes]

    taken = seconds(lambda: observe(where, screen, 1e-21, jitter), repeats)
    row(f"gw_lattice {nodes} nodes", taken, 1, seconds(peer, 2, ours=False) if with_peer else None, "")


def mera(sites: int, bond: int, repeats: int) -> None:
    network = Mera(sites, bond, 1, DEVICE)

    def step() -> None:
        network.descend(network.gradient(1.0)[1], 0.05)

    row(f"mera {sites} sites, bond {bond}", seconds(step, repeats), 1, None, "")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer repeats and the smaller sizes")
    parser.add_argument("--threads", type=int, default=1, help="of torch; NumPy has one")
    asked = parser.parse_args()
    quick = asked.quick
    torch.set_num_threads(asked.threads)
    keep_freed()
    repeats = 3 if quick else 9
    name = torch.cuda.get_device_name(0) if DEVICE.type == "cuda" else platform.processor() or platform.machine()
    print(f"{name}, torch {torch.__version__}, NumPy {np.__version__}, threads {asked.threads}, {repeats} repeats")
    bandwidth, arithmetic = ceilings(repeats)
    print(f"ceilings: copy {bandwidth / 1e9:.1f} GB/s, float32 product {arithmetic / 1e9:.0f} GFLOP/s\n")
    print(f"{'':<38} {'steps':>10}     half spread  over NumPy")
    for dimensions, points in ((1, 1024), (2, 128), (2, 512), (3, 64)):
        condensate(dimensions, points, 7 * repeats, bandwidth, with_peer=True)
    for count, resolution in ((200, 32), (200, 48)) if quick else ((200, 32), (200, 48), (200, 64), (1000, 64)):
        resonance(count, resolution, repeats, arithmetic, with_peer=True)
    for nodes in (100, 500) if quick else (100, 500, 2000):
        lattice(nodes, repeats, with_peer=nodes <= 500)
    for sites, bond in ((8, 4), (16, 4)) if quick else ((8, 4), (16, 4), (32, 4), (16, 6), (64, 4)):
        mera(sites, bond, repeats)


if __name__ == "__main__":
    main()
