"""Branches: runs that go on from another run's state with other values, beside it, as far as the memory allows.

The original goes on and is the unaltered side. A branch starts from a checkpoint written at the moment of branching, with its
values changed before its first step, so both have the same state there. ``Sweep`` makes one short branch after the other.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from measurement.errors import Conflict, LodgerError, OutOfMemory, Unavailable
from measurement.host import resident_bytes
from workloads.ledger import Caps, Ledger, readable
from workloads.snapshot import ALIVE, OVER, CheckpointResult
from workloads.watchdog import Watchdog
from workloads.workload import Workload

if TYPE_CHECKING:
    from workloads.fleet import Workloads

MOST_BRANCHES = 4
NEED_FACTOR = 1.25  # a twin holds what its original holds, and a little more while it starts
LEAST_NEED_BYTES = 256 * 2**20
POLL_S = 0.05
START_S = 120.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Branch:
    """A run that began from another. ``ends_at`` is the step where it is stopped, None to go on to its own end."""

    name: str
    original: str
    changes: Mapping[str, Any]
    step: int
    ends_at: int | None


class Branches:
    """All branches of a launch. Without a ledger (in tests, or where nothing is planned) memory is not asked for."""

    def __init__(self, workloads: Workloads, ledger: Ledger | None = None, watchdog: Watchdog | None = None) -> None:
        self._workloads, self._ledger, self._watchdog = workloads, ledger, watchdog
        self._branches: dict[str, Branch] = {}
        self._numbers: dict[str, int] = {}
        self._shares: dict[str, int] = {}  # what each had reserved before it lent to its branches
        self._lock = threading.RLock()

    def of(self, original: str) -> list[Branch]:
        """The branches of a workload that are still there, oldest first."""
        return [branch for branch in self._branches.values() if branch.original == original]

    def branch(self, original: Workload, changes: Mapping[str, Any], steps: int | None) -> Branch:
        """Start a branch of a running simulation; returns when it stands at the same state with its own values.

        Raises:
            Conflict: it does not run, cannot be checkpointed and restored, or was started elsewhere.
            OutOfMemory: there is no room beside it; the original goes on as it was.
            Unavailable, WorkloadError: the checkpoint or the branch does not come.
        """
        known = original.snapshot()
        if known.name in self._branches:
            raise Conflict(f"{known.name} is a branch itself; branch {self._branches[known.name].original} instead.")
        if known.state not in ("running", "paused"):
            raise Conflict(f"{known.name} is {known.state}; only a run that goes on, or is paused, can be branched.")
        if not (known.can_checkpoint and known.can_restore):
            raise Conflict(f"{known.name} cannot be branched: its program has no @sim.checkpoint and @sim.restore.")
        with self._lock:
            self._clear_old()
            name = self._next_name(known.name)
            caps = self._make_room(original, name)
            try:
                return self._begin(original, name, changes, steps, caps)
            except BaseException:
                self._forget(name)
                raise

    def member(self, name: str) -> Workload:
        """The workload of a branch. Raises: NotFound."""
        return self._workloads.get(name)

    def stop_all(self) -> None:
        """End every branch."""
        for name in list(self._branches):
            self._forget(name)

    def forget(self, name: str) -> None:
        """End a branch and take it off the list; its run stays in the store."""
        with self._lock:
            self._forget(name)

    def _begin(
        self, original: Workload, name: str, changes: Mapping[str, Any], steps: int | None, caps: Caps | None
    ) -> Branch:
        path = original.kept_before(name)
        saved = original.checkpoint(path=str(path))
        env = {} if caps is None else {"env": {**original.environment, **caps.environment}}
        twin = original.twin(name, parameters=changes, restart_policy=None, **env)
        self._workloads.add(twin)
        branch = Branch(name, original.name, dict(changes), saved.step, saved.step + steps if steps else None)
        self._branches[name] = branch
        if self._watchdog and caps:
            self._watchdog.watch(name, twin.pids, caps.resident_limit_bytes)
        twin.start(CheckpointResult(str(path), saved.step))
        _await_start(twin)
        path.unlink(missing_ok=True)
        threading.Thread(target=self._follow, args=(twin, branch), name=f"follow {name}", daemon=True).start()
        return branch

    def _follow(self, twin: Workload, branch: Branch) -> None:
        """Stop it where it should end, and give its memory back then."""
        while (known := twin.snapshot()).state not in OVER:
            if branch.ends_at is not None and known.step >= branch.ends_at:
                _stop(twin)
            time.sleep(POLL_S)
        with self._lock:
            self._give_back(branch)

    def _next_name(self, original: str) -> str:
        number = self._numbers[original] = self._numbers.get(original, 0) + 1
        return f"{original}-branch-{number}"

    def _clear_old(self) -> None:
        """Make room in the list: the oldest branch that has ended goes. Raises: Conflict when all go on."""
        if len(self._branches) < MOST_BRANCHES:
            return
        ended = [n for n in self._branches if self._workloads.get(n).state not in ALIVE]
        if not ended:
            raise Conflict(f"{MOST_BRANCHES} branches go on already: {', '.join(self._branches)}; stop one first.")
        self._forget(ended[0])

    def _forget(self, name: str) -> None:
        branch = self._branches.pop(name, None)
        if name in self._workloads.names():
            _stop(self._workloads.get(name))
            self._workloads.remove(name)
        if branch:
            self._give_back(branch)
        elif self._ledger:
            self._ledger.release(name)

    # memory

    def _make_room(self, original: Workload, name: str) -> Caps | None:
        """Reserve for a branch: of what is free, else of what its original has reserved and does not use.

        Raises: OutOfMemory.
        """
        if self._ledger is None or original.name not in self._ledger.reservations:
            return None
        held = resident_bytes(original.pids())
        need = max(int(NEED_FACTOR * held), LEAST_NEED_BYTES)
        share = self._ledger.reservations[original.name]
        if need > self._ledger.free_bytes:
            spare = share - int(NEED_FACTOR * held)
            if self._ledger.kind != "cpu" or spare < need:
                raise OutOfMemory(
                    f"{name} needs {readable(need)}, as {original.name} holds {readable(held)} now; "
                    f"{readable(self._ledger.free_bytes)} are free and {original.name} can spare {readable(max(spare, 0))}. "
                    "Make the simulation smaller, or start Lodger with a smaller --llm-memory.",
                    left_bytes=self._ledger.free_bytes,
                )
            self._resize(original, share - need)
        self._ledger.reserve(name, need)
        return self._ledger.caps(name)

    def _give_back(self, branch: Branch) -> None:
        """Return a branch's memory to its original, up to what that had at first."""
        if self._ledger is None or branch.name not in self._ledger.reservations:
            return
        size = self._ledger.reservations[branch.name]
        self._ledger.release(branch.name)
        if self._watchdog:
            self._watchdog.unwatch(branch.name)
        original = branch.original
        if original in self._ledger.reservations and original in self._shares:
            self._resize(
                self._workloads.get(original), min(self._shares[original], self._ledger.reservations[original] + size)
            )

    def _resize(self, original: Workload, size_bytes: int) -> None:
        """Change a workload's reservation; the resident-set watchdog holds it to the new one."""
        assert self._ledger
        self._shares.setdefault(original.name, self._ledger.reservations[original.name])
        self._ledger.reserve(original.name, size_bytes)
        if self._watchdog:
            self._watchdog.watch(original.name, original.pids, size_bytes)


def _await_start(twin: Workload) -> None:
    """Wait until it stands before its first step. Raises: Unavailable when it ended or takes too long."""
    deadline = time.monotonic() + START_S
    while twin.snapshot().state == "starting" and time.monotonic() < deadline:
        time.sleep(POLL_S)
    known = twin.snapshot()
    if known.state in ("failed", "starting"):
        raise Unavailable(f"The branch did not start: {known.last_words or f'it is silent for {START_S:g} s'}")


def _stop(twin: Workload) -> None:
    try:
        twin.stop()
    except LodgerError as error:
        _log.warning("%s", error)
