"""A register that wraps, resets, or is not read for too long, as joules that only grow.

Covers the arithmetic alone; who reads the register is the source's affair.
"""

from __future__ import annotations

from dataclasses import dataclass

SLACK_J = 200.0  # what a wrap may seem to add too much when two reads lie close together


@dataclass
class UnwrappedCounter:
    """Follows one register.

    ``range_j`` is where the register starts again from 0 (None: it never does). ``epoch`` grows each time that the count is
    lost, and ``lost`` says why; readings of different epochs must not be subtracted.
    """

    range_j: float | None
    ceiling_w: float
    energy_j: float = 0.0
    epoch: int = 0
    lost: str | None = None
    _raw_j: float | None = None
    _at_s: float = 0.0

    @property
    def poll_s(self) -> float:
        """The longest gap between two reads in which no second wrap can hide."""
        return self.range_j / self.ceiling_w if self.range_j else float("inf")

    def advance(self, raw_j: float, at_s: float) -> float:
        """Take in what the register says, and give the joules since the first read."""
        if self._raw_j is not None:
            self._follow(raw_j - self._raw_j, at_s - self._at_s)
        self._raw_j, self._at_s = raw_j, at_s
        return self.energy_j

    def _follow(self, gained_j: float, elapsed_s: float) -> None:
        if elapsed_s > self.poll_s:
            self._lose(f"the counter was not read for {elapsed_s:.0f} s and may have wrapped unseen", gained_j)
        elif gained_j >= 0:
            self.energy_j += gained_j
        elif self.range_j and gained_j + self.range_j <= self.ceiling_w * elapsed_s + SLACK_J:
            self.energy_j += gained_j + self.range_j
        else:
            self._lose("the counter was reset", gained_j)

    def _lose(self, why: str, gained_j: float) -> None:
        self.epoch += 1
        self.lost = why
        self.energy_j += max(gained_j, 0.0)
