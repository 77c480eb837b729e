"""The gate before every actuator, for every model.

A model's wish becomes an act only if the person's own words of this turn ask for it: the action leaves an order in them
(not a quotation, a prohibition, a wonder, a report), and the name and value handed over stand there and belong together.
Conditions are checked against facts. What is not sure becomes a question in one sentence; nothing is guessed.

Reading the run needs no permission. Bounds, types and the audit are the tools' business and hold for buttons and REST too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from agent.reading import unclear, words
from agent.reading.assignments import Assignment
from agent.reading.clause import Clause
from agent.reading.conditions import Condition
from agent.reading.message import Reading
from agent.reading.trial_requests import TRIALS
from measurement.errors import LodgerError
from measurement.facts import format_number
from tools.names import resolve
from tools.registry import tools

Decision = Literal["allow", "ask", "refuse"]

_LISTS = re.compile(r"\bwhat (?:i|we|you) (?:can|could|may)\b", re.I)  # "list what I can adjust" asks for the list
_DEED = {
    "pause_simulation": "pause the simulation",
    "resume_simulation": "resume the simulation",
    "stop_simulation": "stop the simulation for good",
    "restart_simulation": "restart the simulation from step 0",
    "undo": "take the last change back",
    "branch_simulation": "try that in a branch",
    "sweep_parameter": "make a sweep",
    "stop_sweep": "stop the sweep",
    "set_alert": "set an alert",
    "remove_alert": "remove the alert",
    "checkpoint_simulation": "write a checkpoint",
    "generate_white_paper": "write a report",
}


@dataclass(frozen=True)
class Verdict:
    """``ask`` carries a question whose "yes" carries out ``args``; ``refuse`` a reason, with nothing to confirm.

    ``moot``: refused only because a condition of the person's own does not hold; what is asked beside it goes on.
    """

    decision: Decision
    sentence: str = ""
    confirmable: bool = False
    moot: bool = False


ALLOW = Verdict("allow")


def check(
    tool: str, args: Mapping[str, Any], reading: Reading, values: Mapping[str, Any], confirm_end: bool = True
) -> Verdict:
    """Judge one call of one tool.

    Args:
        values: metrics and parameters as they are now, for conditions.
        confirm_end: ask before something that ends a run which is going on.
    """
    spec = tools().get(tool)
    if spec is None or not spec.actuator:
        return ALLOW
    if tool in ("set_parameter", "set_parameters"):
        return _check_set(args, reading, values)
    if tool in TRIALS and (doubt := _check_trial(tool, args, reading)):
        return doubt
    return _check_deed(tool, reading, values, confirm_end)


def gaps(reading: Reading) -> list[str]:
    """The questions that a message raises by itself: an order that lacks a name or a value, or can be read two ways."""
    return [question for clause in reading.clauses for question in clause_gaps(clause, reading)]


def deed(tool: str, args: Mapping[str, Any]) -> str:
    """An action in words, for a question: ``set gw_amplitude to 5e-21``."""
    if tool == "set_parameter":
        return unclear.in_words(str(args.get("name")), args.get("value"))
    return _DEED.get(tool, tool.replace("_", " "))


def clause_gaps(clause: Clause, reading: Reading) -> Iterator[str]:
    """The questions that one clause raises."""
    if clause.wonders and (wondered := unclear.question(clause, reading)):
        yield wondered.sentence
        return
    if not clause.has_order and (spoken := _not_ordered(clause)):
        yield spoken
        return
    yield from list(_open_ends(clause, reading))[:1] or (
        [found.sentence] if (found := unclear.question(clause, reading)) else []
    )


def _open_ends(clause: Clause, reading: Reading) -> Iterator[str]:
    """What an order to change something leaves open."""
    if not clause.orders("set_parameter") or (clause.asks and not words.POLITE.search(clause.text)):
        return
    parameters = [m.name for m in clause.mentions if m.name in reading.vocabulary.parameters]
    if clause.doubtful and (unplaced := unclear.unplaced(clause, reading)):
        yield unplaced
    elif clause.doubtful and clause.assignments:
        options = " or ".join(dict.fromkeys(f"{a.parameter} = {a.value}" for a in clause.assignments))
        yield f"I can read that in more than one way ({options}). Which do you mean?"
    elif clause.strong_set and clause.values and not clause.assignments:
        found = unclear.question(clause, reading)
        yield found.sentence if found else unclear.which_parameter(clause, reading)
    elif clause.strong_set and parameters and not clause.assignments:
        yield unclear.what_value(parameters[0], reading)
    elif clause.strong_set and not (
        clause.has_order or clause.mentions or _other_order(clause) or _LISTS.search(clause.text)
    ):
        yield unclear.which_parameter(clause, reading)


def suggestions(reading: Reading) -> list[tuple[str, dict[str, Any]]]:
    """The calls that a "yes" to ``gaps`` would carry out: none unless all that is asked is one yes."""
    asked = list(unclear.questions(reading))
    one = len(asked) == 1 and gaps(reading) == [asked[0].sentence] and not reading.has_order
    return asked[0].calls if one else []


def _first_deed(clause: Clause) -> str:
    return deed("set_parameter", {"name": clause.assignments[0].parameter, "value": clause.assignments[0].value})


def _not_ordered(clause: Clause) -> str | None:
    """What to say of an action that is forbidden or wondered about: that it was not done, and how to have it done."""
    for trace in clause.traces:
        if trace.tool == "set_parameter" and not clause.assignments:
            continue
        first = clause.assignments[0] if clause.assignments else None
        act = deed(trace.tool, {"name": first.parameter, "value": first.value} if first else {})
        if trace.mood == "negated":
            return f"All right, I did not {act}; nothing was changed."
        if trace.mood in ("question", "reported") and trace.tool in ("stop_simulation", "restart_simulation"):
            return "I did not do anything."
        if trace.mood in ("question", "reported"):
            undone = "" if trace.tool in TRIALS else "; a change can be undone"
            return f"I did not do anything. If I should {act}, tell me to{undone}."
    return None


def _other_order(clause: Clause) -> bool:
    return any(clause.orders(trace.tool) for trace in clause.traces if trace.tool != "set_parameter")


def _check_deed(tool: str, reading: Reading, values: Mapping[str, Any], confirm_end: bool) -> Verdict:
    clauses = [clause for clause in reading.clauses if clause.mood(tool)]
    if not clauses:
        return Verdict("ask", f"You did not ask me to {deed(tool, {})}; shall I?", confirmable=True)
    if any(clause.mood(tool) == "negated" for clause in clauses):
        return Verdict("refuse", f"I left it as it is: you said not to {deed(tool, {})}.")
    ordering = [clause for clause in clauses if clause.orders(tool)]
    if not ordering:
        return Verdict("ask", f"Shall I {deed(tool, {})}?", confirmable=True)
    condition = _check_condition(ordering[0].condition, values)
    if condition.moot:
        return condition
    if tool in ("stop_simulation", "restart_simulation") and confirm_end:
        return Verdict(
            "ask",
            f"Shall I {deed(tool, {})}? What it computed so far stays in the store, but this run ends.",
            confirmable=True,
        )
    return condition


def _check_trial(tool: str, args: Mapping[str, Any], reading: Reading) -> Verdict | None:
    """A trial has the values of the person's words; None when it has."""
    if any(clause.trial and clause.trial.tool == tool and clause.trial.says(dict(args)) for clause in reading.clauses):
        return None
    changes = args.get("changes")
    values = list(changes.values()) if isinstance(changes, Mapping) else args.get("values")
    if isinstance(values, list) and values and all(_stands(value, reading.own) for value in values):
        return None
    return Verdict(
        "ask",
        f"I only {'sweep over' if tool == 'sweep_parameter' else 'branch with'} values that you say; which should it be?",
    )


def _check_set(args: Mapping[str, Any], reading: Reading, values: Mapping[str, Any]) -> Verdict:
    changes = args.get("changes") or {str(args.get("name")): args.get("value")}
    if not isinstance(changes, Mapping):
        return Verdict("refuse", "The change was not in a form that I can check; nothing was changed.")
    for name, value in changes.items():
        verdict = _check_one(str(name), value, reading, values)
        if verdict.decision != "allow":
            return verdict
    return ALLOW


def _check_one(asked: str, value: Any, reading: Reading, values: Mapping[str, Any]) -> Verdict:
    try:
        name = resolve(asked, {name: info.aliases for name, info in reading.vocabulary.parameters.items()}).name
    except LodgerError as error:
        return Verdict("refuse", f"{error.message} Nothing was changed.")
    clauses = [
        c for c in reading.clauses if c.mood("set_parameter") and any(a.parameter == name for a in c.assignments)
    ]
    if any(clause.mood("set_parameter") == "negated" for clause in clauses):
        return Verdict("refuse", f"I left {name} as it is: you said not to change it.")
    for clause in clauses:
        if clause.orders("set_parameter") and any(_same(a, name, value) for a in clause.assignments):
            if clause.doubtful:
                return Verdict("ask", next(clause_gaps(clause, reading), f"Which value should {name} have?"))
            return _check_condition(clause.condition, values)
    return _doubt(name, value, clauses, reading)


def _doubt(name: str, value: Any, clauses: list[Clause], reading: Reading) -> Verdict:
    """What to say when the words do not carry the change."""
    stated = [a for clause in clauses for a in clause.assignments if a.parameter == name]
    if any(_same(a, name, value) for a in stated):
        return Verdict("ask", f"Shall I {unclear.in_words(name, value)}?", confirmable=True)
    if stated:
        return Verdict("ask", f"Shall I {unclear.in_words(name, stated[0].value)}?")
    if _stands(value, reading.own):
        return Verdict("ask", f"Shall I {unclear.in_words(name, value)}?", confirmable=True)
    return Verdict("ask", f"What value should {name} have? I only set a value that you say.")


def _same(assignment: Assignment, name: str, value: Any) -> bool:
    """Whether a value handed over is the one that the words give, verbatim or as the same number."""
    if assignment.parameter != name:
        return False
    if _squeeze(assignment.value) == _squeeze(value):
        return True
    try:
        return float(str(value)) == float(assignment.value)
    except ValueError:
        return False


def _stands(value: Any, own: str) -> bool:
    squeezed = _squeeze(value)
    return bool(squeezed) and bool(re.search(rf"(?<![\w.]){re.escape(squeezed)}(?![\w.])", _squeeze(own)))


def _squeeze(text: Any) -> str:
    return re.sub(r"\s+", " ", str(text)).strip().lower()


def _check_condition(condition: Condition | None, values: Mapping[str, Any]) -> Verdict:
    if condition is None:
        return ALLOW
    holds = condition.check(values)
    if holds is None:
        return Verdict("ask", f"I cannot decide “{condition.text}” by myself. Shall I do it now?", confirmable=True)
    if holds:
        return ALLOW
    present = _shown(values[condition.quantity or ""])
    return Verdict(
        "refuse",
        f"Nothing was changed: {condition.quantity} is {present}, so “{condition.text.rstrip(' ,')}” does not hold.",
        moot=True,
    )


def _shown(value: Any) -> str:
    return ("on" if value else "off") if isinstance(value, bool) else format_number(value)
