"""The engine's share of the processor's energy, by CPU time. A share, not a measurement.

Package energy times the CPU time of the engine's process tree over that of the whole machine. A second of CPU time is taken to
cost the same whoever spends it, which vector units, caches and clock speeds make untrue by some tens of percent; idle power is
shared out as well. Where Scaphandre runs, it does the same with the same limits.
"""

from __future__ import annotations

from collections.abc import Collection

from measurement.power import rapl
from measurement.power.base import Domain, PowerSettings, Probe, Reading, Snapshot, roots
from measurement.power.kinship import Kin, machine_cpu_s

SHORTEST_S = 0.05  # the kernel counts CPU time in steps of 10 ms
DOMAIN = Domain(
    "process-share",
    "engine-share",
    "process",
    "process_share",
    tick_s=0.1,
    method="derived",
    counted=False,
    note="package energy by share of CPU time; a share, not a measurement",
)


class Source:
    """Shares the packages' energy out to the engine's processes."""

    name = "process_share"

    def __init__(self, settings: PowerSettings) -> None:
        self._clock = settings.clock
        self._packages = rapl.Source(settings)
        self._kin = Kin(settings.engine_pids, settings.clock)
        self._keys: tuple[str, ...] = ()
        self._last: tuple[float, float, float, float] | None = None
        self._reading = Reading(None, 0.0, reason="nothing was read yet")
        self._energy_j, self._epoch = 0.0, 0

    def probe(self) -> Probe:
        below = self._packages.probe()
        if not below.available:
            return Probe(False, f"There is no package energy to share out. {below.reason}")
        packages = [domain for domain in below.domains if domain.kind == "package"]
        self._keys = tuple(domain.key for domain in roots(packages))
        if not self._keys:
            return Probe(False, "There is no package energy to share out: the tree holds no package.")
        return Probe(True, None, (DOMAIN,), (DOMAIN.note,), below.poll_s)

    def read(self, only: Collection[str] | None = None) -> Snapshot:
        if only is not None and DOMAIN.key not in only:
            return {}
        if self._last is None or self._clock.monotonic_s() - self._last[0] >= SHORTEST_S:
            self._reading = self._read()
        return {DOMAIN.key: self._reading}

    def close(self) -> None:
        self._packages.close()

    def _read(self) -> Reading:
        readings = self._packages.read(self._keys).values()
        at_s = self._clock.monotonic_s()
        broken = next((one for one in readings if one.energy_j is None), None)
        if broken is not None:
            return Reading(None, at_s, self._epoch, broken.reason)
        try:
            busy_s = machine_cpu_s()
        except OSError as error:
            return Reading(None, at_s, self._epoch, f"the machine's CPU time could not be read: {error}")
        return self._advance(at_s, sum(one.energy_j or 0.0 for one in readings), self._kin.cpu_s(), busy_s)

    def _advance(self, at_s: float, package_j: float, ours_s: float, busy_s: float) -> Reading:
        if self._last is not None:
            _then_s, package_then_j, ours_then_s, busy_then_s = self._last
            if busy_s <= busy_then_s:
                return self._reading  # nobody worked for a whole step: the energy waits for the next one
            # A child that ended uncounted makes the tree's time go back; it never had less than nothing.
            share = min(max(ours_s - ours_then_s, 0.0) / (busy_s - busy_then_s), 1.0)
            self._energy_j += share * (package_j - package_then_j)
        self._last = (at_s, package_j, ours_s, busy_s)
        return Reading(self._energy_j, at_s, self._epoch)
