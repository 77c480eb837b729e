"""A workload's lives: start, stop, restart, and going on from a checkpoint after an accident.

People's operations are serialised by ``_control``. What processes do by themselves (messages, ends) happens in their
own threads and never takes that lock, so that a stop that waits for an end cannot wait for itself.
"""

from __future__ import annotations

import json
import logging
import threading
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from measurement.clock import SYSTEM_CLOCK, Clock
from measurement.errors import Conflict, LodgerError, Unavailable, WorkloadError
from workloads.attached import AttachedSession
from workloads.attendant import Attendant, Care
from workloads.channel import Answer
from workloads.ending import ended_by
from workloads.exits import Patience, RestartPolicy
from workloads.intake import Intake
from workloads.live import Live
from workloads.record import Record
from workloads.session import Session, Terms
from workloads.snapshot import ALIVE, CheckpointResult, State, StateResult
from workloads.started import StartedSession

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Habits:
    """How a workload is looked after. ``restart`` None: an accident is the end, whatever checkpoint there is."""

    care: Care
    restart: RestartPolicy | None
    checkpoint_folder: Path
    stop_grace_s: float


class Lifecycle:
    """Starts and ends the processes of one workload, one at a time."""

    def __init__(self, terms: Terms, live: Live, record: Record, habits: Habits, clock: Clock = SYSTEM_CLOCK) -> None:
        self.session: Session | None = None
        self._attached_pid: int | None = None
        self._terms, self._live, self._record, self._habits = terms, live, record, habits
        self._clock = clock
        self._control = threading.RLock()
        self._patience = Patience(habits.restart)
        self._going_on: threading.Timer | None = None
        self._attendant: Attendant | None = None
        self._checkpointing: Future[Answer] | None = None

    # what people do

    def start(self, checkpoint: CheckpointResult | None = None) -> None:
        """Start a new run at step 0, or from a checkpoint of another.

        Raises:
            Conflict: it runs already.
            WorkloadError: the process cannot be started; the state is ``failed``.
        """
        with self._control:
            if self.session and not self.session.wait(0.0):
                raise Conflict(f"{self._terms.name} runs already; restart it to begin anew.")
            self._cancel_going_on()
            self._patience = Patience(self._habits.restart)
            before = self._live.snapshot()
            if self._terms.address and before.state == "detached":  # the same run, unless another program answers
                self._live.begin(run=before.run, step=before.step)
            else:
                self._remove_checkpoints()
                self._live.begin(run=None, step=checkpoint.step if checkpoint else 0)
            self._launch(checkpoint)

    def stop(self) -> StateResult:
        """End it: at its next step, or by force after the grace. Stopping what does not run is fine."""
        with self._control:
            before = self._live.snapshot()
            session = self.session
            note: Literal["already", "terminated", "killed"] | None = None
            if session and not session.wait(0.0):
                self._end(session)
                note = ended_by(session)
            elif before.state not in ALIVE:
                note = "already"
            self._cancel_going_on()  # only now: until an end is judged it may still decide to go on
            if self._live.snapshot().state in ALIVE:
                self._move("stopped", f"{self._terms.name} is stopped at step {before.step}.")
            after = self._live.snapshot()
            return StateResult(before.state, after.state, after.step, note)

    def restart(self, *, reset: bool) -> StateResult:
        """Begin a new run at step 0 with the present parameters, or with the defaults."""
        if self._terms.address:
            raise Conflict(
                f"{self._terms.name} was started elsewhere, so it cannot be restarted from here; restart it where it was "
                "started, then attach again."
            )
        with self._control:
            before = self._live.snapshot()
            self.stop()
            if reset:
                self._live.want_only({})
            self.start()
            return StateResult(before.state, self._live.snapshot().state, 0)

    def leave(self) -> StateResult:
        """Let go: what was started here is stopped, what was started elsewhere goes on without us."""
        if not self._terms.address:
            return self.stop()
        with self._control:
            before = self._live.snapshot()
            if self.session and not self.session.wait(0.0):
                self.session.leave(self._habits.stop_grace_s)
            elif before.state not in ALIVE:
                return StateResult(before.state, before.state, before.step, "already")
            after = self._live.snapshot()
            return StateResult(before.state, after.state, after.step)

    def _greeted(self, pid: int | None) -> None:
        """A program that was attached to says who it is: another one than before begins another run."""
        if self._attached_pid is not None and pid != self._attached_pid:
            self._live.want_only({})
            self._live.begin(run=None)
        self._attached_pid = pid
        self._live.put(pid=pid)

    def _end(self, session: Session) -> None:
        session.stop_asked = True
        grace_s = self._habits.stop_grace_s if session.intake.greeted and not session.intake.loop_ended else 0.0
        if grace_s:
            try:
                session.request("stop")
            except Unavailable as error:  # it reads nothing: only force is left
                _log.info("%s", error)
                grace_s = 0.0
        if not session.wait(grace_s):
            session.end(self._habits.stop_grace_s)

    # a process begins

    def _launch(self, checkpoint: CheckpointResult | None) -> None:
        intake = Intake(self._terms.name, self._live, self._record, self._before_first_step)
        intake.checkpoint = checkpoint
        session: Session
        if self._terms.address:
            session = AttachedSession(self._terms, intake, self._ended, self._greeted)
        else:
            session = StartedSession(self._terms, intake, self._ended)
        self.session = session
        self._move("starting", f"{self._terms.name} is starting.")
        try:
            session.start(self._live.wanted, checkpoint.path if checkpoint else None)
        except WorkloadError as error:
            self.session = None
            self._move("failed", error.message, last_words=error.message)
            raise
        if not self._terms.address:
            self._live.put(pid=session.pid)
        self._attendant = Attendant(
            session,
            self._live,
            self._record,
            self._habits.care,
            checkpoint=self._leave_alone if self._terms.address else self._checkpoint_in_time,
            clock=self._clock,
        )
        self._attendant.start()

    def _before_first_step(self) -> None:
        """Ask for the values that differ from what is wanted: changed since the checkpoint, or since the start."""
        known, wanted = self._live.parameters, self._live.wanted
        missing = {name: value for name, value in wanted.items() if name in known and known[name].value != value}
        self._live.settle_changes(set(wanted) - set(missing))
        session = self.session
        if not missing or session is None:
            return
        self._live.await_changes(missing)
        try:
            answer = session.request("set", changes=missing)
        except Unavailable as error:
            self._record.alert_now("wanted", f"{self._terms.name} did not get {json.dumps(missing)}: {error}")
            return
        answer.add_done_callback(lambda answer: self._settled(answer, missing))

    def _settled(self, answer: Future[Answer], changes: dict[str, Any]) -> None:
        self._live.settle_changes(changes)
        error = answer.exception()
        if error and not isinstance(error, Conflict):  # Conflict: it ended first, and that is told
            self._record.alert_now("wanted", f"{self._terms.name} goes on without {json.dumps(changes)}: {error}")

    # a process ends

    def _ended(self, session: Session) -> None:
        if self._attendant:
            self._attendant.leave()
        self._record.alarm.end_all()
        session.intake.ensure_run()
        known = self._live.snapshot()
        verdict = session.judged(known)
        self._live.put(pid=None)
        if verdict.accident and not session.stop_asked and self._go_on(session, verdict.words or ""):
            return
        words = f"{self._terms.name} has {verdict.state}" if verdict.state in ("finished", "failed") else None
        words = words or f"{self._terms.name} is {verdict.state}"
        text = f"{words}: {verdict.words}" if verdict.words else f"{words} at step {known.step}."
        self._move(verdict.state, text, last_words=verdict.words)

    def _go_on(self, session: Session, words: str) -> bool:
        """Schedule a start from the last checkpoint, if there is one and patience is left."""
        saved = session.intake.checkpoint
        if saved is None or session.exit is None or not self._live.snapshot().can_restore:
            return False
        wait_s = self._patience.decide(session.exit).restart_in_s
        if wait_s is None:
            return False
        said = f"{words} It goes on from the checkpoint of step {saved.step} in {wait_s:g} s."
        self._live.add_note(said)
        self._move("starting", f"{self._terms.name}: {said}", last_words=said)
        self._record.alert_now("accident", f"{self._terms.name}: {said}")
        timer = threading.Timer(wait_s, self._start_again, (saved,))
        timer.daemon = True
        self._going_on = timer
        timer.start()
        return True

    def _start_again(self, saved: CheckpointResult) -> None:
        with self._control:
            if self._going_on is None:  # stopped or restarted by a person meanwhile
                return
            self._going_on = None
            self._live.begin(run=self._live.snapshot().run, step=saved.step)
            try:
                self._launch(saved)
            except LodgerError as error:  # the state is failed and says so
                _log.warning("%s", error)

    def _cancel_going_on(self) -> None:
        timer, self._going_on = self._going_on, None
        if timer:
            timer.cancel()

    # checkpoints

    def _leave_alone(self) -> None:
        """A program that we did not start is not asked for checkpoints that nobody wants."""

    def checkpoint_path(self, of: str | None = None) -> str:
        """Where this run's checkpoint stands, or another one of it."""
        folder = self._habits.checkpoint_folder
        folder.mkdir(parents=True, exist_ok=True)
        return str((folder / f"{of or self._live.snapshot().run}.checkpoint").resolve())

    def _checkpoint_in_time(self) -> None:
        session = self.session
        if session is None or (self._checkpointing and not self._checkpointing.done()):
            return
        try:
            path = self.checkpoint_path()
        except OSError as error:
            self._record.alert_now("checkpoint", f"The folder of checkpoints cannot be written: {error}.")
            return
        self._checkpointing = session.request("checkpoint", path=path)
        self._checkpointing.add_done_callback(self._checkpointed)

    def _checkpointed(self, answer: Future[Answer]) -> None:
        error = answer.exception()
        if error and not isinstance(error, Conflict):
            self._record.alert_now("checkpoint", f"The checkpoint in between failed: {error}")

    def _remove_checkpoints(self) -> None:
        """Those of earlier runs: a new run begins at step 0."""
        try:
            for path in self._habits.checkpoint_folder.glob("*.checkpoint*"):
                path.unlink(missing_ok=True)
        except OSError as error:
            self._record.alert_now("checkpoint", f"Old checkpoints cannot be removed: {error}.")

    def _move(self, state: State, text: str, *, last_words: str | None = None) -> None:
        """Change the state, and let the record and the listeners know."""
        self._record.move(self._live, state, text, last_words=last_words)
