"""Draws every picture of ``FOLDER/figures.json`` into ``FOLDER/figures``, as PDF for LaTeX and PNG for the page."""

from __future__ import annotations

import json
import re
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")

from matplotlib.figure import Figure  # after the choice of a backend that needs no display

STYLE: dict[Any, Any] = {
    "font.family": "STIXGeneral", "mathtext.fontset": "stix", "font.size": 9, "axes.spines.top": False,
    "axes.spines.right": False, "axes.linewidth": 0.6, "xtick.major.width": 0.6, "ytick.major.width": 0.6,
    "axes.edgecolor": "#55585e", "axes.labelcolor": "#26292e", "xtick.color": "#55585e", "ytick.color": "#55585e",
    "axes.titlesize": 9, "axes.titlelocation": "left", "axes.titlecolor": "#126b81", "lines.linewidth": 0.9,
    "pdf.fonttype": 42, "axes.formatter.use_mathtext": True,
}  # fmt: skip
DOTS_PER_INCH = 160


def main(folder: Path) -> None:
    plots = json.loads((folder / "figures.json").read_text("utf-8"))
    target = folder / "figures"
    target.mkdir(exist_ok=True)
    with matplotlib.rc_context(STYLE):
        for name, data in plots.items():
            kind = data["kind"]
            if not (re.fullmatch(r"[a-z_]+", name) and re.fullmatch(r"[a-z]+", kind)):
                raise SystemExit(f"{name!r} cannot be the name of a picture.")
            figure = Figure(figsize=(6.6, 2.7), layout="constrained")
            import_module(f"whitepapers.figures.{kind}").draw(figure, data)
            figure.savefig(target / f"{name}.pdf", metadata={"CreationDate": None})
            figure.savefig(target / f"{name}.png", dpi=DOTS_PER_INCH)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
