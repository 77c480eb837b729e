"""A long stretch, such as the whole life of a simulation, metered beside everything else.

It takes an edge at its beginning and one whenever it is asked, and opens no window: so it neither counts as work that shares its
energy with requests nor keeps the idle baseline from being taken. What it says is a record as ``energy_record.py`` describes
it, with ``simulations`` (the share of the simulation's own processes) and ``idle`` (the idle power, and with whom it was taken).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from math import fsum
from typing import Any

from measurement.energy import WindowResult
from measurement.energy_record import Record
from measurement.metering import CpuTime, Metered
from measurement.power.kinship import descendants, machine_cpu_s, tree_cpu_s
from measurement.powerhouse import PowerHouse
from measurement.reckoning import NO_BASELINE
from measurement.sharing import Share

log = logging.getLogger("lodger.power")
NOT_SEEN = "none of its processes was seen at work on this machine"
WITH_ITSELF = "the idle baseline was taken while the simulation ran, so it holds the simulation's own power"


class Stretch:
    """Begins when it is made. ``name`` is the simulation's, ``pids`` gives its processes. Not thread-safe."""

    def __init__(self, house: PowerHouse, name: str, pids: Callable[[], Sequence[int]]) -> None:
        self._house, self._name, self._pids = house, name, pids
        self._moment = house.meter.timeline.now()
        self._begin = house.meter.mark()
        self._baseline = None if name in house.baseline_of else house.meter.baseline
        self._cpu = self._cpu_now()
        self._cpu_last = self._cpu

    def look(self) -> None:
        """Note the CPU time so far: it cannot be read any more once the simulation has ended."""
        now = self._cpu_now()
        if now is not None and now.simulations_s[self._name] > 0:
            self._cpu_last = now

    def record(self) -> Record:
        """What was used from the beginning until now; waits up to two ticks of the slowest counter."""
        self.look()
        meter = self._house.meter
        end = meter.mark()
        interruption = meter.timeline.since(self._moment)
        meter.await_slow((end,))
        reckoner = replace(meter.reckoner(), baseline=self._baseline)
        whole, notes = reckoner.phase(self._name, self._begin, end)
        meter.forget((end,))
        result = WindowResult(self._name, self._moment.wall_s, whole, notes=(*notes, *interruption.notes))
        if interruption.reason:
            result = result.without_energy(interruption.reason)
        cpu = (self._cpu, self._cpu_last) if self._cpu and self._cpu_last else None
        told = self._house.turn_record(Metered(self._name, whole.duration_s, result, Share(), cpu=cpu))
        return {**told, **self._idle(told), **self._unseen()}

    def close(self) -> None:
        """Show the first edge no more readings."""
        self._house.meter.forget((self._begin,))

    def _idle(self, told: Record) -> dict[str, Any]:
        """The newest idle power of all that is counted, and why there is no net energy where it holds the simulation's."""
        baseline, counted = self._house.meter.baseline, self._house.counted
        if baseline is None or any(domain.key not in baseline.idle for domain in counted):
            return {"idle": None}
        power_w = fsum(baseline.idle[domain.key].power_w for domain in counted)
        idle = {"power_w": power_w, "taken_at": baseline.taken_wall_s, "with": list(self._house.baseline_of)}
        with_itself = self._baseline is None and NO_BASELINE in (told["net_reason"] or "")
        return {"idle": idle, **({"net_reason": WITH_ITSELF} if with_itself else {})}

    def _unseen(self) -> dict[str, Any]:
        """A program that was started elsewhere has no processes here: what it took is unknown then, and not nothing."""
        if self._cpu_last is not None and self._cpu_last.simulations_s[self._name] > 0:
            return {}
        unknown = {"gross_wh": None, "method": "derived", "cpu_s": None, "reason": NOT_SEEN}
        return {"simulations": {self._name: unknown}}

    def _cpu_now(self) -> CpuTime | None:
        try:
            return CpuTime(machine_cpu_s(), {self._name: tree_cpu_s(descendants(self._pids()))})
        except OSError as error:
            log.warning("the CPU time of %s could not be read: %s", self._name, error)
            return None
