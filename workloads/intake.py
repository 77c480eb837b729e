"""Takes a simulation's messages, one by one in the reading thread: into the present, the record, and the alarms."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import singledispatchmethod
from typing import cast

from measurement.facts import json_value
from measurement.store import Reading
from workloads import steer
from workloads.live import Live
from workloads.messages import (
    Applied,
    Bye,
    Checkpointed,
    Declared,
    Denied,
    Hello,
    Message,
    Metric,
    Note,
    Row,
    Rows,
    Shown,
    StateTold,
    Step,
)
from workloads.record import Record
from workloads.snapshot import OVER, Change, CheckpointResult, State

TOLD_STATES: frozenset[str] = frozenset({"running", "paused", "finished", "stopped"})


class Intake:
    """What one process says, from its hello to its bye.

    ``on_running`` is called once, when the simulation stands before its first step and has declared its parameters.
    """

    def __init__(self, name: str, live: Live, record: Record, on_running: Callable[[], None]) -> None:
        self._name, self._live, self._record = name, live, record
        self._on_running = on_running
        self.greeted = False
        self.loop_ended: State | None = None
        self.bye: Bye | None = None
        self.checkpoint: CheckpointResult | None = None
        self._begun = False

    def complain(self, what: str) -> None:
        """A line that was no message."""
        self._record.alert_now("rubbish", f"{self._name} sent what is no message on the steering channel: {what}")

    def ensure_run(self) -> str:
        """Give the run's id; its row begins with the first thing that belongs to it."""
        known = self._live.snapshot()
        if known.run:
            return known.run
        run = self._record.begin_run(known)
        self._live.put(run=run)
        return run

    @singledispatchmethod
    def take(self, message: Message) -> None:
        """Take any message."""
        raise TypeError(f"nobody takes a {type(message).__name__}")  # a kind that was added to messages.py only

    @take.register
    def _(self, message: Hello) -> None:
        self.greeted = True
        if message.protocol != steer.PROTOCOL:
            self._record.alert(
                "protocol",
                f"{self._name} speaks version {message.protocol} of the steering channel, Lodger {steer.PROTOCOL}: "
                "copy workloads/steer.py anew beside it.",
            )
        self._live.greet(message)

    @take.register
    def _(self, message: Declared) -> None:
        if not self._live.declare(message.parameter):
            self._record.alert("parameters", f"{self._name} declares too many parameters; the later ones are left out.")

    @take.register
    def _(self, message: Metric) -> None:
        if not self._live.know_metric(message):
            self._record.alert("metrics", f"{self._name} has too many metrics; the later ones are left out.")

    @take.register
    def _(self, message: Step) -> None:
        self._live.reach(message.step)
        self._record.alarm.ends("stall")

    @take.register
    def _(self, message: Rows) -> None:
        run = self.ensure_run()
        readings: list[Reading] = []
        for metric, rows in message.rows.items():
            if self._live.knows_metric(metric) or self._live.know_metric(Metric(metric, "", "")):
                unit = self._live.unit_of(metric)
                readings += [self._reading(run, metric, unit, row) for row in rows]
            else:
                self._record.alert("metrics", f"{self._name} has too many metrics; the later ones are left out.")
        self._live.add_readings(readings)
        self._record.readings(readings)
        if message.merged:
            self._record.alert(
                "merged",
                f"{self._name} reports faster than its readings can be told: neighbours are merged into their mean, with "
                "their number and extremes.",
            )
        known = self._live.snapshot()
        self._record.tell("metrics", step=known.step, metrics=dict(known.metrics), readings=tuple(readings))

    def _reading(self, run: str, metric: str, unit: str, row: Row) -> Reading:
        if math.isfinite(row.value):
            self._record.alarm.ends(f"finite {metric}")
        else:
            word = json_value(row.value)
            text = f"{metric} of {self._name} is {word} at step {row.step}."
            self._record.alert(f"finite {metric}", text, metric=metric, step=row.step, value=word)
        return Reading(run, metric, row.step, row.value, row.taken_at, unit, row.count, row.minimum, row.maximum)

    @take.register
    def _(self, message: Applied) -> None:
        units = {name: parameter.unit for name, parameter in self._live.parameters.items()}
        changes = [Change(name, old, new, units.get(name, ""), message.step) for name, old, new in message.changes]
        self._live.apply({change.name: change.new for change in changes})
        self._live.reach(message.step)
        values = {name: parameter.value for name, parameter in self._live.parameters.items()}
        self._record.update_run(self._live.snapshot(), parameters=values)
        self._record.tell("change", changes=[change.to_json() for change in changes], step=message.step, id=message.id)

    @take.register
    def _(self, message: Denied) -> None:
        """The channel gives it to whoever asked."""

    @take.register
    def _(self, message: StateTold) -> None:
        if message.state == "stopping":
            return
        if message.state not in TOLD_STATES:
            self.complain(f"the state {message.state!r}")
            return
        state = cast("State", message.state)
        self._live.reach(message.step)
        if not self._begun:
            self._begun = True
            self._live.forget_undeclared()
            self.ensure_run()
            self._on_running()
        if state in OVER:
            self.loop_ended = state
        if state != "running":
            self._live.pause_rate()
        self._record.move(
            self._live, state, f"{self._name} {'has' if state == 'finished' else 'is'} {state} at step {message.step}."
        )

    @take.register
    def _(self, message: Shown) -> None:
        if self._live.show(message.picture):
            self._record.tell("picture", name=message.picture.name, step=message.picture.step)
        if message.picture.not_finite:
            text = f"{message.picture.not_finite} points of the picture {message.picture.name} are not finite."
            self._record.alert_now(f"picture {message.picture.name}", f"{self._name}: {text}")

    @take.register
    def _(self, message: Note) -> None:
        self._live.add_note(message.text)
        self._record.note(message.text, self._live.snapshot().step)

    @take.register
    def _(self, message: Checkpointed) -> None:
        self.checkpoint = CheckpointResult(message.path, message.step)

    @take.register
    def _(self, message: Bye) -> None:
        self.bye = message
        self._live.reach(message.step)
