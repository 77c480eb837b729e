"""How a workload's program is run, and what every session with it can do, whoever started the program."""

from __future__ import annotations

import json
import os
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workloads.catalogue import is_address
from workloads.channel import Answer, Channel
from workloads.ending import Verdict
from workloads.exits import Exit
from workloads.intake import Intake
from workloads.snapshot import Snapshot

ROOT = Path(__file__).resolve().parents[1]


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


class Session(ABC):
    """One conversation with a program over its channel, from start to end; ``on_end`` is called once, at its end.

    ``stop_asked`` and ``forced`` tell an end that was wanted from an accident; ``exit`` is None while it is not known.
    """

    def __init__(self, terms: Terms, intake: Intake, on_end: Callable[[Session], None]) -> None:
        self.intake = intake
        self.stop_asked = self.forced = False
        self.exit: Exit | None = None
        self._terms, self._on_end = terms, on_end
        self._channel: Channel | None = None
        self._concluded = threading.Event()

    @abstractmethod
    def start(self, parameters: Mapping[str, Any], restore: str | None) -> None:
        """Begin, with these values and from a checkpoint if one is named.

        Raises:
            WorkloadError: the program cannot be started or attached to; nothing is left running.
        """

    @property
    @abstractmethod
    def alive(self) -> bool: ...

    @property
    @abstractmethod
    def pid(self) -> int | None: ...

    @abstractmethod
    def judged(self, known: Snapshot) -> Verdict:
        """How its end is to be seen."""

    @abstractmethod
    def leave(self, timeout_s: float) -> None:
        """The launch ends."""

    @abstractmethod
    def end(self, timeout_s: float) -> None:
        """End it, as far as that is in our power, within ``timeout_s`` seconds."""

    def pids(self) -> list[int]:
        """The processes that we count and end: none, unless we started them."""
        return []

    def log_tail(self, lines: int) -> list[str]:
        """The last of what the program printed, where we can see it."""
        return []

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

    def _conclude(self, exit: Exit | None = None, *, judge: bool = True) -> None:
        """Have the end judged, unless it never began, and let those go who wait for it."""
        self.exit = exit
        try:
            if judge:
                self._on_end(self)
        finally:
            self._concluded.set()


def terms_of(name: str, argv: Sequence[str], env: Mapping[str, str] | None, **rest: Any) -> Terms:
    """The terms of a workload, its folders as paths."""
    return Terms(name, tuple(argv), dict(env or {}), **rest)
