"""Programs that make a PDF out of LaTeX: one file each, ``ORDER``, ``BIBTEX``, ``find() -> path or None`` and ``argv(path)``.

``argv`` is run in the report's folder and makes ``report.pdf`` out of ``report.tex``, without a shell escape;
``BIBTEX`` says whether it uses the BibTeX of the system.
"""

from __future__ import annotations

import pkgutil
import shutil
from dataclasses import dataclass
from importlib import import_module

ADVICE = (
    "There is no LaTeX on this machine. On Debian or Ubuntu: apt-get install texlive-latex-recommended texlive-science "
    "latexmk lmodern; or install tectonic. The .tex file, the pictures and the HTML view are complete without it."
)


@dataclass(frozen=True)
class Compiler:
    """One that is there: its name, its command, and the path of the BibTeX that it uses, if it does."""

    name: str
    argv: tuple[str, ...]
    bibtex: str | None = None


def chosen() -> Compiler | None:
    """The first compiler that this machine has."""
    modules = [import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__)]
    for module in sorted(modules, key=lambda module: module.ORDER):
        if (path := module.find()) is not None:
            bibtex = shutil.which("bibtex") if module.BIBTEX else None
            return Compiler(module.__name__.rpartition(".")[2], tuple(module.argv(path)), bibtex)
    return None
