"""One life of a workload's process: the process, the channel to it, and what was said, from start to end."""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workloads.catalogue import is_address
from workloads.channel import Answer, Channel
from workloads.ending import Verdict, judge
from workloads.intake import Intake
from workloads.process import Exit, SupervisedProcess
from workloads.snapshot import Snapshot

ROOT = Path(__file__).resolve().parents[1]
LAST_MESSAGES_S = 5.0


@dataclass(frozen=True)
class Terms:
    """How a workload's program is run; the same at each start."""

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str]
    cwd: Path | str | None
    run_folder: Path
    log_folder: Path
    memory_limit_bytes: int | None
    nice: int
    token: str = ""

    @property
    def address(self) -> str | None:
        """Where the program listens, if it was started elsewhere: ``unix:/path`` or ``tcp:host:port``."""
        return self.argv[0] if len(self.argv) == 1 and is_address(self.argv[0]) else None

    def environment(self, channel_fd: int, parameters: Mapping[str, Any], restore: str | None) -> dict[str, str]:
        """The variables that the SDK reads, and those that let a file anywhere import it and speak without delay."""
        path = os.pathsep.join(filter(None, (str(ROOT), self.env.get("PYTHONPATH", os.environ.get("PYTHONPATH", "")))))
        return {
            **self.env,
            "PYTHONPATH": path,
            "PYTHONUNBUFFERED": "1",
            "LODGER_CHANNEL": f"fd:{channel_fd}",
            "LODGER_CHANNEL_TOKEN": "",  # of programs that listen; not this one's business
            "LODGER_PARAMETERS": json.dumps(dict(parameters)),
            "LODGER_RESTORE": restore or "",
        }


class Session:
    """A process that was started here and is steered. ``stop_asked`` and ``forced`` tell its end from an accident."""

    def __init__(self, terms: Terms, intake: Intake, on_end: Callable[[Session], None]) -> None:
        self.intake = intake
        self.stop_asked = self.forced = False
        self.exit: Exit | None = None
        self._concluded = threading.Event()
        self._terms, self._on_end = terms, on_end
        self._process: SupervisedProcess | None = None
        self._channel: Channel | None = None

    def start(self, parameters: Mapping[str, Any], restore: str | None) -> None:
        """Start the process with these values, from a checkpoint if one is named.

        Raises:
            WorkloadError: it cannot be started; nothing is left running.
        """
        ours, theirs = socket.socketpair()
        terms = self._terms
        self._channel = Channel(terms.name, ours, self.intake.take, self.intake.complain)
        self._channel.start()
        self._process = SupervisedProcess(
            terms.name,
            terms.argv,
            env=terms.environment(theirs.fileno(), parameters, restore),
            cwd=terms.cwd,
            log_path=terms.log_folder / f"{terms.name}.log",
            run_folder=terms.run_folder,
            nice=terms.nice,
            pass_fds=(theirs.fileno(),),
            memory_limit_bytes=terms.memory_limit_bytes,
            on_exit=self._ended,
        )
        try:
            with theirs:
                self._process.start()
        except BaseException:
            self._channel.close()
            raise

    def _ended(self, exit: Exit) -> None:
        if self._channel:
            self._channel.drain(LAST_MESSAGES_S)  # so that its last metrics and its bye are in before the verdict
        self.exit = exit
        try:
            self._on_end(self)
        finally:
            self._concluded.set()

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.alive

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def pids(self) -> list[int]:
        """The process and all that it started."""
        return self._process.pids() if self._process else []

    def log_tail(self, lines: int) -> list[str]:
        return self._process.log_tail(lines) if self._process else []

    @property
    def unread_s(self) -> float:
        """How long a request has been lying unread, seconds."""
        return self._channel.unread_s if self._channel else 0.0

    def request(self, kind: str, **fields: Any) -> Future[Answer]:
        """Ask the simulation; see ``Channel.request``."""
        assert self._channel, "only a started session is asked"
        return self._channel.request(kind, **fields)

    def wait(self, timeout_s: float) -> bool:
        """Whether it has ended within the time, and its end has been judged."""
        return self._concluded.wait(timeout_s)

    def judged(self, known: Snapshot) -> Verdict:
        """How its end is to be seen."""
        assert self.exit, "only an end is judged"
        return judge(self, self.exit, known)

    def leave(self, timeout_s: float) -> None:
        """The launch ends: what was started here ends with it."""
        self.end(timeout_s)

    def end(self, timeout_s: float) -> None:
        """End it by force: SIGTERM, then SIGKILL after ``timeout_s`` seconds."""
        if self._process:
            self.forced = True
            self._process.stop(timeout_s)


def terms_of(name: str, argv: Sequence[str], env: Mapping[str, str] | None, **rest: Any) -> Terms:
    """The terms of a workload, its folders as paths."""
    return Terms(name, tuple(argv), dict(env or {}), **rest)
