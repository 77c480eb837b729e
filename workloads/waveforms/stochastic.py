"""A Gaussian stochastic background of flat fractional energy density, ``S_h(f) ∝ f^−3``, over two octaves.

A sum of 256 sinusoids with phases and Rayleigh-distributed amplitudes drawn once from the seed, equally spaced in log
f from f/2 to 2f about ``frequency_hz`` (or to the highest frequency that the sampling allows); each carries the power
``S_h(f) df``. The unit amplitude is the expected root mean square. It is a function of time, so it goes on exactly
where a checkpoint left it.

Source: B. Allen and J. D. Romano, Phys. Rev. D 59, 102001 (1999); the sum of sinusoids: S. O. Rice, Bell Syst. Tech.
J. 23, 282 (1944).
"""

from __future__ import annotations

import functools
import math

import torch
from torch import Tensor

from workloads.waveforms import Source

LINES = 256
SPECTRAL_INDEX = -3.0


@functools.lru_cache(maxsize=4)
def spectrum(source: Source) -> tuple[Tensor, Tensor, Tensor]:
    """Draw the lines' frequencies in Hz, their amplitudes and their phases in rad, each ``[256]``."""
    low_hz, high_hz = source.frequency_hz / 2.0, min(2.0 * source.frequency_hz, source.highest_frequency_hz)
    place = (torch.arange(LINES, dtype=torch.float64) + 0.5) / LINES
    frequency = low_hz * (high_hz / low_hz) ** place
    power = frequency ** (SPECTRAL_INDEX + 1.0)  # S_h df, with df ∝ f on a logarithmic comb
    generator = torch.Generator().manual_seed(source.seed)
    draw = torch.rand(2, LINES, dtype=torch.float64, generator=generator)
    rayleigh = torch.sqrt(-2.0 * torch.log1p(-draw[0]))  # mean square 2: a line then has mean square `power`
    return frequency, torch.sqrt(power / power.sum()) * rayleigh, 2.0 * math.pi * draw[1]


def strain(time_s: Tensor, source: Source) -> Tensor:
    """Give h₊ for unit expected root mean square, at times since the beginning."""
    frequency, amplitude, phase = spectrum(source)
    return (amplitude * torch.cos(2.0 * math.pi * frequency * time_s[:, None] + phase)).sum(dim=1)


def duration_s(source: Source) -> float:
    """A background has no end."""
    return math.inf
