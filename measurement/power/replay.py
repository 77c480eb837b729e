"""Replay: energies that were recorded, played back by the clock. For tests and demonstrations; never chosen by itself.

The file is JSON: ``{"domains": [{"key", "name", "kind", "parent"?, "tick_s"?}], "snapshots": [{"at_s", "energy_j": {key: joules
or null}}]}``, times counted from the first read. After its end the last snapshot stands.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Collection
from typing import Any

from measurement.power.base import Domain, PowerSettings, Probe, Reading, Snapshot


class Source:
    """Plays a recording."""

    name = "replay"

    def __init__(self, settings: PowerSettings) -> None:
        self._path = settings.replay
        self._clock = settings.clock
        self._started_s: float | None = None
        self._times: list[float] = []
        self._energies: list[dict[str, float | None]] = []

    def probe(self) -> Probe:
        if self._path is None:
            return Probe(False, "No recording was named.")
        try:
            recording = json.loads(self._path.read_text("utf-8"))
            domains = tuple(_domain(row) for row in recording["domains"])
            rows = sorted(recording["snapshots"], key=lambda row: row["at_s"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            return Probe(False, f"The recording {self._path} cannot be played: {error!r}.")
        if not rows:
            return Probe(False, f"The recording {self._path} holds no snapshot.")
        self._times = [float(row["at_s"]) for row in rows]
        self._energies = [row["energy_j"] for row in rows]
        return Probe(True, None, domains, (f"played back from {self._path.name}, not measured now",))

    def read(self, only: Collection[str] | None = None) -> Snapshot:
        now_s = self._clock.monotonic_s()
        if self._started_s is None:
            self._started_s = now_s
        place = max(bisect_right(self._times, now_s - self._started_s) - 1, 0)
        energies = self._energies[place].items()
        return {key: _reading(energy_j, now_s) for key, energy_j in energies if only is None or key in only}

    def close(self) -> None:
        """Nothing is open."""


def _domain(row: dict[str, Any]) -> Domain:
    return Domain(
        row["key"], row["name"], row["kind"], "replay", parent=row.get("parent"), tick_s=float(row.get("tick_s", 0.001))
    )


def _reading(energy_j: float | None, at_s: float) -> Reading:
    return Reading(energy_j, at_s, reason="the recording has no value here" if energy_j is None else None)
