"""Tectonic, which carries its own TeX; its bundle must be in its cache, for nothing is fetched."""

from __future__ import annotations

import shutil

ORDER = 30
BIBTEX = False


def find() -> str | None:
    """The path of tectonic."""
    return shutil.which("tectonic")


def argv(path: str) -> list[str]:
    """``--untrusted`` takes away everything that input could use against us, ``--only-cached`` the network."""
    return [path, "-X", "compile", "--untrusted", "--only-cached", "--keep-logs", "report.tex"]
