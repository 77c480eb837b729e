"""The chirp of a compact binary whose circular orbit shrinks by radiation, in the quadrupole approximation.

With the chirp mass as a time ``m = G Mc/c³`` and ``τ`` the time left to coalescence::

    f(τ) = (1/π) (5/(256 τ))^(3/8) m^(−5/8)
    Φ(τ) = −2 (5 m)^(−5/8) τ^(5/8)
    h₊   ∝ f^(2/3) sin(Φ(τ) − Φ(τ₀))

``frequency_hz`` is the gravitational-wave frequency at which the signal begins. The bodies have equal masses; the signal
ends at the innermost stable circular orbit of their total mass, though not before it has gone through an octave (there
the formula is continued past its validity), and never above the highest frequency that the sampling allows. Without a
chirp mass, or with one that has less than a cycle left at ``frequency_hz``, the innermost orbit lies one octave above.
Not covered: post-Newtonian terms, spins, plunge, merger.

Source: M. Maggiore, Gravitational Waves vol. 1 (Oxford, 2008), section 4.1.1, and 4.1.2 for the innermost orbit.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from workloads.waveforms import GM_SUN_OVER_C3_S, Source

OCTAVES_TO_ISCO = 1.0
EQUAL_MASS_RATIO = 4.0**-0.6  # chirp mass over total mass
FEWEST_CYCLES = 1.0


def isco_frequency_hz(total_mass_solar: float) -> float:
    """``c³ / (6^{3/2} π G M)``: the wave's frequency at the innermost stable circular orbit."""
    return 1.0 / (6.0**1.5 * math.pi * total_mass_solar * GM_SUN_OVER_C3_S)


def chirp_mass_solar(source: Source) -> float:
    """Give the chirp mass, in solar masses, of the binary that this source stands for."""
    if source.chirp_mass is not None and cycles_left(source.frequency_hz, source.chirp_mass) >= FEWEST_CYCLES:
        return source.chirp_mass
    isco_hz = source.frequency_hz * 2.0**OCTAVES_TO_ISCO
    return EQUAL_MASS_RATIO * isco_frequency_hz(1.0) / isco_hz


def cycles_left(frequency_hz: float, chirp_mass: float) -> float:
    """``Φ/2π = (8/5) τ f`` from this frequency to coalescence; ``chirp_mass`` in solar masses."""
    return 1.6 * time_to_coalescence_s(frequency_hz, chirp_mass) * frequency_hz


def chirp_mass_from_track(time_s: Tensor, frequency_hz: Tensor) -> float:
    """Give the chirp mass in solar masses from a track f(t), each ``[n]``, by a straight line.

    ``f^{−8/3}`` falls linearly in time, by ``(256/5) π^{8/3} m^{5/3}`` per second.
    """
    y, t = frequency_hz ** (-8.0 / 3.0), time_s - time_s.mean()
    slope = -float(t @ (y - y.mean()) / (t @ t))
    return math.copysign((5.0 / 256.0 * math.pi ** (-8.0 / 3.0) * abs(slope)) ** 0.6, slope) / GM_SUN_OVER_C3_S


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
    octave_hz = source.frequency_hz * 2.0**OCTAVES_TO_ISCO
    end_hz = min(max(isco_frequency_hz(mass / EQUAL_MASS_RATIO), octave_hz), source.highest_frequency_hz)
    return time_to_coalescence_s(source.frequency_hz, mass) - time_to_coalescence_s(end_hz, mass)
