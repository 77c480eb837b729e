"""Gravitational-wave signals, one a file: the file's name is the value of ``perturbation_type``.

Each file has ``strain(time_s, source) -> Tensor``, the plus polarisation h₊ for unit amplitude at the times ``[n]``
since the signal began, and ``duration_s(source) -> float``, after which the same signal may be injected again
(infinite when it goes on).
"""

from __future__ import annotations

import importlib
import math
import pkgutil
from dataclasses import dataclass
from typing import Protocol, cast

import torch
from torch import Tensor

GM_SUN_OVER_C3_S = 4.925490947e-6  # the Sun's mass as a time, GM/c³; IAU 2015 Resolution B3 nominal value
BAND_LIMIT = 0.8  # of the Nyquist frequency: no signal is steered above


@dataclass(frozen=True)
class Source:
    """What radiates: ``frequency_hz`` as each waveform defines it; ``seed`` fixes the stochastic background.

    ``chirp_mass`` and ``final_mass`` are in solar masses; None leaves them to ``frequency_hz``.
    """

    frequency_hz: float
    sampling_rate_hz: float
    seed: int = 1
    chirp_mass: float | None = None
    final_mass: float | None = None

    @property
    def highest_frequency_hz(self) -> float:
        """The highest frequency that a signal may reach at this sampling rate."""
        return BAND_LIMIT * self.sampling_rate_hz / 2.0


class Waveform(Protocol):
    """What a file in this folder offers."""

    def strain(self, time_s: Tensor, source: Source) -> Tensor: ...

    def duration_s(self, source: Source) -> float: ...


def names() -> list[str]:
    """List the waveforms that lie in this folder."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def load(name: str) -> Waveform:
    """Give the waveform of that name."""
    return cast(Waveform, importlib.import_module(f"{__name__}.{name}"))


def injected(name: str, time_s: float, source: Source) -> float:
    """Give the strain for unit amplitude at ``time_s``, the signal being injected again each time that it is over."""
    waveform = load(name)
    duration_s = waveform.duration_s(source)
    within_s = math.fmod(time_s, duration_s) if math.isfinite(duration_s) else time_s
    return float(waveform.strain(torch.tensor([within_s], dtype=torch.float64), source))
