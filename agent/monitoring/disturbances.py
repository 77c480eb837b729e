"""From a judged point to an incident that somebody is told of: once, with all that was going on at the time.

Metrics of one process that go astray together are one incident; the first to be sure opens it, the others join. It ends
when all of them have come back; a person's acknowledgement and note stay. An outage is an incident of its own kind.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from agent.monitoring.alert_words import conversation_for
from measurement.clock import SYSTEM_CLOCK, Clock
from measurement.control import Process, Watch, metric_named
from measurement.errors import LodgerError
from measurement.facts import format_number, new_id, with_unit
from measurement.store import ChartIncident, Event, Message, Store

log = logging.getLogger("lodger.monitor")
AROUND = 10
AVAILABILITY = "availability"
WAYS = {1: "up", -1: "down"}

Tell = Callable[[dict[str, Any]], None]
Snapshot = Callable[[float], dict[str, Any]]


@dataclass
class _Open:
    """An incident that goes on: which metrics are astray, which rules they broke, what is still to be written."""

    incident: ChartIncident
    watch: Watch
    sign: int
    astray: set[str]
    rules: set[int] = field(default_factory=set)
    size: float | None = None
    points: list[dict[str, Any]] = field(default_factory=list)
    wanted_points: int = 0


class Disturbances:
    """Opens, follows and ends incidents. Called from the monitor alone, one point at a time."""

    def __init__(self, store: Store, snapshot: Snapshot, tell: Tell, clock: Clock = SYSTEM_CLOCK) -> None:
        self._store, self._snapshot, self._tell, self._clock = store, snapshot, tell, clock
        self._open: dict[Process, _Open] = {}
        self._outages: dict[Process, ChartIncident] = {}

    def close_left_open(self, now: float) -> None:
        """Close what an earlier launch left open: when it ended is not known."""
        for incident in self._store.incidents(since=now):
            if incident.ended_at is None and incident.status != "resolved":
                note = " ".join(filter(None, (incident.note, "Lodger was stopped while this went on.")))
                self._store.update_incident(incident.id, status="resolved", note=note, ended_at=now, resolved_at=now)

    def began(self, process: Process, watch: Watch, sign: int, at: float) -> None:
        """A metric's alarm begins to sound."""
        name = watch.metric.name
        if (known := self._open.get(process)) is not None:
            known.astray.add(name)
            also = sorted({*known.incident.snapshot.get("also", ()), name} - {known.incident.metric})
            known.incident = replace(known.incident, snapshot={**known.incident.snapshot, "also": also})
            self._store.update_incident(known.incident.id, snapshot=known.incident.snapshot)
            return
        started_at, size = watch.disturbance(sign)
        before = [point for point in watch.recent if point.at >= started_at]
        incident = ChartIncident(
            id=new_id("inc"), taken_at=at, metric=name, alarm=watch.alarm, started_at=started_at,
            rules=sorted({rule for point in before for rule in point.rules}), direction=WAYS[sign], size_sigma=size,
            points=[_point(point) for point in list(watch.recent)[-AROUND - 1 :]],
            snapshot={**self._snapshot(started_at), "also": []}, **process.filters(),
        )  # fmt: skip
        self._open[process] = _Open(incident, watch, sign, {name}, set(incident.rules), size, incident.points, AROUND)
        self._announce(incident, _sentence(incident, watch))

    def follow(self, process: Process, watch: Watch) -> None:
        """Take the newest point of a metric into the incident that it opened."""
        known = self._open.get(process)
        if known is None or known.watch is not watch or not watch.recent:
            return
        newest = watch.recent[-1]
        if not known.rules.issuperset(newest.rules):
            known.rules |= set(newest.rules)
            self._store.update_incident(known.incident.id, rules=sorted(known.rules))
        if known.wanted_points and newest.at > known.incident.taken_at:
            known.wanted_points -= 1
            known.points = [*known.points, _point(newest)]
            if not known.wanted_points:
                self._store.update_incident(known.incident.id, points=known.points)

    def ended(self, process: Process, watch: Watch, at: float) -> None:
        """A metric has come back; when it was the last one astray the incident is over."""
        known = self._open.get(process)
        if known is None:
            return
        known.astray.discard(watch.metric.name)
        if known.astray:
            return
        del self._open[process]
        self._store.update_incident(known.incident.id, rules=sorted(known.rules), points=known.points)
        self._resolve(known.incident.id, at)

    def outage(self, process: Process, at: float, reason: str) -> None:
        """The engine did not answer: an outage begins, or goes on."""
        if process in self._outages:
            return
        incident = ChartIncident(
            id=new_id("inc"), taken_at=at, metric=AVAILABILITY, alarm="outage", started_at=at,
            snapshot={**self._snapshot(at), "reason": reason, "also": []}, **process.filters(),
        )  # fmt: skip
        self._outages[process] = incident
        self._announce(incident, f"The LLM engine does not answer: {reason.removeprefix('error: ')}")

    def answered(self, process: Process, at: float) -> None:
        """The engine answers: an outage is over."""
        if (incident := self._outages.pop(process, None)) is not None:
            self._resolve(incident.id, at)

    def _resolve(self, id: str, at: float) -> None:
        """End an incident; one that nobody acknowledged is resolved by itself, else a person resolves it."""
        try:
            acknowledged = self._store.incident(id).status == "acknowledged"
        except LodgerError:  # it waits to be written, so nobody has seen it
            acknowledged = False
        status = None if acknowledged else "resolved"
        self._store.update_incident(id, ended_at=at, status=status, resolved_at=None if acknowledged else at)

    def _announce(self, incident: ChartIncident, text: str) -> None:
        """Keep it and tell of it, once."""
        self._store.add_incident(incident)
        details = {"kind": "incident", "incident": incident.id, "metric": incident.metric, "alarm": incident.alarm,
                   "rules": incident.rules, "direction": incident.direction, "size_sigma": incident.size_sigma}  # fmt: skip
        self._store.add_event(Event(new_id("e"), incident.taken_at, "alert", None, text, details))
        self._tell({"text": text, **details})
        self._say_in_chat(text, incident.id)

    def _say_in_chat(self, text: str, id: str) -> None:
        """Add it to the conversation that is going on, if there is one, as Lodger's own words."""
        now = self._clock.wall_s()
        try:
            if chosen := conversation_for(self._store, None, now):
                words = f"**Alert.** {text} Ask “explain incident {id}” for what was going on."
                self._store.add_message(Message(new_id("m"), chosen, now, "assistant", words))
        except LodgerError as error:  # deleted meanwhile, or the disk is full: it stands on the page all the same
            log.warning("an alert did not reach the chat: %s", error)


def _point(point: Any) -> dict[str, Any]:
    return {"taken_at": point.at, "value": point.value, "sigma": point.z, "rules": list(point.rules)}


def _sentence(incident: ChartIncident, watch: Watch) -> str:
    """``The probe's latency is out of control: 5.1 sigma up …``, from what was measured alone."""
    metric = metric_named(incident.metric)
    now = watch.recent[-1].value
    center = watch.frozen.at(0.0) if watch.frozen else None
    size = (
        ""
        if incident.size_sigma is None
        else f", {format_number(round(incident.size_sigma, 1))} sigma {incident.direction}"
    )
    where = "" if now is None or center is None else (
        f": {with_unit(float(f'{now:.3g}'), metric.unit)} against a centre of {with_unit(float(f'{center:.3g}'), metric.unit)}"
    )  # fmt: skip
    return f"The {metric.title} of {incident.model} is out of control{size}{where}."
