"""The Gross–Pitaevskii equation in a harmonic trap by the split-step Fourier method, in one to three dimensions.

In units ħ = m = 1 with ``∫|ψ|² = 1``::

    i ∂ψ/∂t = [−½∇² + ½ω²r² + g|ψ|²] ψ                       (real time)
    E = ∫ ½|∇ψ|² + ½ω²r²|ψ|² + (g/2)|ψ|⁴ = E_kin + E_pot + E_int
    μ = E_kin + E_pot + 2 E_int

A step is Strang's symmetric splitting, half potential, kinetic, half potential: second order in ``dt``. In imaginary
time (``t → −iτ``) the norm is restored after each step, which flows to the ground state. The grid is periodic, with
``points`` per edge and x from −L/2. Fields are complex128 ``[points] * dimensions``.

Not covered: rotation, dissipation, quantum depletion, traps that are not isotropic.

Sources: F. Dalfovo, S. Giorgini, L. P. Pitaevskii, S. Stringari, Rev. Mod. Phys. 71, 463 (1999), section III; W. Bao,
D. Jaksch, P. A. Markowich, J. Comput. Phys. 187, 318 (2003) for the splitting; W. Bao, Q. Du, SIAM J. Sci. Comput. 25,
1674 (2004) for the normalised gradient flow.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import torch
from torch import Tensor


@dataclass(frozen=True)
class Grid:
    """A periodic box of edge ``length`` with ``points`` per edge in ``dimensions`` directions."""

    dimensions: int
    points: int
    length: float
    device: torch.device = field(default=torch.device("cpu"))

    @property
    def spacing(self) -> float:
        return self.length / self.points

    @property
    def cell(self) -> float:
        """Volume of a cell."""
        return self.spacing**self.dimensions

    def axis(self) -> Tensor:
        """Coordinates along an edge, from −L/2, ``[points]``; the middle one is 0 for an even number."""
        return (torch.arange(self.points, dtype=torch.float64, device=self.device) - self.points // 2) * self.spacing

    def wavenumbers(self) -> Tensor:
        """Wavenumbers along an edge in the order of the FFT, ``[points]``."""
        return 2.0 * math.pi * torch.fft.fftfreq(self.points, self.spacing, dtype=torch.float64, device=self.device)

    def sum_of_squares(self, along: Tensor) -> Tensor:
        """``x² + y² + …`` from the values along one edge, ``[points] * dimensions``."""
        total = torch.zeros((), dtype=torch.float64, device=self.device)
        for direction in range(self.dimensions):
            shape = [1] * self.dimensions
            shape[direction] = self.points
            total = total + (along * along).reshape(shape)
        return total

    def bytes_for(self, fields: int) -> int:
        """Size of that many complex fields."""
        return 16 * fields * self.points**self.dimensions


@dataclass(frozen=True)
class Energies:
    """The parts of the energy per particle for interaction ``g``, the norm ``∫|ψ|²`` and the density's maximum."""

    kinetic: float
    potential: float
    interaction: float
    norm: float
    peak_density: float
    dimensions: int

    @property
    def total(self) -> float:
        return self.kinetic + self.potential + self.interaction

    @property
    def chemical_potential(self) -> float:
        return self.kinetic + self.potential + 2.0 * self.interaction

    @property
    def virial_residual(self) -> float:
        """``|2E_kin − 2E_pot + d·E_int|`` over the sum of the parts; zero for a stationary state in a harmonic trap."""
        parts = (2.0 * self.kinetic, 2.0 * self.potential, self.dimensions * self.interaction)
        size = sum(abs(part) for part in parts)
        return abs(parts[0] - parts[1] + parts[2]) / size if size else 0.0


class Condensate:
    """A wave function in its trap, with what a step needs; ``trap`` is ω."""

    def __init__(self, grid: Grid, trap: float, psi: Tensor) -> None:
        self.grid, self.trap = grid, trap
        self.psi = psi
        self.potential = 0.5 * trap * trap * grid.sum_of_squares(grid.axis())
        self.kinetic = 0.5 * grid.sum_of_squares(grid.wavenumbers())
        self.shift = 0.0  # of the potential in imaginary time: becomes the chemical potential
        self._propagator: tuple[complex, Tensor] | None = None
        self._known: tuple[Tensor, Tensor] | None = (
            None  # ψ and its density, which a step's end and the next one's begin share
        )

    @torch.inference_mode()  # a small grid's time goes into calls, and a call costs less without autograd's books
    def step(self, interaction: float, dt: float, *, imaginary: bool) -> None:
        """Go on by ``dt``; in imaginary time the norm is then restored to 1."""
        half = self._half_potential_imaginary if imaginary else self._half_potential_real
        half(interaction, 0.5 * dt)
        wave = torch.fft.fftn(self.psi)
        self.psi = torch.fft.ifftn(wave.mul_(self._kinetic_propagator(-dt if imaginary else -1j * dt)))
        half(interaction, 0.5 * dt)
        if imaginary:
            self.shift -= math.log(self.normalise()) / (2.0 * dt)

    def _half_potential_real(self, interaction: float, time: float) -> None:
        """``|ψ|`` stays, so the phase turns evenly."""
        angle = torch.add(self.potential, self._density(), alpha=interaction).mul_(-time)
        self._known = None  # so that ψ before goes when it is replaced
        self.psi = self.psi * torch.complex(torch.cos(angle), torch.sin(angle))

    def _half_potential_imaginary(self, interaction: float, time: float) -> None:
        """Solve ``dn/dτ = −2(V − μ + g n)n`` exactly (Bernoulli's equation), so that the splitting stays symmetric.

        With a = V − μ: ``n(τ) = n₀ e^{−2aτ} / (1 + g n₀ (1 − e^{−2aτ})/a)``. The shift μ keeps the norm near 1 within
        the step; frozen or unshifted densities would leave an error of first order in the ground state.
        """
        exponent = (self.potential - self.shift).mul_(2.0 * time)
        gone = torch.where(exponent.abs() < 1e-12, 1.0, -torch.expm1(-exponent) / exponent).mul_(2.0 * time)
        growth = torch.exp(-exponent) / (1.0 + interaction * self._density() * gone)
        self._known = None
        self.psi = self.psi * growth.sqrt_()

    def _kinetic_propagator(self, factor: complex) -> Tensor:
        if self._propagator is None or self._propagator[0] != factor:
            self._propagator = (factor, torch.exp(self.kinetic * factor))
        return self._propagator[1]

    def normalise(self) -> float:
        """Scale ψ to ``∫|ψ|² = 1``; gives the norm before."""
        norm = float(density(self.psi).sum()) * self.grid.cell
        self.psi = self.psi / math.sqrt(norm)
        return norm

    def _density(self) -> Tensor:
        """``|ψ|²``, reckoned once for each ψ; not to be written into."""
        if self._known is None or self._known[0] is not self.psi:
            self._known = None  # the old one goes before the new one is made
            self._known = (self.psi, density(self.psi))
        return self._known[1]

    @torch.inference_mode()
    def energies(self, interaction: float) -> Energies:
        """Evaluate the functional, the kinetic part in Fourier space (Parseval)."""
        cell, n = self.grid.cell, self._density()
        flat, spectrum = n.reshape(-1), density(torch.fft.fftn(self.psi)).reshape(-1)
        return Energies(
            kinetic=float(self.kinetic.reshape(-1) @ spectrum) * cell / n.numel(),
            potential=float(self.potential.reshape(-1) @ flat) * cell,
            interaction=0.5 * interaction * float(flat @ flat) * cell,
            norm=float(n.sum()) * cell,
            peak_density=float(n.max()),
            dimensions=self.grid.dimensions,
        )


def density(psi: Tensor) -> Tensor:
    """``|ψ|²``, without the root that ``abs`` would take and without a sum over a short axis, which is slow."""
    real, imaginary = psi.real, psi.imag
    return torch.addcmul(real * real, imaginary, imaginary)


def first_guess(grid: Grid, trap: float, interaction: float) -> Condensate:
    """Give a normalised Gaussian of the width that minimises the energy among Gaussians.

    With ``ψ ∝ exp(−r²/2w²)``: ``E = d/(4w²) + dω²w²/4 + g/(2 (2π)^{d/2} w^d)``; the root of ``dE/dw`` by bisection. A
    field that would collapse (attraction too strong) begins at the trap's own width. Source: V. M. Pérez-García et al.,
    Phys. Rev. Lett. 77, 5320 (1996).
    """
    d = grid.dimensions

    def slope(width: float) -> float:
        push = interaction / ((2.0 * math.pi) ** (d / 2) * width ** (d + 1))
        return trap**2 * width - 1.0 / width**3 - push

    low, high = 1e-3 * grid.length, grid.length
    for _ in range(80):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if slope(middle) < 0.0 else (low, middle)
    width = 0.5 * (low + high) if interaction >= 0.0 or trap == 0.0 else 1.0 / math.sqrt(trap)
    wave = torch.exp(grid.sum_of_squares(grid.axis()) / (-2.0 * width**2))
    made = Condensate(grid, trap, wave.to(torch.complex128))
    made.normalise()
    made.shift = made.energies(interaction).chemical_potential
    return made


def moved_to(old: Condensate, grid: Grid, trap: float) -> Condensate:
    """Carry ψ over to another grid of as many dimensions by trigonometric interpolation; outside the old box it is 0.

    With the old box this is exact for fields that the new grid resolves.
    """
    if grid == old.grid:
        made = Condensate(grid, trap, old.psi.clone())
        made.shift = old.shift
        return made
    was = old.grid
    place = grid.axis()
    turn = torch.outer(place, was.wavenumbers()) + was.wavenumbers() * (was.points // 2) * was.spacing
    inside = (place.abs() <= was.length / 2.0 + 1e-9 * was.spacing).to(torch.float64)[:, None]
    matrix = torch.polar(inside.expand_as(turn).contiguous(), turn) / was.points
    wave = torch.fft.fftn(old.psi)
    for direction in range(grid.dimensions):
        wave = torch.movedim(torch.movedim(wave, direction, -1) @ matrix.T, -1, direction)
    made = Condensate(grid, trap, wave.contiguous())
    made.normalise()
    made.shift = old.shift
    return made


def thermal_noise(condensate: Condensate, temperature: float, generator: torch.Generator) -> Tensor:
    """Draw classical thermal noise ``[points] * dimensions``: plane waves in equipartition.

    Mode k of energy ``ε_k = k²/2 + dω/2`` has a complex Gaussian amplitude with ``⟨|a_k|²⟩ = T/ε_k`` (Rayleigh–Jeans;
    T in units of the particle's energy, norm 1 standing for one particle), up to half of the grid's largest wavenumber.
    Source: M. J. Davis, S. A. Morgan, K. Burnett, Phys. Rev. Lett. 87, 160402 (2001), for classical fields.
    """
    grid = condensate.grid
    draw = torch.randn(*condensate.psi.shape, 2, dtype=torch.float64, generator=generator).to(grid.device)
    floor = max(0.5 * grid.dimensions * condensate.trap, 0.5 * (2.0 * math.pi / grid.length) ** 2)
    cutoff = 0.5 * (0.5 * math.pi / grid.spacing) ** 2
    spread = torch.sqrt(0.5 * temperature / (condensate.kinetic + floor)) * (condensate.kinetic <= cutoff)
    volume = grid.length**grid.dimensions
    return torch.fft.ifftn(torch.view_as_complex(draw) * spread) * (condensate.psi.numel() / math.sqrt(volume))


def thomas_fermi_chemical_potential(interaction: float, trap: float, dimensions: int) -> float:
    """μ without kinetic energy: the limit of large ``g``. Source: Dalfovo et al. (1999), eq. 51, and its 1-D and 2-D forms."""
    ball = math.pi ** (dimensions / 2) / math.gamma(dimensions / 2 + 1)  # volume of the unit ball
    d = dimensions
    return (interaction * (d + 2) / (2.0 * ball) * (trap / math.sqrt(2.0)) ** d) ** (2.0 / (d + 2))
