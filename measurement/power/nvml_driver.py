"""The NVIDIA driver's own library, behind the questions that ``nvml.py`` asks.

Needs a GPU to do anything; without one, opening it says why.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any, TypeVar

from measurement.gpus import gpus
from measurement.power.nvml import Driver, DriverError, GpuName, NotOfferedError, Power, Use

Answer = TypeVar("Answer")


def open_driver(visible: str | None) -> Driver:
    """Open the driver for the GPUs that ``visible`` (CUDA_VISIBLE_DEVICES) leaves.

    Raises:
        DriverError: there is no driver or no GPU; the message says which.
    """
    found, reason = gpus(visible)
    if not found:
        raise DriverError(f"No NVIDIA GPU can be read: {reason}.")
    import pynvml

    pynvml.nvmlInit()
    return _Nvml(pynvml, list(dict.fromkeys(gpu.slice_of or gpu.uuid for gpu in found)))


class _Nvml:
    """``pynvml``, with its errors told in our words."""

    def __init__(self, nvml: Any, uuids: Sequence[str]) -> None:
        self._nvml = nvml
        self._handles = {uuid: self._ask(lambda uuid=uuid: nvml.nvmlDeviceGetHandleByUUID(uuid)) for uuid in uuids}
        self._seen_us: dict[str, int] = {}

    def gpus(self) -> Sequence[GpuName]:
        return [self._name(uuid, handle, index) for index, (uuid, handle) in enumerate(self._handles.items())]

    def energy_j(self, uuid: str) -> float:
        return self._ask(lambda: self._nvml.nvmlDeviceGetTotalEnergyConsumption(self._handles[uuid])) / 1e3

    def power(self, uuid: str) -> Power:
        """The instantaneous power where there is such a field; nvmlDeviceGetPowerUsage averages a second since Ampere."""
        field = self._nvml.NVML_FI_DEV_POWER_INSTANT
        value = self._ask(lambda: self._nvml.nvmlDeviceGetFieldValues(self._handles[uuid], [field]))[0]
        if value.nvmlReturn == self._nvml.NVML_SUCCESS:
            return Power(value.value.uiVal / 1e3, instant=True)
        return Power(self._ask(lambda: self._nvml.nvmlDeviceGetPowerUsage(self._handles[uuid])) / 1e3, instant=False)

    def uses(self, uuid: str) -> Sequence[Use]:
        since_us = self._seen_us.get(uuid, 0)
        try:
            samples = self._nvml.nvmlDeviceGetProcessUtilization(self._handles[uuid], since_us)
        except self._nvml.NVMLError_NotFound:
            return []  # nobody used it since
        except self._nvml.NVMLError as error:
            raise NotOfferedError(str(error)) from error
        self._seen_us[uuid] = max((sample.timeStamp for sample in samples), default=since_us)
        return [Use(sample.pid, float(sample.smUtil), float(sample.memUtil)) for sample in samples]

    def pids(self, uuid: str) -> Collection[int]:
        running = self._ask(lambda: self._nvml.nvmlDeviceGetComputeRunningProcesses(self._handles[uuid]))
        return {process.pid for process in running}

    def _name(self, uuid: str, handle: Any, index: int) -> GpuName:
        name = self._ask(lambda: self._nvml.nvmlDeviceGetName(handle))
        try:
            mode = self._ask(lambda: self._nvml.nvmlDeviceGetMigMode(handle)[0])
        except NotOfferedError:
            mode = 0
        return GpuName(uuid, name.decode() if isinstance(name, bytes) else name, index, bool(mode))

    def _ask(self, question: Callable[[], Answer]) -> Answer:
        try:
            return question()
        except self._nvml.NVMLError_NotSupported as error:
            raise NotOfferedError(str(error)) from error
        except self._nvml.NVMLError as error:
            raise DriverError(str(error)) from error
