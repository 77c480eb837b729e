"""Looks after one process while it runs: checkpoints in time, and says when nothing moves or nobody reads."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from measurement.clock import SYSTEM_CLOCK, Clock
from measurement.errors import LodgerError
from workloads.intake import Intake
from workloads.live import Live
from workloads.record import Record

TICK_S = 0.25
STEP_KEPT_S = 2.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Care:
    """When to act, seconds. ``stall_after_s`` grows to five times the longest step that was seen."""

    checkpoint_every_s: float = 30.0
    stall_after_s: float = 30.0
    silent_after_s: float = 10.0
    unread_after_s: float = 5.0


class Watched(Protocol):
    """What is looked after: a session."""

    intake: Intake

    @property
    def unread_s(self) -> float: ...


class Attendant:
    """A thread that looks four times a second, until ``leave``."""

    def __init__(
        self,
        session: Watched,
        live: Live,
        record: Record,
        care: Care,
        *,
        checkpoint: Callable[[], object],
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self._session, self._live, self._record = session, live, record
        self._care, self._checkpoint, self._clock = care, checkpoint, clock
        self._began_s = self._checkpointed_s = self._kept_s = clock.monotonic_s()
        self._leaving = threading.Event()

    def start(self) -> None:
        name = f"attend {self._live.snapshot().name}"
        threading.Thread(target=self._attend, name=name, daemon=True).start()

    def leave(self) -> None:
        self._leaving.set()

    def _attend(self) -> None:
        while not self._leaving.wait(TICK_S):
            try:
                self.look()
            except Exception:
                _log.exception("looking after a workload failed")

    def look(self) -> None:
        """One round."""
        now = self._clock.monotonic_s()
        known = self._live.snapshot()
        self._look_for_silence(now, known.name)
        self._look_for_unread(known.name)
        if known.state == "running":
            self._look_for_stall(known.name, known.step)
            self._checkpoint_in_time(now, known.can_checkpoint)
        if now - self._kept_s >= STEP_KEPT_S:
            self._kept_s = now
            self._record.update_run(known)

    def _look_for_silence(self, now: float, name: str) -> None:
        if not self._session.intake.greeted and now - self._began_s > self._care.silent_after_s:
            self._record.alert(
                "silent",
                f"{name} has run for {now - self._began_s:.0f} s without a word on the steering channel. If it is still "
                "loading, wait; else it needs the three lines of workloads/steer.py.",
            )

    def _look_for_unread(self, name: str) -> None:
        unread_s = self._session.unread_s
        if unread_s > self._care.unread_after_s:
            self._record.alert(
                "unread", f"{name} has not read its requests for {unread_s:.0f} s; it cannot be steered."
            )
        elif unread_s == 0.0:
            self._record.alarm.ends("unread")

    def _look_for_stall(self, name: str, step: int) -> None:
        waited_s, longest_s = self._live.waited_s()
        if waited_s > max(self._care.stall_after_s, 5 * longest_s):
            self._record.alert(
                "stall",
                f"{name} has not finished step {step} for {waited_s:.0f} s; requests are answered when it does.",
                step=step,
            )

    def _checkpoint_in_time(self, now: float, possible: bool) -> None:
        if not possible or now - self._checkpointed_s < self._care.checkpoint_every_s:
            return
        self._checkpointed_s = now
        try:
            self._checkpoint()
        except LodgerError as error:
            self._record.alert_now("checkpoint", f"A checkpoint could not be asked for: {error}")
