"""When to speak and when to have spoken already: one alert per incident, and no flood of them.

An incident has a key (``nan temperature``). It is told when it begins and not again until it has ended; an incident that
keeps beginning is told at most once in ``quiet_s`` seconds, with how often it happened meanwhile.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

from measurement.clock import SYSTEM_CLOCK, Clock

QUIET_S = 30.0
MOST_INCIDENTS = 1000


@dataclass
class _Incident:
    told_at_s: float
    open: bool
    unsaid: int = 0


class Alarm:
    """Remembers which incidents were told."""

    def __init__(self, clock: Clock = SYSTEM_CLOCK, quiet_s: float = QUIET_S) -> None:
        self._clock, self._quiet_s = clock, quiet_s
        self._incidents: dict[str, _Incident] = {}
        self._lock = threading.Lock()

    def begins(self, key: str) -> int | None:
        """None: stay silent. Else tell it; the number is how often it went unsaid since the last time."""
        now = self._clock.monotonic_s()
        with self._lock:
            incident = self._incidents.get(key)
            if incident is None:
                if len(self._incidents) < MOST_INCIDENTS:
                    self._incidents[key] = _Incident(now, open=True)
                    return 0
                return None
            if incident.open:
                return None
            incident.open = True
            return self._say(incident, now)

    def happens(self, key: str) -> int | None:
        """Like ``begins``, for what has no duration, such as a broken line."""
        self.ends(key)
        return self.begins(key)

    def ends(self, key: str) -> None:
        """The incident is over; the next one may be told."""
        incident = self._incidents.get(key)
        if incident:
            incident.open = False

    def end_all(self) -> None:
        """Whatever it was, it is over."""
        with self._lock:
            for incident in self._incidents.values():
                incident.open = False

    def _say(self, incident: _Incident, now: float) -> int | None:
        if now - incident.told_at_s < self._quiet_s:
            incident.unsaid += 1
            return None
        unsaid, incident.unsaid, incident.told_at_s = incident.unsaid, 0, now
        return unsaid
