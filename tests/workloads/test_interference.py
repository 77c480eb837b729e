"""The lattice and its waves against closed forms, and the first-order response against finite differences."""

from __future__ import annotations

import math

import pytest
import torch

from workloads.helical_lattice import golden_spiral, plus_stretch, turned
from workloads.interference import square_screen, superpose, superpose_along, wavenumber_per_m

K = wavenumber_per_m(0.1)
SCREEN = square_screen(24, 0.6)


def test_golden_spiral_is_uniform_on_the_sphere():
    """Mean 0 and ⟨x xᵀ⟩ = 1/3 as on the sphere; equal areas leave about √(4π/N) between neighbours. González (2010)."""
    count = 2000
    nodes = golden_spiral(count, 2.0)
    assert torch.allclose(torch.linalg.vector_norm(nodes, dim=1), torch.tensor(2.0, dtype=torch.float64))
    unit = nodes / 2.0
    assert float(unit.mean(dim=0).abs().max()) < 2e-3
    assert torch.allclose(unit.T @ unit / count, torch.eye(3, dtype=torch.float64) / 3.0, atol=2e-3)
    nearest = torch.cdist(unit, unit).fill_diagonal_(math.inf).min(dim=1).values / math.sqrt(4.0 * math.pi / count)
    assert float(nearest.min()) > 0.8
    assert float(nearest.max()) < 1.1


def test_turning_is_rigid():
    nodes = golden_spiral(50)
    third = turned(nodes, 2.0 * math.pi / 3.0)  # a third of a turn about (1, 1, 1) swaps the axes in a circle
    assert torch.allclose(third, nodes[:, [2, 0, 1]], atol=1e-14)


def test_one_source_is_a_spherical_wave():
    source = torch.tensor([[0.1, -0.2, 0.9]], dtype=torch.float64)
    field = superpose_along(source, torch.zeros(1, 3, 1, dtype=torch.float64), SCREEN, K).amplitude
    for pixel in (0, 100, 575):
        r = math.dist(SCREEN[pixel].tolist(), source[0].tolist())
        assert complex(field[pixel]) == pytest.approx(complex(math.cos(K * r), math.sin(K * r)) / r, rel=1e-12)


def test_many_sources_focus_as_a_uniform_sphere():
    """The mean of e^{ik|x−p|}/|x−p| over a sphere is (e^{ikR}/R) sin(kr)/(kr) inside: the l = 0 term of the addition
    theorem (Jackson, Classical Electrodynamics, 3rd ed., section 9.7)."""
    nodes, k = golden_spiral(5000), wavenumber_per_m(0.5)
    pixels = torch.tensor([[0.01, 0.0, 0.0], [0.2, 0.1, 0.0], [-0.3, 0.3, 0.1]], dtype=torch.float64)
    mean = superpose_along(nodes, nodes[:, :, None] * 0.0, pixels, k).amplitude / len(nodes)
    kr = k * torch.linalg.vector_norm(pixels, dim=1)
    expected = (
        torch.polar(torch.ones(3, dtype=torch.float64), torch.full((3,), k, dtype=torch.float64)) * torch.sin(kr) / kr
    )
    assert torch.allclose(mean, expected, atol=2e-4)


def test_derivative_is_that_of_automatic_differentiation_and_of_finite_differences():
    nodes = turned(golden_spiral(40), 0.7)
    direction = plus_stretch(nodes)
    field = superpose_along(nodes, direction[:, :, None], SCREEN, K)

    def parts(positions: torch.Tensor) -> torch.Tensor:
        return torch.view_as_real(superpose(positions, SCREEN, K))

    value, change, *_ = torch.func.jvp(parts, (nodes,), (direction,))
    assert torch.allclose(torch.view_as_real(field.amplitude), value, rtol=1e-10, atol=1e-10)
    assert torch.allclose(torch.view_as_real(field.tangents[:, 0].contiguous()), change, rtol=1e-10, atol=1e-9)
    h = 1e-6
    up, down = (superpose(nodes + sign * h * direction, SCREEN, K).abs() ** 2 for sign in (1.0, -1.0))
    exact = field.intensity_tangents[:, 0]
    assert float(((up - down) / (2.0 * h) - exact).abs().max() / exact.abs().max()) < 1e-7


def test_strains_that_vanish_in_floating_point_still_respond_and_halve_exactly():
    nodes = turned(golden_spiral(40), 0.7)
    assert torch.equal(nodes * (1.0 + 1e-21), nodes)  # why it is not done by moving the nodes
    pattern = plus_stretch(nodes)
    strains = torch.tensor([1.0, 1e-21, 0.5e-21, 1e-24], dtype=torch.float64)
    change = superpose_along(nodes, pattern[:, :, None] * strains, SCREEN, K).intensity_tangents
    assert torch.equal(change[:, 2] * 2.0, change[:, 1])
    assert float(change[:, 3].abs().max()) > 0.0
    assert torch.allclose(change[:, 3] / 1e-24, change[:, 0], rtol=1e-9, atol=1e-9 * float(change[:, 0].abs().max()))


def test_chunks_do_not_change_the_answer():
    nodes, screen = golden_spiral(3000), square_screen(16, 0.6)  # 10 pixels would fill a chunk: many of 16
    whole = superpose(nodes, screen, K)
    chunked = superpose_along(nodes, nodes[:, :, None], screen, K).amplitude
    assert torch.allclose(chunked, whole, atol=1e-9 * float(whole.abs().max()))
