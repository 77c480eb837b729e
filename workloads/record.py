"""What a workload does is written down and told: runs, readings and events to the store, events to whoever listens.

Nothing here raises for a store that cannot be written: the store says so itself, and the simulation goes on.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any

from measurement.clock import SYSTEM_CLOCK, Clock
from measurement.errors import StoreError
from measurement.facts import new_id
from measurement.store import Event, Reading, Store
from workloads.alarm import Alarm
from workloads.live import Live
from workloads.snapshot import OVER, EventKind, Snapshot, State, WorkloadEvent

NOTES_KEPT_PER_S = 20
_log = logging.getLogger(__name__)

Listener = Callable[[WorkloadEvent], object]


class Record:
    """The writing hand of one workload."""

    def __init__(self, workload: str, store: Store, clock: Clock = SYSTEM_CLOCK) -> None:
        self.alarm = Alarm(clock)
        self._workload, self._store, self._clock = workload, store, clock
        self._listeners: tuple[Listener, ...] = ()
        self._note_second = self._notes_in_second = 0

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener`` with every event, in the thread where it happens: it must return at once.

        Gives a function that ends the subscription.
        """
        self._listeners = (*self._listeners, listener)

        def leave() -> None:
            self._listeners = tuple(other for other in self._listeners if other is not listener)

        return leave

    def tell(self, kind: EventKind, **details: Any) -> None:
        """Tell the listeners; one that fails is logged and does not keep the others from hearing."""
        event = WorkloadEvent(kind, self._workload, details)
        for listener in self._listeners:
            try:
                listener(event)
            except Exception:  # the border to other people's code
                _log.exception("a listener of %s failed on %s", self._workload, kind)

    def begin_run(self, known: Snapshot) -> str:
        """Begin a run's row; when that cannot be written the run goes on under an id that the store does not know."""
        values = {name: parameter.value for name, parameter in known.parameters.items()}
        try:
            return self._store.begin_run(self._workload, known.total_steps, values, known.device or "")
        except StoreError as error:
            self.alert("store", f"This run of {self._workload} is not recorded: {error}")
            return new_id("run")

    def update_run(self, known: Snapshot, **fields: Any) -> None:
        """Bring a run's row up to date."""
        if known.run:
            self._store.update_run(known.run, state=known.state, step=known.step, **fields)

    def readings(self, readings: Sequence[Reading]) -> None:
        self._store.add_readings(readings)

    def stored(self, run: str, metric: str, last_n: int) -> list[Reading]:
        return self._store.readings(run, metric, last_n)

    def alert(self, key: str, text: str, **details: Any) -> None:
        """Raise the alert of an incident that goes on until ``alarm.ends(key)``; once."""
        self._alert(self.alarm.begins(key), text, details)

    def alert_now(self, key: str, text: str, **details: Any) -> None:
        """Raise an alert for what has no duration; not more often than the alarm allows."""
        self._alert(self.alarm.happens(key), text, details)

    def _alert(self, unsaid: int | None, text: str, details: dict[str, Any]) -> None:
        if unsaid is None:
            return
        text += f" ({unsaid} more like it went untold.)" if unsaid else ""
        _log.warning("%s", text)
        self._keep("alert", text, details)
        self.tell("alert", text=text, **details)

    def move(self, live: Live, state: State, text: str, *, last_words: str | None = None) -> None:
        """Change the state, write it down and tell it; the same state again without words is no news."""
        before = live.put(state=state, last_words=last_words)
        after = live.snapshot()
        over = state in OVER  # words of a run that goes on are told, but they are not its last
        self.update_run(after, last_words=last_words if over else None, ended_at=self._clock.wall_s() if over else None)
        if before.state == after.state and not last_words:
            return
        details = {"before": before.state, "after": after.state, "step": after.step}
        self._keep("state", text, {**details, "run": after.run})
        self.tell("state", text=text, **details)

    def note(self, text: str, step: int) -> None:
        """Tell what the simulation said; the store keeps the first few of a second."""
        second = int(self._clock.monotonic_s())
        if second != self._note_second:
            self._note_second, self._notes_in_second = second, 0
        self._notes_in_second += 1
        if self._notes_in_second <= NOTES_KEPT_PER_S:
            self._keep("notice", text, {"step": step})
        self.tell("note", text=text, step=step)

    def _keep(self, kind: Any, text: str, details: dict[str, Any]) -> None:
        self._store.add_event(Event(new_id("event"), self._clock.wall_s(), kind, self._workload, text, details))
