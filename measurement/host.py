"""The machine: what it has for us, how full it is, and what single processes use of it.

"For us" means: the CPUs that this process may run on (affinity, container quota) and the memory that it may fill
(container limit), not what the hardware would have. The only home of ``psutil``. Nothing here blocks: rates are taken
between one question and the next.
"""

from __future__ import annotations

import os
import platform
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from measurement.cgroup import ControlGroups, whole_cpus
from measurement.clock import SYSTEM_CLOCK, Clock
from measurement.gpus import Gpu, GpuUsage, gpu_usage, gpus

__all__ = ["Gpu", "GpuUsage", "Machine", "ProcessUsage", "Usage", "machine", "process_usage", "resident_bytes", "usage"]

SHORTEST_WINDOW_S = 0.1  # the kernel counts CPU time in ticks of 10 ms: a shorter window says nothing


@dataclass(frozen=True)
class Machine:
    """What we have. ``gpu_reason`` says why ``gpus`` is empty, else None; ``memory_bytes`` is what we may fill of RAM."""

    cpu_name: str
    cpu_count: int
    memory_bytes: int
    gpus: tuple[Gpu, ...]
    gpu_reason: str | None
    os: str
    python: str


@dataclass(frozen=True)
class Usage:
    """How full and busy the machine is.

    ``cpu_percent`` is of all CPUs together, over the time since the previous question; None when nobody asked before.
    Memory is counted within the container's limit where there is one. ``taken_at`` is Unix time.
    """

    cpu_percent: float | None
    memory_used_bytes: int
    memory_available_bytes: int
    gpus: list[GpuUsage] | None
    gpu_reason: str | None
    taken_at: float


@dataclass(frozen=True)
class ProcessUsage:
    """What a process uses. ``cpu_percent`` of one CPU (200 is two full ones) since the previous question, else None."""

    pid: int
    name: str
    rss_bytes: int
    cpu_percent: float | None
    started_at: float


def machine(visible_gpus: str | None = None) -> Machine:
    """Look at the machine.

    Args:
        visible_gpus: the value of CUDA_VISIBLE_DEVICES, if it is set.
    """
    groups = ControlGroups()
    total, group = psutil.virtual_memory().total, groups.memory()
    found, reason = gpus(visible_gpus)
    return Machine(
        cpu_name=_cpu_name(),
        cpu_count=whole_cpus(_allowed_cpus(), groups.cpu_quota()),
        memory_bytes=min(total, group.limit_bytes) if group else total,
        gpus=found,
        gpu_reason=reason,
        os=_os_name(),
        python=platform.python_version(),
    )


def usage(visible_gpus: str | None = None) -> Usage:
    """Read how full and busy the machine is, without waiting."""
    used, available = _memory()
    gpu_usages, reason = gpu_usage(visible_gpus)
    return Usage(_cpu_meter.percent(), used, available, gpu_usages, reason, SYSTEM_CLOCK.wall_s())


def process_usage(pids: Iterable[int]) -> list[ProcessUsage]:
    """Read what these processes use; one that has ended, or that we may not look into, is left out."""
    found = [_process_meter.read(pid) for pid in pids]
    return [process for process in found if process is not None]


def resident_bytes(pids: Iterable[int], *, shared_once: bool = False) -> int:
    """Add up what processes hold of RAM, bytes; those that have ended count nothing.

    Args:
        shared_once: count a page that several share in equal parts (proportional set size) instead of fully for each.
            Exact for a program that forks, and some milliseconds dearer a process.
    """
    return sum(_resident(pid, shared_once) for pid in pids)


def _resident(pid: int, shared_once: bool) -> int:
    try:
        process = psutil.Process(pid)
        return int(process.memory_full_info().pss) if shared_once else int(process.memory_info().rss)
    except psutil.AccessDenied:
        return _resident(pid, shared_once=False) if shared_once else 0
    except psutil.NoSuchProcess:
        return 0


def _memory() -> tuple[int, int]:
    """(used, available) in bytes: of the container's limit where it is tighter than what the machine has left."""
    memory, group = psutil.virtual_memory(), ControlGroups().memory()
    if group is None or group.used_bytes is None or group.limit_bytes >= memory.total:
        return memory.total - memory.available, memory.available
    left = max(0, group.limit_bytes - group.used_bytes)
    return group.used_bytes, min(left, memory.available)


class CpuMeter:
    """Busy time of all CPUs between one question and the next, whoever asks, from any thread."""

    def __init__(self, clock: Clock = SYSTEM_CLOCK) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._at_s, self._busy_s, self._total_s = self._sample()
        self._percent: float | None = None

    def percent(self) -> float | None:
        """Per cent of all CPUs; None until a window of 0.1 s has passed; asked more often, the last answer again."""
        with self._lock:
            at_s, busy_s, total_s = self._sample()
            if at_s - self._at_s < SHORTEST_WINDOW_S or total_s <= self._total_s:
                return self._percent
            share = (busy_s - self._busy_s) / (total_s - self._total_s)
            self._at_s, self._busy_s, self._total_s = at_s, busy_s, total_s
            self._percent = 100.0 * min(1.0, max(0.0, share))
            return self._percent

    def _sample(self) -> tuple[float, float, float]:
        times: Any = psutil.cpu_times()
        guests = getattr(times, "guest", 0.0) + getattr(times, "guest_nice", 0.0)  # counted in user and nice already
        total_s = sum(times) - guests
        return self._clock.monotonic_s(), total_s - times.idle - getattr(times, "iowait", 0.0), total_s


class ProcessMeter:
    """CPU time of single processes between one question and the next."""

    def __init__(self, clock: Clock = SYSTEM_CLOCK) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._seen: dict[tuple[int, float], tuple[float, float, float | None]] = {}

    def read(self, pid: int) -> ProcessUsage | None:
        """Read one process; None when it has ended or may not be looked into."""
        try:
            process = psutil.Process(pid)
            with process.oneshot():
                times = process.cpu_times()
                started_at, rss_bytes, name = process.create_time(), process.memory_info().rss, process.name()
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            self._forget(pid)
            return None
        percent = self._percent((pid, started_at), times.user + times.system)
        return ProcessUsage(pid, name, rss_bytes, percent, started_at)

    def _percent(self, key: tuple[int, float], cpu_s: float) -> float | None:
        now_s = self._clock.monotonic_s()
        with self._lock:
            if key not in self._seen:
                self._seen[key] = (now_s, cpu_s, None)
            before_s, before_cpu_s, percent = self._seen[key]
            if now_s - before_s >= SHORTEST_WINDOW_S:
                percent = 100.0 * max(0.0, cpu_s - before_cpu_s) / (now_s - before_s)
                self._seen[key] = (now_s, cpu_s, percent)
            return percent

    def _forget(self, pid: int) -> None:
        with self._lock:
            self._seen = {key: value for key, value in self._seen.items() if key[0] != pid}


_cpu_meter = CpuMeter()
_process_meter = ProcessMeter()


def _allowed_cpus() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _cpu_name() -> str:
    """The processor as its maker calls it, else the architecture."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith(("model name", "Model"))]
    return names[0] if names and names[0] else platform.processor() or platform.machine()


def _os_name() -> str:
    try:
        return f"{platform.freedesktop_os_release()['PRETTY_NAME']} (Linux {platform.release()})"
    except (OSError, KeyError):
        return platform.platform()
