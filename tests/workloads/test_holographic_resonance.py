"""The waves inside a sphere of sources against closed forms, and in steering."""

from __future__ import annotations

import math

import pytest
import torch

from workloads import steer
from workloads.holographic_resonance import HolographicResonance
from workloads.spherical_waves import (
    circle,
    helical_sources,
    helmholtz_residual,
    phase_winding,
    spectral_peak,
    superpose,
)

CPU = torch.device("cpu")
torch.set_num_threads(1)  # small arrays: a second thread would only wait for the first
K = 6.0


def equal(count: int, turns: float = 20) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    positions, _ = helical_sources(count, turns, 1.0)
    wavenumbers = torch.full((count,), K, dtype=torch.float64)
    return positions, wavenumbers, torch.full((count, 1), 1.0 / count, dtype=torch.complex128)


@pytest.mark.parametrize(("count", "turns", "error"), [(2000, 20, 4e-3), (6000, 80, 6e-4)])
def test_many_equal_sources_make_the_standing_wave_of_a_sphere(count: int, turns: float, error: float):
    """(e^{ikR}/R) sin(kr)/(kr): the l = 0 term of the addition theorem. Jackson, Classical Electrodynamics, section 9.6.

    What is left is the helix itself, and goes with more turns.
    """
    points = torch.tensor([[0.01, 0.0, 0.0], [0.2, 0.1, 0.0], [-0.3, 0.2, 0.1], [0.0, 0.1, 0.4]], dtype=torch.float64)
    field = superpose(points, *equal(count, turns))[:, 0]
    kr = K * torch.linalg.vector_norm(points, dim=1)
    expected = torch.sin(kr) / kr * complex(math.cos(K), math.sin(K))
    assert float((field - expected).abs().max()) < error


def test_residual_of_helmholtz_falls_with_the_square_of_the_spacing():
    centres = 0.4 * (torch.rand(40, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(1)) - 0.5)
    coarse, fine = (helmholtz_residual(centres, spacing, *equal(100)) for spacing in (0.04, 0.02))
    assert coarse < 0.01
    assert coarse / fine == pytest.approx(4.0, rel=0.02)


@pytest.mark.parametrize("charge", [-2, -1, 0, 1, 2])
def test_phase_winds_as_often_as_the_charge(charge: int):
    positions, wavenumbers, _ = equal(400)
    azimuth = helical_sources(400, 20, 1.0)[1]
    weights = torch.polar(torch.ones_like(azimuth), charge * azimuth)[:, None]
    assert phase_winding(superpose(circle(0.3, 256), positions, wavenumbers, weights)[:, 0]) == charge


def test_a_line_is_found_between_the_bins():
    time_s = torch.arange(256, dtype=torch.float64) / 4000.0
    signal = torch.polar(torch.ones_like(time_s), -2.0 * math.pi * 1003.7 * time_s)
    assert spectral_peak(signal, 4000.0) == pytest.approx(1003.7, abs=0.05)


def test_the_grid_is_the_sum_over_sources_and_metrics_mean_what_they_say():
    sim = steer.attach("holographic_resonance", total_steps=10)
    run = HolographicResonance(sim, CPU)
    sim._change({"grid_resolution": 32, "num_sources": 60, "helical_turns": 7, "frequency_spread": 0.0})
    run.step()
    field = run.step()  # a sixteenth of a period on
    told = run.metrics(field)
    assert (told["phase_winding"], field.shape) == (1.0, (32, 32, 32))
    assert told["spectrum_peak"] == pytest.approx(1000.0, abs=0.1)
    x = ((torch.arange(32, dtype=torch.float64) + 0.5) / 32 - 0.5)[[3, 10, 20]]
    positions, azimuth = helical_sources(60, 7, 1.0)
    distance = torch.linalg.vector_norm(positions - x, dim=1)
    phase = 2.0 * math.pi * 1000.0 / 343.0 * distance + azimuth - 2.0 * math.pi / 16
    expected = complex((torch.polar(1.0 / distance, phase)).mean())
    assert complex(field[3, 10, 20]) == pytest.approx(expected, abs=1e-5)
    intensity = field.abs() ** 2
    assert told["intensity_max"] == pytest.approx(float(intensity.max()), rel=1e-5)
    assert told["contrast"] == pytest.approx(float(intensity.std() / intensity.mean()), rel=1e-3)
    sim._change({"vortex_charge": -2, "base_frequency": 1200.0})
    told = run.metrics(run.step())
    assert told["phase_winding"] == -2.0
    assert told["spectrum_peak"] == pytest.approx(1200.0, abs=0.2)
