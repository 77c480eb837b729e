"""Whose telemetry a chart shows, and its points: read from the store once, then only what has come since.

``Courses`` is for a page that looks again every second: a day is 43,200 rows, which take a third of a second to read.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import asdict, dataclass
from threading import Lock
from typing import Any

import numpy as np

from measurement.spc import Series
from measurement.store import Store

PROBE = "probe"
ANSWERED = ("ok", "skipped")
LATE_S = 120.0  # rows of the last minutes are read again: some are kept when a request ends, not when it began
ANEW_S = 600.0
MOST_KEPT = 12
WHO_S = 20.0


@dataclass(frozen=True, slots=True)
class Process:
    """Whose telemetry it is: the machine, why the engine was asked, the engine and its model."""

    source: str
    purpose: str
    provider: str
    model: str

    def filters(self) -> dict[str, Any]:
        """As the store is asked."""
        return asdict(self)


@dataclass(frozen=True)
class Points:
    """Times ``[n]`` (Unix seconds, ascending), values ``[n]`` (NaN where nothing was measured), and the probes that failed."""

    times: Series
    values: Series
    outages: list[tuple[float, str]]


def processes(store: Store, since: float) -> list[Process]:
    """Who has reported since then, the probe of this machine first. Raises StoreError."""
    found = [Process(**row) for row in store.telemetry_sources(since)]
    return sorted(found, key=lambda one: (one.purpose != PROBE, one.source != "here", one.provider, one.model))


def read_points(store: Store, metric: str, since: float, process: Process) -> Points:
    """All points since then. Raises StoreError."""
    times, listed, outcomes = store.telemetry_points(metric, since, only=process.filters())
    values = np.array([np.nan if value is None else float(value) for value in listed], dtype=np.float64)
    failed = [(at, said) for at, said in zip(times, outcomes, strict=True) if said not in ANSWERED]
    return Points(np.array(times, dtype=np.float64), values, failed)


@dataclass
class _Course:
    since: float
    read_at: float
    points: Points


class Courses:
    """The courses that were asked for lately. For several threads."""

    def __init__(self, store: Store) -> None:
        self._store, self._lock = store, Lock()
        self._kept: OrderedDict[tuple[str, Process, int], _Course] = OrderedDict()
        self._who: dict[int, tuple[float, list[Process]]] = {}

    def processes(self, since: float, now: float) -> list[Process]:
        """Who has reported since then, as :func:`processes` gives them, as it was at most 20 s ago. Raises StoreError."""
        key = round((now - since) / 60.0)
        asked_at, found = self._who.get(key, (-WHO_S, []))
        if now - asked_at >= WHO_S or not found:
            found = processes(self._store, since)
            self._who[key] = (now, found)
        return found

    def points(self, metric: str, since: float, process: Process, now: float) -> Points:
        """All points since then, as :func:`read_points` gives them. Raises StoreError."""
        key = (metric, process, round((now - since) / 60.0))
        with self._lock:
            course = self._kept.pop(key, None)
            if course is None or course.since > since or now - course.read_at > ANEW_S:
                course = _Course(since, now, read_points(self._store, metric, since, process))
            else:
                course.points = self._continued(course.points, metric, since, process)
            self._kept[key] = course
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
            return course.points

    def _continued(self, known: Points, metric: str, since: float, process: Process) -> Points:
        newest = float(known.times[-1]) if known.times.size else since
        again = max(since, newest - LATE_S)
        new = read_points(self._store, metric, again, process)
        first, last = (int(place) for place in np.searchsorted(known.times, [since, again]))
        return Points(
            np.concatenate((known.times[first:last], new.times)),
            np.concatenate((known.values[first:last], new.values)),
            [*(one for one in known.outages if since <= one[0] < again), *new.outages],
        )
