"""How often each counter really moves.

A counter's nominal tick is a promise of its maker; a replayed tree, a virtual machine or a sleeping processor ticks as it
likes. Watches readings as they come by and remembers the longest time for which a counter stood still before it moved.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from measurement.power.base import Domain, Snapshot

_REMEMBERED = 64
_ENOUGH = 8


@dataclass
class _Counter:
    nominal_s: float
    learns: bool = True
    value_j: float | None = None
    moved: bool = False
    since_s: float = 0.0
    last_s: float = 0.0
    stood_s: deque[float] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))


class TickWatch:
    """Learns ticks from snapshots."""

    def __init__(self, domains: Iterable[Domain]) -> None:
        # A process that sleeps stands still; that tells nothing of how often its share is reckoned.
        self._counters = {domain.key: _Counter(domain.tick_s, domain.kind != "process") for domain in domains}

    def see(self, snapshot: Snapshot) -> None:
        """Take in what was read."""
        for key, reading in snapshot.items():
            counter = self._counters[key]
            if reading.energy_j is None:
                continue
            if counter.value_j is not None and reading.energy_j != counter.value_j:
                counter.moved = True
                if counter.learns:
                    counter.stood_s.append(counter.last_s - counter.since_s)
            if reading.energy_j != counter.value_j:
                counter.value_j, counter.since_s = reading.energy_j, reading.at_s
            counter.last_s = reading.at_s

    def tick_s(self, key: str) -> float:
        """The time between two moves: the nominal one, or longer where the counter was seen to stand still for longer."""
        counter = self._counters[key]
        return max(counter.nominal_s, *counter.stood_s, 0.0)

    def moves(self, key: str) -> bool:
        """Whether this counter was ever seen to move."""
        return self._counters[key].moved

    def known(self, key: str) -> bool:
        """Whether the counter was seen to move often enough to know its tick."""
        return len(self._counters[key].stood_s) >= _ENOUGH

    def still_s(self, key: str) -> float:
        """For how long the counter has stood at its present value."""
        counter = self._counters[key]
        return counter.last_s - counter.since_s
