"""Looks at what processes really hold of RAM, and calls when somebody must give way.

RLIMIT_DATA does not count everything (files mapped, memory shared), and nobody's limit helps when the machine as a whole
runs short. The newest workload gives way first, the language model never.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from measurement.errors import LodgerError
from measurement.host import resident_bytes, usage
from workloads.ledger import readable

INTERVAL_S = 1.0
SHORTAGE_BYTES = 256 * 2**20
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Breach:
    """Somebody holds too much. ``owner`` is who (None: the machine as a whole runs short), ``victim`` who must give way.

    ``victim`` is None when the owner is protected: then it is a report only.
    """

    owner: str | None
    victim: str | None
    held_bytes: int
    limit_bytes: int
    sentence: str


@dataclass(frozen=True)
class _Watched:
    owner: str
    pids: Callable[[], list[int]]
    limit_bytes: int | None
    protected: bool


class Watchdog:
    """Samples each owner's processes and calls ``on_breach``, once for each breach until it is over.

    Args:
        on_breach: called in the watching thread; may take its time (pausing, checkpointing).
        interval_s: seconds between samples.
        shortage_bytes: with less available on the machine, the newest workload gives way.
        available_bytes: how much the machine has left.
    """

    def __init__(
        self,
        on_breach: Callable[[Breach], None],
        *,
        interval_s: float = INTERVAL_S,
        shortage_bytes: int = SHORTAGE_BYTES,
        available_bytes: Callable[[], int] = lambda: usage().memory_available_bytes,
    ) -> None:
        self._on_breach, self._interval_s = on_breach, interval_s
        self._shortage_bytes, self._available_bytes = shortage_bytes, available_bytes
        self._watched: dict[str, _Watched] = {}
        self._held: dict[str, int] = {}
        self._open: set[tuple[str | None, str | None]] = set()
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def held(self) -> dict[str, int]:
        """Resident bytes of each owner at the latest sample."""
        with self._lock:
            return dict(self._held)

    def watch(
        self, owner: str, pids: Callable[[], list[int]], limit_bytes: int | None = None, *, protected: bool = False
    ) -> None:
        """Watch an owner from now on; the one watched last is the newest.

        Args:
            owner: its name.
            pids: tells its processes, asked at each sample (``SupervisedProcess.pids``).
            limit_bytes: what it may hold; None to have it counted only.
            protected: it never gives way; holding too much is reported only.
        """
        with self._lock:
            self._watched.pop(owner, None)
            self._watched[owner] = _Watched(owner, pids, limit_bytes, protected)

    def unwatch(self, owner: str) -> None:
        """Watch it no longer; fine when it was not."""
        with self._lock:
            self._watched.pop(owner, None)
            self._held.pop(owner, None)
            self._open = {key for key in self._open if owner not in key}

    def check(self) -> list[Breach]:
        """Take one sample of everybody and call ``on_breach`` for what is new; give those."""
        with self._lock:
            watched = list(self._watched.values())
        found = [breach for one in watched if (breach := self._own_breach(one))]
        shortage = None if any(breach.victim for breach in found) else self._shortage(watched)
        new = self._new([*found, shortage] if shortage else found)
        for breach in new:
            self._tell(breach)
        return new

    def start(self) -> None:
        """Sample regularly, in a thread."""
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, name="memory watchdog", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Sample no more; returns when the last call has."""
        self._stopping.set()
        if self._thread and self._thread is not threading.current_thread():
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(self._interval_s):
            try:
                self.check()
            except Exception:
                log.exception("a memory sample failed")

    def _own_breach(self, one: _Watched) -> Breach | None:
        held = self._measure(one)
        with self._lock:
            if one.owner in self._watched:
                self._held[one.owner] = held
        if one.limit_bytes is None or held <= one.limit_bytes:
            return None
        what = "it is not stopped, for the rest lives from it" if one.protected else "it is paused, saved and stopped"
        sentence = f"{one.owner} holds {readable(held)} of RAM, more than its {readable(one.limit_bytes)}: {what}."
        return Breach(one.owner, None if one.protected else one.owner, held, one.limit_bytes, sentence)

    @staticmethod
    def _measure(one: _Watched) -> int:
        """Count cheaply; only when that is too much, count shared pages once (forked helpers share most of theirs)."""
        pids = one.pids()
        held = resident_bytes(pids)
        if one.limit_bytes is not None and held > one.limit_bytes:
            return resident_bytes(pids, shared_once=True)
        return held

    def _shortage(self, watched: list[_Watched]) -> Breach | None:
        available = self._available_bytes()
        if available >= self._shortage_bytes:
            return None
        newest = next((one.owner for one in reversed(watched) if not one.protected), None)
        what = f"{newest}, the newest workload, gives way" if newest else "no workload is there to give way"
        sentence = (
            f"The machine has {readable(available)} of RAM left, less than {readable(self._shortage_bytes)}: {what}."
        )
        return Breach(None, newest, available, self._shortage_bytes, sentence)

    def _new(self, breaches: list[Breach]) -> list[Breach]:
        keys = {(breach.owner, breach.victim) for breach in breaches}
        with self._lock:
            new = [breach for breach in breaches if (breach.owner, breach.victim) not in self._open]
            self._open = keys
        return new

    def _tell(self, breach: Breach) -> None:
        log.warning("%s", breach.sentence)
        try:
            self._on_breach(breach)
        except Exception:
            log.exception("who was told of a memory breach failed")


class Sheddable(Protocol):
    """What can give way: a workload."""

    @property
    def name(self) -> str: ...
    def pause(self) -> object: ...
    def checkpoint(self) -> object: ...
    def stop(self) -> object: ...


def shed(workload: Sheddable) -> list[str]:
    """Pause, checkpoint and stop a workload; a step that it cannot do does not keep it from the next.

    Returns:
        A sentence for each step.
    """
    steps = {"paused": workload.pause, "checkpointed": workload.checkpoint, "stopped": workload.stop}
    return [_step(workload.name, done, act) for done, act in steps.items()]


def _step(name: str, done: str, act: Callable[[], object]) -> str:
    try:
        act()
    except LodgerError as error:
        return f"{name} could not be {done}: {error}"
    return f"{name} was {done}."
