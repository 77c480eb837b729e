"""One life of a program that was started here: the process, the channel to it, and what was said, from start to end."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from typing import Any

from workloads.channel import Channel
from workloads.ending import Verdict, judge
from workloads.exits import Exit
from workloads.process import SupervisedProcess
from workloads.session import Session
from workloads.snapshot import Snapshot

LAST_MESSAGES_S = 5.0


class StartedSession(Session):
    """A process of ours that is steered, and that ends with us."""

    _process: SupervisedProcess | None = None

    def start(self, parameters: Mapping[str, Any], restore: str | None) -> None:
        """Start the process; see ``Session.start``."""
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
        self._conclude(exit)

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

    def judged(self, known: Snapshot) -> Verdict:
        assert self.exit, "only an end is judged"
        return judge(self, self.exit, known)

    def leave(self, timeout_s: float) -> None:
        """What was started here ends with the launch."""
        self.end(timeout_s)

    def end(self, timeout_s: float) -> None:
        """End it by force: SIGTERM, then SIGKILL after ``timeout_s`` seconds."""
        if self._process:
            self.forced = True
            self._process.stop(timeout_s)
