"""How a process ended, and whether it is started again."""

from __future__ import annotations

import signal
import time
from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class RestartPolicy:
    """How often a failed process is started again.

    ``backoff_s`` holds the wait before each restart, seconds. A failure when as many as it holds already lie within the
    last ``window_s`` seconds is the end: no further restart.
    """

    backoff_s: tuple[float, ...] = (0.5, 1.0, 2.0)
    window_s: float = 300.0


@dataclass(frozen=True)
class Exit:
    """One end of a process.

    ``code`` is negative for a signal. ``wanted`` when ``stop()`` or ``kill()`` was called. ``restart_in_s`` is the wait
    before the next start, None when there will be none. ``gave_up`` says that the restarts have run out.
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
        return f"{self.name} (pid {self.pid}) {how_it_ended(self.code)}.{self._last_words()}{self._what_follows()}"

    def _last_words(self) -> str:
        spoken = [line.strip() for line in self.last_lines if line.strip()]
        return f' Its last words: "{spoken[-1]}".' if self.failed and spoken else ""

    def _what_follows(self) -> str:
        if self.restart_in_s is not None:
            return f" It starts again in {self.restart_in_s:g} s."
        return " It has failed too often and is not started again; see its log." if self.gave_up else ""


def how_it_ended(code: int) -> str:
    """Read an exit code: ``-9`` -> ``was ended by SIGKILL``."""
    if code >= 0:
        return f"ended with exit code {code}"
    try:
        return f"was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"was ended by signal {-code}"


@dataclass
class Patience:
    """Counts failures against a policy. Without a policy nothing is restarted."""

    policy: RestartPolicy | None
    failures: list[float] = field(default_factory=list)

    def decide(self, exit: Exit) -> Exit:
        """Add what follows this end: a restart with its wait, or that restarts have run out."""
        if self.policy is None or not exit.failed:
            return exit
        now = time.monotonic()
        self.failures = [at for at in self.failures if now - at < self.policy.window_s]
        used = len(self.failures)
        self.failures.append(now)
        if used < len(self.policy.backoff_s):
            return replace(exit, restart_in_s=self.policy.backoff_s[used])
        return replace(exit, gave_up=True)
