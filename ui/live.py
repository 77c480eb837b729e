"""What every open page is told about the run, once a second: made once for all pages, from snapshots.

The page's own script asks for it (``ui/static/live.js``) and goes on asking when the server was away, so there is no timer on
the server, and a hundred open pages cost one reading of the snapshots each half second. It computes nothing: it formats.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from measurement.clock import SYSTEM_CLOCK, Clock, local_hms
from measurement.errors import LodgerError
from ui.charts import spark_path
from ui.fragments import short_number, steps

if TYPE_CHECKING:
    from ui.house import House
    from workloads.runner import Workload, WorkloadEvent

KEPT_S = 0.4
SPARK_POINTS = 60
ALERTS_KEPT = 20


@dataclass(frozen=True)
class Alert:
    """Something a person should see now. ``number`` grows by one, so that a page knows which it has shown."""

    number: int
    taken_at: float
    workload: str
    words: str

    def to_json(self) -> dict[str, Any]:
        return {"number": self.number, "time": local_hms(self.taken_at), "workload": self.workload, "words": self.words}


class LiveFeed:
    """Keeps the latest picture of the house for the pages, and the alerts since the start."""

    def __init__(self, house: House, clock: Clock = SYSTEM_CLOCK) -> None:
        self._house = house
        self._clock = clock
        self._lock = threading.Lock()
        self._alerts: deque[Alert] = deque(maxlen=ALERTS_KEPT)
        self._numbered = 0
        self._changes = 0
        self._made_at = float("-inf")
        self._made: dict[str, Any] = {}
        self._remember()
        for speaker in house.speakers():
            speaker.subscribe(self._take)

    def _remember(self) -> None:
        """The alerts of this launch from before the page was there."""
        try:
            past = self._house.store.events(ALERTS_KEPT, kind="alert")
        except LodgerError:  # the page says elsewhere that the store cannot be read
            return
        for event in reversed([event for event in past if event.taken_at >= self._house.started_at]):
            self._numbered += 1
            self._alerts.append(Alert(self._numbered, event.taken_at, event.workload or "", event.text))

    def _take(self, event: WorkloadEvent) -> None:
        """Called from a workload's reader thread: remembers, returns at once."""
        with self._lock:
            if event.kind in ("state", "change", "note"):
                self._changes += 1
            if event.kind == "alert":
                self._numbered += 1
                words = str(event.details.get("text") or event.details.get("error") or event.details)
                words = words.removeprefix(f"{event.workload}: ")  # its name stands beside it
                self._alerts.append(Alert(self._numbered, self._clock.wall_s(), event.workload, words))

    def live(self) -> dict[str, Any]:
        """The latest picture, at most ``KEPT_S`` old. Its keys are what ``live.js`` reads."""
        with self._lock:
            now = self._clock.monotonic_s()
            if now - self._made_at >= KEPT_S:
                self._made, self._made_at = self._make(), now
            return self._made

    def _make(self) -> dict[str, Any]:
        house = self._house
        return {
            "born": house.started_at,
            "engine": _engine(house),
            "workloads": [_workload(workload) for workload in house.workloads],
            "alerts": [alert.to_json() for alert in self._alerts],
            "problem": house.store.problem,
            "changes": self._changes,
        }


def _engine(house: House) -> dict[str, Any]:
    """The language model in a few words; ``None`` of it is said, not hidden."""
    engine = house.engine
    if engine is None:
        return {"state": "none", "model": "no language model", "reason": "This launch was asked for without one."}
    return {"state": str(engine.state), "model": str(engine.model or engine.name), "reason": engine.reason or ""}


def _workload(workload: Workload) -> dict[str, Any]:
    """One line of the strip."""
    shown = workload.snapshot()
    share = shown.step / shown.total_steps if shown.total_steps and shown.step is not None else None
    return {
        "name": shown.name,
        "state": shown.state,
        "run": shown.run,
        "step": shown.step,
        "share": None if share is None else min(max(share, 0.0), 1.0),
        "progress": steps(shown.step, shown.total_steps) + ("" if share is None else f" · {share:.1%}"),
        "rate": "" if shown.steps_per_second is None else f"{shown.steps_per_second:.3g} steps/s",
        "taken": local_hms(shown.taken_at) if shown.taken_at else "",
        "words": shown.last_words or "",
        "metrics": [
            {
                "name": name.replace("_", " "),
                "value": short_number(value),
                "unit": shown.metric_units.get(name, ""),
                "spark": _spark(workload, name),
            }
            for name, value in shown.metrics.items()
        ],
    }


def _spark(workload: Workload, metric: str) -> str:
    """The last minute of a metric as a path; no path while nothing was reported."""
    try:
        return spark_path([reading.value for reading in workload.recent(metric, SPARK_POINTS)])
    except LodgerError:
        return ""
