"""The GPUs, through NVIDIA's management library. The only home of ``pynvml``, imported when first asked for.

Covers what they are and how full they are. A GPU that is split (MIG) is listed as its instances, each with its own
memory: that is what a program can get. Does not cover energy (``measurement/power``), nor GPUs of other makers, for
which the reason says so.

Source: NVIDIA Management Library (NVML) API reference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

NO_PACKAGE = "the package nvidia-ml-py is not installed (pip install nvidia-ml-py)"
NO_LIBRARY = "no NVIDIA GPU was found (the driver's management library is not on this machine)"


@dataclass(frozen=True)
class Gpu:
    """A GPU, or an instance of one that is split.

    ``index`` counts from 0 in the order of what can be used; ``memory_bytes`` is None where the GPU shares the machine's
    memory. ``slice_of`` is the UUID of the whole GPU for an instance (MIG), else None.
    """

    name: str
    index: int
    memory_bytes: int | None
    uuid: str
    slice_of: str | None = None


@dataclass(frozen=True)
class GpuUsage:
    """How full and how busy a GPU is now. None where the driver does not say (a MIG instance has no utilization)."""

    index: int
    uuid: str
    memory_used_bytes: int | None
    memory_total_bytes: int | None
    utilization_percent: float | None


class NoGpuError(Exception):
    """There is no GPU to speak of; the message is the reason, without a full stop."""


def gpus(visible: str | None = None) -> tuple[tuple[Gpu, ...], str | None]:
    """List the GPUs that programs can use and, when there are none, why.

    Args:
        visible: the value of CUDA_VISIBLE_DEVICES, if set: numbers or UUIDs, comma-separated; empty or -1 hides all.
    """
    devices, reason = _visible(visible)
    return tuple(devices), reason


def gpu_usage(visible: str | None = None) -> tuple[list[GpuUsage] | None, str | None]:
    """Read how full each of these GPUs is; (None, reason) when there is none."""
    devices, reason = _visible(visible)
    return [_usage(gpu, handle) for gpu, handle in devices.items()] or None, reason


def choose(found: Iterable[Gpu], visible: str | None) -> list[Gpu]:
    """Pick as CUDA_VISIBLE_DEVICES does: in the order named, up to the first that does not exist; None picks all."""
    found = list(found)
    if visible is None:
        return found
    chosen: list[Gpu] = []
    for word in (part.strip() for part in visible.split(",")):
        match = [gpu for gpu in found if word and (word == str(gpu.index) or gpu.uuid.startswith(word))]
        if len(match) != 1:
            break
        chosen.append(match[0])
    return chosen


def _visible(visible: str | None) -> tuple[dict[Gpu, Any], str | None]:
    try:
        found = dict(_devices())
    except NoGpuError as reason:
        return {}, str(reason)
    chosen = {gpu: found[gpu] for gpu in choose(found, visible)}
    hidden = f"CUDA_VISIBLE_DEVICES={visible!r} hides every GPU (there are {len(found)})"
    return chosen, None if chosen else hidden if found else "the NVIDIA driver lists no GPU that can be used"


def _devices() -> Iterator[tuple[Gpu, Any]]:
    """Yield each usable GPU or instance with its handle.

    Raises:
        NoGpuError: the package, the driver or the device is missing.
    """
    nvml = _open()
    try:
        handles = [nvml.nvmlDeviceGetHandleByIndex(index) for index in range(nvml.nvmlDeviceGetCount())]
        usable = [pair for handle in handles for pair in _usable(nvml, handle)]
        for index, (handle, slice_of) in enumerate(usable):
            yield _describe(nvml, handle, index, slice_of), handle
    except nvml.NVMLError as error:
        raise NoGpuError(f"the NVIDIA driver answered: {error}") from error


@cache
def _open() -> Any:
    """Give the initialised library, once a process; a failure is tried again at the next question."""
    try:
        import pynvml
    except ImportError as error:
        raise NoGpuError(NO_PACKAGE) from error
    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError as error:
        absent = error.value == pynvml.NVML_ERROR_LIBRARY_NOT_FOUND  # pyright: ignore[reportAttributeAccessIssue]
        raise NoGpuError(NO_LIBRARY if absent else f"the NVIDIA driver answered: {error}") from error
    return pynvml


def _usable(nvml: Any, handle: Any) -> list[tuple[Any, str | None]]:
    """The GPU itself or, when it is split, its instances with the UUID of the whole."""
    mode = _or_none(nvml, lambda: nvml.nvmlDeviceGetMigMode(handle)[0])
    if mode != nvml.NVML_DEVICE_MIG_ENABLE:
        return [(handle, None)]
    whole = _text(nvml.nvmlDeviceGetUUID(handle))
    places = range(nvml.nvmlDeviceGetMaxMigDeviceCount(handle))
    instances = [_or_none(nvml, _instance_at(nvml, handle, place)) for place in places]
    return [(instance, whole) for instance in instances if instance is not None]


def _instance_at(nvml: Any, handle: Any, place: int) -> Callable[[], Any]:
    return lambda: nvml.nvmlDeviceGetMigDeviceHandleByIndex(handle, place)


def _describe(nvml: Any, handle: Any, index: int, slice_of: str | None) -> Gpu:
    memory = _or_none(nvml, lambda: nvml.nvmlDeviceGetMemoryInfo(handle))
    name, uuid = _text(nvml.nvmlDeviceGetName(handle)), _text(nvml.nvmlDeviceGetUUID(handle))
    return Gpu(name, index, int(memory.total) if memory else None, uuid, slice_of)


def _usage(gpu: Gpu, handle: Any) -> GpuUsage:
    nvml = _open()
    memory = _or_none(nvml, lambda: nvml.nvmlDeviceGetMemoryInfo(handle))
    rates = _or_none(nvml, lambda: nvml.nvmlDeviceGetUtilizationRates(handle))
    used, busy = (int(memory.used) if memory else None), (float(rates.gpu) if rates else None)
    return GpuUsage(gpu.index, gpu.uuid, used, gpu.memory_bytes, busy)


def _or_none(nvml: Any, ask: Callable[[], Any]) -> Any:
    """Ask for what not every GPU has; None when this one does not (not supported, empty place)."""
    try:
        return ask()
    except (nvml.NVMLError_NotSupported, nvml.NVMLError_NotFound, nvml.NVMLError_InvalidArgument):
        return None


def _text(words: str | bytes) -> str:
    return words.decode() if isinstance(words, bytes) else words
