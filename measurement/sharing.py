"""Work that runs at the same time shares its energy: each moment's is split evenly among those that ran in it.

A counter cannot tell whose joules they were. The split is by time, as if the power had been even over each stretch; it is a rule,
so what comes of it is derived and says with whom it was shared.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from threading import Lock


@dataclass(frozen=True, slots=True)
class Share:
    """The part of a stretch's energy that is one's own, and with whom the rest was shared."""

    part: float = 1.0
    others: tuple[str, ...] = ()


@dataclass
class _Runner:
    name: str
    began_s: float
    own_s: float = 0.0
    others: dict[str, None] = field(default_factory=dict[str, None])


class Sharing:
    """Keeps count of who runs. ``who`` is any object that stands for one piece of work."""

    def __init__(self) -> None:
        self._runners: dict[int, _Runner] = {}
        self._counted_s = 0.0
        self._lock = Lock()

    def begin(self, who: object, name: str, now_s: float) -> None:
        """Note that this work begins."""
        with self._lock:
            self._count(now_s)
            beside = list(self._runners.values())
            mine = self._runners[id(who)] = _Runner(name, now_s)
            for other in beside:
                mine.others[other.name] = None
                other.others[name] = None

    def end(self, who: object, now_s: float) -> Share:
        """Note that it is over, and give its share."""
        with self._lock:
            self._count(now_s)
            mine = self._runners.pop(id(who), None)
        if mine is None or not mine.others:
            return Share()
        lasted_s = now_s - mine.began_s
        return Share(mine.own_s / lasted_s if lasted_s > 0 else 1.0, _sorted(mine.others))

    def _count(self, now_s: float) -> None:
        """Give each of those that ran since the last event an even part of that time."""
        for runner in self._runners.values():
            runner.own_s += (now_s - self._counted_s) / len(self._runners)
        self._counted_s = now_s


def _sorted(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(names))
