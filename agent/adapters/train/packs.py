"""Packs: one system prompt, then as many examples as fit, each seeing the prompt and itself only.

So the prompt is paid once. Positions restart after the prompt, and only the answers are learnt.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from tokenizers import Tokenizer
from torch import Tensor

from agent.adapters.train import tokens
from agent.adapters.train.examples import Lesson, lessons


@dataclass(frozen=True)
class Pack:
    """One row: tokens [1, n], positions [1, n], what is added to attention scores [1, 1, n, n], and where to learn what."""

    tokens: Tensor
    positions: Tensor
    mask: Tensor
    places: Tensor
    targets: Tensor
    examples: int


def packs(tokenizer: Tokenizer, seed: int, length: int, dtype: torch.dtype) -> Iterator[Pack]:
    """Make packs without end."""
    order = random.Random(seed)
    for lesson in lessons(seed):
        examples = list(lesson.examples)
        order.shuffle(examples)
        yield pack(tokenizer, Lesson(lesson.system, tuple(examples)), length, dtype)


def pack(tokenizer: Tokenizer, lesson: Lesson, length: int, dtype: torch.dtype) -> Pack:
    """Lay a lesson out in ``length`` places; what does not fit is left away, what stays empty is seen by nobody."""
    row = tokenizer.encode(tokens.system(lesson.system)).ids
    positions, owner = list(range(len(row))), [0] * len(row)
    places: list[int] = []
    targets: list[int] = []
    prompt, number = len(row), 0
    for example in lesson.examples:
        asked = tokenizer.encode(tokens.asked(example.earlier, example.request)).ids
        answer = tokenizer.encode(example.answer + tokens.END).ids
        if len(row) + len(asked) + len(answer) > length:
            continue
        number += 1
        start = len(row) + len(asked) - 1
        places += range(start, start + len(answer))
        targets += answer
        row += asked + answer
        positions += range(prompt, prompt + len(asked) + len(answer))
        owner += [number] * (len(asked) + len(answer))
    empty = length - len(row)
    owners = torch.tensor(owner + [-1] * empty)
    return Pack(
        torch.tensor([row + [0] * empty]),
        torch.tensor([positions + [0] * empty]),
        _mask(owners, dtype),
        torch.tensor(places),
        torch.tensor(targets),
        number,
    )


def _mask(owners: Tensor, dtype: torch.dtype) -> Tensor:
    """0 where a place may look (back, at the prompt or at its own example), minus infinity elsewhere."""
    n = len(owners)
    back = torch.ones(n, n, dtype=torch.bool).tril()
    allowed = back & ((owners[None, :] == 0) | (owners[None, :] == owners[:, None])) | torch.eye(n, dtype=torch.bool)
    return torch.zeros(n, n, dtype=dtype).masked_fill(~allowed, float("-inf"))[None, None]
