"""A window: a stretch of work whose energy is measured, with splits.

Covers taking its edges; ``reckoning.py`` makes energies of them, and ``energy.py`` holds what comes out.
"""

from __future__ import annotations

from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING

from measurement.edge import Edge
from measurement.energy import Phase, WindowResult, agreement_of
from measurement.reckoning import Reckoner

if TYPE_CHECKING:
    from measurement.meter import Meter


class Window:
    """One stretch of work. Use it with ``with``; ask ``result()`` when it is over."""

    def __init__(self, meter: Meter, name: str, within: Window | None = None) -> None:
        self.name = name
        self._within = within
        self._meter = meter
        self._names = ["start"]
        self._marks: list[tuple[Edge, Edge]] = []
        self._others: set[str] = set()
        self._result: WindowResult | None = None

    def __enter__(self) -> Window:
        for other in self._meter.opened(self):
            if self._lies_in(other) or other._lies_in(self):
                continue
            self._others.add(other.name)
            other._others.add(self.name)
        self._moment = self._meter.timeline.now()
        self._marks.append(self._meter.aligned_marks())
        return self

    def split(self, name: str) -> None:
        """End a phase and begin the next, which is called ``name``."""
        self._marks.append(self._meter.marks())
        self._names.append(name)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._marks.append(self._meter.marks())
        self._interruption = self._meter.timeline.since(self._moment)
        self._meter.closed(self)

    def result(self) -> WindowResult:
        """Reckon the window; waits for slow counters to move once more, which takes up to two of their ticks."""
        if self._result is None:
            self._meter.await_slow(self._marks[-1])
            self._result = self._reckon()
            self._meter.forget(edge for pair in self._marks for edge in pair)
        return self._result

    def _lies_in(self, other: Window) -> bool:
        return self._within is other or (self._within is not None and self._within._lies_in(other))

    def _reckon(self) -> WindowResult:
        reckoner = self._meter.reckoner()
        whole, notes = reckoner.phase(self.name, self._marks[0][0], self._marks[-1][1])
        phases = self._phases(reckoner) if len(self._marks) > 2 else ()
        if self._others:
            notes.append(f"overlapped with {', '.join(sorted(self._others))}: their energy is in it as well")
        result = WindowResult(self.name, self._moment.wall_s, whole, phases, agreement_of(whole, phases))
        reasons = dict.fromkeys(phase.total.reason for phase in phases if phase.total.reason)
        result = replace(result, split_reason="; ".join(reasons) or None, notes=(*notes, *self._interruption.notes))
        return result.without_energy(self._interruption.reason) if self._interruption.reason else result

    def _phases(self, reckoner: Reckoner) -> tuple[Phase, ...]:
        spans = zip(self._names, self._marks, self._marks[1:], strict=False)
        return tuple(reckoner.phase(name, first[1], last[0], split=True)[0] for name, first, last in spans)
