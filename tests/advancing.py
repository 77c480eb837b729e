"""A powercap tree that another process advances at known watts, as a kernel would: the truth of an end-to-end measurement."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# A whole file appears at once (rename), so no reader ever meets half a number.
PROGRAM = """
import os, sys, time
from pathlib import Path
zone = Path(sys.argv[1]) / "intel-rapl:0"
zone.mkdir(parents=True)
(zone / "name").write_text("package-0\\n")
(zone / "max_energy_range_uj").write_text("262143328850\\n")
began, parent = time.monotonic(), os.getppid()
while os.getppid() == parent:
    (zone / "next").write_text(f"{int(1e9 + float(sys.argv[2]) * 1e6 * (time.monotonic() - began))}\\n")
    os.replace(zone / "next", zone / "energy_uj")
    print("up", flush=True) if sys.stdout else None
    sys.stdout = None
    time.sleep(0.002)
"""


@contextmanager
def advancing_tree(root: Path, watts: float) -> Iterator[Path]:
    """Have a process advance the tree at ``root`` until the block ends."""
    command = [sys.executable, "-c", PROGRAM, str(root), str(watts)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "up\n"
        try:
            yield root
        finally:
            child.kill()
