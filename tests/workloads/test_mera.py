"""The MERA against the exact solution of the Ising chain, and in steering."""

from __future__ import annotations

import math

import pytest
import torch

from workloads import steer
from workloads.mera import MeraRun
from workloads.mera_network import Mera, central_charge, entropy, exact_energy_per_site, pair_hamiltonian

CPU = torch.device("cpu")
torch.set_num_threads(1)  # small arrays: a second thread would only wait for the first


def dense_hamiltonian(sites: int, field: float) -> torch.Tensor:
    """Write H out, ``[2^sites, 2^sites]``."""
    size, pair = 2**sites, pair_hamiltonian(field, CPU).reshape(4, 4)
    total = torch.zeros(size, size, dtype=torch.float64)
    for left in range(sites):
        order = [left, (left + 1) % sites]
        rest = [site for site in range(sites) if site not in order]
        basis = torch.eye(size, dtype=torch.float64).reshape(*[2] * sites, size).permute(*order, *rest, sites)
        moved = (pair @ basis.reshape(4, -1)).reshape(basis.shape)
        back = [(order + rest).index(site) for site in range(sites)]
        total += moved.permute(*back, sites).reshape(size, size)
    return total


@pytest.mark.parametrize("field", [0.5, 1.0, 1.7])
def test_exact_energy_is_that_of_diagonalisation(field: float):
    """P. Pfeuty, Ann. Phys. 57, 79 (1970)."""
    lowest = float(torch.linalg.eigvalsh(dense_hamiltonian(8, field))[0])
    assert exact_energy_per_site(8, field) == pytest.approx(lowest / 8, abs=1e-12)


def test_exact_energy_at_the_critical_point():
    for sites in (8, 16, 128):
        assert exact_energy_per_site(sites, 1.0) == pytest.approx(-2.0 / math.sin(math.pi / (2 * sites)) / sites)
    assert exact_energy_per_site(100_000, 1.0) == pytest.approx(-4.0 / math.pi, abs=1e-9)


@pytest.mark.parametrize("bond", [2, 4])
def test_energy_is_that_of_the_normalised_state_it_stands_for(bond: int):
    """All tensors contracted to a vector of 256 numbers; its energy by the Hamiltonian written out."""
    mera = Mera(8, bond, 3, CPU)
    state = mera.network.to_dense([f"k{site}" for site in range(8)]).reshape(-1)
    energy, _ = mera.gradient(1.3)
    assert float(state @ state) == pytest.approx(1.0, abs=1e-12)
    assert energy * 8 == pytest.approx(float(state @ dense_hamiltonian(8, 1.3) @ state), abs=1e-10)
    halves = torch.linalg.svdvals(state.reshape(16, 16)) ** 2
    assert mera.block_entropy(4, starts=1) == pytest.approx(entropy(halves), abs=1e-10)


def test_it_converges_from_above_and_shows_the_central_charge():
    """E₀ = −2/sin(π/2N); S = (c/3) ln((N/π) sin(πℓ/N)) + const with c = 1/2: Calabrese and Cardy (2004)."""
    sim = steer.attach("mera", total_steps=None)
    run = MeraRun(sim, CPU)
    sim._change({"num_sites": 8, "learning_rate": 0.1})
    told: dict[str, float | None] = {}
    for _ in range(181):
        told |= run.step()
        sim.step += 1
        assert (told["energy_error"] or 0.0) > -1e-12
        assert (told["isometry_violation"] or 0.0) < 1e-12
    assert (told["energy_error"] or 1.0) < 1.5e-3
    assert told["central_charge"] == pytest.approx(0.5, abs=0.05)
    with pytest.raises(ValueError, match="power of two"):
        sim._change({"num_sites": 12})
    assert int(run.num_sites) == 8


def test_fit_gives_back_the_central_charge():
    blocks = {ell: 0.7 / 3.0 * math.log(32 / math.pi * math.sin(math.pi * ell / 32)) + 0.4 for ell in range(2, 9)}
    assert central_charge(blocks, 32) == pytest.approx(0.7, abs=1e-5)
