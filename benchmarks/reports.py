#!/usr/bin/env python3
"""What a white paper costs beside the bare LaTeX: from the order to the PDF, against ``latexmk`` alone on the same .tex.

``python benchmarks/reports.py [ROUNDS]`` runs gw_lattice with 60 nodes for 400 steps first. Needs latexmk with pdfLaTeX.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from measurement.host import machine  # noqa: E402
from measurement.store import Store  # noqa: E402
from whitepapers.building import Sources  # noqa: E402
from whitepapers.compilers import pdflatex  # noqa: E402
from whitepapers.desk import Reports  # noqa: E402
from whitepapers.paper import Wish  # noqa: E402
from workloads.runner import Workload, Workloads  # noqa: E402

RUN = "from workloads.gw_lattice import main; main(total_steps=400)"


def main(rounds: int) -> None:
    latexmk = pdflatex.find()
    if latexmk is None:
        raise SystemExit("There is no latexmk with pdflatex here; nothing was measured.")
    with tempfile.TemporaryDirectory() as name, Store(Path(name) / "lodger.db") as store:
        folder, workloads = Path(name), Workloads()
        run = Workload("gw_lattice", [sys.executable, "-c", RUN], store=store, run_folder=folder / "run", log_folder=folder,
                       env={"PYTHONPATH": str(ROOT)}, parameters={"num_lattice_nodes": 60})  # fmt: skip
        workloads.add(run)
        run.start()
        while run.state != "finished":
            time.sleep(0.1)
        store.flush()
        computer = machine()
        with Reports(folder / "whitepapers", Sources(store, workloads, computer, "benchmark")) as desk:
            pairs = [_round(desk, latexmk, folder / f"bare{place}") for place in range(rounds)]
    whole, bare = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratios = sorted(one / other for one, other in pairs)
    print(f"{computer.cpu_name}, {computer.cpu_count} CPUs, {rounds} rounds")
    print(f"order to PDF {whole:.2f} s, bare latexmk {bare:.2f} s (medians)")
    print(f"ratio {statistics.median(ratios):.2f} (from {ratios[0]:.2f} to {ratios[-1]:.2f})")


def _round(desk: Reports, latexmk: str, bare: Path) -> tuple[float, float]:
    """Seconds of a report, then of the bare compilation of its .tex in a fresh folder."""
    began = time.monotonic()
    report = desk.wait(desk.order(Wish("gw_lattice")).id, 900)
    whole_s = time.monotonic() - began
    if not report.pdf:
        raise SystemExit(report.reason or report.error)
    source = desk.folder(report.id)
    bare.mkdir()
    for file in ("report.tex", "references.bib"):
        shutil.copy(source / file, bare)
    shutil.copytree(source / "figures", bare / "figures")
    began = time.monotonic()
    subprocess.run(pdflatex.argv(latexmk), cwd=bare, check=True, capture_output=True)
    return whole_s, time.monotonic() - began


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
