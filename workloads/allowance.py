"""Refuse what would not fit, before it is allocated: a simulation's side of the memory ledger.

The ledger tells a child its share in ``LODGER_MEMORY_BYTES``; without it, what the device has free is the limit. A
share on a CPU counts all that the process holds; on a GPU it counts what the allocator holds, and so do the estimates.
"""

from __future__ import annotations

import ctypes
import os

import torch

from workloads.ledger import readable

PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # of mallopt(3)
KEPT_BYTES, LARGEST_KEPT_BYTES = 256 << 20, 32 << 20  # the latter is the most that glibc takes


class TooLarge(MemoryError, ValueError):
    """A size that does not fit the memory; nothing was allocated. A ``ValueError``, so that its sentence is shown."""


def require(size_bytes: float, what: str, device: torch.device | None = None, *, held_bytes: float = 0.0) -> None:
    """Check that ``size_bytes`` more can be held, ``what`` naming them; ``held_bytes`` of now are given back first.

    Raises:
        TooLarge: they do not fit; with the sizes, and what to do.
    """
    left = left_bytes(device or torch.device("cpu")) + held_bytes
    if size_bytes > left:
        raise TooLarge(
            f"{what} needs about {readable(int(size_bytes))} of memory, of which {readable(max(0, int(left)))} are left"
            f"{' of this share' if share_bytes() else ''}: choose a smaller size, or give the workload a larger share."
        )


def share_bytes() -> int | None:
    """The share that the ledger gave this process; None when nobody gave one."""
    told = os.environ.get("LODGER_MEMORY_BYTES", "")
    return int(told) if told.isdigit() else None


def left_bytes(device: torch.device) -> int:
    """What may still be allocated on the device: within the share, and within what is free."""
    share = share_bytes()
    give_back()
    if device.type == "cuda":
        free, _ = torch.cuda.mem_get_info(device)
        spare = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
        within = free + spare if share is None else share - torch.cuda.memory_allocated(device)
        return min(free + spare, within)
    return available_bytes() if share is None else min(available_bytes(), share - resident_bytes())


def keep_freed() -> None:
    """Let the allocator keep up to 256 MiB that is freed instead of giving it to the system at once.

    A step frees what the next one allocates again; each time the system would clear its pages anew, which took as long as
    the arithmetic. Nothing happens with a C library other than glibc. Source: mallopt(3).
    """
    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt"):
        library.mallopt(M_MMAP_THRESHOLD, LARGEST_KEPT_BYTES)
        library.mallopt(M_TRIM_THRESHOLD, KEPT_BYTES)


def give_back() -> None:
    """Give to the system what the allocator keeps, so that it is not counted as held. Source: malloc_trim(3)."""
    library = ctypes.CDLL(None)
    if hasattr(library, "malloc_trim"):
        library.malloc_trim(0)


def resident_bytes() -> int:
    """What this process holds. Source: proc(5), ``statm``, second field, in pages."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * PAGE_BYTES


def available_bytes() -> int:
    """What the machine can give without swapping. Source: proc(5), ``MemAvailable`` in kB."""
    with open("/proc/meminfo") as file:
        told = next(line for line in file if line.startswith("MemAvailable:"))
    return int(told.split()[1]) * 1024
