"""Write the trained matrices as an adapter file for llama.cpp.

No rows need permuting here: the network was trained in the file's own (interleaved) rotary order. As a program it makes a smaller
adapter of a trained one: ``python -m agent.adapters.train.conversion steering.gguf small.gguf 8``.
"""

from __future__ import annotations

import sys
from pathlib import Path

import gguf
import numpy as np
import torch

from agent.adapters.train.network import Network

ARCHITECTURE = "llama"
NAME = "Lodger steering adapter for SmolLM2-135M-Instruct"


def save(network: Network, path: Path) -> None:
    """Write the matrices of a network in half precision."""
    matrices = {name: matrix.detach().to("cpu", torch.float32).numpy() for name, matrix in network.trainable()}
    write(path, matrices, network.alpha)


def write(path: Path, matrices: dict[str, np.ndarray], alpha: float) -> None:
    """Write an adapter; a half-written file never stands under the final name."""
    partial = path.with_suffix(".partial")
    writer = gguf.GGUFWriter(partial, ARCHITECTURE)
    writer.add_type("adapter")
    writer.add_name(NAME)
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", alpha)
    for name, matrix in matrices.items():
        writer.add_tensor(name, np.ascontiguousarray(matrix.astype(np.float16)))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    partial.replace(path)


def read(path: Path) -> tuple[dict[str, np.ndarray], float]:
    """Read an adapter back: its matrices in float32 and its alpha."""
    reader = gguf.GGUFReader(path)
    alpha = reader.get_field("adapter.lora.alpha")
    if alpha is None:
        raise ValueError(f"{path} is not a LoRA adapter: it has no adapter.lora.alpha.")
    return {t.name: gguf.dequantize(t.data, t.tensor_type).astype(np.float32) for t in reader.tensors}, float(
        alpha.contents()
    )


def truncate(matrices: dict[str, np.ndarray], rank: int, scale: float) -> dict[str, np.ndarray]:
    """Keep the best ``rank`` directions of each product B A (singular value decomposition).

    Args:
        scale: old alpha / old rank over new alpha / new rank, so that the product keeps its size.
    """
    small: dict[str, np.ndarray] = {}
    for name in (key.removesuffix(".lora_a") for key in matrices if key.endswith(".lora_a")):
        a, b = matrices[f"{name}.lora_a"], matrices[f"{name}.lora_b"]
        left, sizes, right = np.linalg.svd(b @ a * scale, full_matrices=False)
        root = np.sqrt(sizes[:rank])
        small[f"{name}.lora_a"] = root[:, None] * right[:rank]
        small[f"{name}.lora_b"] = left[:, :rank] * root
    return small


def main() -> None:
    """Truncate an adapter to a smaller rank."""
    source, target, rank = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    matrices, alpha = read(source)
    old = next(matrix.shape[0] for name, matrix in matrices.items() if name.endswith(".lora_a"))
    write(target, truncate(matrices, rank, alpha / old), float(rank))


if __name__ == "__main__":
    main()
