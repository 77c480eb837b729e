"""Superpose spherical waves on a screen, and differentiate the intensity exactly along displacements of the sources.

A source at ``x`` gives ``e^{ikr}/r`` at ``p``, with ``r = |p − x|``: a scalar wave, all sources in phase and at one
frequency. Displacements are carried to first order by forward-mode differentiation, apart from the value they belong
to, so that one of 1e-21 m is as exact as one of 1 m, where adding it to a position would round it away. Not covered:
polarised waves, retardation by moving sources, pixels that coincide with a source.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

PAIRS_AT_ONCE = {"cpu": 1 << 15, "cuda": 1 << 24}  # source-pixel pairs at a time: in the cache, or filling a GPU
FEWEST_PIXELS = 16  # fewer would be all overhead


@dataclass(frozen=True)
class WaveField:
    """The field ``[pixels]`` (complex) and its derivative ``[pixels, k]`` along each of ``k`` displacements."""

    amplitude: Tensor
    tangents: Tensor

    @property
    def intensity(self) -> Tensor:
        """``|U|²``, shape ``[pixels]``."""
        return self.amplitude.real**2 + self.amplitude.imag**2

    @property
    def intensity_tangents(self) -> Tensor:
        """``δ|U|² = 2 Re(U* δU)``, shape ``[pixels, k]``."""
        value, change = self.amplitude[:, None], self.tangents
        return 2.0 * (value.real * change.real + value.imag * change.imag)


def square_screen(side: int, half_width_m: float) -> Tensor:
    """Give the pixel centres ``[side², 3]`` of a square in the plane z = 0, centred on the origin, rows along x."""
    edge = ((torch.arange(side, dtype=torch.float64) + 0.5) / side * 2.0 - 1.0) * half_width_m
    x, y = torch.meshgrid(edge, edge, indexing="ij")
    return torch.stack([x, y, torch.zeros_like(x)], dim=-1).reshape(-1, 3)


def superpose(sources: Tensor, screen: Tensor, wavenumber_per_m: float) -> Tensor:
    """Sum ``e^{ikr}/r`` over sources ``[n, 3]`` at each pixel ``[p, 3]``; complex ``[p]``, in 1/m. Small cases only.

    Every pair is held at once and the distance is taken by differences: this is the plain form that
    :func:`superpose_along` is held against.
    """
    distance_m = torch.linalg.vector_norm(screen[:, None, :] - sources[None, :, :], dim=2)
    return torch.polar(1.0 / distance_m, wavenumber_per_m * distance_m).sum(dim=1)


def superpose_along(sources: Tensor, displacements: Tensor, screen: Tensor, wavenumber_per_m: float) -> WaveField:
    """Sum the waves of sources ``[n, 3]`` and their exact derivatives along ``displacements`` ``[n, 3, k]``.

    ``d(e^{ikr}/r) = (ik − 1/r) e^{ikr}/r dr`` with ``dr = (x − p)·dx / r``. The sum over sources then is a matrix
    product, and memory is bounded by working through the pixels in chunks.
    """
    count, _, kinds = displacements.shape
    radial = (sources[:, :, None] * displacements).sum(dim=1)
    moments = torch.cat([radial, displacements.reshape(count, 3 * kinds)], dim=1)  # x·dx and dx, [n, 4k]
    chunk = max(FEWEST_PIXELS, PAIRS_AT_ONCE[screen.device.type] // count)
    amplitude = torch.empty(len(screen), dtype=torch.complex128, device=screen.device)
    tangents = torch.empty(len(screen), kinds, dtype=torch.complex128, device=screen.device)
    for pixels, value, change in zip(*(whole.split(chunk) for whole in (screen, amplitude, tangents)), strict=True):
        value[:], change[:] = _chunk_along(sources, moments, pixels, wavenumber_per_m)
    return WaveField(amplitude, tangents)


def _chunk_along(sources: Tensor, moments: Tensor, pixels: Tensor, wavenumber: float) -> tuple[Tensor, Tensor]:
    squares = (pixels * pixels).sum(dim=1)[:, None] + (sources * sources).sum(dim=1)
    inverse = squares.addmm_(pixels, sources.T, alpha=-2.0).rsqrt_()  # 1/r, [p, n]
    phase = inverse.reciprocal().mul_(wavenumber)
    real = torch.cos(phase).mul_(inverse)
    imaginary = phase.sin_().mul_(inverse)
    value = torch.complex(real.sum(dim=1), imaginary.sum(dim=1))
    # (ik − 1/r) e^{ikr}/r, once more over r, is what (x − p)·dx is multiplied with
    slope_real = (imaginary * -wavenumber).addcmul_(real, inverse, value=-1.0).mul_(inverse)
    slope_imaginary = real.mul_(wavenumber).addcmul_(imaginary, inverse, value=-1.0).mul_(inverse)
    return value, torch.complex(_project(slope_real @ moments, pixels), _project(slope_imaginary @ moments, pixels))


def _project(moments: Tensor, pixels: Tensor) -> Tensor:
    """Turn sums of ``slope · x·dx`` and ``slope · dx`` ``[p, 4k]`` into ``slope · (x − p)·dx`` ``[p, k]``."""
    kinds = moments.shape[1] // 4
    across = moments[:, kinds:].reshape(-1, 3, kinds)
    return moments[:, :kinds] - (pixels[:, :, None] * across).sum(dim=1)


def wavenumber_per_m(wavelength_m: float) -> float:
    """``k = 2π/λ``."""
    return 2.0 * math.pi / wavelength_m
