"""What a container or a service manager leaves us of the machine: control groups, version 1 and 2.

A limit may stand in our group or in any above it; the smallest counts. Linux only; elsewhere, and where no limit is set,
the answers are None.

Source: Linux admin-guide, cgroup-v2 (cpu.max, memory.max, memory.high) and cgroup-v1 (cpu.cfs_quota_us,
memory.limit_in_bytes).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

NO_LIMIT_BYTES = 2**60  # version 1 writes "no limit" as a number near 2**63


@dataclass(frozen=True)
class MemoryGroup:
    """The group whose memory limit binds us: its limit and what is used of it, bytes.

    ``used_bytes`` leaves out the part of the file cache that the kernel gives back at once; None when it cannot be read.
    """

    limit_bytes: int
    used_bytes: int | None


@dataclass(frozen=True)
class ControlGroups:
    """The control groups of this process. ``proc`` and ``mount`` are where the two file systems stand."""

    proc: Path = Path("/proc")
    mount: Path = Path("/sys/fs/cgroup")

    def cpu_quota(self) -> float | None:
        """How many CPUs' worth of time we may use; None when that is not limited."""
        quotas = [_quota_v2(folder) for folder in self._unified()]
        quotas += [_quota_v1(folder) for folder in self._classic("cpu")]
        return min((quota for quota in quotas if quota is not None), default=None)

    def memory(self) -> MemoryGroup | None:
        """The tightest memory limit that we are under; None when there is none."""
        groups = [_memory_v2(folder) for folder in self._unified()]
        groups += [_memory_v1(folder) for folder in self._classic("memory")]
        return min((group for group in groups if group), key=lambda group: group.limit_bytes, default=None)

    def _unified(self) -> Iterator[Path]:
        for controllers, path in self._memberships():
            if not controllers:
                yield from _upwards(self.mount, path)
                yield from _upwards(self.mount / "unified", path)

    def _classic(self, controller: str) -> Iterator[Path]:
        for controllers, path in self._memberships():
            if controller in controllers:
                yield from _upwards(self.mount / controller, path)
                yield from _upwards(self.mount / ",".join(controllers), path)

    def _memberships(self) -> Iterator[tuple[list[str], str]]:
        """Yield (controllers, path) for each line of ``/proc/self/cgroup``; version 2 names no controllers."""
        text = _read(self.proc / "self" / "cgroup") or ""
        for line in text.splitlines():
            _, controllers, path = line.split(":", 2)
            yield [name for name in controllers.split(",") if name], path


def _upwards(mount: Path, path: str) -> Iterator[Path]:
    """Yield our group and those above it.

    Inside a container the path may be the host's, of which only the end, or nothing, is mounted: what is not there is
    skipped, and the mount point itself is always among them.
    """
    folder = mount / path.strip("/")
    while folder != mount:
        yield folder
        folder = folder.parent
    yield mount


def _quota_v2(folder: Path) -> float | None:
    text = _read(folder / "cpu.max")
    if text is None:
        return None
    quota, period = text.split()
    return None if quota == "max" else int(quota) / int(period)


def _quota_v1(folder: Path) -> float | None:
    quota, period = _number(folder / "cpu.cfs_quota_us"), _number(folder / "cpu.cfs_period_us")
    return quota / period if quota and period and quota > 0 else None


def _memory_v2(folder: Path) -> MemoryGroup | None:
    limits = [_number(folder / name) for name in ("memory.max", "memory.high")]
    return _group(folder, min((limit for limit in limits if limit), default=None), "memory.current", "inactive_file")


def _memory_v1(folder: Path) -> MemoryGroup | None:
    limit = _number(folder / "memory.limit_in_bytes")
    return _group(folder, limit, "memory.usage_in_bytes", "total_inactive_file")


def _group(folder: Path, limit: int | None, usage_file: str, cache_key: str) -> MemoryGroup | None:
    if limit is None or limit >= NO_LIMIT_BYTES:
        return None
    used = _number(folder / usage_file)
    return MemoryGroup(limit, None if used is None else max(0, used - _statistic(folder / "memory.stat", cache_key)))


def _statistic(path: Path, key: str) -> int:
    """One line of ``memory.stat``; where the kernel does not tell, nothing is known to be given back."""
    for line in (_read(path) or "").splitlines():
        name, _, value = line.partition(" ")
        if name == key:
            return int(value)
    return 0


def _number(path: Path) -> int | None:
    text = _read(path)
    return None if text is None or text.strip() == "max" else int(text)


def _read(path: Path) -> str | None:
    try:
        return path.read_text()
    except OSError:
        return None


def whole_cpus(available: int, quota: float | None) -> int:
    """How many threads are worth starting: whole CPUs that we have in full, at least one."""
    return max(1, min(available, math.floor(quota))) if quota is not None else max(1, available)
