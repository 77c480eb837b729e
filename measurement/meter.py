"""The meter: windows of energy with splits, over every source that this machine has.

    meter = Meter(automatic(settings))
    with meter.window("chat") as window:
        …
        window.split("first_token")
        …
    window.result().prefill

Durations come from the monotonic clock. What could not be measured is None with a reason. Reading is safe from several threads;
windows may overlap, and then say so. Does not know what the work was: tokens, models and requests are for those who ask.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from threading import RLock

from measurement.baseline import Baseline
from measurement.clock import SYSTEM_CLOCK, Clock
from measurement.edge import Edge, Tick
from measurement.idling import take_baseline
from measurement.power.base import Domain, PowerSource, Probe, Reading, Snapshot, supplies
from measurement.reckoning import Reckoner
from measurement.ticks import TickWatch
from measurement.timeline import Timeline, boottime_s
from measurement.window import Window

WATCHED_S = 0.25  # how long the counters are watched when the meter opens, to learn their ticks
PATIENCE_S = 0.012  # how long an edge waits for a counter to move, spinning; most move within a millisecond
REMEMBERED = 1024  # snapshots kept for the live power


@dataclass(frozen=True, slots=True)
class Activity:
    """Windows that are open, and all that ever were opened."""

    open_now: int
    opened_ever: int

    @property
    def none_open(self) -> bool:
        return self.open_now == 0


class Meter:
    """Reads every available source together.

    Args:
        sources: those to try; the ones that are not available keep their reason in ``probes``.
        pause: sleeps; a test moves its own clock instead.
        boottime_s: the clock that goes on while the machine sleeps.
    """

    def __init__(
        self,
        sources: Sequence[PowerSource],
        *,
        clock: Clock = SYSTEM_CLOCK,
        pause: Callable[[float], None] = time.sleep,
        boottime_s: Callable[[], float] = boottime_s,
    ) -> None:
        self.clock = clock
        self.pause = pause
        self.timeline = Timeline(clock, boottime_s)
        self.probes: dict[str, Probe] = {source.name: source.probe() for source in sources}
        self._sources = [source for source in sources if self.probes[source.name].available]
        self.domains: tuple[Domain, ...] = tuple(
            domain for source in self._sources for domain in self.probes[source.name].domains
        )
        self.baseline: Baseline | None = None
        self.polls = 0
        self.poll_s = min((self.probes[source.name].poll_s for source in self._sources), default=float("inf"))
        self._lock = RLock()
        self._ticks = TickWatch(self.domains)
        self._edges: deque[Edge] = deque(maxlen=REMEMBERED)
        self._history: deque[Snapshot] = deque(maxlen=REMEMBERED)
        self._open: list[Window] = []
        self._opened = 0
        self._learn_ticks()

    @property
    def available(self) -> bool:
        """Whether anything can be measured here."""
        return bool(self.domains)

    @property
    def reasons(self) -> dict[str, str]:
        """Why the sources that are not available are not."""
        return {name: probe.reason or "" for name, probe in self.probes.items() if not probe.available}

    def window(self, name: str, within: Window | None = None) -> Window:
        """Give a window to open with ``with``; one that lies ``within`` another is a part of it, not a stranger."""
        return Window(self, name, within)

    def poll(self) -> Snapshot:
        """Read everything once and remember it: for live power, and so that no wrap is missed."""
        with self._lock:
            snapshot = self.sweep()
            self._history.append(snapshot)
            self.polls += 1
            return snapshot

    def power_w(self, over_s: float = 1.0) -> dict[str, float | None]:
        """Give each domain's mean power by name over the last ``over_s`` seconds of polls; None where it is not known."""
        history = self.history()
        return {domain.name: _recent_power_w(history, domain.key, over_s) for domain in self.domains}

    def slowest_tick_s(self) -> float:
        """How long the slowest counter of the total takes to move; 0 where there is none."""
        return max((self._ticks.tick_s(domain.key) for domain in supplies(self.domains)), default=0.0)

    def measure_baseline(
        self,
        duration_s: float = 5.0,
        slices: int = 10,
        busy: Callable[[], bool] = lambda: False,
        ended: Callable[[], bool] = lambda: False,
    ) -> Baseline:
        """Watch the machine idle for ``duration_s`` and keep the result; slices with a window open or ``busy`` do not count."""
        baseline = take_baseline(self, duration_s, slices, busy, ended)
        if baseline.quiet:
            self.baseline = baseline
        return baseline

    @property
    def activity(self) -> Activity:
        """How many windows are open, and how many ever were: equal before and after, nothing happened between."""
        with self._lock:
            return Activity(len(self._open), self._opened)

    def history(self) -> list[Snapshot]:
        """The snapshots of the newest polls, oldest first."""
        with self._lock:
            return list(self._history)

    def close(self) -> None:
        """Let the sources go."""
        for source in self._sources:
            source.close()

    # What windows are made of.

    def sweep(self, only: Collection[str] | None = None) -> Snapshot:
        """Read the counters, let the ticks be learned, and let the open edges see what came."""
        with self._lock:
            snapshot: dict[str, Reading] = {}
            for source in self._sources:
                snapshot.update(source.read(only))
            self._ticks.see(snapshot)
            for edge in self._edges:
                edge.offer(snapshot)
            return snapshot

    def marks(self) -> tuple[Edge, Edge]:
        """Take two edges from reads of their own: one closes what was, the other opens what comes."""
        with self._lock:
            closing = self._edge()
            opening = self._edge()
            self.sweep()
            self._settle((closing, opening), PATIENCE_S)
            return closing, opening

    def mark(self) -> Edge:
        """Take one edge."""
        return self.marks()[0]

    def aligned_marks(self) -> tuple[Edge, Edge]:
        """Wait for the next tick of every quick counter, then take two edges right behind it."""
        with self._lock:
            ticks = self._await_ticks()
            edges = (self._edge(), self._edge())
            self.sweep()
            now_s = self.clock.monotonic_s()
            for edge in edges:
                edge.align(ticks, now_s)
            return edges

    def reckoner(self) -> Reckoner:
        """Give what computes energies from edges, with the ticks and the baseline of now."""
        return Reckoner(self.domains, self._ticks, self.baseline)

    def await_slow(self, edges: Iterable[Edge]) -> None:
        """Wait until the slow counters have moved after these edges too, two of their ticks at most."""
        waiting = list(edges)
        shares = [domain for domain in self.domains if domain.kind == "process"]
        slow = [one.key for one in (*supplies(self.domains), *shares) if self._ticks.moves(one.key)]
        patience_s = 2.0 * max((self._ticks.tick_s(key) for key in slow), default=0.0)
        deadline_s = max((edge.at_s for edge in waiting), default=0.0) + patience_s
        while any(edge.pending() & set(slow) for edge in waiting) and self.clock.monotonic_s() < deadline_s:
            self.pause(patience_s / 50.0)
            self.sweep()

    def forget(self, edges: Iterable[Edge]) -> None:
        """Show these edges no more readings."""
        done = {id(edge) for edge in edges}
        with self._lock:
            self._edges = deque((edge for edge in self._edges if id(edge) not in done), maxlen=REMEMBERED)

    def opened(self, window: Window) -> list[Window]:
        """Register a window, and give those that are open already."""
        with self._lock:
            others = list(self._open)
            self._open.append(window)
            self._opened += 1
            return others

    def closed(self, window: Window) -> None:
        with self._lock:
            self._open.remove(window)

    def _edge(self) -> Edge:
        called_s = self.clock.monotonic_s()
        before = self.sweep()
        edge = Edge(called_s, self.clock.monotonic_s(), before)
        self._edges.append(edge)
        return edge

    def _quick(self) -> set[str]:
        """Domains whose counter moves often enough to wait for."""
        return {
            domain.key
            for domain in supplies(self.domains)
            if self._ticks.moves(domain.key) and self._ticks.tick_s(domain.key) <= PATIENCE_S / 2
        }

    def _settle(self, edges: Sequence[Edge], patience_s: float) -> None:
        deadline_s, quick = self.clock.monotonic_s() + patience_s, self._quick()
        while keys := {key for edge in edges for key in edge.pending()} & quick:
            self.sweep(keys)
            if self.clock.monotonic_s() > deadline_s:
                break
        self.sweep()

    def _await_ticks(self) -> dict[str, Tick]:
        """Watch each quick counter move twice; gives the second move with the power between the two."""
        deadline_s = self.clock.monotonic_s() + 2.0 * PATIENCE_S
        moves: dict[str, list[Reading]] = {key: [] for key in self._quick()}
        last = self.sweep(moves)
        while (
            open_ := {key for key, seen in moves.items() if len(seen) < 2}
        ) and self.clock.monotonic_s() < deadline_s:
            snapshot = self.sweep(open_)
            for key in open_:
                if snapshot[key].energy_j not in (None, last[key].energy_j):
                    moves[key].append(snapshot[key])
            last = {**last, **snapshot}
        return {key: _tick(*seen) for key, seen in moves.items() if len(seen) == 2}

    def _learn_ticks(self) -> None:
        until_s = self.clock.monotonic_s() + WATCHED_S
        wanted = [domain.key for domain in supplies(self.domains)]
        while not all(map(self._ticks.known, wanted)) and self.clock.monotonic_s() < until_s:
            self.sweep()
            self.pause(0.0002)


def _tick(first: Reading, second: Reading) -> Tick:
    gained_j = (second.energy_j or 0.0) - (first.energy_j or 0.0)
    return Tick(second, gained_j / max(second.at_s - first.at_s, 1e-9))


def _recent_power_w(history: Sequence[Snapshot], key: str, over_s: float) -> float | None:
    readings = [snapshot[key] for snapshot in history if key in snapshot]
    if not readings or readings[-1].energy_j is None:
        return None
    last = readings[-1]
    if last.power_w is not None:
        return last.power_w
    span = [one for one in readings if one.at_s >= last.at_s - over_s and one.epoch == last.epoch]
    first = next((one for one in span if one.energy_j is not None and one.at_s < last.at_s), None)
    if first is None:
        return None
    return ((last.energy_j or 0.0) - (first.energy_j or 0.0)) / (last.at_s - first.at_s)
