"""Energy from power, where there is no counter: the integral over what was read, and how far off it may be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Meaning = Literal["instant", "since the last reading"]


@dataclass
class PowerIntegral:
    """Adds up power readings.

    An instantaneous power is joined to the one before by a straight line; an average since the last reading stands for that
    whole interval. ``error_j`` grows by half of each jump times its interval: it covers a power that moved between two
    readings only from the one to the other, not one that peaked unseen.
    """

    meaning: Meaning = "instant"
    energy_j: float = 0.0
    error_j: float = 0.0
    _power_w: float | None = None
    _at_s: float = 0.0

    def advance(self, power_w: float, at_s: float) -> float:
        """Take in a power at a monotonic time, and give the joules so far."""
        if self._power_w is not None and at_s > self._at_s:
            elapsed_s = at_s - self._at_s
            mean_w = power_w if self.meaning != "instant" else (power_w + self._power_w) / 2.0
            self.energy_j += mean_w * elapsed_s
            self.error_j += abs(power_w - self._power_w) * elapsed_s / 2.0
        self._power_w, self._at_s = power_w, at_s
        return self.energy_j
