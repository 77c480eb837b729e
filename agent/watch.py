"""The watch: judges every reading of every simulation by the alerts that were made, tells each incident once, and acts as armed.

What it tells goes to the log, the store, the page and its sockets, and into the conversation where the alert was made (else
into the latest one). The words are composed from facts: the value, what it was held against, and what was changed before.
Nothing here is decided by a model. Readings are judged where they arrive; telling and acting happen in a thread of its own.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from agent.monitoring.alert_words import alert_text, conversation_for, picture
from measurement.clock import SYSTEM_CLOCK, Clock
from measurement.errors import LodgerError
from measurement.facts import json_value, new_id
from measurement.host import resident_bytes
from measurement.store import Event, Message, Reading, Store
from tools import registry
from tools.contract import Actor, ToolContext
from workloads.alert_rules import Action, Condition, Crossing, Trial
from workloads.ledger import Ledger, readable
from workloads.runner import Change, WorkloadEvent, Workloads
from workloads.watchlist import Rule

log = logging.getLogger("lodger.watch")
NEAR_CAP = 0.9
CALM_CAP = 0.85
MOST_WAITING = 1000
CHANGES_KEPT = 50
_TOOLS: dict[Action, str] = {
    "pause": "pause_simulation",
    "checkpoint": "checkpoint_simulation",
    "report": "generate_white_paper",
}


@dataclass(frozen=True)
class Incident:
    """A rule that is broken."""

    rule: Rule
    reading: Reading
    workload: str
    crossing: Crossing
    changes: tuple[Change, ...]


class Watch:
    """Watches from ``start`` (or ``with``) to ``stop``.

    Args:
        interval_s: seconds between two looks at what nobody reports, such as memory; 0 looks never.
        services: the residents that tools may need, those that move in later included.
    """

    def __init__(
        self,
        store: Store,
        workloads: Workloads,
        ledger: Ledger | None,
        interval_s: float = 2.0,
        *,
        services: Sequence[object] = (),
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self._store, self._workloads, self._ledger, self._clock = store, workloads, ledger, clock
        self._interval_s, self._services = interval_s, services
        self._trials: dict[tuple[str, str], list[tuple[Rule, Trial]]] = {}
        self._runs: dict[str, str] = {}
        self._version = -1
        self._changes: dict[str, deque[Change]] = {}
        self._near_cap: set[str] = set()
        self._waiting: queue.Queue[Callable[[], object] | None] = queue.Queue(MOST_WAITING)
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self._leave: Callable[[], None] = lambda: None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Begin to watch; returns at once."""
        self._leave = self._workloads.subscribe(self._take)
        jobs = [("watch", self._work), *([("watch-look", self._look_regularly)] if self._interval_s > 0 else [])]
        for name, job in jobs:
            self._threads.append(threading.Thread(target=job, name=name, daemon=True))
            self._threads[-1].start()

    def stop(self) -> None:
        """End the watch; what is being told is told to its end."""
        self._leave()
        self._stopping.set()
        self._waiting.put(None)
        for thread in self._threads:
            thread.join(20.0)

    # In the threads of the simulations' readers: judge, and return at once.

    def _take(self, event: WorkloadEvent) -> None:
        if event.kind == "metrics":
            for reading in event.details.get("readings", ()):
                self._judge(event.workload, reading)
        elif event.kind == "change":
            known = self._changes.setdefault(event.workload, deque(maxlen=CHANGES_KEPT))
            known.extend(Change(**change) for change in event.details["changes"] if change["old"] != change["new"])
        elif event.kind == "alert" and event.workload and "alert" not in event.details:  # not its own
            self._enqueue(lambda: self._say_in_chat(str(event.details.get("text", "")), None))

    def _judge(self, workload: str, reading: Reading) -> None:
        with self._lock:
            broken = [
                Incident(rule, reading, workload, crossing, tuple(self._changes.get(workload, ())))
                for rule, trial in self._trials_of(workload, reading)
                if (crossing := trial.judge(reading))
            ]
        for incident in broken:
            self._enqueue(lambda incident=incident: self._raise(incident))

    def _trials_of(self, workload: str, reading: Reading) -> list[tuple[Rule, Trial]]:
        """The rules that concern a metric, with where each stands; a new run begins anew."""
        watchlist = self._workloads.watchlist
        if self._runs.get(workload) != reading.run:
            self._runs[workload] = reading.run
            self._changes.pop(workload, None)
            self._trials = {key: trials for key, trials in self._trials.items() if key[0] != workload}
        if self._version != watchlist.version:
            self._version = watchlist.version
            self._refresh()
        key = (workload, reading.metric)
        if key not in self._trials:
            self._trials[key] = [(rule, _trial(rule, reading.metric)) for rule in watchlist.concerning(*key)]
        return self._trials[key]

    def _refresh(self) -> None:
        """Rules came or went: those that stay keep their baselines and open incidents."""
        for key, trials in self._trials.items():
            known = {rule.id: (rule, trial) for rule, trial in trials}
            now = self._workloads.watchlist.concerning(*key)
            self._trials[key] = [known.get(rule.id) or (rule, _trial(rule, key[1])) for rule in now]

    def _enqueue(self, job: Callable[[], object]) -> None:
        try:
            self._waiting.put_nowait(job)
        except queue.Full:
            log.error("more than %d alerts wait to be told; one is left out", MOST_WAITING)

    # In the watch's own threads.

    def _work(self) -> None:
        while (job := self._waiting.get()) is not None:
            try:
                job()
            except Exception:  # the thread's border: the next alert is told
                log.exception("an alert could not be told")

    def _raise(self, incident: Incident) -> None:
        rule, workload = incident.rule, incident.workload
        snapshot = self._workloads.get(workload).snapshot()
        text = alert_text(rule, incident.reading, incident.crossing, snapshot, incident.changes)
        if rule.action != "tell":
            text = f"{text} {self._act(rule.action, workload, rule.words or rule.condition.words())}"
        details = {
            "alert": rule.id, "condition": rule.condition.words(snapshot.metric_units.get(incident.reading.metric, "")),
            "metric": incident.reading.metric, "step": incident.crossing.step, "run": incident.reading.run,
            "value": json_value(incident.crossing.value), "baseline": json_value(incident.crossing.baseline),
            "action": rule.action, "series": picture(self._workloads.get(workload), incident.reading.metric),
        }  # fmt: skip
        self._tell(workload, text, details)
        self._say_in_chat(text, rule.conversation)

    def _tell(self, workload: str, text: str, details: dict[str, Any]) -> None:
        log.warning("%s", text)
        self._store.add_event(Event(new_id("event"), self._clock.wall_s(), "alert", workload, text, details))
        self._workloads.announce(WorkloadEvent("alert", workload, {"text": text, **details}))

    def _say_in_chat(self, text: str, conversation: str | None) -> None:
        """Add it to the conversation where it belongs, as Lodger's own words."""
        try:
            chosen = conversation_for(self._store, conversation, self._clock.wall_s())
            if chosen and text:
                words = f"**Alert.** {text}"
                self._store.add_message(Message(new_id("m"), chosen, self._clock.wall_s(), "assistant", words))
        except LodgerError as error:  # deleted meanwhile, or the disk is full: it stands on the page all the same
            log.warning("an alert did not reach the chat: %s", error)

    def _act(self, action: Action, workload: str, words: str) -> str:
        """Do what was armed, through the tools, on the audit; give what came of it."""
        context = ToolContext(
            self._workloads, self._store, Actor("watch", words=words), workload, tuple(self._services)
        )
        outcome = registry.call(_TOOLS[action], context, {"workload": workload})
        said = outcome.summary.replace("**", "")  # it stands on the page and in the log too
        return f"As armed: {said}" if outcome.status == "done" else f"Armed, but not done: {said}"

    def _look_regularly(self) -> None:
        while not self._stopping.wait(self._interval_s):
            try:
                self.look()
            except Exception:  # the thread's border: the next look comes
                log.exception("a look of the watch failed")

    def look(self) -> None:
        """Look at what nobody reports: how near each simulation is to its share of the memory."""
        for workload in self._workloads:
            if self._ledger is None or workload.name not in self._ledger.reservations:
                continue
            cap = self._ledger.reservations[workload.name]
            held = resident_bytes(workload.pids())
            if held > NEAR_CAP * cap and workload.name not in self._near_cap:
                self._near_cap.add(workload.name)
                share = f"{100 * held / cap:.0f} %"
                text = f"{workload.name} holds {readable(held)}, {share} of its {readable(cap)} of memory."
                details = {"alert": "memory", "kind": "memory", "held_bytes": held, "limit_bytes": cap}
                self._enqueue(lambda text=text, name=workload.name, details=details: self._tell(name, text, details))
            elif held < CALM_CAP * cap:
                self._near_cap.discard(workload.name)


def _trial(rule: Rule, metric: str) -> Trial:
    condition = rule.condition
    return Trial(Condition(metric, condition.kind, condition.number, condition.relative))
