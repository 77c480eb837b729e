"""The condensate against exact solutions, published values and limits, and in steering."""

from __future__ import annotations

import math

import pytest
import torch

from workloads import steer
from workloads.gft_condensate import GftCondensate
from workloads.gross_pitaevskii import (
    Condensate,
    Energies,
    Grid,
    first_guess,
    moved_to,
    thomas_fermi_chemical_potential,
)

CPU = torch.device("cpu")
torch.set_num_threads(1)  # small arrays: a second thread would only wait for the first


def ground(grid: Grid, interaction: float, dt: float = 0.02, time: float = 8.0, trap: float = 1.0) -> Energies:
    found = first_guess(grid, trap, interaction)
    for _ in range(round(time / dt)):
        found.step(interaction, dt, imaginary=True)
    return found.energies(interaction)


@pytest.mark.parametrize(("dimensions", "points"), [(1, 64), (2, 48), (3, 32)])
def test_without_interaction_it_is_the_harmonic_oscillator(dimensions: int, points: int):
    """E = μ = dω/2, half of it kinetic; the peak density is (ω/π)^{d/2}. Any textbook of quantum mechanics."""
    e = ground(Grid(dimensions, points, 8.0), 0.0, time=2.0, trap=2.0)
    assert e.norm == pytest.approx(1.0, abs=1e-12)
    assert e.total == pytest.approx(dimensions, rel=1e-6)
    assert e.chemical_potential == pytest.approx(dimensions, rel=1e-6)
    assert e.kinetic == pytest.approx(dimensions / 2, rel=1e-3)
    assert e.peak_density == pytest.approx((2.0 / math.pi) ** (dimensions / 2), rel=1e-3)


@pytest.mark.parametrize(
    ("interaction", "energy", "chemical_potential"),
    [
        (3.1371, 1.0441, 1.5266),
        (12.5484, 2.2330, 3.5966),
        (31.371, 3.9810, 6.5527),
        (62.742, 6.2570, 10.369),
        (156.855, 11.464, 19.070),
        (313.71, 18.171, 30.259),
    ],
)
def test_published_ground_states(interaction: float, energy: float, chemical_potential: float):
    """In 1-D: energies by W. Bao, W. Tang, J. Comput. Phys. 187, 230 (2003), chemical potentials by P. Muruganandam, S. K.
    Adhikari, Comput. Phys. Commun. 180, 1888 (2009)."""
    e = ground(Grid(1, 128, 24.0), interaction)
    assert e.total == pytest.approx(energy, rel=1e-4)
    assert e.chemical_potential == pytest.approx(chemical_potential, rel=1e-4)
    assert e.virial_residual < 1e-4


@pytest.mark.parametrize(
    ("dimensions", "points", "interaction", "chemical_potential"),
    [
        (2, 48, 3.1371, 1.4200),
        (2, 48, 12.5484, 2.2558),
        (2, 64, 62.742, 4.6098),
        (2, 64, 627.42, 14.189),
        (3, 32, -3.1371, 1.2652),
        (3, 32, 12.5484, 2.0650),
        (3, 32, 31.371, 2.5861),
        (3, 32, 125.484, 4.0141),
    ],
)
def test_published_chemical_potentials(dimensions: int, points: int, interaction: float, chemical_potential: float):
    """In isotropic traps of two and three dimensions: Muruganandam and Adhikari (2009), their tables."""
    e = ground(Grid(dimensions, points, 16.0 if dimensions == 2 else 10.0), interaction, time=5.0)
    assert e.chemical_potential == pytest.approx(chemical_potential, rel=2e-4)


@pytest.mark.parametrize(
    ("dimensions", "points", "length", "interaction"), [(1, 128, 32.0, 500.0), (2, 64, 16.0, 2000.0)]
)
def test_strong_interaction_tends_to_thomas_fermi(dimensions: int, points: int, length: float, interaction: float):
    """μ = ½ω²R² with the kinetic energy left out; E/μ = (d + 2)/(d + 4). Dalfovo et al., Rev. Mod. Phys. 71, 463."""
    e = ground(Grid(dimensions, points, length), interaction, time=2.0)
    limit = thomas_fermi_chemical_potential(interaction, 1.0, dimensions)
    assert e.chemical_potential == pytest.approx(limit, rel=0.01)
    assert e.chemical_potential > limit
    assert e.total / e.chemical_potential == pytest.approx((dimensions + 2) / (dimensions + 4), rel=0.01)


def test_thomas_fermi_has_the_closed_forms():
    """1-D ½(3gω/2)^{2/3}, 2-D ω√(g/π), 3-D ½(15gω³/4π)^{2/5}."""
    closed = 0.5 * (150.0 * 0.7) ** (2 / 3), 0.7 * math.sqrt(100 / math.pi), 0.5 * (1500 * 0.343 / (4 * math.pi)) ** 0.4
    assert [thomas_fermi_chemical_potential(100.0, 0.7, d) for d in (1, 2, 3)] == pytest.approx(closed, rel=1e-12)


@pytest.mark.parametrize(
    ("dimensions", "interaction", "trap", "length", "dt"),
    [
        (3, -100.0, 0.0, 1.0, 0.1),
        (2, -100.0, 100.0, 1.0, 0.01),
        (1, 1e5, 100.0, 1.0, 0.1),
        (3, 1e5, 100.0, 1000.0, 1e-6),
    ],
)
def test_steps_that_are_too_long_and_collapse_leave_finite_numbers(
    dimensions: int, interaction: float, trap: float, length: float, dt: float
):
    run = first_guess(Grid(dimensions, 16, length), trap, interaction)
    for _ in range(30):
        run.step(interaction, dt, imaginary=True)
    e = run.energies(interaction)
    assert math.isfinite(e.total)
    assert e.norm == pytest.approx(1.0, abs=1e-12)


def displaced(grid: Grid) -> Condensate:
    made = first_guess(grid, 1.0, 5.0)
    made.psi = torch.roll(made.psi, grid.points // 16, 0)
    return made


def test_real_time_keeps_the_norm_and_errs_by_the_square_of_dt():
    """Strang's splitting is of second order: half the step, a quarter of the error (against a step of 1/16)."""
    grid = Grid(1, 64, 16.0)

    def after(steps: int) -> torch.Tensor:
        run = displaced(grid)
        for _ in range(steps):
            run.step(5.0, 1.0 / steps, imaginary=False)
        assert run.energies(5.0).norm == pytest.approx(1.0, abs=1e-12)
        return run.psi

    exact = after(1600)
    coarse, fine = (float(torch.linalg.vector_norm(after(steps) - exact)) for steps in (100, 200))
    assert coarse / fine == pytest.approx(4.0, rel=0.05)


def test_a_displaced_condensate_swings_with_the_trap_whatever_the_interaction():
    """Kohn's theorem: the centre of mass moves as x₀ cos ωt (J. F. Dobson, Phys. Rev. Lett. 73, 2244 (1994))."""
    run = displaced(Grid(1, 64, 16.0))

    def centre() -> float:
        n = run.psi.abs() ** 2
        return float((n * run.grid.axis()).sum() / n.sum())

    began = centre()
    for _ in range(400):
        run.step(5.0, 0.005, imaginary=False)
    assert began == pytest.approx(1.0, abs=1e-6)
    assert centre() == pytest.approx(math.cos(2.0), abs=1e-4)


def test_carrying_over_to_a_finer_grid_changes_no_energy():
    coarse = first_guess(Grid(2, 32, 12.0), 1.0, 3.0)
    for grid in (Grid(2, 48, 12.0), Grid(2, 64, 16.0)):
        assert moved_to(coarse, grid, 1.0).energies(3.0).total == pytest.approx(coarse.energies(3.0).total, rel=1e-8)


def test_changes_rebuild_are_refused_when_too_large_and_quench(monkeypatch: pytest.MonkeyPatch):
    sim = steer.attach("gft_condensate", total_steps=10)
    run = GftCondensate(sim, CPU)
    sim._change({"dimensions": 1, "grid_points": 64, "dt": 0.02})
    for _ in range(300):
        run.step()
    relaxed = run.energies.total
    assert abs(run.metrics()["energy_drift"] or 0.0) < 1e-8
    monkeypatch.setenv("LODGER_MEMORY_BYTES", str(1 << 20))  # the share, as the ledger tells it
    with pytest.raises(ValueError, match="of memory"):
        sim._change({"dimensions": 3, "grid_points": 1024})
    assert (int(run.dimensions), int(run.grid_points)) == (1, 64)
    monkeypatch.delenv("LODGER_MEMORY_BYTES")
    assert run.step().total == pytest.approx(relaxed, rel=1e-6)
    sim._change({"mode": "real", "quench_interaction": 30.0, "grid_points": 96, "dt": 0.001})
    for _ in range(50):
        run.step()
    assert run.energies.total > relaxed * 1.2
    assert abs(run.metrics()["energy_drift"] or 0.0) < 1e-5
    assert run.condensate.psi.shape == (96,)
    sim._change({"noise_temperature": 0.01})
    assert run.step().norm == pytest.approx(1.0, abs=1e-12)
