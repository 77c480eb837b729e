"""Who belongs to a supervised process: its session, its group, and whoever carries its mark.

A pid alone names nobody for long: the kernel hands it out again. A process is the same one only if its start time
agrees (field 22 of ``/proc/<pid>/stat``, clock ticks since boot), and it is ours only if it inherited our mark
(``LODGER_INSTANCE`` in its environment). Linux only: reads ``/proc``.

Source: proc_pid_stat(5), proc_pid_environ(5), pidfd_open(2).
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass

MARK = "LODGER_INSTANCE"
POLL_S = 0.02


@dataclass(frozen=True, slots=True)
class Stat:
    """One line of the process table. ``start_time`` is in clock ticks since boot; ``state`` is the kernel's letter."""

    pid: int
    state: str
    parent: int
    group: int
    session: int
    start_time: int

    @property
    def ended(self) -> bool:
        """Whether only the entry is left (a zombie that its parent has not collected)."""
        return self.state in "ZXx"


def read_stat(pid: int) -> Stat | None:
    """Read a process's line; None when there is no such process that we may see."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            line = file.read().decode(errors="replace")
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return None  # hidden (hidepid) is as good as absent: it is not ours
    fields = line[line.rindex(")") + 2 :].split()  # the name before it may hold blanks and brackets
    return Stat(pid, fields[0], int(fields[1]), int(fields[2]), int(fields[3]), int(fields[19]))


def process_table() -> Iterator[Stat]:
    """Yield every process that is visible and not a zombie."""
    for entry in os.listdir("/proc"):
        if entry.isdigit() and (stat := read_stat(int(entry))) and not stat.ended:
            yield stat


def carries_mark(pid: int, instance: str) -> bool:
    """Tell whether the process was started with our mark; one that we may not look into is not ours."""
    try:
        with open(f"/proc/{pid}/environ", "rb") as file:
            return f"{MARK}={instance}".encode() in file.read().split(b"\0")
    except OSError:
        return False


@dataclass(frozen=True, slots=True)
class Family:
    """A supervised process and everything it started: identity of the leader, mark of the members."""

    pid: int
    start_time: int
    instance: str

    def leader(self) -> Stat | None:
        """The leader, if it is still that process (a reused pid is not); it may be a zombie."""
        stat = read_stat(self.pid)
        return stat if stat and stat.start_time == self.start_time else None

    def members(self) -> list[Stat]:
        """List who is alive, leader included.

        Marked processes belong wherever they went. An unmarked one (it cleared its environment) belongs if it stands
        in the leader's session or group and that number is proven to be ours still: by the leader or a marked member.
        """
        stats = [stat for stat in process_table() if stat.start_time >= self.start_time]
        marked = {stat.pid for stat in stats if carries_mark(stat.pid, self.instance)}
        if not self._owns_number(stats, marked):
            return [stat for stat in stats if stat.pid in marked]
        return [stat for stat in stats if stat.pid in marked or self.pid in (stat.session, stat.group)]

    def _owns_number(self, stats: list[Stat], marked: set[int]) -> bool:
        """Tell whether the session's number is ours: it is not handed out again while a member stands in it."""
        leader = self.leader()
        if leader and (leader.pid in marked or leader.parent == os.getpid()):
            return True  # a child that we have not collected, alive or zombie, holds its number
        return any(stat.pid in marked and self.pid in (stat.session, stat.group) for stat in stats)

    def signal(self, number: signal.Signals) -> list[int]:
        """Send a signal to every member that is alive; give the pids that were there."""
        members = self.members()
        for member in members:
            send(member, number)
        return [member.pid for member in members]

    def wait_gone(self, timeout_s: float) -> bool:
        """Wait until no member is alive; False when some are after ``timeout_s`` seconds."""
        deadline = time.monotonic() + timeout_s
        while self.members():
            if time.monotonic() >= deadline:
                return False
            time.sleep(POLL_S)
        return True

    def kill(self, timeout_s: float) -> bool:
        """End every member with SIGKILL, those forked meanwhile as well; False when some are still there afterwards."""
        deadline = time.monotonic() + timeout_s
        while self.signal(signal.SIGKILL):
            if time.monotonic() >= deadline:
                return False
            time.sleep(POLL_S)
        return True


def send(target: Stat, number: signal.Signals) -> None:
    """Signal exactly this process: a pid that was handed to another since ``target`` was read is left alone."""
    try:
        handle = os.pidfd_open(target.pid)
    except ProcessLookupError:
        return
    except OSError:
        _send_by_pid(target, number)  # a kernel or sandbox without pidfd, or no descriptor left
        return
    try:
        if _same(target):
            signal.pidfd_send_signal(handle, number)
    except (ProcessLookupError, PermissionError):
        pass  # it ended by itself, or took another user's rights: who waits for its end will say that it did not come
    finally:
        os.close(handle)


def _send_by_pid(target: Stat, number: signal.Signals) -> None:
    if not _same(target):
        return
    try:
        os.kill(target.pid, number)
    except (ProcessLookupError, PermissionError):
        pass  # as above


def _same(target: Stat) -> bool:
    now = read_stat(target.pid)
    return now is not None and now.start_time == target.start_time
