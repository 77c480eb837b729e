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

STEEPEST, NEARLY_ZERO, COLLAPSE = 300.0, 1e-300, 1e-12  # of exponents and of a growth's denominator in imaginary time


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
    """A wave function in its trap, with what a step needs; ``trap`` is ω.

    The potential's half step in real time turns phases and leaves the density as it is, so that the half steps at the end of
    a step and at the beginning of the next one are the same factor, made once. ``seen`` is the density it is made of.
    """

    def __init__(self, grid: Grid, trap: float, psi: Tensor) -> None:
        self.grid, self.trap = grid, trap
        self.potential = 0.5 * trap * trap * grid.sum_of_squares(grid.axis())
        self.kinetic = 0.5 * grid.sum_of_squares(grid.wavenumbers())
        self.shift = 0.0  # of the potential in imaginary time: becomes the chemical potential
        self._propagator: tuple[complex, Tensor] | None = None
        self._turn: tuple[float, float, Tensor] | None = None
        self._known: Tensor | None = None
        self.psi = psi

    @property
    def psi(self) -> Tensor:
        """The field. A step may write into it: who keeps it takes a copy."""
        return self._psi

    @psi.setter
    def psi(self, psi: Tensor) -> None:
        self._psi, self._known, self._turn = psi, None, None

    @property
    def seen(self) -> Tensor:
        """``|ψ|²``, as the last step left it; a run goes on bit for bit from ψ and this. Not to be written into."""
        if self._known is None:
            self._known = density(self._psi)
        return self._known

    @seen.setter
    def seen(self, known: Tensor) -> None:
        self._known, self._turn = known, None

    @torch.inference_mode()  # a small grid's time goes into calls, and a call costs less without autograd's books
    def step(self, interaction: float, dt: float, *, imaginary: bool) -> None:
        """Go on by ``dt``; in imaginary time the norm is then restored to 1."""
        if imaginary:
            self._psi = self._psi * self._growth(interaction, 0.5 * dt).sqrt_()
            self._move(-dt)
            growth = self._growth(interaction, 0.5 * dt)
            self._known = self.seen * growth
            norm = float(self._known.sum()) * self.grid.cell
            self._known, self._psi = self._known.div_(norm), self._psi.mul_(growth.div_(norm).sqrt_())
            self.shift -= math.log(norm) / (2.0 * dt)
        else:
            self._psi = self._psi * self._phase_factor(interaction, 0.5 * dt)
            self._move(-1j * dt)
            self._psi.mul_(self._phase_factor(interaction, 0.5 * dt))

    def _move(self, factor: complex) -> None:
        """The kinetic part of a step: ψ and its density are others then."""
        wave = torch.fft.fftn(self._psi).mul_(self._kinetic_propagator(factor))
        self.psi = torch.fft.ifftn(wave)

    def _phase_factor(self, interaction: float, time: float) -> Tensor:
        """``e^{−i(V + g|ψ|²)t}``: ``|ψ|`` stays, so the phase turns evenly."""
        if self._turn is None or self._turn[:2] != (interaction, time):
            angle = torch.add(self.potential, self.seen, alpha=interaction).mul_(-time)
            self._turn = (interaction, time, torch.complex(torch.cos(angle), angle.sin_()))
        return self._turn[2]

    def _growth(self, interaction: float, time: float) -> Tensor:
        """By what the density grows where ``dn/dτ = −2(V − μ + g n)n``, exactly, so that the splitting stays symmetric.

        Bernoulli's equation; with a = V − μ: ``n(τ) = n₀ e^{−2aτ} / (1 + g n₀ (1 − e^{−2aτ})/a)``. The shift μ keeps the
        norm near 1 within the step; frozen or unshifted densities would leave an error of first order in the ground
        state. Growth beyond e³⁰⁰, decay below e⁻³⁰⁰ and collapse within the step are cut off, so that numbers stay finite: ``dt`` is
        too long for them.
        """
        exponent = (self.potential - self.shift).mul_(2.0 * time).clamp_(-STEEPEST, STEEPEST)
        exponent += NEARLY_ZERO  # 0/0 otherwise, and no other value is changed by it
        kept = torch.exp(-exponent)
        gone = torch.expm1(-exponent).div_(exponent).mul_(self.seen).mul_(-2.0 * time * interaction)
        return kept.div_(gone.add_(1.0).clamp_(min=COLLAPSE))

    def _kinetic_propagator(self, factor: complex) -> Tensor:
        if self._propagator is None or self._propagator[0] != factor:
            self._propagator = (factor, torch.exp(self.kinetic * factor))
        return self._propagator[1]

    def normalise(self) -> float:
        """Scale ψ to ``∫|ψ|² = 1``; gives the norm before."""
        norm = float(self.seen.sum()) * self.grid.cell
        self.psi = self.psi / math.sqrt(norm)
        return norm

    @torch.inference_mode()
    def energies(self, interaction: float) -> Energies:
        """Evaluate the functional, the kinetic part in Fourier space (Parseval)."""
        cell, n = self.grid.cell, self.seen.reshape(-1)
        spectrum = density(torch.fft.fftn(self._psi)).reshape(-1)
        sums = [self.kinetic.reshape(-1) @ spectrum, self.potential.reshape(-1) @ n, n @ n, n.sum(), n.max()]
        kinetic, potential, square, norm, peak = torch.stack(sums).tolist()  # one wait for a GPU, not five
        return Energies(
            kinetic=kinetic * cell / n.numel(),
            potential=potential * cell,
            interaction=0.5 * interaction * square * cell,
            norm=norm * cell,
            peak_density=peak,
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
