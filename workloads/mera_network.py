"""A binary MERA for the transverse-field Ising chain: its energy, its gradient on the isometries, its entropies.

``H = −Σ X_i X_{i+1} − h Σ Z_i`` on a periodic chain of N sites, N a power of two. The network (quimb's ``MERA``, torch
arrays, float64: H is real) has a layer of disentanglers ``[χ, χ, χ, χ]`` and one of isometries ``[χ, χ, χ']`` for each
halving of the chain; at the top two sites are left in a state of norm 1. A term of H sees its causal cone only: all
other tensors cancel by the isometric constraint, so the energy is that of a normalised state and never below the exact.

Each tensor is a matrix W with ``WᵀW = 1``, two legs to the layer below against the rest. All tensors keep the parity ΠZ
that H keeps: each leg's states are even or odd, and elements between states of different parity are zero. The ground
state of a finite chain is even; without this the search ends for long chains in a state that is magnetised along X, whose
energy is close and whose entropies are not. Steps go along the gradient
projected to the tangent space ``G − W sym(WᵀG)``, with Adam's running means (the second one a number for each tensor)
carried along by projection, and come back by the polar factor of ``W − step``.

Sources: G. Vidal, Phys. Rev. Lett. 101, 110501 (2008), and G. Evenbly, G. Vidal, Phys. Rev. B 79, 144108 (2009) for
MERA; P.-A. Absil, R. Mahony, R. Sepulchre, Optimization Algorithms on Matrix Manifolds (Princeton, 2008), sections 3.6
and 4.1; G. Bécigneul, O.-E. Ganea, ICLR 2019 (arXiv:1810.00760) for Adam on manifolds; S. Singh, R. N. C. Pfeifer,
G. Vidal, Phys. Rev. A 82, 050301 (2010) for symmetric tensors; P. Pfeuty, Ann. Phys. 57, 79
(1970) for the exact energy; P. Calabrese, J. Cardy, J. Stat. Mech. P06002 (2004) for the entropy.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cotengra
import quimb.tensor as qtn
import torch
from torch import Tensor

MEAN_DECAY, SQUARE_DECAY, TINY = 0.9, 0.99, 1e-12
START_NOISE = 0.1  # around the identity: a start near a product state converges where a random one is stuck
LONGEST_BLOCK = 8  # sites: its density matrix has 2⁸ × 2⁸ elements
PATHS_TRIED = 32  # orders of contraction, of which the one of fewest operations is taken; the same ones in each process
FIRST_CONES = 4  # of two neighbouring tensors of the lowest layer: the others have about their sizes
PAIR = "PAIR"


def exact_energy_per_site(sites: int, field: float) -> float:
    """Give E₀/N of the periodic chain: free fermions with momenta ``(2m + 1)π/N``.

    At h = 1 it is ``−2/(N sin(π/2N))``, and −4/π in the limit. Source: Pfeuty (1970).
    """
    momenta = (math.pi * (2 * m + 1) / sites for m in range(sites))
    return -sum(math.sqrt(1.0 + field * field - 2.0 * field * math.cos(k)) for k in momenta) / sites


def pair_hamiltonian(field: float, device: torch.device) -> Tensor:
    """``−X⊗X − (h/2)(Z⊗1 + 1⊗Z)`` as ``[2, 2, 2, 2]``: summed over neighbours it is H."""
    x = torch.tensor([[0.0, 1.0], [1.0, 0.0]], dtype=torch.float64, device=device)
    z = torch.tensor([[1.0, 0.0], [0.0, -1.0]], dtype=torch.float64, device=device)
    one = torch.eye(2, dtype=torch.float64, device=device)
    pair = -torch.kron(x, x) - 0.5 * field * (torch.kron(z, one) + torch.kron(one, z))
    return pair.reshape(2, 2, 2, 2)


@dataclass
class Means:
    """Adam's running means: of the gradients ``[like each W]``, of their squares, and after how many steps."""

    gradients: list[Tensor]
    squares: list[float]
    steps: int = 0


@dataclass(frozen=True)
class Cone:
    """A term's closed causal cone: the contraction, and which of the variables, the top and the pair it takes, in order."""

    contract: Callable[..., Tensor]
    takes: tuple[int, ...]


class Mera:
    """A MERA that is made better step by step; ``matrices`` holds its variables W, from the bottom to the top."""

    def __init__(self, sites: int, bond: int, seed: int, device: torch.device) -> None:
        self.sites, self.bond, self.device = sites, bond, device
        generator = torch.Generator().manual_seed(seed)
        self.network: Any = qtn.MERA.rand(sites, max_bond=bond)  # float64; its random values are replaced
        self.variables = [tensor for tensor in self.network.tensors if len(tensor.inds) > 2]
        even = even_elements(self.network, self.variables)
        starts = [near_identity(mask, generator).to(device) for mask in even]
        self.even = [mask.to(device) for mask in even]
        (top,) = (tensor for tensor in self.network.tensors if len(tensor.inds) == 2)
        self.top = torch.eye(top.shape[0], dtype=torch.float64, device=device) / math.sqrt(top.shape[0])
        top.modify(data=self.top)
        for number, tensor in enumerate([*self.variables, top]):
            tensor.add_tag(f"{number}")
        self.paths = cotengra.ReusableRandomGreedyOptimizer(
            max_repeats=PATHS_TRIED, seed=0, accel=False, parallel=False
        )
        self.put(starts)
        self.forget()

    def put(self, matrices: list[Tensor]) -> None:
        """Set the variables."""
        self.matrices = matrices
        for tensor, matrix in zip(self.variables, matrices, strict=True):
            tensor.modify(data=matrix.reshape(tensor.shape))

    def forget(self) -> None:
        """Begin Adam's means anew."""
        self.means = Means([torch.zeros_like(matrix) for matrix in self.matrices], [0.0] * len(self.matrices))

    def _closed_cone(self, left: int) -> Any:
        """The network of ``⟨ψ|pair|ψ⟩`` on the sites ``left`` and the next, without what cancels."""
        where = (left, (left + 1) % self.sites)
        cone = self.network.select([self.network.site_tag(site) for site in where], "any")
        return cone.gate(pair_hamiltonian(1.0, self.device), where, tags=PAIR) & cone.H

    @functools.cached_property
    def cones(self) -> list[Cone]:
        """One for each term of H. Made once: finding the order of contraction takes as long as many steps."""
        places = {f"{number}": number for number in range(len(self.variables) + 1)} | {PAIR: len(self.variables) + 1}
        cones = []
        for left in range(self.sites):
            network = self._closed_cone(left)
            takes = tuple(next(places[tag] for tag in tensor.tags if tag in places) for tensor in network.tensors)
            cones.append(Cone(network.contract(all, optimize=self.paths, get="expression"), takes))
        return cones

    def cost_of_a_step(self) -> tuple[int, float]:
        """Estimate what a gradient holds, in bytes, and its multiplications, by the first cones.

        It holds all intermediates of the largest one, and their gradients; the way back takes twice the way there.
        """
        trees = [self._closed_cone(left).contraction_tree(optimize=self.paths) for left in range(FIRST_CONES)]
        held = 2 * 8 * int(max(float(tree.total_write()) for tree in trees))
        return held, 3.0 * self.sites / FIRST_CONES * sum(float(tree.total_flops()) for tree in trees)

    def gradient(self, field: float) -> tuple[float, list[Tensor]]:
        """Energy per site, and the gradient of the whole energy projected to the isometries' tangent spaces.

        Term by term, so that the intermediates of one cone only are held.
        """
        shapes = [tensor.shape for tensor in self.variables]
        leaves = [w.reshape(shape).clone().requires_grad_() for w, shape in zip(self.matrices, shapes, strict=True)]
        arrays, energy = [*leaves, self.top, pair_hamiltonian(field, self.device)], 0.0
        for cone in self.cones:
            term = cone.contract(*(arrays[place] for place in cone.takes))
            term.backward()
            energy += float(term.detach())
        slopes = [torch.zeros_like(leaf) if leaf.grad is None else leaf.grad for leaf in leaves]
        pairs = zip(self.matrices, slopes, strict=True)
        return energy / self.sites, [tangent(w, slope.reshape(w.shape)) for w, slope in pairs]

    def descend(self, gradient: list[Tensor], learning_rate: float) -> None:
        """Take one step of Adam on the manifold of isometries."""
        means = self.means
        means.steps += 1
        fresh, fresh_square = (1.0 - decay**means.steps for decay in (MEAN_DECAY, SQUARE_DECAY))
        moved = []
        for index, (w, slope) in enumerate(zip(self.matrices, gradient, strict=True)):
            mean = MEAN_DECAY * tangent(w, means.gradients[index]) + (1.0 - MEAN_DECAY) * slope
            square = SQUARE_DECAY * means.squares[index] + (1.0 - SQUARE_DECAY) * float((slope * slope).sum())
            means.gradients[index], means.squares[index] = mean, square
            size = learning_rate / (fresh * (math.sqrt(square / fresh_square) + TINY))
            moved.append(polar(w - size * mean) * self.even[index])  # rounding would break the parity in time
        self.put(moved)

    def isometry_violation(self) -> float:
        """The largest element of ``|WᵀW − 1|`` over all tensors."""
        return max(float((w.T @ w - torch.eye(w.shape[1]).to(w)).abs().max()) for w in self.matrices)

    def block_spectrum(self, first: int, length: int) -> Tensor:
        """Eigenvalues of the density matrix of ``length`` sites from ``first``, which sum to 1."""
        block = [(first + offset) % self.sites for offset in range(length)]
        cone = self.network.select([self.network.site_tag(site) for site in block], "any")
        inner = {self.network.site_ind(site): f"bra{site}" for site in block}
        matrix = (cone & cone.H.reindex(inner)).contract(all, output_inds=[*inner, *inner.values()], optimize="greedy")
        data = matrix.data.detach().reshape(2**length, 2**length)
        return torch.linalg.eigvalsh(0.5 * (data + data.T))

    def block_entropy(self, length: int, starts: int = 2) -> float:
        """Von Neumann entropy of a block of ``length`` sites, the mean over the first ``starts`` positions."""
        return sum(entropy(self.block_spectrum(first, length)) for first in range(starts)) / starts


def even_elements(network: Any, variables: list[Any]) -> list[Tensor]:
    """Give for each tensor, as the matrix W, 1 where the states below and above have the same parity and 0 elsewhere.

    A site's states of Z = 1 and −1 are even and odd; a disentangler's upper legs have the parities of its lower ones, and
    an isometry's upper leg those of the first pairs of lower states. All legs between two layers are alike.
    """
    odd = {network.site_ind(site): torch.tensor([0, 1]) for site in range(network.L)}  # by the leg's name
    masks = []
    for tensor in variables:  # from the bottom to the top
        below = odd[tensor.inds[0]]
        pairs = (below[:, None] + below).reshape(-1) % 2
        above = pairs[: math.prod(tensor.shape[2:])]
        odd |= dict.fromkeys(tensor.inds[2:], below if len(tensor.inds) == 4 else above)
        masks.append((pairs[:, None] == above).to(torch.float64))
    return masks


def near_identity(even: Tensor, generator: torch.Generator) -> Tensor:
    """Draw an isometry close to the identity with the elements that ``even`` allows, ``[like even]``."""
    noise = torch.randn(even.shape, dtype=torch.float64, generator=generator)
    return polar(torch.eye(*even.shape, dtype=torch.float64) + START_NOISE * noise * even) * even


def polar(matrix: Tensor) -> Tensor:
    """Give the isometry closest to the matrix."""
    left, _, right = torch.linalg.svd(matrix, full_matrices=False)
    return left @ right


def tangent(w: Tensor, slope: Tensor) -> Tensor:
    """Project to the tangent space of the isometries at ``w``: ``G − W sym(WᵀG)``."""
    inner = w.T @ slope
    return slope - 0.5 * w @ (inner + inner.T)


def entropy(spectrum: Tensor) -> float:
    """``−Σ p ln p`` in nats."""
    p = spectrum[spectrum > 1e-15]
    return float(-(p * torch.log(p)).sum())


def central_charge(entropies: dict[int, float], sites: int) -> float:
    """Fit c in ``S(ℓ) = (c/3) ln((N/π) sin(πℓ/N)) + const``: a block of a periodic chain. Source: Calabrese, Cardy (2004)."""
    chord = torch.tensor([math.log(sites / math.pi * math.sin(math.pi * ell / sites)) for ell in entropies])
    values = torch.tensor(list(entropies.values()))
    centred = chord - chord.mean()
    return 3.0 * float(centred @ (values - values.mean()) / (centred @ centred))
