"""Fork a program so that it cannot outlive us, and say at once when it cannot be run.

The fork happens in the spawner's thread; ``exec_shim.py`` then sets the parent-death signal, niceness and memory cap in
the child and becomes the program. What happens to it afterwards is ``workloads.process``'s concern.
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from measurement.errors import WorkloadError
from workloads.exec_shim import UNLIMITED
from workloads.kin import MARK, Family, read_stat
from workloads.spawner import spawn

SHIM = Path(__file__).with_name("exec_shim.py")


@dataclass(frozen=True)
class Program:
    """What to run and under which terms; see ``SupervisedProcess`` for each of them."""

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: Path | str | None = None
    pass_fds: tuple[int, ...] = ()
    nice: int = 0
    memory_limit_bytes: int | None = None
    oom_score_adj: int = 0

    def executable(self) -> str:
        """Find the program: a path is taken as it is, a bare name is looked for in PATH.

        Raises:
            WorkloadError: nothing of that name is there.
        """
        name = self.argv[0] if self.argv else ""
        found = name if "/" in name else shutil.which(name, path=self.env.get("PATH"))
        if not found:
            raise WorkloadError(
                f"{self.name} cannot be started: there is no program {name or '(empty command)'}. "
                "Install it, or correct its path."
            )
        return found

    def shim_argv(self, ready_fd: int) -> list[str]:
        """The command of the shim that becomes this program; positions as ``exec_shim.main`` reads them."""
        data_bytes = UNLIMITED if self.memory_limit_bytes is None else self.memory_limit_bytes
        terms = (os.getpid(), ready_fd, self.nice, data_bytes, self.oom_score_adj)
        return [sys.executable, "-I", "-S", str(SHIM), *map(str, terms), self.executable(), *self.argv[1:]]


@dataclass(frozen=True)
class Child:
    """A program that runs: its process, who belongs to it, and the reading end of its output."""

    process: subprocess.Popen[bytes]
    family: Family
    output_fd: int


def launch(program: Program) -> Child:
    """Start it; returns once the child has become the program (some 20 ms).

    Raises:
        WorkloadError: it cannot be run; nothing is left behind.
    """
    instance = secrets.token_hex(8)
    ready, ready_child = os.pipe()
    with os.fdopen(ready, "rb") as pipe:
        try:
            process = spawn(lambda: _fork(program, instance, ready_child))
        except OSError as error:
            raise WorkloadError(f"{program.name} cannot be started: {error}.") from error
        finally:
            os.close(ready_child)
        refusal = pipe.read()
    if refusal:
        _collect(process)
        reason = os.strerror(int(refusal))
        raise WorkloadError(f"{program.name} cannot be started: {program.executable()}: {reason}.")
    return _child(process, instance)


def _fork(program: Program, instance: str, ready_fd: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        program.shim_argv(ready_fd),
        # SPT_NOENV: a program that renames itself (setproctitle, as vLLM does) must not overwrite the mark
        env={**os.environ, "SPT_NOENV": "1", **program.env, MARK: instance},
        cwd=program.cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        bufsize=0,
        start_new_session=True,
        pass_fds=(ready_fd, *program.pass_fds),
    )


def _child(process: subprocess.Popen[bytes], instance: str) -> Child:
    stat = read_stat(process.pid)
    assert stat, "a child that we have not collected has a line in the process table"
    assert process.stdout, "it was started with a pipe"
    output_fd = os.dup(process.stdout.fileno())
    process.stdout.close()
    return Child(process, Family(process.pid, stat.start_time, instance), output_fd)


def _collect(process: subprocess.Popen[bytes]) -> None:
    if process.stdout:
        process.stdout.close()
    process.wait()
