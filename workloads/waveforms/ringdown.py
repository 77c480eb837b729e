"""The ringing of a Schwarzschild black hole in its fundamental quadrupole mode (2, 2, 0).

``h₊ ∝ e^{−πft/Q} sin(2πft)``. The mode has ``Mω = 0.37367 − 0.08896 i`` (G = c = 1), hence ``Q = Re ω / (2 |Im ω|) =
2.10``, whatever the mass. The hole's mass sets the mode's frequency, 12.07 kHz over its solar masses; without one it is
``frequency_hz``. A hole rings again every six cycles, when the
last ring is down to 1.3e-4. The sine makes the onset continuous; its spectrum still falls only as f^−2 above the
mode.

Source: E. W. Leaver, Proc. R. Soc. A 402, 285 (1985); E. Berti, V. Cardoso, A. O. Starinets, Class. Quantum Grav. 26,
163001 (2009).
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from workloads.waveforms import GM_SUN_OVER_C3_S, Source

MODE_REAL, MODE_IMAGINARY = 0.373672, 0.088962
QUALITY_FACTOR = MODE_REAL / (2.0 * MODE_IMAGINARY)
CYCLES = 6.0


def mode_frequency_hz(source: Source) -> float:
    """``Re ω / 2π`` of the hole of ``final_mass``, or the frequency set."""
    if source.final_mass is None:
        return source.frequency_hz
    return MODE_REAL / (2.0 * math.pi * source.final_mass * GM_SUN_OVER_C3_S)


def strain(time_s: Tensor, source: Source) -> Tensor:
    """Give h₊ for unit amplitude of the envelope at the onset, at times since then."""
    frequency_hz = mode_frequency_hz(source)
    decay = torch.exp(-math.pi * frequency_hz / QUALITY_FACTOR * time_s)
    return decay * torch.sin(2.0 * math.pi * frequency_hz * time_s)


def duration_s(source: Source) -> float:
    """Six cycles."""
    return CYCLES / mode_frequency_hz(source)
