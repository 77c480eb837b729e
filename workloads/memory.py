"""The memory plan: who gets how much of the device, and what keeps them to it.

The device is the first GPU where there is one, else the RAM that we may fill. The language model comes first, the
workloads share the rest evenly, and something is left for the system. Planning allocates nothing: ``Ledger`` keeps the
reservations, ``Watchdog`` looks at what is really held.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from measurement.errors import SettingsError
from measurement.host import Machine
from workloads.ledger import Caps, DeviceKind, Ledger, readable
from workloads.watchdog import Breach, Sheddable, Watchdog, shed

__all__ = [
    "LLM",
    "Breach",
    "Caps",
    "Ledger",
    "MemoryPlan",
    "Row",
    "Sheddable",
    "Watchdog",
    "llm_need_bytes",
    "plan",
    "readable",
    "shed",
]

LLM = "llm"
TABLE_WIDTH = 100
OWNER_WIDTH = 22
ROUNDING = 1e-9
LLAMA_BUFFERS_BYTES = 64 * 2**20

LLM_CAP: Mapping[DeviceKind, str] = {
    "cpu": "weights + context are sized to fit before it starts; a watchdog reports when it holds more; never stopped",
    "cuda": "vLLM: --gpu-memory-utilization with --kv-cache-memory-bytes; llama.cpp: weights + context sized to fit",
}
WORKLOAD_CAP: Mapping[DeviceKind, str] = {
    "cpu": "RLIMIT_DATA in its process; a watchdog on what it holds pauses, checkpoints and stops it",
    "cuda": "PYTORCH_ALLOC_CONF, XLA_PYTHON_CLIENT_MEM_FRACTION, CUPY_GPU_MEMORY_LIMIT, LODGER_GPU_MEMORY_FRACTION",
}
FREE_FOR: Mapping[DeviceKind, str] = {
    "cpu": "the system, this control plane and its page",
    "cuda": "the driver and the display; CUDA contexts are counted in each owner's share",
}


@dataclass(frozen=True)
class Row:
    """One owner's part: ``share`` of the device (0..1), ``bytes``, and what enforces it, in words."""

    owner: str
    share: float
    bytes: int
    enforced_by: str


@dataclass(frozen=True)
class MemoryPlan:
    """The parts of one device. ``reserve_bytes`` belongs to nobody; ``note`` says what a person should know about it."""

    device: str
    kind: DeviceKind
    total_bytes: int
    rows: tuple[Row, ...]
    reserve_bytes: int
    note: str | None = None

    def bytes_of(self, owner: str) -> int | None:
        """The part of this owner, None when it has none."""
        return next((row.bytes for row in self.rows if row.owner == owner), None)

    def ledger(self) -> Ledger:
        """Open an empty ledger for this device."""
        return Ledger(self.total_bytes, self.kind, self.device)

    def table(self) -> str:
        """Set the plan as text of at most 100 columns."""
        free = Row("(left free)", self.reserve_bytes / self.total_bytes, self.reserve_bytes, FREE_FOR[self.kind])
        head = f"Memory plan for {self.device}, {readable(self.total_bytes)}"
        lines = [*textwrap.wrap(head, TABLE_WIDTH), "", _line("owner", "share", "memory", "enforced by")]
        lines += [_row_line(row) for row in (*self.rows, free)]
        lines += ["", *textwrap.wrap(self.note, TABLE_WIDTH)] if self.note else []
        return "\n".join(lines)

    def to_json(self) -> dict[str, Any]:
        """The plan for programs; sizes in bytes, shares 0..1."""
        return asdict(self)


def plan(
    machine: Machine,
    llm_share: float = 0.15,
    sim_share: float = 0.80,
    workloads: Sequence[str] = (),
    *,
    llm_cap: str | None = None,
) -> MemoryPlan:
    """Divide the device among the language model and the workloads.

    Args:
        machine: what there is.
        llm_share: the model's part, 0..1; 0 for none.
        sim_share: what the workloads get together, 0..1, in equal parts.
        workloads: their names; without any, their part stays free.
        llm_cap: how the chosen engine keeps to its part, in its own words.

    Raises:
        SettingsError: a share is no number from 0 to 1, or they sum to more than 1.
    """
    _check_shares(llm_share, sim_share)
    device, kind, total = _device(machine)
    rows = [_row(LLM, llm_share, total, llm_cap or LLM_CAP[kind])] if llm_share > 0 else []
    each = sim_share / len(workloads) if workloads else 0.0
    rows += [_row(name, each, total, WORKLOAD_CAP[kind]) for name in workloads]
    return MemoryPlan(device, kind, total, tuple(rows), total - sum(row.bytes for row in rows), _note(machine))


def llm_need_bytes(weights_bytes: int, context_tokens: int, layers: int, kv_width: int, parallel: int = 1) -> int:
    """Estimate what llama.cpp will hold: weights, a 16-bit key and value a layer and token, and its own buffers.

    Args:
        weights_bytes: size of the model's file; it is mapped whole.
        context_tokens: tokens kept per request.
        layers: number of transformer blocks.
        kv_width: key-value heads times head size.
        parallel: requests served at the same time, each with its own context.
    """
    cache_bytes = 2 * 2 * layers * kv_width * context_tokens * parallel
    return weights_bytes + cache_bytes + LLAMA_BUFFERS_BYTES


def _check_shares(llm_share: float, sim_share: float) -> None:
    for flag, share in (("--llm-memory", llm_share), ("--sim-memory", sim_share)):
        if not (math.isfinite(share) and 0.0 <= share <= 1.0):
            raise SettingsError(f"{flag} is {share:g}: a share of the memory is a number from 0 to 1.")
    if llm_share + sim_share > 1.0 + ROUNDING:
        raise SettingsError(
            f"--llm-memory {llm_share:g} and --sim-memory {sim_share:g} sum to {llm_share + sim_share:g}: together they "
            "may not pass 1. Make one of them smaller; what they leave stays for the system."
        )


def _device(machine: Machine) -> tuple[str, DeviceKind, int]:
    """Name, kind and size of what is divided. A GPU without memory of its own divides the machine's."""
    if not machine.gpus:
        return f"the RAM ({machine.cpu_name})", "cpu", machine.memory_bytes
    gpu = machine.gpus[0]
    if gpu.memory_bytes is None:
        return f"{gpu.name} (shares the machine's RAM)", "cuda", machine.memory_bytes
    return gpu.name, "cuda", gpu.memory_bytes


def _note(machine: Machine) -> str | None:
    if not machine.gpus:
        return f"No GPU is used: {machine.gpu_reason}."
    first, others = machine.gpus[0], len(machine.gpus) - 1
    sliced = f"{first.name} is an instance of a GPU that is split (MIG). " if first.slice_of else ""
    unused = f"{others} more can be seen and {'is' if others == 1 else 'are'} not planned." if others else ""
    return (sliced + unused).strip() or None


def _row(owner: str, share: float, total: int, how: str) -> Row:
    return Row(owner, share, int(share * total), how)


def _row_line(row: Row) -> str:
    return _line(row.owner, f"{100 * row.share:.1f} %", readable(row.bytes), row.enforced_by)


def _line(owner: str, share: str, size: str, how: str) -> str:
    """One row of the table; a long name is shortened, long words go on below."""
    shown = owner if len(owner) <= OWNER_WIDTH else owner[: OWNER_WIDTH - 1] + "…"
    start = f"{shown:<{OWNER_WIDTH}}  {share:>7}  {size:>9}  "
    wrapped = textwrap.wrap(how, TABLE_WIDTH - len(start), break_on_hyphens=False)
    return "\n".join((start if index == 0 else " " * len(start)) + text for index, text in enumerate(wrapped))
