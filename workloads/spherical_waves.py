"""Spherical waves from sources on a helix around a sphere: the field on a 3-D grid, and what characterises it.

Source j at ``x_j`` gives ``a_j e^{i(k_j r − θ_j)}/r`` with ``r = |p − x_j|``: scalar, monochromatic waves in an open,
lossless medium. Sums of many at once are matrix products of the real tables ``cos(kr)/r`` and ``sin(kr)/r``, so fields
at several times share one table. Precision is that of the points given. Not covered: scattering, polarisation, sources
of finite size, points that coincide with a source.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch
from torch import Tensor

PAIRS_AT_ONCE = {"cpu": 1 << 16, "cuda": 1 << 25}  # point-source pairs at a time: in the cache, or filling a GPU
FEWEST_POINTS = 16


def helical_sources(count: int, turns: float, radius: float) -> tuple[Tensor, Tensor]:
    """Give positions ``[count, 3]`` and azimuths ``[count]`` in rad along a helix of ``turns`` turns on a sphere.

    Heights are equally spaced, so each source owns the same area (Archimedes' hat-box theorem); with many turns the
    sources tend to a uniform layer.
    """
    place = (torch.arange(count, dtype=torch.float64) + 0.5) / count
    height, azimuth = 1.0 - 2.0 * place, 2.0 * math.pi * turns * place
    ring = torch.sqrt(1.0 - height * height)
    return radius * torch.stack([ring * torch.cos(azimuth), ring * torch.sin(azimuth), height], dim=1), azimuth


def superpose(points: Tensor, sources: Tensor, wavenumbers: Tensor, weights: Tensor) -> Tensor:
    """Sum ``weights[j, m] e^{i k_j r}/r`` over sources ``[n, 3]``; complex ``[points, m]``, in 1/m for unit weights.

    ``weights`` is complex ``[n, m]``: one column for each field wanted (phases, times, factors).
    """
    kinds = weights.shape[1]
    table = torch.cat([weights.real, weights.imag], dim=1).to(points.dtype)  # [n, 2m]
    sources, wavenumbers = sources.to(points.dtype), wavenumbers.to(points.dtype)
    chunk = max(FEWEST_POINTS, PAIRS_AT_ONCE[points.device.type] // len(sources))
    kind = torch.complex64 if points.dtype == torch.float32 else torch.complex128
    field = torch.empty(len(points), kinds, dtype=kind, device=points.device)
    own = (sources * sources).sum(dim=1)
    for some, value in zip(points.split(chunk), field.split(chunk), strict=True):
        squares = (some * some).sum(dim=1)[:, None] + own
        inverse = squares.addmm_(some, sources.T, alpha=-2.0).rsqrt_()
        phase = inverse.reciprocal().mul_(wavenumbers)
        cosine = torch.cos(phase).mul_(inverse) @ table
        sine = phase.sin_().mul_(inverse) @ table
        value.real = cosine[:, :kinds] - sine[:, kinds:]
        value.imag = cosine[:, kinds:] + sine[:, :kinds]
    return field


def cube_axis(resolution: int, edge: float) -> Tensor:
    """Cell centres along an edge of a cube around the origin, ``[resolution]``."""
    return ((torch.arange(resolution, dtype=torch.float64) + 0.5) / resolution - 0.5) * edge


def cube_slabs(resolution: int, edge: float, like: Tensor) -> Iterator[tuple[int, Tensor]]:
    """Give the cube's points slab by slab along x: the index and ``[resolution², 3]``, as ``like`` in kind and device."""
    axis = cube_axis(resolution, edge).to(like)
    y, z = torch.meshgrid(axis, axis, indexing="ij")
    for index in range(resolution):
        yield index, torch.stack([axis[index].expand_as(y), y, z], dim=-1).reshape(-1, 3)


def stencil(centres: Tensor, spacing: float) -> Tensor:
    """Give each centre ``[p, 3]`` and its six neighbours at ``spacing``, ``[7p, 3]``, centres first."""
    steps = torch.zeros(7, 1, 3, dtype=centres.dtype, device=centres.device)
    for direction in range(3):
        steps[1 + 2 * direction, 0, direction], steps[2 + 2 * direction, 0, direction] = spacing, -spacing
    return (steps + centres).reshape(-1, 3)


def helmholtz_residual(centres: Tensor, spacing: float, sources: Tensor, wavenumbers: Tensor, weights: Tensor) -> float:
    """Give ``‖∇ₕ²U + Σ k_j² U_j‖ / ‖Σ k_j² U_j‖`` at the centres ``[p, 3]``, with the seven-point Laplacian.

    With one wavenumber this is the residual of Helmholtz' equation ``∇²U + k²U = 0``; with several, that of the wave
    equation at this moment. It falls as ``spacing²`` (about ``(kh)²/20`` for waves from all sides).
    """
    squares = (wavenumbers * wavenumbers)[:, None].to(weights.dtype)
    both = superpose(stencil(centres, spacing), sources, wavenumbers, torch.cat([weights, squares * weights], dim=1))
    field = both[:, 0].reshape(7, -1)
    laplacian = (field[1:].sum(dim=0) - 6.0 * field[0]) / spacing**2
    due = both[: len(centres), 1]
    return float(torch.linalg.vector_norm(laplacian + due) / torch.linalg.vector_norm(due))


def circle(radius: float, points: int) -> Tensor:
    """Points ``[points, 3]`` on a circle about the z axis in the plane z = 0, counterclockwise."""
    angle = 2.0 * math.pi * torch.arange(points, dtype=torch.float64) / points
    return radius * torch.stack([torch.cos(angle), torch.sin(angle), torch.zeros_like(angle)], dim=1)


def phase_winding(field: Tensor) -> int:
    """Count how often the phase of ``field`` ``[points]`` turns around along a closed loop; steps must stay below π."""
    turned = torch.roll(field, -1) * field.conj()
    return round(float(torch.angle(turned).sum()) / (2.0 * math.pi))


def spectral_peak(signal: Tensor, sampling_rate: float) -> float:
    """Give the frequency of the strongest line in ``e^{−iωt}`` of a complex signal ``[n]``, positive up to the rate.

    A Hann window, eightfold zero padding, and a parabola through the logarithms about the highest bin.
    """
    count = 8 * len(signal)
    hann = torch.hann_window(len(signal), periodic=True, dtype=torch.float64, device=signal.device)
    power = torch.fft.fft(signal.conj() * hann, n=count).abs() ** 2
    top = int(power.argmax())
    left, middle, right = (math.log(float(power[(top + shift) % count]) + 1e-300) for shift in (-1, 0, 1))
    bend = left - 2.0 * middle + right
    return (top + (0.5 * (left - right) / bend if bend else 0.0)) * sampling_rate / count
