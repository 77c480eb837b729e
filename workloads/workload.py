"""A workload as the rest of the house sees it: look at it, steer it, start and stop it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, cast

from measurement.clock import SYSTEM_CLOCK, Clock
from measurement.errors import Conflict, SettingsError, Unavailable
from measurement.store import Reading, Store
from workloads.answers import Settled, answer_of, set_result, tell_late
from workloads.attendant import Care
from workloads.exits import RestartPolicy
from workloads.lifecycle import Habits, Lifecycle
from workloads.live import RING, Live
from workloads.messages import Checkpointed
from workloads.parameters import check_all, unknown
from workloads.record import Listener, Record
from workloads.session import Session, terms_of
from workloads.snapshot import (
    ALIVE,
    Change,
    CheckpointResult,
    Picture,
    SetResult,
    Snapshot,
    State,
    StateResult,
)


class Workload:
    """One simulation under control. Thread-safe; every question is answered from memory at once.

    Args:
        name: letters, digits, ``_``, ``-`` and ``.``; what people call it.
        argv: the program that is run, or the address of one that was started elsewhere; see ``catalogue.command_for``.
        channel_token: what a program that was started elsewhere wants to be shown.
        parameters: values to start with instead of the defaults.
        restart_policy: how often it goes on from its last checkpoint after an accident; None for never.
        data_folder: where checkpoints stand; below the run folder when not given.
        checkpoint_every_s: seconds between two checkpoints, if the simulation can be checkpointed.
        stall_after_s: seconds without a finished step before that is told (more for a simulation of long steps).
        stop_grace_s: seconds it has for its present step when asked to stop, and again after SIGTERM.
    """

    def __init__(
        self,
        name: str,
        argv: Sequence[str],
        *,
        store: Store,
        run_folder: Path | str,
        log_folder: Path | str,
        env: Mapping[str, str] | None = None,
        cwd: Path | str | None = None,
        parameters: Mapping[str, Any] | None = None,
        restart_policy: RestartPolicy | None = RestartPolicy(),  # noqa: B008 (frozen)
        memory_limit_bytes: int | None = None,
        nice: int = 0,
        data_folder: Path | str | None = None,
        checkpoint_every_s: float = 30.0,
        stall_after_s: float = 30.0,
        stop_grace_s: float = 5.0,
        channel_token: str = "",
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        if not re.fullmatch(r"[\w-][\w.-]*", name):
            raise SettingsError(f"A workload cannot be called {name!r}: use letters, digits, '_', '-' and '.'.")
        self.name, self.argv = name, tuple(argv)
        self._options: dict[str, Any] = {
            "store": store, "run_folder": run_folder, "log_folder": log_folder, "env": env, "cwd": cwd,
            "memory_limit_bytes": memory_limit_bytes, "nice": nice, "data_folder": data_folder,
            "checkpoint_every_s": checkpoint_every_s, "stall_after_s": stall_after_s, "stop_grace_s": stop_grace_s,
            "clock": clock,
        }  # fmt: skip
        self._live = Live(name, clock)
        self._live.want_only(parameters or {})
        self._record = Record(name, store, clock)
        run_folder, log_folder = Path(run_folder), Path(log_folder)
        self._terms = terms = terms_of(
            name,
            argv,
            env,
            cwd=cwd,
            run_folder=run_folder,
            log_folder=log_folder,
            memory_limit_bytes=memory_limit_bytes,
            nice=nice,
            token=channel_token,
        )
        care = Care(checkpoint_every_s=checkpoint_every_s, stall_after_s=stall_after_s)
        folder = Path(data_folder) if data_folder else run_folder / "checkpoints"
        habits = Habits(care, restart_policy, folder / name, stop_grace_s)
        self._life = Lifecycle(terms, self._live, self._record, habits, clock)
        self._asked: State | None = None  # paused or running: what was asked for last, heeded or not

    # looking

    @property
    def state(self) -> State:
        return self.snapshot().state

    def snapshot(self) -> Snapshot:
        """Everything known at this moment; frozen, and cheap to ask for."""
        return self._live.snapshot()

    def pictures(self) -> dict[str, Picture]:
        """The latest picture of each name."""
        return self._live.pictures()

    def recent(self, metric: str, last_n: int = 50) -> list[Reading]:
        """The latest readings of a metric of this run, oldest first; more than memory holds come from the store.

        Empty while a declared metric has not been reported.

        Raises:
            NotFound: this run has told no such metric.
            StoreError: the older ones cannot be read.
        """
        ring, snapshot = self._live.ring(metric), self.snapshot()
        if ring is None:
            if metric in snapshot.metric_names:
                return []
            raise unknown("metric", metric, snapshot.metric_names)
        run = snapshot.run
        if last_n > len(ring) == RING and run:
            return self._record.stored(run, metric, last_n)
        return ring[-last_n:] if last_n > 0 else []

    def log_tail(self, lines: int = 20) -> list[str]:
        """The last lines of its output, oldest first."""
        session = self._life.session
        return session.log_tail(lines) if session else []

    def pids(self) -> list[int]:
        """Its process and all that it started."""
        session = self._life.session
        return session.pids() if session else []

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener`` with every event, in the thread where it happens; gives the way out."""
        return self._record.subscribe(listener)

    # starting and ending

    def twin(self, name: str, **changed: Any) -> Workload:
        """Make another of the same program, with options that differ; not started.

        Raises:
            Conflict: it was started elsewhere, so nobody here knows how.
        """
        if self.attached:
            raise Conflict(f"{self.name} was started elsewhere, so there is no second one to start.")
        return Workload(name, self.argv, **{**self._options, **changed})

    def start(self, checkpoint: CheckpointResult | None = None) -> None:
        """Start a new run at step 0 with the present parameters, or from a checkpoint of a twin.

        Raises:
            Conflict: it runs already.
            WorkloadError: it cannot be started; the state is ``failed``.
        """
        self._asked = None
        self._life.start(checkpoint)

    def leave(self) -> StateResult:
        """Let go of it: a program that was started elsewhere goes on, one that was started here is stopped."""
        return self._life.leave()

    @property
    def environment(self) -> Mapping[str, str]:
        """The variables that its program is started with, beside those of the launcher."""
        return self._terms.env

    @property
    def attached(self) -> bool:
        """Whether it was started elsewhere."""
        return self._terms.address is not None

    def stop(self) -> StateResult:
        """End it at its next step, by force when that takes too long."""
        return self._life.stop()

    def restart(self, reset: bool = False) -> StateResult:
        """Begin a new run at step 0 with the present parameters; ``reset`` for the defaults."""
        self._asked = None
        return self._life.restart(reset=reset)

    # steering

    def pause(self, timeout_s: float = 5.0) -> StateResult:
        """Pause before the next step.

        Raises:
            Conflict: nothing runs.
        """
        return self._steer("pause", "paused", timeout_s)

    def resume(self, timeout_s: float = 5.0) -> StateResult:
        """Go on after a pause.

        Raises:
            Conflict: nothing runs.
        """
        return self._steer("resume", "running", timeout_s)

    def _steer(self, verb: Literal["pause", "resume"], goal: State, timeout_s: float) -> StateResult:
        session, before = self._running(verb), self.snapshot()
        if before.state == goal and self._asked in (None, goal):
            return StateResult(goal, goal, before.step, "already")
        self._asked = goal
        heeded = answer_of(session.request(verb), timeout_s)
        after = self.snapshot()
        return StateResult(before.state, after.state, after.step, None if heeded else "pending")

    def _running(self, verb: str) -> Session:
        known, session = self.snapshot(), self._life.session
        if session is None or known.state not in ALIVE or session.wait(0.0):
            what = "is not running" if known.state == "stopped" else f"has {known.state}"
            raise Conflict(f"{self.name} {what}, so there is nothing to {verb}; restart it first.", state=known.state)
        return session

    def kept_before(self, change: str) -> Path:
        """Where the state just before a change stands, if it was made with one."""
        return Path(self._life.checkpoint_path(f"undo-{change}"))

    def set(
        self,
        changes: Mapping[str, Any],
        timeout_s: float = 5.0,
        on_applied: Settled | None = None,
        *,
        keep_state: Path | None = None,
    ) -> SetResult:
        """Change parameters at the next step boundary, all or none.

        When nothing runs the values are kept for the restart. When the simulation does not answer within ``timeout_s``
        seconds the result is ``pending``, and ``on_applied`` is called later, with the result or with the error.
        ``keep_state`` is where the state just before the change is written, at the same step boundary.

        Raises:
            NotFound: a name that is no parameter.
            Refused: a value that is not allowed, or that the simulation refused; nothing was changed.
            Conflict: it ended before it could answer, or its parameters are not known yet.
        """
        known = self.snapshot()
        if not known.parameters:
            raise Conflict(f"{self.name} is {known.state} and has not told its parameters yet; try again in a moment.")
        values = check_all(known.parameters, changes)
        planned = [Change(n, known.parameters[n].value, v, known.parameters[n].unit) for n, v in values.items()]
        session = self._life.session
        if session is None or known.state not in ALIVE or session.wait(0.0):
            self._live.keep(values)
            return SetResult(planned, kept=True)
        self._live.await_changes(values)
        kept = {"checkpoint": str(keep_state)} if keep_state else {}
        answer = session.request("set", changes=values, **kept)
        answer.add_done_callback(lambda _: self._live.settle_changes(values))
        applied = answer_of(answer, timeout_s)
        if applied is None:
            answer.add_done_callback(lambda late: tell_late(late, planned, on_applied))
            return SetResult(planned, pending=True)
        return set_result(applied, planned)

    def checkpoint(self, timeout_s: float = 60.0, *, path: str | None = None) -> CheckpointResult:
        """Keep the simulation's state at the next step boundary, in place of the checkpoint before, or at a path of its own.

        Raises:
            Conflict: nothing runs, or it cannot be checkpointed.
            Refused: the simulation could not; in its words.
            Unavailable: not within ``timeout_s`` seconds; it may still come.
        """
        session = self._running("checkpoint")
        if not self.snapshot().can_checkpoint:
            raise Conflict(f"{self.name} cannot be checkpointed: its program has no @sim.checkpoint.")
        answer = answer_of(session.request("checkpoint", path=path or self._life.checkpoint_path()), timeout_s)
        if answer is None:
            raise Unavailable(f"{self.name} has not written its checkpoint within {timeout_s:g} s; it may still come.")
        saved = cast("Checkpointed", answer)
        return CheckpointResult(saved.path, saved.step)

    def restore(self, path: str, timeout_s: float = 60.0) -> SetResult:
        """Go back to a checkpoint: state, parameters and step.

        Raises:
            Conflict: nothing runs, or it cannot be restored.
            Refused: the simulation could not; in its words.
            Unavailable: not within ``timeout_s`` seconds; it may still come.
        """
        session = self._running("restore")
        if not self.snapshot().can_restore:
            raise Conflict(f"{self.name} cannot go back: its program has no @sim.restore.")
        answer = answer_of(session.request("restore", path=path), timeout_s)
        if answer is None:
            raise Unavailable(f"{self.name} has not gone back within {timeout_s:g} s; it may still do so.")
        return set_result(answer, [])
