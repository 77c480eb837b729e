"""NVIDIA GPUs: the energy counter of each, or its power added up where there is no counter.

The counter moves about every 100 ms, so a window below a second cannot be split on a GPU, and the meter says so. Where a GPU has
none, the instantaneous power is integrated, never the driver's average of the last second. The engine's share of a GPU that it
does not have for itself is derived from the driver's account of who used the multiprocessors, or else the memory.

The arithmetic is here and knows nothing of the driver, which is behind ``Driver`` (``nvml_driver.py``). A GPU that is split
(MIG) counts energy for the whole GPU only; that, and strangers on a GPU, are in the notes.

Source: NVIDIA Management Library (NVML) API reference, nvmlDeviceGetTotalEnergyConsumption, NVML_FI_DEV_POWER_INSTANT.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from measurement.power.base import Domain, PowerSettings, Probe, Reading, Snapshot
from measurement.power.counter import UnwrappedCounter
from measurement.power.integral import PowerIntegral
from measurement.power.kinship import Kin

TICK_S = 0.1
CEILING_W = 2000.0
SHARED_S = 0.2  # the driver samples utilization about six times a second


class DriverError(Exception):
    """The driver refused a question; the message is its reason."""


class NotOfferedError(DriverError):
    """This GPU does not have what was asked for."""


@dataclass(frozen=True, slots=True)
class GpuName:
    """A whole GPU: ``split`` when it is divided into instances (MIG)."""

    uuid: str
    name: str
    index: int
    split: bool = False


@dataclass(frozen=True, slots=True)
class Use:
    """What a process used of a GPU lately, in percent of its multiprocessors and of its memory bandwidth."""

    pid: int
    sm_percent: float
    memory_percent: float


@dataclass(frozen=True, slots=True)
class Power:
    """What a GPU draws: at this instant, or (``instant`` False) on average over the last second."""

    power_w: float
    instant: bool


class Driver(Protocol):
    """What is asked of the NVIDIA driver. Every question may raise DriverError."""

    def gpus(self) -> Sequence[GpuName]: ...

    def energy_j(self, uuid: str) -> float: ...

    def power(self, uuid: str) -> Power: ...

    def uses(self, uuid: str) -> Sequence[Use]: ...

    def pids(self, uuid: str) -> Collection[int]: ...


class Account(Protocol):
    """Follows the energy of one GPU: by its counter or by its power."""

    def read(self, driver: Driver, uuid: str, at_s: float) -> Reading: ...


@dataclass
class CounterAccount:
    """By the energy counter; it is wide enough never to wrap, so a step back is a reset (a driver that was reloaded)."""

    counter: UnwrappedCounter = field(default_factory=lambda: UnwrappedCounter(None, CEILING_W))

    def read(self, driver: Driver, uuid: str, at_s: float) -> Reading:
        energy_j = self.counter.advance(driver.energy_j(uuid), at_s)
        return Reading(energy_j, at_s, self.counter.epoch, self.counter.lost)


@dataclass
class PowerAccount:
    """By the instantaneous power, added up."""

    integral: PowerIntegral = field(default_factory=PowerIntegral)

    def read(self, driver: Driver, uuid: str, at_s: float) -> Reading:
        power_w = driver.power(uuid).power_w
        energy_j = self.integral.advance(power_w, at_s)
        return Reading(energy_j, at_s, 0, None, self.integral.error_j, power_w)


@dataclass
class ShareAccount:
    """The engine's part of one GPU's energy, by what its processes used of it."""

    energy_j: float = 0.0
    reading: Reading = field(default_factory=lambda: Reading(None, 0.0, reason="nothing was read yet"))
    _whole: Reading | None = None

    def due(self, at_s: float) -> bool:
        return self._whole is None or at_s - self._whole.at_s >= SHARED_S

    def advance(self, whole: Reading, share: float | None) -> None:
        """Take in the GPU's own reading and the engine's share since the last one (None: the driver does not say)."""
        if whole.energy_j is None or share is None:
            reason = whole.reason if whole.energy_j is None else "the driver does not say which process used this GPU"
            self.reading = Reading(None, whole.at_s, whole.epoch, reason)
            return
        if self._whole is not None and self._whole.energy_j is not None and self._whole.epoch == whole.epoch:
            self.energy_j += share * (whole.energy_j - self._whole.energy_j)
        self._whole = whole
        self.reading = Reading(self.energy_j, whole.at_s, whole.epoch, whole.reason)


def engine_share(uses: Sequence[Use], ours: Collection[int]) -> float:
    """The engine's share of a GPU's work: by multiprocessors where anybody used them, else by memory; 0 when nobody did."""
    for weight in ([one.sm_percent for one in uses], [one.memory_percent for one in uses]):
        if sum(weight) > 0:
            part = sum(part for part, one in zip(weight, uses, strict=True) if one.pid in ours)
            return part / sum(weight)
    return 0.0


class Source:
    """Every NVIDIA GPU that may be used here."""

    name = "nvml"

    def __init__(self, settings: PowerSettings, driver: Driver | None = None) -> None:
        self._settings = settings
        self._clock = settings.clock
        self._driver = driver
        self._kin = Kin(settings.engine_pids, settings.clock)
        self._accounts: dict[str, Account] = {}
        self._shares: dict[str, ShareAccount] = {}

    def probe(self) -> Probe:
        try:
            driver = self._open()
            domains = [domain for gpu in driver.gpus() for domain in self._domains(driver, gpu)]
            notes = [note for gpu in driver.gpus() for note in self._notes(driver, gpu)]
        except DriverError as error:
            return Probe(False, str(error))
        if not domains:
            return Probe(False, "The NVIDIA driver lists no GPU whose energy or power can be read.")
        return Probe(True, None, tuple(domains), tuple(notes))

    def read(self, only: Collection[str] | None = None) -> Snapshot:
        readings = {uuid: self._read(uuid) for uuid in self._accounts if only is None or uuid in only}
        shares = [key for key in self._shares if only is None or key in only]
        for key in shares:
            uuid = key.removesuffix(_SHARE)
            readings[key] = self._share(key, readings.get(uuid) or self._read(uuid))
        return readings

    def close(self) -> None:
        """The driver's library stays loaded; others use it too."""

    def _open(self) -> Driver:
        if self._driver is None:
            from measurement.power.nvml_driver import open_driver

            self._driver = open_driver(self._settings.visible_gpus)
        return self._driver

    def _domains(self, driver: Driver, gpu: GpuName) -> list[Domain]:
        whole = Domain(
            gpu.uuid, f"gpu-{gpu.index}", "gpu", "nvml", tick_s=TICK_S, step_j=0.001, ceiling_w=CEILING_W, note=gpu.name
        )
        try:
            driver.energy_j(gpu.uuid)
            self._accounts[gpu.uuid] = CounterAccount()
        except NotOfferedError:
            kind = "instantaneous power" if driver.power(gpu.uuid).instant else "power averaged over a second"
            self._accounts[gpu.uuid] = PowerAccount()
            whole = replace(whole, method="derived", note=f"{gpu.name}: no energy counter, {kind} added up")
        return [whole, *self._share_domain(driver, gpu)]

    def _share_domain(self, driver: Driver, gpu: GpuName) -> list[Domain]:
        try:
            driver.uses(gpu.uuid)
        except DriverError:
            return []
        key = gpu.uuid + _SHARE
        self._shares[key] = ShareAccount()
        note = "the engine's share by use of multiprocessors or memory; a share, not a measurement"
        name = f"gpu-{gpu.index}-engine"
        return [
            Domain(key, name, "process", "nvml", gpu.uuid, tick_s=SHARED_S, method="derived", counted=False, note=note)
        ]

    def _notes(self, driver: Driver, gpu: GpuName) -> list[str]:
        """What a reader of this GPU's energy should know."""
        notes = []
        if gpu.split:
            notes.append(
                f"gpu-{gpu.index} is split (MIG): its energy is that of the whole GPU, every instance included"
            )
        strangers = sorted(set(driver.pids(gpu.uuid)) - self._kin.pids())
        if strangers:
            listed = ", ".join(map(str, strangers[:5]))
            notes.append(f"gpu-{gpu.index} is used by others as well (process {listed}): their energy is in it")
        return notes

    def _read(self, uuid: str) -> Reading:
        at_s = self._clock.monotonic_s()
        try:
            reading = self._accounts[uuid].read(self._open(), uuid, at_s)
        except DriverError as error:
            return Reading(None, at_s, 0, f"the NVIDIA driver answered: {error}")
        return replace(reading, at_s=self._clock.monotonic_s())

    def _share(self, key: str, whole: Reading) -> Reading:
        account = self._shares[key]
        if account.due(whole.at_s):
            try:
                share = engine_share(self._open().uses(key.removesuffix(_SHARE)), self._kin.pids())
            except DriverError:
                share = None
            account.advance(whole, share)
        return account.reading


_SHARE = ":engine"
