"""One metric of one process, judged a point at a time: first a baseline is gathered, then its limits are frozen.

No point is judged by limits that it helped to make. Nelson's rules name what they see (the chart's annotations); the
alarm alone says that something is to be done. A missing point breaks the rules' windows and leaves the alarm as it is.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

from measurement.control.alarms import ALARMS, LARGEST_Z, AlarmDesign, Mirror
from measurement.control.freezing import Frozen, freeze
from measurement.control.metrics import Metric
from measurement.spc import LEAST_BASELINE, Limits, RuleStream

KEPT_POINTS = 400
LONGEST = 3600  # points in which something that hardly varies may show that it does


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a point means. ``z`` is its distance from the centre in sigma, ``None`` while there are no limits.

    ``began`` is the direction in which the alarm sounds from this point on (+1, -1), else 0; ``ended`` that the
    disturbance is over; ``froze`` that this point completed the baseline.
    """

    rules: tuple[int, ...] = ()
    z: float | None = None
    began: int = 0
    ended: bool = False
    froze: bool = False


@dataclass(frozen=True, slots=True)
class Point:
    """One judged point."""

    at: float
    value: float | None
    z: float | None
    rules: tuple[int, ...]


class Watch:
    """Watches one metric of one process."""

    def __init__(
        self, metric: Metric, alarm: AlarmDesign, frozen: Frozen | None = None, needed: int = LEAST_BASELINE
    ) -> None:
        self.metric, self.frozen, self.recent = metric, None, deque[Point](maxlen=KEPT_POINTS)
        self._design, self._needed = alarm, needed
        self._times: list[float] = []
        self._values: list[float | None] = []
        self._mirror: Mirror | None = None
        if frozen is not None:
            self.adopt(frozen)

    @property
    def alarm(self) -> str:
        """What kind of alarm it has."""
        return self._design.kind

    @property
    def provisional(self) -> bool:
        """Whether the baseline is still being gathered, so that nothing is judged yet."""
        return self.frozen is None

    @property
    def gathered(self) -> int:
        """How many points of the baseline are there."""
        return sum(value is not None for value in self._values) if self.frozen is None else self.frozen.points

    @property
    def disturbed(self) -> bool:
        """Whether an alarm has sounded and the process has not come back yet."""
        return self._mirror is not None

    def adopt(self, frozen: Frozen) -> None:
        """Judge by these limits from now on; whatever was going on is over."""
        self.frozen, self._mirror, self._last = frozen, None, math.nan
        self._times, self._values = [], []
        reach = 3 * frozen.sigma
        limits = Limits(frozen.center, frozen.sigma, frozen.center + reach, frozen.center - reach, frozen.points)
        self._rules = RuleStream(limits)
        self._alarm = ALARMS[self._design.kind](self._design.threshold)

    def push(self, at: float, value: float | None) -> Judgement:
        """Take the next point, ``None`` for one that is missing."""
        value = value if value is not None and math.isfinite(value) else None
        if self.frozen is None:
            return self._gather(at, value)
        x = self._scaled(value)
        rules = self._rules.push(x)
        z = None if x is None else (x - self.frozen.center) / self.frozen.sigma
        self.recent.append(Point(at, value, z, rules))
        began, ended = self._sound(x)
        return Judgement(rules, z, began, ended)

    def disturbance(self, sign: int) -> tuple[float, float | None]:
        """Since when (by the alarm's own estimate) and by how many sigma the process has been away, in that direction."""
        since = list(self.recent)[-max(1, self._alarm.away(sign)) :]
        known = [point.z for point in since if point.z is not None]
        return since[0].at, sign * sum(known) / len(known) if known else None

    def _gather(self, at: float, value: float | None) -> Judgement:
        self._times, self._values = [*self._times[-LONGEST:], at], [*self._values[-LONGEST:], value]
        self.recent.append(Point(at, value, None, ()))
        if self.gathered < self._needed or value is None:
            return Judgement()
        frozen = freeze(self._times, self._values, self.metric.transform)
        if frozen is None:  # it does not vary: more points will tell
            self._needed += LEAST_BASELINE
            return Judgement()
        self.adopt(frozen)
        return Judgement(froze=True)

    def _scaled(self, value: float | None) -> float | None:
        if value is None or self.metric.transform != "log":
            return value
        return math.log(value) if value > 0 else None

    def _sound(self, x: float | None) -> tuple[int, bool]:
        """Whether a disturbance begins, or is over, with this point."""
        z = self._surprise(x)
        if z is None:
            return 0, False
        signal = self._alarm.push(z)
        if self._mirror is not None:
            if not self._mirror.push(z):
                return 0, False
            self._mirror, self._alarm = None, ALARMS[self._design.kind](self._design.threshold)
            return 0, True
        if signal:
            self._mirror = Mirror(signal)
        return signal, False

    def _surprise(self, x: float | None) -> float | None:
        """The point in sigma as the alarm sees it: the AR(1) residual where neighbours are alike; at most 4."""
        frozen, last = self.frozen, self._last
        self._last = math.nan if x is None else x
        if x is None or frozen is None:
            return None
        z = (x - frozen.center) / frozen.sigma
        if frozen.lag1 is not None and frozen.residual_sigma:
            if math.isnan(last):
                return None
            z = (x - frozen.center - frozen.lag1 * (last - frozen.center)) / frozen.residual_sigma
        return max(-LARGEST_Z, min(LARGEST_Z, z))
