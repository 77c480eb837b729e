"""Draws every picture of ``FOLDER/figures.json`` into ``FOLDER/figures``: as PDF for LaTeX, then as PNG for the page.

It may be started before that file is there, and then waits for it.
"""

from __future__ import annotations

import json
import re
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")

import matplotlib.backends.backend_pdf  # loaded now, as everything that takes long
from matplotlib.figure import Figure  # after the choice of a backend that needs no display

from whitepapers.figures import FOR_LATEX, PLOTS

STYLE: dict[Any, Any] = {
    "font.family": "STIXGeneral", "mathtext.fontset": "stix", "font.size": 9, "axes.spines.top": False,
    "axes.spines.right": False, "axes.linewidth": 0.6, "xtick.major.width": 0.6, "ytick.major.width": 0.6,
    "axes.edgecolor": "#55585e", "axes.labelcolor": "#26292e", "xtick.color": "#55585e", "ytick.color": "#55585e",
    "axes.titlesize": 9, "axes.titlelocation": "left", "axes.titlecolor": "#126b81", "lines.linewidth": 0.9,
    "pdf.fonttype": 42, "axes.formatter.use_mathtext": True,
}  # fmt: skip
DOTS_PER_INCH = 160
LOOK_EVERY_S = 0.02


def main(folder: Path) -> None:
    ordered, target = folder / PLOTS, folder / "figures"
    target.mkdir(exist_ok=True)
    while not ordered.exists():  # whoever started us ends us when it comes to nothing
        time.sleep(LOOK_EVERY_S)
    plots = json.loads(ordered.read_text("utf-8"))
    with matplotlib.rc_context(STYLE):
        figures = {name: drawn(name, data) for name, data in plots.items()}
        for name, figure in figures.items():
            figure.savefig(target / f"{name}.pdf", metadata={"CreationDate": None})
        sys.stdout.write(f"{FOR_LATEX}\n")
        sys.stdout.flush()
        for name, figure in figures.items():
            figure.savefig(target / f"{name}.png", dpi=DOTS_PER_INCH)


def drawn(name: str, data: dict[str, Any]) -> Figure:
    """One picture by its kind. Raises: SystemExit for a name that is none."""
    kind = data["kind"]
    if not (re.fullmatch(r"[a-z_]+", name) and re.fullmatch(r"[a-z]+", kind)):
        raise SystemExit(f"{name!r} cannot be the name of a picture.")
    figure = Figure(figsize=(6.6, 2.7), layout="constrained")
    import_module(f"whitepapers.figures.{kind}").draw(figure, data)
    return figure


if __name__ == "__main__":
    main(Path(sys.argv[1]))
