"""One moment, and between which energies each counter stood at it.

A counter that ticks says at time t what had been used at its last tick. So the energy at t lies between what it said just
before t and what it says once it has moved after t, whatever the power did in between: that bracket needs no model. Within
it the best guess is the straight line between the two ticks.

At the start of a window there is nothing to wait for afterwards, the work begins; there the moment is put just behind a tick
(``aligned``), and the little that was used since is taken from the power of the tick before.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from measurement.power.base import Reading, Snapshot

# The power between a tick and the moment right behind it is taken to be less than this many times that of the tick before.
_ALIGNED_FACTOR = 4.0
# After this many ticks without a move, nothing is hidden any more.
_WAITED = 1.5


@dataclass(frozen=True, slots=True)
class Bracket:
    """Energy at a moment, in joules: surely between ``lower_j`` and ``upper_j``, most likely ``best_j``."""

    lower_j: float
    best_j: float
    upper_j: float
    epoch: int
    error_j: float = 0.0


@dataclass(frozen=True, slots=True)
class Tick:
    """A move of a counter that was watched: the reading after it, and the power during the tick before."""

    reading: Reading
    power_w: float


@dataclass
class _Mark:
    """What one counter said around the moment: ``before`` is complete before it, ``after`` was begun behind it."""

    before: Reading
    after: Reading | None = None
    last: Reading | None = None
    moved: Reading | None = None

    def offer(self, reading: Reading) -> None:
        if self.moved or reading.energy_j is None:
            return
        if self.after is None:
            self.after = reading
        elif reading.energy_j != self.after.energy_j or reading.epoch != self.after.epoch:
            self.moved = reading
            return
        self.last = reading


class Edge:
    """A moment of a window.

    ``at_s`` is its monotonic time and ``called_s`` when it was asked for, a sweep of reads earlier.
    """

    def __init__(self, called_s: float, at_s: float, before: Snapshot) -> None:
        self.called_s = called_s
        self.at_s = at_s
        self._aligned: dict[str, Tick] = {}
        self._marks = {key: _Mark(reading) for key, reading in before.items()}

    def offer(self, snapshot: Snapshot) -> None:
        """Take in a reading that was begun after the moment; the first that differs closes the bracket."""
        for key, reading in snapshot.items():
            if key in self._marks:
                self._marks[key].offer(reading)

    def align(self, ticks: Mapping[str, Tick], at_s: float) -> None:
        """Put the moment to ``at_s``, shortly behind ticks that were watched; this edge's own reads must confirm them."""
        self.called_s = self.at_s = at_s
        for key, tick in ticks.items():
            before = self._marks[key].before
            if before.energy_j is not None and before.epoch == tick.reading.epoch:
                moved_on = before.energy_j != tick.reading.energy_j
                self._aligned[key] = replace(tick, reading=before) if moved_on else tick

    def pending(self) -> set[str]:
        """Domains whose bracket is still open above."""
        return {
            key
            for key, mark in self._marks.items()
            if mark.moved is None and key not in self._aligned and mark.before.energy_j is not None
        }

    def failure(self, key: str) -> str | None:
        """Why this domain has no energy at this moment, or None when it has one."""
        mark = self._marks.get(key)
        if mark is None:
            return "it was not read"
        return None if mark.before.energy_j is not None else mark.before.reason or "it could not be read"

    def lost(self, key: str) -> str | None:
        """Why the count was lost before this moment, if it was."""
        return self._marks[key].before.reason

    def bracket(self, key: str, tick_s: float, step_j: float, power_w: float = 0.0) -> Bracket:
        """Give the energy at the moment; ask ``failure`` first.

        Args:
            tick_s: how often the counter moves.
            step_j: by how much it moves at least.
            power_w: what the domain draws about now; bounds what a counter that did not move in time still hides.
        """
        mark = self._marks[key]
        assert mark.before.energy_j is not None
        if key in self._aligned:
            return self._behind(self._aligned[key], step_j)
        if mark.moved is not None and mark.moved.energy_j is not None and mark.moved.epoch == mark.before.epoch:
            return self._between(mark, mark.before, mark.moved, tick_s, step_j)
        return self._open(mark, tick_s, step_j, power_w)

    def _behind(self, tick: Tick, step_j: float) -> Bracket:
        energy_j = tick.reading.energy_j or 0.0
        used_j = tick.power_w * max(self.at_s - tick.reading.at_s, 0.0)
        return Bracket(energy_j, energy_j + used_j, energy_j + _ALIGNED_FACTOR * used_j + step_j, tick.reading.epoch)

    def _between(self, mark: _Mark, before: Reading, moved: Reading, tick_s: float, step_j: float) -> Bracket:
        low_j, high_j = before.energy_j or 0.0, moved.energy_j or 0.0
        stood_until_s = mark.last.at_s if mark.last else self.at_s
        ticked_s = (stood_until_s + moved.at_s) / 2
        span_s = tick_s * max(1, math.ceil((ticked_s - before.at_s) / tick_s))
        slope_w = (high_j - low_j) / span_s
        best_j = min(max(high_j - slope_w * (ticked_s - self.at_s), low_j), high_j)
        # The reads took a moment after they were asked for: a tick may have passed in between.
        early_j = slope_w * (self.at_s - self.called_s)
        error_j = before.error_j
        return Bracket(low_j - early_j, best_j, high_j + step_j, before.epoch, error_j)

    def _open(self, mark: _Mark, tick_s: float, step_j: float, power_w: float) -> Bracket:
        """A counter that did not move since: after a whole tick it hides less than a step, before that up to a tick."""
        energy_j, epoch = mark.before.energy_j or 0.0, mark.before.epoch
        latest = mark.last or mark.after or mark.before
        shown_j = latest.energy_j if latest.energy_j is not None and latest.epoch == epoch else energy_j
        waited_s = max(latest.at_s - self.at_s, 0.0)
        hidden_j = 0.0 if waited_s > _WAITED * tick_s else _ALIGNED_FACTOR / 2 * power_w * tick_s
        return Bracket(energy_j, energy_j + hidden_j / 4, shown_j + hidden_j + step_j, epoch, mark.before.error_j)
