"""latexmk with pdfLaTeX: the quickest of those that are common."""

from __future__ import annotations

import shutil

ORDER = 10
BIBTEX = True
ENGINE, FLAG = "pdflatex", "-pdf"


def find() -> str | None:
    """The path of latexmk, if both are there."""
    return shutil.which("latexmk") if shutil.which(ENGINE) else None


def argv(path: str) -> list[str]:
    """No start-up files, no questions, no shell; stop at the first error and name its line."""
    options = f"{ENGINE} -no-shell-escape -interaction=nonstopmode -halt-on-error -file-line-error %O %S"
    return [path, "-norc", FLAG, f"-{ENGINE}={options}", "report.tex"]
