"""The embedded model as a differentiable network: its GGUF weights, frozen, with a trainable low-rank part beside each.

The weights stay in llama.cpp's layout (query and key rows in the interleaved rotary order), so what is trained goes into an
adapter file as it is. Covers llama-shaped models with grouped queries and a tied output; does not generate text.

Source: E. J. Hu et al., LoRA, arXiv:2106.09685; J. Su et al., RoFormer, arXiv:2104.09864.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import gguf
import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

# name in the file -> which of a layer's widths go in and out, filled from the file's own sizes
LINEARS = ("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down")


@dataclass(frozen=True)
class Shape:
    """Sizes of the network, as the file states them."""

    layers: int
    width: int
    heads: int
    kv_heads: int
    head_width: int
    rope_base: float
    epsilon: float


class Linear(nn.Module):
    """A frozen matrix W [out, in] and its low-rank part: x → x Wᵀ + (α/r) x Aᵀ Bᵀ, with A [r, in] and B [out, r]."""

    weight: Tensor

    def __init__(self, weight: Tensor, rank: int, alpha: float) -> None:
        super().__init__()
        self.register_buffer("weight", weight, persistent=False)
        rows, columns = weight.shape
        self.lora_a = nn.Parameter(torch.randn(rank, columns) / columns**0.5)
        self.lora_b = nn.Parameter(torch.zeros(rows, rank))
        self.scale = alpha / rank

    def forward(self, x: Tensor) -> Tensor:
        low = functional.linear(x, self.lora_a.to(x.dtype))
        return functional.linear(x, self.weight) + functional.linear(low, self.lora_b.to(x.dtype)) * self.scale


class Layer(nn.Module):
    """Attention and feed-forward, each on the normed stream."""

    attn_norm: Tensor
    ffn_norm: Tensor
    attn_q: Linear
    attn_k: Linear
    attn_v: Linear
    attn_output: Linear
    ffn_gate: Linear
    ffn_up: Linear
    ffn_down: Linear

    def __init__(self, tensors: dict[str, Tensor], prefix: str, shape: Shape, rank: int, alpha: float) -> None:
        super().__init__()
        self.shape = shape
        for name in LINEARS:
            setattr(self, name, Linear(tensors[f"{prefix}{name}.weight"], rank, alpha))
        self.register_buffer("attn_norm", tensors[f"{prefix}attn_norm.weight"], persistent=False)
        self.register_buffer("ffn_norm", tensors[f"{prefix}ffn_norm.weight"], persistent=False)

    def forward(self, x: Tensor, turn: tuple[Tensor, Tensor], mask: Tensor) -> Tensor:
        x = x + self._attend(_norm(x, self.attn_norm, self.shape.epsilon), turn, mask)
        h = _norm(x, self.ffn_norm, self.shape.epsilon)
        return x + self.ffn_down(functional.silu(self.ffn_gate(h)) * self.ffn_up(h))

    def _attend(self, h: Tensor, turn: tuple[Tensor, Tensor], mask: Tensor) -> Tensor:
        batch, length, _ = h.shape
        s = self.shape
        q = self.attn_q(h).view(batch, length, s.heads, s.head_width).transpose(1, 2)
        k = self.attn_k(h).view(batch, length, s.kv_heads, s.head_width).transpose(1, 2)
        v = self.attn_v(h).view(batch, length, s.kv_heads, s.head_width).transpose(1, 2)
        k = _turned(k, turn).repeat_interleave(s.heads // s.kv_heads, dim=1)
        v = v.repeat_interleave(s.heads // s.kv_heads, dim=1)
        seen = functional.scaled_dot_product_attention(_turned(q, turn), k, v, attn_mask=mask)
        return self.attn_output(seen.transpose(1, 2).reshape(batch, length, -1))


class Network(nn.Module):
    """The whole model. ``forward`` gives the normed stream; ``logits`` the scores of the positions one asks for."""

    embedding: Tensor
    output_norm: Tensor

    def __init__(
        self, path: Path, rank: int, alpha: float, first: int = 0, dtype: torch.dtype = torch.bfloat16
    ) -> None:
        """Load a model; layers below ``first`` get no low-rank part that learns (they cost no backward pass)."""
        super().__init__()
        self.first = first
        reader = gguf.GGUFReader(path)
        self.shape = _shape(reader)
        tensors = {t.name: _dense(t, dtype) for t in reader.tensors}
        self.rank, self.alpha, self.dtype = rank, alpha, dtype
        self.register_buffer("embedding", tensors["token_embd.weight"], persistent=False)
        self.register_buffer("output_norm", tensors["output_norm.weight"], persistent=False)
        self.layers = nn.ModuleList(
            Layer(tensors, f"blk.{i}.", self.shape, rank, alpha) for i in range(self.shape.layers)
        )

    def forward(self, tokens: Tensor, positions: Tensor, mask: Tensor) -> Tensor:
        """Read ``tokens`` [b, n] at ``positions`` [b, n]; ``mask`` [b, 1, n, n] is added to the attention scores."""
        x = functional.embedding(tokens, self.embedding)
        turn = _angles(positions, self.shape, x.dtype)
        with torch.no_grad():
            for layer in self.layers[: self.first]:
                x = layer(x, turn, mask)
        for layer in self.layers[self.first :]:
            x = layer(x, turn, mask)
        return _norm(x, self.output_norm, self.shape.epsilon)

    @torch.no_grad()
    def load(self, matrices: dict[str, np.ndarray], alpha: float) -> None:
        """Go on from an adapter of the same rank."""
        for name, matrix in self.trainable():
            matrix.copy_(torch.from_numpy(matrices[name]) * (alpha / self.alpha if name.endswith("lora_b") else 1.0))

    def logits(self, stream: Tensor) -> Tensor:
        return functional.linear(stream, self.embedding)

    def trainable(self) -> Iterator[tuple[str, nn.Parameter]]:
        """The low-rank matrices, by the names that llama.cpp knows them by."""
        for i, layer in enumerate(self.layers):
            if i < self.first:
                continue
            for name in LINEARS:
                linear = getattr(layer, name)
                yield f"blk.{i}.{name}.weight.lora_a", linear.lora_a
                yield f"blk.{i}.{name}.weight.lora_b", linear.lora_b


def _shape(reader: gguf.GGUFReader) -> Shape:
    def field(key: str):
        found = reader.get_field(f"llama.{key}")
        if found is None:
            raise ValueError(f"The file has no llama.{key}; only llama-shaped models can be trained here.")
        return found.contents()

    width, heads = int(field("embedding_length")), int(field("attention.head_count"))
    return Shape(
        layers=int(field("block_count")),
        width=width,
        heads=heads,
        kv_heads=int(field("attention.head_count_kv")),
        head_width=width // heads,
        rope_base=float(field("rope.freq_base")),
        epsilon=float(field("attention.layer_norm_rms_epsilon")),
    )


def _dense(tensor: gguf.ReaderTensor, dtype: torch.dtype) -> Tensor:
    values = gguf.dequantize(tensor.data, tensor.tensor_type)
    return torch.from_numpy(values.copy()).to(dtype)


def _norm(x: Tensor, weight: Tensor, epsilon: float) -> Tensor:
    return functional.rms_norm(x.float(), (x.shape[-1],), weight.float(), epsilon).to(x.dtype)


def _angles(positions: Tensor, shape: Shape, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    """Cosine and sine [b, 1, n, d/2] of the rotary angles."""
    exponents = torch.arange(0, shape.head_width, 2, dtype=torch.float32) / shape.head_width
    angles = positions[:, None, :, None].float() * (shape.rope_base**-exponents).to(positions.device)
    return angles.cos().to(dtype), angles.sin().to(dtype)


def _turned(x: Tensor, turn: tuple[Tensor, Tensor]) -> Tensor:
    """Rotate neighbouring pairs (the interleaved order)."""
    cos, sin = turn
    even, odd = x[..., 0::2], x[..., 1::2]
    return torch.stack((even * cos - odd * sin, even * sin + odd * cos), dim=-1).flatten(-2)
