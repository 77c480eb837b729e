"""The embedded model's tokenizer and chat format, made from its GGUF file.

Byte-level pairs after every digit has been split off, as the file's ``tokenizer.ggml.pre = smollm`` asks for.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import gguf
from tokenizers import Tokenizer, models, pre_tokenizers

END = "<|im_end|>"
NORMAL_TOKEN = 1  # of llama.cpp's token types; the others are control or user-defined and never split


def load(path: Path) -> Tokenizer:
    """Make the tokenizer of a model file."""
    reader = gguf.GGUFReader(path)
    words, merges, kinds = (_contents(reader, key) for key in ("tokens", "merges", "token_type"))
    pairs = [(left, right) for left, _, right in (merge.partition(" ") for merge in merges)]
    tokenizer = Tokenizer(models.BPE({word: i for i, word in enumerate(words)}, pairs))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(  # type: ignore[attr-defined]
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.add_special_tokens([word for word, kind in zip(words, kinds, strict=True) if kind != NORMAL_TOKEN])
    return tokenizer


def system(text: str) -> str:
    """The head of a chat."""
    return f"<|im_start|>system\n{text}{END}\n"


def asked(turns: Sequence[tuple[str, str]], request: str) -> str:
    """What stands before an answer: earlier exchanges, then the request."""
    earlier = "".join(
        f"<|im_start|>user\n{said}{END}\n<|im_start|>assistant\n{answer}{END}\n" for said, answer in turns
    )
    return f"{earlier}<|im_start|>user\n{request}{END}\n<|im_start|>assistant\n"


def _contents(reader: gguf.GGUFReader, key: str) -> list:
    field = reader.get_field(f"tokenizer.ggml.{key}")
    if field is None:
        raise ValueError(f"The file has no tokenizer.ggml.{key}.")
    return list(field.contents())
