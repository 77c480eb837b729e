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


@pytest.mark.parametrize(
    ("sites", "bond", "field"),
    [(8, 2, 0.0), (8, 4, 0.5), (8, 3, 10.0), (16, 2, 0.9), (16, 4, 1.7), (32, 2, 1.0), (64, 2, 1.2)],
)
def test_the_energy_is_never_below_the_exact_one(sites: int, bond: int, field: float):
    """The variational principle, on and off the critical point; free fermions give the exact energy (Pfeuty 1970)."""
    mera, exact, errors = Mera(sites, bond, 5, CPU), exact_energy_per_site(sites, field), []
    for _ in range(2 + 120 // sites):
        energy, gradient = mera.gradient(field)
        errors.append(energy - exact)
        mera.descend(gradient, 0.1)
    assert min(errors) > -1e-12
    assert errors[-1] < errors[0]


def exact_entropy(sites: int, length: int, field: float) -> float:
    """Entropy of a block of the ground state by its correlations of Majorana fermions.

    G. Vidal, J. I. Latorre, E. Rico, A. Kitaev, Phys. Rev. Lett. 90, 227902 (2003), for a periodic chain of ``sites``.
    """
    turn = torch.polar(
        torch.ones(sites, dtype=torch.float64), math.pi * (2.0 * torch.arange(sites).double() + 1.0) / sites
    )
    symbol = (field - turn) / (field - turn).abs()
    apart = torch.arange(1 - length, length)
    along = (symbol[:, None] * turn[:, None] ** apart).mean(0).real
    correlations = along[torch.arange(length)[:, None] - torch.arange(length) + length - 1]
    p = (1.0 + torch.linalg.svdvals(correlations)) / 2.0
    return sum(entropy(torch.stack([x, 1.0 - x])) for x in p)


def test_the_exact_entropies_have_the_central_charge_of_the_ising_model():
    """The chord length (N/π) sin(πℓ/N) of a periodic chain: Calabrese and Cardy (2004), eq. 1.3. Held against N = 256."""
    blocks = {length: exact_entropy(256, length, 1.0) for length in range(16, 128, 16)}
    assert central_charge(blocks, 256) == pytest.approx(0.5, abs=1e-4)


def test_it_converges_from_above_and_shows_the_central_charge():
    """16 sites, as it comes: E₀ = −2/sin(π/2N), S = (c/3) ln((N/π) sin(πℓ/N)) + const with c = 1/2."""
    sim = steer.attach("mera", total_steps=None)
    run = MeraRun(sim, CPU)
    told: dict[str, float | None] = {}
    for _ in range(111):
        told |= run.step()
        sim.step += 1
        assert (told["energy_error"] or 0.0) > -1e-12
        assert (told["isometry_violation"] or 1.0) < 1e-12
    assert (told["energy_error"] or 1.0) < 1e-3
    assert told["central_charge"] == pytest.approx(0.5, abs=0.02)
    assert told["entanglement_entropy"] == pytest.approx(exact_entropy(16, 8, 1.0), rel=0.02)
    with pytest.raises(ValueError, match="power of two"):
        sim._change({"num_sites": 12})
    assert int(run.num_sites) == 16


def test_parity_is_kept():
    """H commutes with ΠZ; the state's weight on configurations with an odd number of flipped sites stays zero."""
    mera = Mera(8, 4, 3, CPU)
    for _ in range(20):
        mera.descend(mera.gradient(1.0)[1], 0.1)
    state = mera.network.to_dense([f"k{site}" for site in range(8)]).reshape(-1)
    odd = torch.tensor([index.bit_count() % 2 == 1 for index in range(256)])
    assert float(state[odd].abs().max()) == 0.0
    assert float(state @ state) == pytest.approx(1.0, abs=1e-12)


def test_fit_gives_back_the_central_charge():
    blocks = {ell: 0.7 / 3.0 * math.log(32 / math.pi * math.sin(math.pi * ell / 32)) + 0.4 for ell in range(2, 9)}
    assert central_charge(blocks, 32) == pytest.approx(0.7, abs=1e-5)
