"""The chirp of a compact binary whose circular orbit shrinks by radiation, in the quadrupole approximation.

With the chirp mass as a time ``m = G Mc/c³`` and ``τ`` the time left to coalescence::

    f(τ) = (1/π) (5/(256 τ))^(3/8) m^(−5/8)
    Φ(τ) = −2 (5 m)^(−5/8) τ^(5/8)
    h₊   ∝ f^(2/3) sin(Φ(τ) − Φ(τ₀))

``frequency_hz`` is the gravitational-wave frequency at which the signal begins. The bodies have equal masses, and the
innermost stable circular orbit of their total mass lies one octave above that frequency; there, or at the highest
frequency that the sampling allows, the signal ends. Not covered: post-Newtonian terms, spins, plunge, merger.

Source: M. Maggiore, Gravitational Waves vol. 1 (Oxford, 2008), section 4.1.1, and 4.1.2 for the innermost orbit.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from workloads.waveforms import GM_SUN_OVER_C3_S, Source

OCTAVES_TO_ISCO = 1.0
EQUAL_MASS_RATIO = 4.0**-0.6  # chirp mass over total mass


def isco_frequency_hz(total_mass_solar: float) -> float:
    """``c³ / (6^{3/2} π G M)``: the wave's frequency at the innermost stable circular orbit."""
    return 1.0 / (6.0**1.5 * math.pi * total_mass_solar * GM_SUN_OVER_C3_S)


def chirp_mass_solar(source: Source) -> float:
    """Give the chirp mass, in solar masses, of the binary that this source stands for."""
    isco_hz = source.frequency_hz * 2.0**OCTAVES_TO_ISCO
    return EQUAL_MASS_RATIO * isco_frequency_hz(1.0) / isco_hz


def time_to_coalescence_s(frequency_hz: float, chirp_mass: float) -> float:
    """``τ(f) = (5/256) (πf)^{−8/3} m^{−5/3}``; ``chirp_mass`` in solar masses."""
    return 5.0 / 256.0 * (math.pi * frequency_hz) ** (-8.0 / 3.0) * (chirp_mass * GM_SUN_OVER_C3_S) ** (-5.0 / 3.0)


def frequency_hz(left_s: Tensor, chirp_mass: float) -> Tensor:
    """``f(τ)`` for the times ``left_s`` to coalescence; ``chirp_mass`` in solar masses."""
    return (5.0 / (256.0 * left_s)) ** 0.375 * (chirp_mass * GM_SUN_OVER_C3_S) ** -0.625 / math.pi


def phase_rad(left_s: Tensor, chirp_mass: float) -> Tensor:
    """``Φ(τ)``, zero at coalescence; its derivative in time is ``2π f``."""
    return -2.0 * (5.0 * chirp_mass * GM_SUN_OVER_C3_S) ** -0.625 * left_s**0.625


def strain(time_s: Tensor, source: Source) -> Tensor:
    """Give h₊ for unit amplitude at the beginning, at times since then."""
    mass = chirp_mass_solar(source)
    whole_s = torch.tensor(time_to_coalescence_s(source.frequency_hz, mass), dtype=torch.float64)
    left_s = whole_s - time_s
    growth = (frequency_hz(left_s, mass) / source.frequency_hz) ** (2.0 / 3.0)
    return growth * torch.sin(phase_rad(left_s, mass) - phase_rad(whole_s, mass))


def duration_s(source: Source) -> float:
    """The time from ``frequency_hz`` to the end frequency."""
    mass = chirp_mass_solar(source)
    end_hz = min(isco_frequency_hz(mass / EQUAL_MASS_RATIO), source.highest_frequency_hz)
    return time_to_coalescence_s(source.frequency_hz, mass) - time_to_coalescence_s(end_hz, mass)
