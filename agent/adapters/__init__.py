"""The adapter that makes the embedded model steer: its file, its checksum, and for which weights it was trained.

Where it is loaded, ``agent/models/adapter.py`` asks the model; how it was made is told in ``train/MODEL_CARD.md``.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from measurement.errors import EngineError


@dataclass(frozen=True)
class Adapter:
    """A low-rank adapter in the repository. ``base`` is the packaged model that it was trained for."""

    base: str
    file: str
    sha256: str

    @property
    def shipped(self) -> bool:
        """Whether the file is there; a copy of the code without it steers with grammar alone."""
        return (Path(__file__).parent / self.file).is_file()

    @property
    def path(self) -> Path:
        """Where it lies.

        Raises:
            EngineError: it is missing or damaged.
        """
        path = Path(__file__).parent / self.file
        if not path.is_file():
            raise EngineError(
                f"The steering adapter {self.file} is missing beside {__file__}; restore it from the repository."
            )
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        if digest != self.sha256:
            raise EngineError(
                f"The steering adapter {self.file} is damaged (SHA-256 {digest[:12]}…, expected {self.sha256[:12]}…); "
                "restore it from the repository, or start with --tool-calls grammar to go without it."
            )
        return path


STEERING = Adapter(
    base="smollm2-135m", file="steering.gguf", sha256="d1d324b433faeed7a2a27acb75a811f9cead7f9ca68264ffee0732373138cdd3"
)
