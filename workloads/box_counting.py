"""Estimate the box-counting (Minkowski–Bouligand) dimension of a set on a grid, in any number of dimensions.

Source: K. Falconer, Fractal Geometry, 3rd ed. (Wiley, 2014), chapter 2. The slope is taken over the box sizes that the
grid offers, so for a set that is not self-similar it is an effective dimension over those scales and not a limit.
"""

from __future__ import annotations

import torch
from torch import Tensor


def box_sizes(side: int) -> list[int]:
    """Give the divisors of ``side`` up to an eighth of it: fewer boxes along an edge would only count the frame."""
    return [size for size in range(1, max(side // 8, 1) + 1) if side % size == 0]


def trimmed(members: Tensor, divisor: int = 16) -> Tensor:
    """Leave away the last cells of each edge, up to ``divisor − 1``, so that boxes of several sizes divide the grid."""
    side = members.shape[0] // divisor * divisor
    return members[tuple(slice(side) for _ in members.shape)]


def count_boxes(members: Tensor, size: int) -> int:
    """Count the boxes of ``size`` pixels along each edge that hold at least one member; ``members`` is boolean."""
    shape = [part for side in members.shape for part in (side // size, size)]
    within = tuple(range(1, 2 * members.dim(), 2))
    return int(members.reshape(shape).to(torch.uint8).amax(dim=within).count_nonzero())


def box_dimension(members: Tensor, sizes: list[int] | None = None) -> float | None:
    """Fit ``log N(ε) = −D log ε`` by least squares and give ``D``; None for an empty set or a single usable size.

    ``members`` is boolean, with equal sides that every size divides.

    Raises:
        ValueError: the sides differ, or a size does not divide them.
    """
    side = members.shape[0]
    sizes = box_sizes(side) if sizes is None else sizes
    if any(other != side for other in members.shape):
        raise ValueError(f"Box counting needs equal sides, not {tuple(members.shape)}.")
    if uneven := [size for size in sizes if side % size]:
        raise ValueError(f"The box size {uneven[0]} does not divide the side {side}.")
    if len(sizes) < 2 or not bool(members.any()):
        return None
    scale = -torch.log(torch.tensor(sizes, dtype=torch.float64))
    count = torch.log(torch.tensor([count_boxes(members, size) for size in sizes], dtype=torch.float64))
    centred = scale - scale.mean()
    return float((centred @ (count - count.mean())) / (centred @ centred))
