"""A supervised child process: own session, own log, dies with its launcher, restarted when it fails.

A ``SupervisedProcess`` owns everything that its program starts: all of it is ended and waited for, at ``stop()`` as
well as after a crash. What a killed launcher leaves is ended by ``reap`` at the next start. Linux only (parent-death
signal, ``/proc``). How the fork is done is told in ``launch.py``, who belongs to a process in ``kin.py``.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Literal, Self

from measurement.clock import SYSTEM_CLOCK
from measurement.errors import Conflict, WorkloadError
from workloads.exits import Exit, Patience, RestartPolicy, how_it_ended
from workloads.launch import Child, Program, launch
from workloads.reaper import KILL_WAIT_S, reap, record_of, remove_record, write_record
from workloads.rotating_log import RotatingLog

__all__ = ["Exit", "RestartPolicy", "State", "SupervisedProcess", "how_it_ended", "reap"]

State = Literal["starting", "running", "restarting", "failed", "stopped"]
LAST_OUTPUT_WAIT_S = 2.0
TAIL_LINES = 20
log = logging.getLogger(__name__)


class SupervisedProcess:
    """One program, started, watched, restarted and ended.

    Args:
        name: what people call it; names its record in the run folder, so no two of one launcher may share it.
        argv: the program and its arguments.
        env: variables set on top of the launcher's own.
        cwd: where it starts; None for the launcher's folder.
        log_path: where its output goes (standard output and error together), rotated at 5 MiB, three files.
        run_folder: where its record stands while it runs.
        nice: added to the niceness; 0..19, more gives way to others.
        pass_fds: descriptors that it inherits, at each restart again; the caller closes its own copies when it is done.
        restart: when and how often to start it again after a failure; None for never. Exit code 0 is no failure.
        memory_limit_bytes: cap on private writable memory (RLIMIT_DATA); None for no cap.
        oom_score_adj: 0..1000, how much sooner than others the kernel takes it when the machine's memory runs out.
        on_exit: called with an ``Exit`` after each end, in the watching thread; it must not wait for this process.

    Each start carries a fresh random mark in ``LODGER_INSTANCE``, which all that it starts inherits.
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
        self.name, self.argv = name, list(argv)
        self.log_path, self.run_folder = Path(log_path), Path(run_folder)
        self.state: State = "stopped"
        self.exit_code: int | None = None
        self.last_exit: Exit | None = None
        self.restarts = 0
        self.started_at: float | None = None
        self._program = Program(
            name, tuple(argv), dict(env or {}), cwd, tuple(pass_fds), nice, memory_limit_bytes, oom_score_adj
        )
        self._policy, self._on_exit = restart, on_exit
        self._patience = Patience(restart)
        self._log = RotatingLog(self.log_path)
        self._lock = threading.RLock()
        self._child: Child | None = None
        self._watcher: threading.Thread | None = None
        self._pump: threading.Thread | None = None
        self._stopping = threading.Event()
        self._stop_by = 0.0

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def pid(self) -> int | None:
        """The process id while it runs, else None."""
        child = self._child
        return child.process.pid if child else None

    @property
    def alive(self) -> bool:
        """Whether the program itself runs now; between restarts it does not."""
        child = self._child
        leader = child.family.leader() if child else None
        return leader is not None and not leader.ended

    @property
    def log_problem(self) -> str | None:
        """None while the log can be written, else one sentence."""
        return self._log.problem

    def pids(self) -> list[int]:
        """List the process and everything it started that is alive."""
        child = self._child
        return [member.pid for member in child.family.members()] if child else []

    def log_tail(self, lines: int = TAIL_LINES) -> list[str]:
        """Give the last lines of its output since the latest ``start()``, oldest first."""
        return self._log.tail(lines)

    def start(self) -> None:
        """Start it; returns when the program itself runs (which is not yet ready for requests).

        Raises:
            Conflict: it runs already.
            WorkloadError: the program cannot be started; nothing is left running.
        """
        with self._lock:
            if self._watcher and self._watcher.is_alive():
                raise Conflict(f"{self.name} is {self.state} already; stop it before starting it again.")
            self._stopping.clear()
            self._patience = Patience(self._policy)
            self.restarts, self.exit_code, self.last_exit = 0, None, None
            self._log.forget()
            self._launch()
            self._watcher = threading.Thread(target=self._watch, name=f"watch {self.name}", daemon=True)
            self._watcher.start()

    def stop(self, timeout_s: float = 10.0) -> None:
        """Ask all of it to end (SIGTERM), after ``timeout_s`` seconds end it (SIGKILL); returns when all are gone.

        Stopping what does not run is fine. No restart follows. From within ``on_exit`` it does not wait.

        Raises:
            WorkloadError: a process does not go away even so, because the kernel holds it.
        """
        watcher = self._ask_to_end(timeout_s)
        if watcher is None or watcher is threading.current_thread():
            return
        watcher.join(timeout_s)
        if watcher.is_alive():
            self._signal(signal.SIGKILL)
            watcher.join(KILL_WAIT_S + LAST_OUTPUT_WAIT_S)
        if watcher.is_alive() or self.pids():
            raise WorkloadError(
                f"{self.name} (pids {self.pids()}) does not end although it was killed: the kernel holds it. "
                "Look for a hung disk or device driver; the next start of Lodger tries again."
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

    # starting

    def _launch(self) -> None:
        """Start the program, its log and its record.

        Raises:
            WorkloadError: one of them cannot be had; the state is ``failed`` and nothing is left running.
        """
        self.state = "starting"
        try:
            child = launch(self._program)
        except WorkloadError:
            self.state = "failed"
            raise
        self._child = child
        self._pump = threading.Thread(
            target=self._log.drain, args=(child.output_fd,), name=f"log {self.name}", daemon=True
        )
        self._pump.start()
        self._register(child)
        self.started_at = SYSTEM_CLOCK.wall_s()
        self.state = "running"

    def _register(self, child: Child) -> None:
        try:
            write_record(self.run_folder, record_of(self.name, self.argv, child.family))
        except WorkloadError:
            child.family.kill(KILL_WAIT_S)
            self._collect()
            self.state = "failed"
            raise

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

    # watching, in a thread of its own

    def _watch(self) -> None:
        """Follow the process through its ends and restarts until it is down for good."""
        final: State = "failed"
        try:
            while True:
                exit = self._patience.decide(self._collect())
                final = "failed" if exit.failed else "stopped"
                self._tell(exit)
                if exit.restart_in_s is None:
                    break
                if self._stopping.wait(exit.restart_in_s) or not self._relaunch():
                    final = "stopped" if self._stopping.is_set() else "failed"
                    break
        except Exception:
            log.exception("watching %s failed", self.name)
        finally:
            self.state = final
            self._log.close()

    def _collect(self) -> Exit:
        """Wait for the end, end what it leaves behind, take its last words, and remove its record."""
        child = self._child
        assert child, "only what was launched is watched"
        pid = child.process.pid
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)  # not collected, so its number stays its own until below
        gone = self._end_family(child)
        with self._lock:
            self.exit_code = code = child.process.wait()
            self._child = None if gone else child
        if self._pump:
            self._pump.join(LAST_OUTPUT_WAIT_S)
        if gone:
            remove_record(self.run_folder, self.name)
        return Exit(self.name, pid, code, tuple(self.log_tail()), wanted=self._stopping.is_set())

    def _end_family(self, child: Child) -> bool:
        """End what outlived the program: with the grace that ``stop`` has left, else at once."""
        grace_s = max(0.0, self._stop_by - time.monotonic()) if self._stopping.is_set() else 0.0
        gone = child.family.wait_gone(grace_s) or child.family.kill(KILL_WAIT_S)
        if not gone:
            log.error("%s: pids %s do not end although they were killed", self.name, self.pids())
        return gone

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

    # ending

    def _ask_to_end(self, timeout_s: float) -> threading.Thread | None:
        with self._lock:
            watcher = self._watcher
            if watcher is None or not watcher.is_alive():
                return None
            self._stop_by = time.monotonic() + timeout_s
            self._stopping.set()
        if timeout_s > 0:
            self._signal(signal.SIGTERM)
            self._signal(signal.SIGCONT)  # what was suspended must run to hear it
        return watcher

    def _signal(self, number: signal.Signals) -> None:
        with self._lock:
            if self._child:
                self._child.family.signal(number)
