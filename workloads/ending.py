"""How a workload's end is judged: finished, stopped or failed, in which words, and whether it may go on."""

from __future__ import annotations

import signal
from dataclasses import dataclass
from typing import Literal, Protocol

from workloads.exits import Exit, how_it_ended
from workloads.intake import Intake
from workloads.snapshot import Snapshot, State


class Ended(Protocol):
    """What is known of a session when it ends."""

    intake: Intake
    stop_asked: bool
    forced: bool
    exit: Exit | None


@dataclass(frozen=True)
class Verdict:
    """The state after the end and the last words, None when there is nothing to say.

    ``accident``: it was ended from outside (a signal), so that going on from a checkpoint may well succeed; an error of
    the program's own would only come again.
    """

    state: State
    words: str | None
    accident: bool = False


def judge(session: Ended, exit: Exit, known: Snapshot) -> Verdict:
    """Judge an end by what was asked, what was said, and how the process went."""
    bye, loop_ended = session.intake.bye, session.intake.loop_ended
    if bye and bye.error:
        return Verdict("failed", f"{bye.error} (at step {known.step})")
    if session.forced:
        return Verdict(loop_ended or "stopped", _forced_words(exit, known))
    if exit.code == 0 or session.stop_asked:
        return _quiet_end(session)
    return Verdict("failed", _accident_words(exit, known), accident=exit.code < 0 and loop_ended is None)


def judge_attached(session: Ended, known: Snapshot, *, left: bool) -> Verdict:
    """Judge the end of a connection to a program that was started elsewhere: over with a bye, else only detached."""
    bye, loop_ended = session.intake.bye, session.intake.loop_ended
    if bye and bye.error:
        return Verdict("failed", f"{bye.error} (at step {known.step})")
    if bye or loop_ended:
        return Verdict(loop_ended or ("stopped" if bye and bye.state == "stopped" else "finished"), None)
    if session.forced:
        return Verdict("detached", f"It did not stop by itself; the connection was closed at step {known.step}.")
    if left:
        return Verdict("detached", None)
    return Verdict("detached", f"The connection was lost at step {known.step}; attach again when the program is back.")


def ended_by(session: Ended) -> Literal["terminated", "killed"] | None:
    """What it took to stop it; None when it stopped by itself."""
    if not session.forced or session.exit is None:
        return None
    return "killed" if session.exit.code == -signal.SIGKILL else "terminated"


def _quiet_end(session: Ended) -> Verdict:
    if session.stop_asked:
        return Verdict(session.intake.loop_ended or "stopped", None)
    if not session.intake.greeted:
        words = (
            "It ended without a word on the steering channel: a workload calls steer.attach (see workloads/steer.py)."
        )
        return Verdict("failed", words)
    bye = session.intake.bye
    stopped = bye is not None and bye.state == "stopped"
    return Verdict(session.intake.loop_ended or ("stopped" if stopped else "finished"), None)


def _forced_words(exit: Exit, known: Snapshot) -> str:
    signal_name = "SIGKILL" if exit.code == -signal.SIGKILL else "SIGTERM"
    return f"It did not stop by itself and was ended by {signal_name} at step {known.step}."


def _accident_words(exit: Exit, known: Snapshot) -> str:
    spoken = [line.strip() for line in exit.last_lines if line.strip()]
    last = f' Its last output: "{spoken[-1][:500]}".' if spoken else ""
    return f"It {how_it_ended(exit.code)} at step {known.step}.{last}"
