"""One stretch of work as it is metered: opened, split and closed in the background, so that nobody who works waits for a counter.

Its edges are taken by one thread, in the order in which they were asked for; what it used is reckoned by another, since slow
counters have to move once more before they tell. Covers requests and whole turns alike; who they are is for those who ask.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from measurement.clock import Clock
from measurement.energy import WindowResult
from measurement.power.kinship import descendants, machine_cpu_s, tree_cpu_s
from measurement.sharing import Share, Sharing
from measurement.window import Window

log = logging.getLogger("lodger.power")
Submit = Callable[..., Future[Any]]
FIRST_TOKEN = "first_token"


@dataclass(frozen=True)
class CpuTime:
    """CPU seconds of the machine and of each simulation up to a moment; None where they could not be read."""

    machine_s: float | None
    simulations_s: Mapping[str, float] = field(default_factory=dict[str, float])


@dataclass(frozen=True)
class Metered:
    """What a stretch used. Without ``result`` it was not measured, and ``reason`` says why."""

    name: str
    duration_s: float
    result: WindowResult | None
    share: Share
    reason: str | None = None
    cpu: tuple[CpuTime, CpuTime] | None = None


@dataclass(frozen=True)
class Workshop:
    """Who does the work of a metering: ``mark`` runs jobs one after the other, ``reckon`` beside each other."""

    mark: Submit
    reckon: Submit
    clock: Clock
    sharing: Sharing
    pids: Callable[[], Mapping[str, Sequence[int]]] | None = None


class Metering:
    """A stretch that has begun. ``opened`` is done once its first edge is taken; work should begin behind it."""

    def __init__(self, name: str, shop: Workshop, window: Window | None, reason: str | None = None) -> None:
        self.name, self.window = name, window
        self._shop, self._reason = shop, reason
        self._began_s = shop.clock.monotonic_s()
        self._cpu = _cpu_time(shop.pids)
        shop.sharing.begin(self, name, self._began_s)
        self._trouble: str | None = None
        self.opened: Future[Any] = shop.mark(self._safely, window.__enter__) if window else _done(None)
        self._closed: Future[Metered] | None = None

    def split(self, name: str = FIRST_TOKEN) -> None:
        """End a phase and begin the next; returns at once."""
        if self.window is not None and self._closed is None:
            self._shop.mark(self._safely, self.window.split, name)

    def close(self) -> Future[Metered]:
        """End the stretch; returns at once, and the future tells what it used. Closing twice is closing once."""
        if self._closed is None:
            now_s = self._shop.clock.monotonic_s()
            self._share = self._shop.sharing.end(self, now_s)
            self._lasted_s = now_s - self._began_s
            ending = _cpu_time(self._shop.pids)
            self._cpu_pair = (self._cpu, ending) if self._cpu and ending else None
            self._closed = self._close_window() if self.window else _done(self._unmeasured(self._reason))
        return self._closed

    def _close_window(self) -> Future[Metered]:
        assert self.window
        closed = self._shop.mark(self._safely, self.window.__exit__, None, None, None)
        return self._shop.reckon(self._reckon, closed)

    def _safely(self, act: Callable[..., object], *arguments: object) -> None:
        """Take an edge. The thread's border: measuring must not disturb what is measured, so a failure becomes a reason."""
        if self._trouble is None:
            try:
                act(*arguments)
            except Exception as error:
                log.exception("an edge of energy could not be taken")
                self._trouble = f"the meter failed: {error}"

    def _reckon(self, closed: Future[Any]) -> Metered:
        """Wait for the last edge and tell what it says."""
        assert self.window
        closed.result()
        if self._trouble is not None:
            return self._unmeasured(self._trouble)
        result = self.window.result()
        return Metered(self.name, self._lasted_s, result, self._share, cpu=self._cpu_pair)

    def _unmeasured(self, reason: str | None) -> Metered:
        return Metered(self.name, self._lasted_s, None, self._share, reason, self._cpu_pair)


def _cpu_time(pids: Callable[[], Mapping[str, Sequence[int]]] | None) -> CpuTime | None:
    if pids is None:
        return None
    try:
        return CpuTime(machine_cpu_s(), {name: tree_cpu_s(descendants(found)) for name, found in pids().items()})
    except OSError as error:
        log.warning("the CPU time of the simulations could not be read: %s", error)
        return None


def _done(value: Any) -> Future[Any]:
    future: Future[Any] = Future()
    future.set_result(value)
    return future
