"""What may open an incident: a CUSUM or an EWMA, a point at a time, calibrated from the wanted rate of false alarms.

Points beyond 4 sigma count as 4: the run length is that of a normal process, real latencies have heavier tails, and a
lone outlier (which rule 1 marks on the chart) must not wake anybody; three in a row do.

An alarm ends by its own mirror: a one-sided CUSUM from h back to 0. A stable process comes back within about 2 h points.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from measurement.spc import cusum_h, ewma_l, points_between_false_alarms

AlarmKind = Literal["cusum", "ewma"]
REFERENCE = 0.5
WEIGHT = 0.1
LARGEST_Z = 4.0
ENDING_SUM = 9.516  # as in the grouping of incidents
LEAST_ARL, LARGEST_ARL = 10.0, 1e9  # between which the calibration holds


@dataclass(frozen=True, slots=True)
class AlarmDesign:
    """The kind, its threshold in sigma (h, or L), and how many points lie between two false alarms."""

    kind: AlarmKind
    threshold: float
    arl: float


def design(kind: AlarmKind, false_alarms_per_day: float, interval_s: float, charts: int = 1) -> AlarmDesign:
    """Calibrate one chart of ``charts`` that share the wanted rate. Raises ``Refused`` for a rate that cannot be had."""
    wanted = points_between_false_alarms(false_alarms_per_day / charts, interval_s)
    arl = min(max(wanted, LEAST_ARL), LARGEST_ARL)
    return AlarmDesign(kind, cusum_h(arl, REFERENCE) if kind == "cusum" else ewma_l(arl, WEIGHT), arl)


class CusumAlarm:
    """Both arms. ``push`` gives +1 or -1 while one is above h; ``away`` is for how many points it has been above 0."""

    def __init__(self, threshold: float) -> None:
        self._threshold = threshold
        self._arms = {1: 0.0, -1: 0.0}
        self._away = {1: 0, -1: 0}

    def push(self, z: float) -> int:
        for sign in (1, -1):
            self._arms[sign] = max(0.0, self._arms[sign] + sign * z - REFERENCE)
            self._away[sign] = self._away[sign] + 1 if self._arms[sign] > 0 else 0
        return next((sign for sign in (1, -1) if self._arms[sign] > self._threshold), 0)

    def away(self, sign: int) -> int:
        return self._away[sign]


class EwmaAlarm:
    """The average of final-width limits. ``away`` is for how many points it has been on that side of the centre."""

    def __init__(self, threshold: float) -> None:
        self._reach = threshold * math.sqrt(WEIGHT / (2 - WEIGHT))
        self._level, self._away, self._side = 0.0, 0, 0

    def push(self, z: float) -> int:
        self._level += WEIGHT * (z - self._level)
        side = 1 if self._level > 0 else -1
        self._away = self._away + 1 if side == self._side else 1
        self._side = side
        return side if abs(self._level) > self._reach else 0

    def away(self, sign: int) -> int:
        return self._away if sign == self._side else 0


ALARMS = {"cusum": CusumAlarm, "ewma": EwmaAlarm}


class Mirror:
    """Tells when a disturbance in one direction is over."""

    def __init__(self, sign: int) -> None:
        self.sign, self._sum = sign, ENDING_SUM

    def push(self, z: float) -> bool:
        """Take the next point; ``True`` when the process has come back."""
        step = max(-LARGEST_Z + REFERENCE, min(LARGEST_Z - REFERENCE, self.sign * z - REFERENCE))
        self._sum = min(ENDING_SUM, self._sum + step)
        return self._sum <= 0
