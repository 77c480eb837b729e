"""Place nodes on a sphere along one helix, turn the lattice, and stretch it by a gravitational wave.

Lengths are in metres, positions ``[n, 3]`` in float64. Everything here is pure: same arguments, same positions.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

GOLDEN_ANGLE_RAD = math.pi * (3.0 - math.sqrt(5.0))


def golden_spiral(count: int, radius_m: float = 1.0) -> Tensor:
    """Give ``count`` nearly uniform positions ``[count, 3]`` on a sphere, in their order along the helix.

    Heights are equally spaced (each node owns the same area, by Archimedes' hat-box theorem) and each node is turned by
    the golden angle against the one before, so that neighbours are about ``radius · sqrt(4π/count)`` apart.

    Source: R. Swinbank and R. J. Purser, Q. J. R. Meteorol. Soc. 132, 1769 (2006); Á. González, Math. Geosci. 42, 49
    (2010), doi:10.1007/s11004-009-9257-x.
    """
    index = torch.arange(count, dtype=torch.float64)
    height = 1.0 - (2.0 * index + 1.0) / count
    ring = torch.sqrt(1.0 - height * height)
    azimuth_rad = index * GOLDEN_ANGLE_RAD
    return radius_m * torch.stack([ring * torch.cos(azimuth_rad), ring * torch.sin(azimuth_rad), height], dim=1)


def turned(positions: Tensor, angle_rad: float, axis: tuple[float, float, float] = (1.0, 1.0, 1.0)) -> Tensor:
    """Turn positions ``[n, 3]`` rigidly by ``angle_rad`` about ``axis`` through the origin (right-handed).

    Source: Rodrigues' rotation formula.
    """
    unit = torch.tensor(axis, dtype=positions.dtype, device=positions.device)
    unit = unit / torch.linalg.vector_norm(unit)
    along = (positions @ unit)[:, None] * unit
    across = torch.linalg.cross(unit.expand_as(positions), positions)
    return along + math.cos(angle_rad) * (positions - along) + math.sin(angle_rad) * across


def plus_stretch(positions: Tensor) -> Tensor:
    """Give the displacement ``[n, 3]`` of free nodes per unit strain, ``(x/2, −y/2, 0)``.

    A plus-polarised wave along z moves free masses, in the proper distances that it makes in TT gauge, as
    ``x → x(1 + h/2)``, ``y → y(1 − h/2)``. It holds for a lattice much smaller than the gravitational wavelength.

    Source: M. Maggiore, Gravitational Waves vol. 1 (Oxford, 2008), section 1.3.3.
    """
    return positions * torch.tensor([0.5, -0.5, 0.0], dtype=positions.dtype, device=positions.device)
