"""A supervised child process: own session, own log, dies with its launcher, restarted when it fails.

A ``SupervisedProcess`` owns everything that its program starts: the whole session is ended with it, at ``stop()`` as well
as after a crash, and waited for. What a killed launcher leaves is ended by ``workloads.reaper.reap`` at the next start.
Linux only (parent-death signal, ``/proc``).
"""

from __future__ import annotations

import logging
import os
import secrets
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, Self

from measurement.clock import SYSTEM_CLOCK
from measurement.errors import Conflict, WorkloadError
from workloads.exec_shim import UNLIMITED
from workloads.kin import MARK, Family, read_stat
from workloads.reaper import Record, reap, record_path, write_record
from workloads.rotating_log import RotatingLog
from workloads.spawner import spawn

__all__ = ["Exit", "RestartPolicy", "State", "SupervisedProcess", "reap"]

State = Literal["starting", "running", "restarting", "failed", "stopped"]
SHIM = Path(__file__).with_name("exec_shim.py")
KILL_WAIT_S = 15.0
LAST_OUTPUT_WAIT_S = 2.0
WORDS = 20
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RestartPolicy:
    """How often a failed process is started again: one wait a restart, seconds; none left within the window, no restart."""

    backoff_s: tuple[float, ...] = (0.5, 1.0, 2.0)
    window_s: float = 300.0


@dataclass(frozen=True)
class Exit:
    """How a process ended. ``code`` is negative for a signal; ``wanted`` when ``stop()`` or ``kill()`` was called.

    ``restart_in_s`` is the wait before the next start, None when there will be none; ``gave_up`` says that restarts ran out.
    """

    name: str
    pid: int
    code: int
    last_lines: tuple[str, ...]
    wanted: bool
    restart_in_s: float | None = None
    gave_up: bool = False

    @property
    def failed(self) -> bool:
        """Whether it ended against everybody's will."""
        return self.code != 0 and not self.wanted

    def sentence(self) -> str:
        """Say what happened, why as far as the output tells, and what follows."""
        said = f" Its last words: {self.last_lines[-1].strip()}" if self.failed and self.last_lines else ""
        return f"{self.name} (pid {self.pid}) {how_it_ended(self.code)}.{said}{self._what_follows()}"

    def _what_follows(self) -> str:
        if self.restart_in_s is not None:
            return f" It starts again in {self.restart_in_s:g} s."
        return " It was started again too often and stays down; see its log." if self.gave_up else ""


def how_it_ended(code: int) -> str:
    """Read an exit code: ``-9`` -> ``was ended by SIGKILL``."""
    if code >= 0:
        return f"ended with exit code {code}"
    try:
        return f"was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"was ended by signal {-code}"


class SupervisedProcess:
    """One program, started, watched, restarted and ended.

    Args:
        name: what people call it; names its record in the run folder, so no two of a launcher may share it.
        argv: the program and its arguments.
        env: variables set on top of the launcher's own.
        cwd: where it starts; None for the launcher's folder.
        log_path: where its output goes (standard output and error together), rotated at 5 MiB, three files.
        run_folder: where its record stands while it runs.
        nice: added to the niceness, 0..19 gives way to others.
        pass_fds: descriptors that it inherits; the caller closes its own copies after the last start.
        restart: when and how often to start it again after a failure; None for never. Exit code 0 is no failure.
        memory_limit_bytes: cap on private writable memory (RLIMIT_DATA), None for no cap.
        oom_score_adj: 0..1000, how much sooner than others the kernel takes it when memory runs out.
        on_exit: called with an ``Exit`` after each end, in the watching thread; it must not wait for it.

    Each start carries a fresh random mark in ``LODGER_INSTANCE``, inherited by all that it starts.
    """

    def __init__(
        self,
        name: str,
        argv: Sequence[str],
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | str | None = None,
        log_path: Path | str,
        run_folder: Path | str,
        nice: int = 0,
        pass_fds: Sequence[int] = (),
        restart: RestartPolicy | None = None,
        memory_limit_bytes: int | None = None,
        oom_score_adj: int = 0,
        on_exit: Callable[[Exit], None] | None = None,
    ) -> None:
        self.name = name
        self.argv = list(argv)
        self.log_path, self.run_folder = Path(log_path), Path(run_folder)
        self.state: State = "stopped"
        self.exit_code: int | None = None
        self.restarts = 0
        self.last_exit: Exit | None = None
        self.started_at: float | None = None
        self._env, self._cwd, self._pass_fds = dict(env or {}), cwd, tuple(pass_fds)
        self._shim_options = (nice, UNLIMITED if memory_limit_bytes is None else memory_limit_bytes, oom_score_adj)
        self._policy, self._on_exit = restart, on_exit
        self._log = RotatingLog(self.log_path)
        self._lock = threading.RLock()
        self._child: subprocess.Popen[bytes] | None = None
        self._family: Family | None = None
        self._watcher: threading.Thread | None = None
        self._pump: threading.Thread | None = None
        self._stop_by: float | None = None
        self._stopping = threading.Event()
        self._failures: list[float] = []

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def pid(self) -> int | None:
        """The process id while it runs, else None."""
        return self._child.pid if self._child else None

    @property
    def alive(self) -> bool:
        """Whether the program itself runs now (between restarts it does not)."""
        child = self._child
        stat = read_stat(child.pid) if child else None
        return stat is not None and not stat.ended

    @property
    def log_problem(self) -> str | None:
        """None while the log can be written, else one sentence."""
        return self._log.problem

    def pids(self) -> list[int]:
        """List the process and everything it started that is alive."""
        family = self._family
        return [member.pid for member in family.members()] if family else []

    def log_tail(self, lines: int = WORDS) -> list[str]:
        """Give the last lines of its output, oldest first."""
        return self._log.tail(lines)

    def start(self) -> None:
        """Start it; returns when the program itself runs (not yet ready for requests).

        Raises:
            Conflict: it runs already.
            WorkloadError: the program cannot be started; nothing is left running.
        """
        with self._lock:
            if self._watcher and self._watcher.is_alive():
                raise Conflict(f"{self.name} is {self.state} already; stop it before starting it again.")
            self._stopping.clear()
            self._stop_by, self._failures, self.restarts, self.exit_code, self.last_exit = None, [], 0, None, None
            self._log.forget()
            self._launch()
            self._watcher = threading.Thread(target=self._watch, name=f"watch {self.name}", daemon=True)
            self._watcher.start()

    def stop(self, timeout_s: float = 10.0) -> None:
        """Ask it to end (SIGTERM to all of it), after ``timeout_s`` seconds end it (SIGKILL); returns when all are gone.

        Stopping what does not run is fine. No restart follows.

        Raises:
            WorkloadError: a process does not go away even so (the kernel holds it, as with a hung disk or driver).
        """
        watcher = self._ask_to_end(timeout_s)
        if watcher is None or watcher is threading.current_thread():
            return
        watcher.join(timeout_s)
        if watcher.is_alive():
            self._signal(signal.SIGKILL)
            watcher.join(KILL_WAIT_S)
        if watcher.is_alive():
            raise WorkloadError(
                f"{self.name} (pids {self.pids()}) does not end although it was killed: the kernel holds it. "
                "Look for a hung disk or device driver; the next start tries again."
            )

    def kill(self) -> None:
        """End it and all that it started at once (SIGKILL); returns when they are gone. No restart follows."""
        self.stop(timeout_s=0.0)

    def wait(self, timeout_s: float | None = None) -> int | None:
        """Wait until it has ended for good, restarts included; give the exit code, None when it has not."""
        watcher = self._watcher
        if watcher is None or watcher is threading.current_thread():
            return self.exit_code
        watcher.join(timeout_s)
        return None if watcher.is_alive() else self.exit_code

    # -- starting

    def _launch(self) -> None:
        self.state = "starting"
        try:
            self._exec()
        except (OSError, WorkloadError) as error:
            self._abandon()
            if isinstance(error, WorkloadError):
                raise
            raise WorkloadError(f"{self.name} cannot be started: {error}.") from error
        self.started_at = SYSTEM_CLOCK.wall_s()
        self.state = "running"

    def _exec(self) -> None:
        """Fork in the spawner's thread, record the child, and wait (some 20 ms) until the shim has become the program."""
        program = self._resolve()
        instance = secrets.token_hex(8)
        ready, ready_child = os.pipe()
        try:
            child = spawn(lambda: self._fork(program, instance, ready_child))
        finally:
            os.close(ready_child)
        with os.fdopen(ready, "rb") as pipe:
            self._adopt(child, instance)
            refusal = pipe.read()
        if refusal:
            raise WorkloadError(f"{self.name} cannot be started: {program}: {os.strerror(int(refusal))}.")

    def _resolve(self) -> str:
        """Find the program: a path is taken as it is, a bare name is looked for in PATH."""
        name = self.argv[0] if self.argv else ""
        program = name if "/" in name else shutil.which(name, path=self._env.get("PATH"))
        if not program:
            raise WorkloadError(
                f"{self.name} cannot be started: there is no program {name or '(empty command)'}. Install it or correct its path."
            )
        return program

    def _fork(self, program: str, instance: str, ready_fd: int) -> subprocess.Popen[bytes]:
        nice, data_bytes, oom = self._shim_options
        options = [os.getpid(), ready_fd, nice, data_bytes, oom]
        return subprocess.Popen(
            [sys.executable, "-I", "-S", str(SHIM), *map(str, options), program, *self.argv[1:]],
            # SPT_NOENV: programs that rename themselves (setproctitle, as vLLM does) must not overwrite the mark
            env={**os.environ, "SPT_NOENV": "1", **self._env, MARK: instance},
            cwd=self._cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            bufsize=0,
            start_new_session=True,
            pass_fds=(ready_fd, *self._pass_fds),
        )

    def _adopt(self, child: subprocess.Popen[bytes], instance: str) -> None:
        stat = read_stat(child.pid)
        assert stat and child.stdout, "an uncollected child has a line in the process table"
        self._child, self._family = child, Family(child.pid, stat.start_time, instance)
        pipe = os.dup(child.stdout.fileno())
        child.stdout.close()
        self._pump = threading.Thread(target=self._log.drain, args=(pipe,), name=f"log {self.name}", daemon=True)
        self._pump.start()
        write_record(self.run_folder, self._record(self._family))

    def _record(self, family: Family) -> Record:
        launcher = read_stat(os.getpid())
        assert launcher, "we run"
        return Record(
            name=self.name,
            pid=family.pid,
            pgid=family.pid,
            start_time=family.start_time,
            argv=self.argv,
            instance=family.instance,
            launcher_pid=launcher.pid,
            launcher_start_time=launcher.start_time,
        )

    def _abandon(self) -> None:
        """Undo a start that did not succeed."""
        if self._family:
            self._family.kill(KILL_WAIT_S)
            self._collect()
        self.state = "failed"

    # -- watching, in a thread of its own

    def _watch(self) -> None:
        """Follow the process through its ends and restarts until it is down for good."""
        final: State = "failed"
        try:
            while True:
                exit = self._decide(self._collect())
                self._tell(exit)
                if exit.restart_in_s is None or self._stopping.wait(exit.restart_in_s):
                    break
                if not self._relaunch():
                    break
            final = "failed" if exit.failed and not self._stopping.is_set() else "stopped"
        except Exception:
            log.exception("watching %s failed", self.name)
        finally:
            self.state = final
            self._log.close()

    def _collect(self) -> Exit:
        """Wait for the end, end what it leaves behind, take its last words, and clear its record."""
        child, family = self._child, self._family
        assert child and family
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # uncollected it holds its number while we end its family
        grace_s = max(0.0, self._stop_by - time.monotonic()) if self._stop_by else 0.0
        gone = family.wait_gone(grace_s) or family.kill(KILL_WAIT_S)
        with self._lock:
            code = child.wait()
            self._child = self._family = None
        self.exit_code = code
        if self._pump:
            self._pump.join(LAST_OUTPUT_WAIT_S)
        if gone:
            record_path(self.run_folder, self.name).unlink(missing_ok=True)
        else:
            log.error("%s: processes of %s do not end although they were killed", self.name, family)
        return Exit(self.name, child.pid, code, tuple(self.log_tail(WORDS)), self._stopping.is_set())

    def _decide(self, exit: Exit) -> Exit:
        """Add what follows: a restart with its wait, or that restarts have run out."""
        if not exit.failed or self._policy is None:
            return exit
        now = time.monotonic()
        self._failures = [at for at in self._failures if now - at < self._policy.window_s]
        used = len(self._failures)
        self._failures.append(now)
        if used < len(self._policy.backoff_s):
            return replace(exit, restart_in_s=self._policy.backoff_s[used])
        return replace(exit, gave_up=True)

    def _tell(self, exit: Exit) -> None:
        self.last_exit = exit
        self.state = "restarting" if exit.restart_in_s is not None else "failed" if exit.failed else "stopped"
        log.log(logging.WARNING if exit.failed else logging.INFO, exit.sentence())
        if self._on_exit is None:
            return
        try:
            self._on_exit(exit)
        except Exception:
            log.exception("who was told of the end of %s failed", self.name)

    def _relaunch(self) -> bool:
        with self._lock:
            if self._stopping.is_set():
                return False
            self.restarts += 1
            try:
                self._launch()
            except WorkloadError as error:
                log.error("%s", error)
                return False
            return True

    # -- ending

    def _ask_to_end(self, timeout_s: float) -> threading.Thread | None:
        with self._lock:
            watcher = self._watcher
            if watcher is None or not watcher.is_alive():
                return None
            self._stop_by = time.monotonic() + timeout_s
            self._stopping.set()
        if timeout_s > 0:
            self._signal(signal.SIGTERM)
            self._signal(signal.SIGCONT)  # what was stopped (Ctrl-Z, debugger) must run to hear it
        return watcher

    def _signal(self, number: signal.Signals) -> None:
        with self._lock:
            if self._family:
                self._family.signal(number)
