"""Find a known signal in white noise, and the chirp mass that its frequency's growth tells.

White Gaussian noise of standard deviation σ a sample: the matched filter is the projection on the template, and the
signal-to-noise ratio ``ρ = ⟨d, h⟩ / (σ √⟨h, h⟩)`` has unit variance; its expectation is ``√⟨h, h⟩/σ``. Not covered:
coloured noise (whiten first), spins, higher orders of the phase.

Source: B. S. Sathyaprakash, B. F. Schutz, Living Rev. Relativ. 12, 2 (2009), section 5; M. Maggiore, Gravitational Waves
vol. 1 (Oxford, 2008), section 7.3.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from workloads.waveforms import inspiral

FEWEST = 32  # samples
LIGHTEST, HEAVIEST, MASSES, ZOOMED = 0.1, 1e4, 600, 41
LONGEST = 4096  # samples that the bank of chirps is laid over
WORST = 0.03  # relative standard deviation above which a mass is not told


def matched_filter(data: Tensor, template: Tensor, noise: float) -> Tensor:
    """Give ρ for each shift of the template ``[m]`` along the data ``[n]``, circularly; ``noise`` is σ. Shape ``[n]``."""
    size = len(data)
    product = torch.fft.rfft(data) * torch.fft.rfft(template, n=size).conj()
    return torch.fft.irfft(product, n=size) / (noise * torch.linalg.vector_norm(template))


@dataclass
class Projection:
    """Sums over samples of data d and template h, from which ρ and the noise are told at any time."""

    count: int = 0
    dh: float = 0.0
    hh: float = 0.0
    dd: float = 0.0

    def add(self, data: float, template: float) -> None:
        self.count += 1
        self.dh += data * template
        self.hh += template * template
        self.dd += data * data

    @property
    def noise(self) -> float | None:
        """σ, from what the best multiple of the template leaves; None while it is rounding only, or too early."""
        if self.count < FEWEST or self.hh == 0.0:
            return None
        rest = self.dd - self.dh**2 / self.hh
        return math.sqrt(rest / (self.count - 1)) if rest > 1e-12 * self.dd else None

    @property
    def snr(self) -> float | None:
        """ρ for zero shift; None where there is no noise to compare with."""
        noise = self.noise
        return None if noise is None else self.dh / (noise * math.sqrt(self.hh))


def chirp_powers(data: Tensor, sampling_rate_hz: float, start_hz: float, masses: Tensor) -> Tensor:
    """Project ``data`` ``[n]`` on the chirps of these masses ``[k]`` that begin at ``start_hz``, at any phase; ``[k]``."""
    time_s = torch.arange(len(data), dtype=torch.float64) / sampling_rate_hz
    power = torch.empty(len(masses), dtype=torch.float64)
    for index, mass in enumerate(masses.tolist()):
        whole_s = torch.tensor(inspiral.time_to_coalescence_s(start_hz, mass), dtype=torch.float64)
        left_s = whole_s - time_s
        phase = inspiral.phase_rad(left_s, mass) - inspiral.phase_rad(whole_s, mass)
        growth = left_s**-0.25  # f^(2/3)
        pair = torch.stack([growth * torch.cos(phase), growth * torch.sin(phase)])
        along = pair @ data
        power[index] = along @ torch.linalg.solve(pair @ pair.T, along)
    return power


def recovered_chirp_mass(data: Tensor, sampling_rate_hz: float, start_hz: float) -> float | None:
    """Give the chirp mass, in solar masses, whose f(t) from ``start_hz`` on fits ``data`` ``[n]`` best.

    A bank of chirps of unknown phase and amplitude over all masses that outlast the data, then closer twice. None when
    the curvature of the likelihood leaves more than 3 % of uncertainty, or the data are too short.
    """
    data = data[:LONGEST]
    if len(data) < 2 * FEWEST or not bool((data != 0.0).any()):
        return None
    lasting_s = len(data) / sampling_rate_hz
    outlasting = inspiral.time_to_coalescence_s(start_hz, 1.0) / lasting_s
    low, high = math.log(LIGHTEST), min(math.log(HEAVIEST), 0.6 * math.log(outlasting) - 1e-6)
    if high <= low:
        return None
    data = data / data.abs().max()
    for count in (MASSES, ZOOMED, ZOOMED):
        grid = torch.linspace(low, high, count, dtype=torch.float64)
        power = chirp_powers(data, sampling_rate_hz, start_hz, grid.exp())
        best, spacing = int(power.argmax()), (high - low) / (count - 1)
        low, high = float(grid[best]) - 2.0 * spacing, min(float(grid[best]) + 2.0 * spacing, high)
    return _peak(grid, power, float(data @ data), len(data))


def _peak(grid: Tensor, power: Tensor, total: float, count: int) -> float | None:
    """Refine the maximum by a parabola; None where it is too flat for the noise that is left."""
    best = min(max(int(power.argmax()), 1), len(grid) - 2)
    left, middle, right = power[best - 1 : best + 2].tolist()
    spacing, bend = float(grid[1] - grid[0]), left - 2.0 * middle + right
    if bend >= 0.0:
        return None
    noise_square = max(total - middle, 0.0) / count
    if math.sqrt(2.0 * noise_square * spacing**2 / -bend) > WORST:  # log-likelihood is power/2σ²
        return None
    return math.exp(float(grid[best]) + 0.5 * spacing * (left - right) / bend)
