"""Who belongs to an engine: its processes and all that descend from them, and what CPU time they took.

Read from ``/proc`` directly, as it is asked for ten times a second. Source: proc(5).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from measurement.clock import Clock

PROC = Path("/proc")
REMEMBERED_S = 1.0
_TICKS_PER_S = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
# Fields of /proc/stat that are work: user, nice, system, irq, softirq, steal (idle and iowait are not; guest is in user).
_WORK = (0, 1, 2, 5, 6, 7)


@dataclass
class Kin:
    """The process tree of those that ``founders`` names now; looked up again after a second at the latest."""

    founders: Callable[[], Sequence[int]]
    clock: Clock
    proc: Path = PROC
    _pids: frozenset[int] = frozenset()
    _looked_s: float = field(default=float("-inf"))

    def pids(self) -> frozenset[int]:
        """Give the founders and all their descendants that live."""
        now_s = self.clock.monotonic_s()
        if now_s - self._looked_s > REMEMBERED_S:
            self._pids, self._looked_s = descendants(self.founders(), self.proc), now_s
        return self._pids

    def cpu_s(self) -> float:
        """CPU time that the tree has taken so far, those of its children included that have ended."""
        return tree_cpu_s(self.pids(), self.proc)


def tree_cpu_s(pids: Iterable[int], proc: Path = PROC) -> float:
    """CPU time that these processes have taken so far, those of their children included that have ended."""
    return sum(_cpu_s(pid, proc) for pid in pids)


def descendants(founders: Iterable[int], proc: Path = PROC) -> frozenset[int]:
    """Find the processes that descend from ``founders``, these included where they live."""
    parents = {int(entry.name): _parent(entry) for entry in proc.iterdir() if entry.name.isdecimal()}
    found = {pid for pid in founders if pid in parents}
    grown = True
    while grown:
        children = {pid for pid, parent in parents.items() if parent in found} - found
        found |= children
        grown = bool(children)
    return frozenset(found)


def machine_cpu_s(proc: Path = PROC) -> float:
    """CPU time that the whole machine has worked since it started.

    Raises:
        OSError: ``/proc/stat`` cannot be read.
    """
    fields = (proc / "stat").read_text("ascii").split("\n", 1)[0].split()[1:]
    return sum(int(fields[place]) for place in _WORK) / _TICKS_PER_S


def _stat(entry: Path) -> list[str]:
    """The fields behind the name, which may hold blanks and brackets; empty when the process is gone."""
    try:
        return (entry / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    except OSError:
        return []


def _parent(entry: Path) -> int:
    fields = _stat(entry)
    return int(fields[1]) if fields else 0


def _cpu_s(pid: int, proc: Path) -> float:
    fields = _stat(proc / str(pid))
    return sum(int(field) for field in fields[11:15]) / _TICKS_PER_S if fields else 0.0
