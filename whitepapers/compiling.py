"""Running programs for a report in a private folder: without our environment, nice, with limits of time and memory."""

from __future__ import annotations

import os
import re
import select
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import whitepapers
from measurement.errors import ReportError, WorkloadError
from whitepapers.compilers import Compiler
from whitepapers.latex import BIBLIOGRAPHY_STYLE
from workloads.launch import Program, launch

TIME_LIMIT_S = 600.0  # of wall time, on a machine that may be full
MEMORY_LIMIT_BYTES = 4 << 30
NICENESS = 5  # as the simulations; with more, a full machine would starve it
OUTPUT_LIMIT = 1 << 20
Hear = Callable[[str], None]
ROOT = Path(whitepapers.__file__).resolve().parent.parent
_ERROR = re.compile(r"^(?:\./)?([\w.-]+):(\d+): (.+)$", re.M)
_CITED = re.compile(r"\\citep\{([\w,-]+)\}")
_PLAIN_ERROR = re.compile(r"^! (.+)$", re.M)


def _nobody(_said: str) -> None:
    """Whoever does not listen."""


def compile_report(folder: Path, compiler: Compiler, stopping: Callable[[], bool]) -> str:
    """Make ``report.pdf``; returns what the compiler said.

    Raises: ReportError with the line and the reason when it does not compile, takes too long, or is stopped.
    """
    environment = _tex_environment(folder)
    if compiler.bibtex and (folder / "references.bib").is_file():
        _list_references(folder, compiler.bibtex, environment, stopping)
    code, output = run(compiler.argv, folder, environment, stopping)
    if code != 0 or not (folder / "report.pdf").is_file():
        (folder / "report.pdf").unlink(missing_ok=True)
        raise ReportError(f"{compiler.name} could not make the PDF: {reason(output)}", output=output[-20_000:])
    return output


def run(
    argv: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    stopping: Callable[[], bool],
    hear: Hear = _nobody,
) -> tuple[int, str]:
    """Run a program to its end with an environment of its own; returns its exit code and output.

    ``hear`` is told all of the output so far whenever there is more.

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
        output, ended = _listen(child.output_fd, stopping, hear)
        if not ended:
            raise ReportError(
                f"{Path(argv[0]).name} was ended: it took longer than {TIME_LIMIT_S:g} s, or Lodger stopped."
            )
        return child.process.wait(), output
    finally:
        os.close(child.output_fd)
        _end(child.process.pid)
        child.process.wait()


def _listen(output_fd: int, stopping: Callable[[], bool], hear: Hear) -> tuple[str, bool]:
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
            hear(b"".join(parts).decode("utf-8", "replace"))
    return b"".join(parts).decode("utf-8", "replace"), False


def _list_references(folder: Path, bibtex: str, environment: Mapping[str, str], stopping: Callable[[], bool]) -> None:
    """Make the list of references before the first pass, so that this pass finds it and one pass fewer is needed.

    What is made by it is checked by latexmk, which makes it again if it must; so a failure here is not told.
    """
    cited = dict.fromkeys(
        key for group in _CITED.findall((folder / "report.tex").read_text("utf-8")) for key in group.split(",")
    )
    lines = [
        "\\relax",
        *(f"\\citation{{{key}}}" for key in cited),
        f"\\bibstyle{{{BIBLIOGRAPHY_STYLE}}}",
        "\\bibdata{references}",
    ]
    (folder / "report.aux").write_text("\n".join([*lines, ""]), "utf-8")
    run((bibtex, "report"), folder, environment, stopping)


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
