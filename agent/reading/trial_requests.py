"""Requests to try something beside the run: a branch with other values, a sweep over values, and looking at what came of them.

"Branch with the amplitude at 2e-21", "sweep temperature over 0, 1 and 2 for 50 steps", "compare the runs", "how is the sweep?". What is
tried is never set in the run itself: a clause that asks for a trial gives its values to the trial alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from agent.reading import words
from agent.reading.assignments import Assignment

if TYPE_CHECKING:
    from agent.reading.clause import Clause
    from agent.reading.message import Reading

TRIALS = ("branch_simulation", "sweep_parameter")
_STEPS = re.compile(r"(?<![\w.])(\d[\d,_]*)\s+(?:more\s+)?(?:steps?|schritten?|schritte|pas\b|étapes?|pasos?)", re.I)
_SWEEP_STATE = re.compile(
    r"\b(?:how|show|status|progress|results?|table|plot|done|finished|so far|going|far)\b.*\bsweep\b"
    r"|\bsweep\b.*\b(?:done|finished|so far|going|results?|table|status|progress)\b",
    re.I,
)
_UNIT = re.compile(r"(?<=[\d\s])[^\W\d_][^\s\d]*$")
Entry = tuple[str, dict[str, Any]]


@dataclass(frozen=True)
class TrialRequest:
    """One trial as the words ask for it; ``lacking`` is the question to ask where they leave something out."""

    tool: str
    args: dict[str, Any] = field(default_factory=dict)
    lacking: str = ""

    def says(self, args: dict[str, Any]) -> bool:
        """Whether a call hands over just what the words say."""
        given = {name: value for name, value in args.items() if value is not None}
        return {**self.args, **given} == self.args


def find(text: str, tools: Sequence[str], given: Sequence[Assignment]) -> TrialRequest | None:
    """The trial that a clause asks for; None when it asks for none.

    Args:
        tools: the actions that the clause leaves a trace of.
        given: the values that it names, each with its parameter.
    """
    if "sweep_parameter" in tools:
        return _sweep(text, given)
    if "branch_simulation" in tools:
        return _branch(text, given)
    return None


def branch_of(given: Sequence[Assignment]) -> dict[str, Any]:
    """The arguments of a branch with these values."""
    return {"changes": {assignment.parameter: assignment.value for assignment in given}}


def asked(clause: Clause, reading: Reading) -> list[Entry]:
    """What a clause wants to see of trials, each with the shapes of its arguments."""
    if clause.has_order or clause.trial:
        return []
    metrics = list(dict.fromkeys(m.name for m in clause.mentions if m.name in reading.vocabulary.metrics))
    shapes = {"metric": {"enum": metrics[:1]}} if metrics else {}
    if words.COMPARES.search(clause.text):
        return [("compare_runs", shapes)]
    return [("get_sweep", shapes)] if _SWEEP_STATE.search(clause.text) else []


def _branch(text: str, given: Sequence[Assignment]) -> TrialRequest:
    if not given or len({one.parameter for one in given}) != len(given):
        return TrialRequest(
            "branch_simulation", lacking="Which parameter should the branch have otherwise, and at which value?"
        )
    return TrialRequest("branch_simulation", {**branch_of(given), **_steps(text)})


def _sweep(text: str, given: Sequence[Assignment]) -> TrialRequest:
    names = {one.parameter for one in given}
    if len(names) != 1 or len(given) < 2:
        lacking = (
            "Which parameter should I sweep, and over which values? Name them one by one, such as “over 0, 1 and 2”."
        )
        return TrialRequest("sweep_parameter", lacking=lacking)
    values = _with_unit([one.value for one in given])
    return TrialRequest("sweep_parameter", {"name": names.pop(), "values": values, **_steps(text)})


def _with_unit(values: list[str]) -> list[str]:
    """ "0.1, 0.2 and 0.3 kHz" are all kHz: the last one's unit holds for those that have none."""
    unit = _UNIT.search(values[-1])
    bare = all(re.fullmatch(r"[-+\d.,eE]+", value) for value in values[:-1])
    return [f"{value} {unit.group()}" for value in values[:-1]] + values[-1:] if unit and bare else values


def _steps(text: str) -> dict[str, int]:
    said = _STEPS.search(text)
    return {"steps": int(re.sub(r"[,_]", "", said[1]))} if said else {}
