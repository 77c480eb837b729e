"""Running programs for a report in a private folder: without our environment, nice, with limits of time and memory."""

from __future__ import annotations

import os
import re
import select
import signal
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import whitepapers
from measurement.errors import ReportError, WorkloadError
from whitepapers.compilers import Compiler
from workloads.launch import Program, launch

TIME_LIMIT_S = 600.0  # of wall time, on a machine that may be full
MEMORY_LIMIT_BYTES = 4 << 30
NICENESS = 5  # as the simulations; with more, a full machine would starve it
OUTPUT_LIMIT = 1 << 20
ROOT = Path(whitepapers.__file__).resolve().parent.parent
_ERROR = re.compile(r"^(?:\./)?([\w.-]+):(\d+): (.+)$", re.M)
_PLAIN_ERROR = re.compile(r"^! (.+)$", re.M)


def compile_report(folder: Path, compiler: Compiler, stopping: Callable[[], bool]) -> str:
    """Make ``report.pdf``; returns what the compiler said.

    Raises: ReportError with the line and the reason when it does not compile, takes too long, or is stopped.
    """
    code, output = run(compiler.argv, folder, _tex_environment(folder), stopping)
    if code != 0 or not (folder / "report.pdf").is_file():
        (folder / "report.pdf").unlink(missing_ok=True)
        raise ReportError(f"{compiler.name} could not make the PDF: {reason(output)}", output=output[-20_000:])
    return output


def draw_figures(folder: Path, stopping: Callable[[], bool]) -> None:
    """Draw the pictures of ``figures.json``. Raises: ReportError."""
    environment = {
        "PYTHONPATH": str(ROOT),
        "MPLCONFIGDIR": str(folder.parent / ".matplotlib"),  # its list of fonts takes seconds to make, once
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
    argv = (sys.executable, "-m", "whitepapers.figures", str(folder))
    code, output = run(argv, folder, environment, stopping)
    if code != 0:
        raise ReportError(
            f"The pictures could not be drawn: {output.strip().splitlines()[-1] if output.strip() else 'no reason given'}"
        )


def run(
    argv: Sequence[str], folder: Path, environment: dict[str, str], stopping: Callable[[], bool]
) -> tuple[int, str]:
    """Run a program to its end with an environment of its own; returns its exit code and output.

    Raises: ReportError when it cannot be run, takes longer than ten minutes, or is stopped.
    """
    private = folder / "tmp"
    private.mkdir(exist_ok=True)
    clean = {"PATH": os.defpath if not os.environ.get("PATH") else os.environ["PATH"], "HOME": str(private),
             "TMPDIR": str(private), "LC_ALL": "C.UTF-8", **environment}  # fmt: skip
    alone = ("/usr/bin/env", "-i", *(f"{name}={value}" for name, value in clean.items()), *argv)
    try:
        child = launch(
            Program(Path(argv[0]).name, alone, cwd=folder, nice=NICENESS, memory_limit_bytes=MEMORY_LIMIT_BYTES)
        )
    except WorkloadError as error:
        raise ReportError(error.message) from error
    try:
        output, ended = _listen(child.output_fd, stopping)
        if not ended:
            raise ReportError(
                f"{Path(argv[0]).name} was ended: it took longer than {TIME_LIMIT_S:g} s, or Lodger stopped."
            )
        return child.process.wait(), output
    finally:
        os.close(child.output_fd)
        _end(child.process.pid)
        child.process.wait()


def _listen(output_fd: int, stopping: Callable[[], bool]) -> tuple[str, bool]:
    """Read until the end of the output; the second value is False when time ran out or somebody stops us."""
    deadline = time.monotonic() + TIME_LIMIT_S
    parts, size = [], 0
    while time.monotonic() < deadline and not stopping():
        if not select.select([output_fd], [], [], 0.2)[0]:
            continue
        part = os.read(output_fd, 65_536)
        if not part:
            return b"".join(parts).decode("utf-8", "replace"), True
        if size < OUTPUT_LIMIT:
            parts.append(part)
            size += len(part)
    return b"".join(parts).decode("utf-8", "replace"), False


def _end(pid: int) -> None:
    """End what is left of the program's session."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _tex_environment(folder: Path) -> dict[str, str]:
    """TeX reads and writes below its folder alone, and its own caches are private."""
    private = folder / "tmp"
    return {
        "openin_any": "p", "openout_any": "p", "shell_escape": "f", "max_print_line": "1000",
        "TEXMFHOME": str(private / "none"), "TEXMFVAR": str(private / "var"), "TEXMFCONFIG": str(private / "config"),
        "TEXMFOUTPUT": str(private),
    }  # fmt: skip


def reason(output: str) -> str:
    """The first error in a compiler's output: file, line and what TeX says of it."""
    if found := _ERROR.search(output):
        return f"line {found[2]} of {found[1]}: {found[3].strip()}"
    if found := _PLAIN_ERROR.search(output):
        return found[1].strip()
    lines = [line for line in output.splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"
