"""Box counting against sets of known dimension (K. Falconer, Fractal Geometry)."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from workloads.box_counting import box_dimension


def self_similar(kept: Tensor, levels: int) -> Tensor:
    """Replace each member by the pattern ``kept`` and each gap by nothing, ``levels`` times."""
    members = kept
    for _ in range(levels - 1):
        members = torch.kron(members, kept)
    return members.bool()


def carpet() -> Tensor:
    kept = torch.ones(3, 3)
    kept[1, 1] = 0
    return self_similar(kept, 5)


def cantor_dust() -> Tensor:
    return self_similar(torch.tensor([[1, 0, 1], [0, 0, 0], [1, 0, 1]]), 5)


def menger_sponge() -> Tensor:
    middle = torch.tensor([0, 1, 0])
    middles = middle[:, None, None] + middle[:, None] + middle
    return self_similar((middles < 2).int(), 4)


def line() -> Tensor:
    return torch.eye(96).bool()


@pytest.mark.parametrize(
    ("members", "dimension"),
    [
        (line(), 1.0),
        (torch.ones(96, 96).bool(), 2.0),
        (torch.ones(48, 48, 48).bool(), 3.0),
        (carpet(), math.log(8) / math.log(3)),
        (cantor_dust(), math.log(4) / math.log(3)),
        (menger_sponge(), math.log(20) / math.log(3)),
    ],
    ids=["line", "plane", "cube", "Sierpinski carpet", "Cantor dust", "Menger sponge"],
)
def test_known_dimensions(members: Tensor, dimension: float):
    assert box_dimension(members) == pytest.approx(dimension, abs=1e-12)


def test_nothing_has_no_dimension_and_a_point_has_zero():
    members = torch.zeros(96, 96).bool()
    assert box_dimension(members) is None
    members[40, 7] = True
    assert box_dimension(members) == pytest.approx(0.0, abs=1e-12)


def test_what_cannot_be_counted_is_refused():
    with pytest.raises(ValueError, match="equal sides"):
        box_dimension(torch.ones(4, 8).bool())
    with pytest.raises(ValueError, match="does not divide the side 10"):
        box_dimension(torch.ones(10, 10).bool(), [1, 3])
