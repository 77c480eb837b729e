"""Who has reserved what of a device, and the form in which each child understands its cap."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from measurement.errors import NotFound, OutOfMemory, Refused

DeviceKind = Literal["cpu", "cuda"]

DATA_HEADROOM_BYTES = 512 * 2**20  # thread stacks count fully though hardly touched: 8 MiB for each of 64 threads
SMALLEST_DATA_BYTES = 2**30  # below some 300 MiB torch fails at import; a cap that prevents the start protects nobody
CUDA_CONTEXT_BYTES = 512 * 2**20  # context, cuBLAS and cuDNN of a process: outside of what its allocator counts


@dataclass(frozen=True)
class Caps:
    """One owner's cap, as its process takes it.

    ``environment`` goes to the child. ``memory_limit_bytes`` is for ``SupervisedProcess`` (RLIMIT_DATA): a backstop, with
    room for what is mapped but not touched, so that a runaway allocation fails in the program itself.
    ``resident_limit_bytes`` is for the ``Watchdog``. ``gpu_fraction`` is of the whole GPU. None: does not apply.
    """

    bytes: int
    environment: Mapping[str, str] = field(default_factory=dict)
    memory_limit_bytes: int | None = None
    resident_limit_bytes: int | None = None
    gpu_fraction: float | None = None


class Ledger:
    """The reservations on one device: their sum never passes its size. Usable from any thread.

    Args:
        total_bytes: size of the device.
        kind: ``cpu`` (RAM) or ``cuda``.
        device: its name, for messages.
    """

    def __init__(self, total_bytes: int, kind: DeviceKind = "cpu", device: str = "the device") -> None:
        self.total_bytes, self.device = total_bytes, device
        self.kind: DeviceKind = kind
        self._reserved: dict[str, int] = {}
        self._lock = threading.Lock()

    @property
    def reservations(self) -> dict[str, int]:
        """Bytes by owner, in the order of reserving."""
        with self._lock:
            return dict(self._reserved)

    @property
    def free_bytes(self) -> int:
        """What nobody has reserved."""
        return self.total_bytes - sum(self.reservations.values())

    def reserve(self, owner: str, size_bytes: int) -> None:
        """Reserve for an owner; a second time changes its reservation, or leaves it as it was when it does not fit.

        Raises:
            OutOfMemory: it does not fit what the others leave.
            Refused: the size is not positive.
        """
        if size_bytes <= 0:
            raise Refused(
                f"{owner} asks for {size_bytes} bytes of memory: a reservation is a positive number of bytes."
            )
        with self._lock:
            others = {name: held for name, held in self._reserved.items() if name != owner}
            left = self.total_bytes - sum(others.values())
            if size_bytes > left:
                raise OutOfMemory(self._refusal(owner, size_bytes, left, others), left_bytes=left)
            self._reserved[owner] = size_bytes

    def release(self, owner: str) -> None:
        """Give back; releasing what is not reserved is fine."""
        with self._lock:
            self._reserved.pop(owner, None)

    def caps(self, owner: str) -> Caps:
        """Express the owner's reservation as its process understands it.

        Raises:
            NotFound: it has reserved nothing.
        """
        size_bytes = self.reservations.get(owner)
        if size_bytes is None:
            raise NotFound(
                f"{owner} has reserved no memory; reserve before it starts.", suggestions=list(self._reserved)
            )
        return _CAPS[self.kind](size_bytes, self.total_bytes)

    def _refusal(self, owner: str, size_bytes: int, left: int, others: Mapping[str, int]) -> str:
        held = ", ".join(f"{name} {readable(size)}" for name, size in others.items()) or "nobody else holds any"
        return (
            f"{owner} asks for {readable(size_bytes)} of {self.device} ({readable(self.total_bytes)}), of which "
            f"{readable(left)} are left ({held}). Give it a smaller share, or stop one of the others."
        )


def _cpu_caps(size_bytes: int, _total_bytes: int) -> Caps:
    return Caps(
        bytes=size_bytes,
        environment={"LODGER_MEMORY_BYTES": str(size_bytes)},
        memory_limit_bytes=max(SMALLEST_DATA_BYTES, size_bytes + DATA_HEADROOM_BYTES),
        resident_limit_bytes=size_bytes,
    )


def _cuda_caps(size_bytes: int, total_bytes: int) -> Caps:
    """No RLIMIT_DATA here: the CUDA driver maps far more of the host's memory than it uses.

    PyTorch reads its fraction from 2.10 on; an older one needs a program that applies LODGER_GPU_MEMORY_FRACTION itself
    (``torch.cuda.set_per_process_memory_fraction``).

    Source: PyTorch, "CUDA semantics: memory management"; JAX, "GPU memory allocation" (of its two names for the fraction
    only the older is set, which all versions read); CuPy, "Environment variables".
    """
    usable = max(size_bytes // 2, size_bytes - CUDA_CONTEXT_BYTES)
    fraction = usable / total_bytes
    return Caps(
        bytes=size_bytes,
        environment={
            "LODGER_MEMORY_BYTES": str(size_bytes),
            "LODGER_GPU_MEMORY_FRACTION": f"{fraction:.4f}",
            "PYTORCH_ALLOC_CONF": f"per_process_memory_fraction:{fraction:.4f}",
            "XLA_PYTHON_CLIENT_MEM_FRACTION": f"{fraction:.4f}",
            "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
            "CUPY_GPU_MEMORY_LIMIT": str(usable),
        },
        gpu_fraction=fraction,
    )


_CAPS: Mapping[DeviceKind, Callable[[int, int], Caps]] = {"cpu": _cpu_caps, "cuda": _cuda_caps}


def readable(size_bytes: int) -> str:
    """Bytes as people read them: ``3.5 GiB``, ``512 MiB``."""
    if abs(size_bytes) >= 2**30:
        return f"{size_bytes / 2**30:.1f} GiB"
    return f"{size_bytes / 2**20:.0f} MiB" if abs(size_bytes) >= 2**20 else f"{size_bytes} B"
