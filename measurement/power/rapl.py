"""RAPL: the energy counters of Intel and AMD processors, over the kernel's powercap tree in sysfs.

Covers packages, cores, uncore, DRAM and the platform, on any number of sockets, read as root or through a udev rule. Does not
cover processors whose kernel driver offers no powercap tree, nor machines behind a hypervisor or a container that hides it: the
probe says which of these it met.

A counter moves about every millisecond by steps of 2⁻¹⁴ J or so and starts again at ``max_energy_range_uj``.

Source: Intel SDM vol. 3B, 16.10 (RAPL); Linux kernel, Documentation/power/powercap/powercap.rst.
"""

from __future__ import annotations

import os
import time
from collections.abc import Collection
from pathlib import Path

from measurement.power.base import PowerSettings, Probe, Reading, Snapshot
from measurement.power.counter import UnwrappedCounter
from measurement.power.zones import Zone, describe, find_zones

UDEV_RULE = 'SUBSYSTEM=="powercap", ACTION=="add", RUN+="/bin/sh -c \'chmod a+r /sys/class/powercap/*/energy_uj\'"'
# The kernel never answers empty; a tree that another program replays does, while it writes a file anew.
_ATTEMPTS = 20
_BETWEEN_S = 0.0005


class Source:
    """The processor's own counters."""

    name = "rapl"

    def __init__(self, settings: PowerSettings) -> None:
        self._root = settings.powercap_root
        self._clock = settings.clock
        self._paths: dict[str, str] = {}
        self._counters: dict[str, UnwrappedCounter] = {}

    def probe(self) -> Probe:
        try:
            zones = find_zones(self._root)
        except FileNotFoundError:
            return Probe(False, _no_tree(self._root))
        except OSError as error:
            return Probe(False, f"The powercap tree at {self._root} cannot be listed: {error.strerror}.")
        if not zones:
            return Probe(False, _no_zones(self._root))
        return self._open(zones)

    def read(self, only: Collection[str] | None = None) -> Snapshot:
        keys = self._paths if only is None else [key for key in only if key in self._paths]
        return {key: self._read(key) for key in keys}

    def close(self) -> None:
        """Nothing stays open between two reads."""

    def _open(self, zones: list[Zone]) -> Probe:
        registers, refusals = _first_look(zones)
        readable = [zone for zone in zones if zone.key in registers]
        if not readable:
            return Probe(False, _no_permission(refusals, self._root))
        domains = describe(readable, registers)
        self._paths = {zone.key: zone.energy_path for zone in readable}
        for zone, domain in zip(readable, domains, strict=True):
            self._counters.setdefault(zone.key, UnwrappedCounter(zone.range_j, domain.ceiling_w))
        notes = tuple(f"{key} cannot be read: {error.strerror}" for key, error in refusals.items())
        return Probe(True, None, domains, notes, min(self._counters[key].poll_s for key in self._paths) / 2)

    def _read(self, key: str) -> Reading:
        counter = self._counters[key]
        try:
            register_j = _register_j(self._paths[key])
        except (OSError, ValueError) as error:
            return Reading(None, self._clock.monotonic_s(), counter.epoch, f"{key} could not be read: {error}")
        at_s = self._clock.monotonic_s()
        return Reading(counter.advance(register_j, at_s), at_s, counter.epoch, counter.lost)


def _first_look(zones: list[Zone]) -> tuple[dict[str, float], dict[str, OSError]]:
    registers: dict[str, float] = {}
    refusals: dict[str, OSError] = {}
    for zone in zones:
        try:
            registers[zone.key] = _register_j(zone.energy_path)
        except OSError as error:
            refusals[zone.key] = error
        except ValueError as error:
            refusals[zone.key] = OSError(0, str(error))
    return registers, refusals


def _register_j(path: str) -> float:
    """Read one register, in joules. The file is opened anew: a tree may be replaced under us, as containers do.

    Raises:
        OSError: it cannot be read.
        ValueError: what it says is no number.
    """
    text = b""
    for attempt in range(_ATTEMPTS):
        if attempt:
            time.sleep(_BETWEEN_S)
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            text = os.read(descriptor, 32)
        finally:
            os.close(descriptor)
        if text.endswith(b"\n") or text.isdigit():
            return int(text) / 1e6
    raise ValueError(f"it says {text!r} where microjoules belong")


def _no_tree(root: Path) -> str:
    return (
        f"There is no powercap tree at {root}: this processor, kernel, virtual machine or container offers no RAPL. "
        "In a container, mount the host's /sys/class/powercap and name the place in POWERCAP_ROOT."
    )


def _no_zones(root: Path) -> str:
    return f"The powercap tree at {root} holds no energy counter; on a real machine, try: modprobe intel_rapl_msr"


def _no_permission(refusals: dict[str, OSError], root: Path) -> str:
    if any(isinstance(error, PermissionError) for error in refusals.values()):
        return (
            f"The energy counters under {root} may be read by root only. Start as root, or put this line into "
            f"/etc/udev/rules.d/70-powercap.rules and reboot: {UDEV_RULE}"
        )
    first = next(iter(refusals.values()))
    return f"No energy counter under {root} can be read: {first.strerror or first}."
