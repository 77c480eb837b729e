"""latexmk with LuaLaTeX."""

from __future__ import annotations

import shutil

ORDER = 20
BIBTEX = True
ENGINE, FLAG = "lualatex", "-pdflua"


def find() -> str | None:
    """The path of latexmk, if both are there."""
    return shutil.which("latexmk") if shutil.which(ENGINE) else None


def argv(path: str) -> list[str]:
    """As with pdfLaTeX; ``--safer`` also takes Lua's way to the system away, but its fonts need it, so it is not given."""
    options = f"{ENGINE} -no-shell-escape -interaction=nonstopmode -halt-on-error -file-line-error %O %S"
    return [path, "-norc", FLAG, f"-{ENGINE}={options}", "report.tex"]
