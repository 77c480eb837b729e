#!/usr/bin/env python3
"""What a white paper costs beside the bare LaTeX: from the order to the PDF, against ``latexmk`` alone on the same .tex.

``python benchmarks/reports.py [ROUNDS]`` runs gw_lattice with 60 nodes for 400 steps first. Needs latexmk with pdfLaTeX. It
prints a ratio of times, which a busy machine spoils (a report gives way to others by its niceness and that of its session, the
bare LaTeX does not, unless ``--niced`` starts it in the same way), and one of processor seconds, which it does not; the latter
counts what runs side by side, pictures for the page included.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from measurement.host import machine  # noqa: E402
from measurement.store import Store  # noqa: E402
from whitepapers.building import Sources  # noqa: E402
from whitepapers.compilers import pdflatex  # noqa: E402
from whitepapers.compiling import run  # noqa: E402
from whitepapers.desk import Reports  # noqa: E402
from whitepapers.paper import Wish  # noqa: E402
from workloads.runner import Workload, Workloads  # noqa: E402

RUN = "from workloads.gw_lattice import main; main(total_steps=400)"


@dataclass
class Cost:
    """Seconds on the clock, and seconds of the processors."""

    wall_s: float = 0.0
    cpu_s: float = 0.0


def main(rounds: int, niced: bool) -> None:
    latexmk = pdflatex.find()
    if latexmk is None:
        raise SystemExit("There is no latexmk with pdflatex here; nothing was measured.")
    load_before = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as name, Store(Path(name) / "lodger.db") as store:
        folder, workloads = Path(name), Workloads()
        lattice = Workload("gw_lattice", [sys.executable, "-c", RUN], store=store, run_folder=folder / "run", log_folder=folder,
                       env={"PYTHONPATH": str(ROOT)}, parameters={"num_lattice_nodes": 60})  # fmt: skip
        workloads.add(lattice)
        lattice.start()
        while lattice.state != "finished":
            time.sleep(0.1)
        store.flush()
        computer = machine()
        with Reports(folder / "whitepapers", Sources(store, workloads, computer, "benchmark")) as desk:
            pairs = [_round(desk, latexmk, folder / f"bare{place}", niced) for place in range(rounds)]
    print(f"{datetime.now(UTC):%Y-%m-%d}, {computer.cpu_name}, {computer.cpu_count} CPUs, {rounds} rounds")
    print(f"the bare latexmk ran {'with the niceness of a report' if niced else 'without niceness'}")
    print(f"load average before {load_before:.1f}, after {os.getloadavg()[0]:.1f}")
    _tell("order to PDF, seconds", [(whole.wall_s, bare.wall_s) for whole, bare in pairs])
    _tell("processor seconds", [(whole.cpu_s, bare.cpu_s) for whole, bare in pairs])


def _tell(what: str, pairs: list[tuple[float, float]]) -> None:
    whole, bare = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratios = sorted(one / other for one, other in pairs)
    print(f"{what}: report {whole:.2f}, bare latexmk {bare:.2f} (medians); "
          f"ratio {statistics.median(ratios):.2f} (from {ratios[0]:.2f} to {ratios[-1]:.2f})")  # fmt: skip


def _round(desk: Reports, latexmk: str, bare: Path, niced: bool) -> tuple[Cost, Cost]:
    """The cost of a report, then of the bare compilation of its .tex in a fresh folder."""
    with _counted() as whole:
        report = desk.wait(desk.order(Wish("gw_lattice")).id, 900)
    if not report.pdf:
        raise SystemExit(report.reason or report.error)
    source = desk.folder(report.id)
    bare.mkdir()
    for file in ("report.tex", "references.bib"):
        shutil.copy(source / file, bare)
    shutil.copytree(source / "figures", bare / "figures")
    with _counted() as alone:
        if niced:
            run(pdflatex.argv(latexmk), bare, {}, lambda: False)
        else:
            subprocess.run(pdflatex.argv(latexmk), cwd=bare, check=True, capture_output=True)
    return whole, alone


@contextmanager
def _counted() -> Iterator[Cost]:
    cost, began, cpu = Cost(), time.monotonic(), _cpu_s()
    yield cost
    cost.wall_s, cost.cpu_s = time.monotonic() - began, _cpu_s() - cpu


def _cpu_s() -> float:
    """Of this process and of those of its children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("rounds", nargs="?", type=int, default=3)
    parser.add_argument("--niced", action="store_true", help="start the bare latexmk as a report starts its own")
    given = parser.parse_args()
    main(given.rounds, given.niced)
