"""No gravitational wave: the strain is zero."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from workloads.waveforms import Source


def strain(time_s: Tensor, source: Source) -> Tensor:
    """Give zeros."""
    return torch.zeros_like(time_s)


def duration_s(source: Source) -> float:
    """Silence has no end."""
    return math.inf
