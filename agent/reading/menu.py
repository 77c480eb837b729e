"""What a small model may pick from for one clause: the actions that its words admit, and talk.

A menu is an aid, not a permission; the guard judges what is picked all the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from agent.reading import control_questions, own_costs, trial_requests, words
from agent.reading.clause import Clause
from agent.reading.message import Reading

_SHOW = re.compile(
    r"\b(?:show|plot|draw|chart|graph|display|give|list|tell|zeige?|montre[rz]?|affiche[rz]?|dessine[rz]?|muestra|muéstra(?:me|nos)|muestre(?:me)?|enséñame|describe|report)\b",
    re.I,
)
_NOW = re.compile(r"\b(?:status|state|current|currently|now|right now|progress)\b", re.I)
_COUNT = re.compile(r"\b(\d{1,4})\b")
_DEFAULTS = re.compile(
    r"\b(?:default|original|factory|initial|standard)s?(?: (?:values?|settings?|parameters?))?\b|\bstandardwerte\w*|\bvaleurs? (?:par défaut|initiales?)\b|\bvalores (?:por defecto|iniciales)\b",
    re.I,
)
DEFAULT_COUNT = 50
LARGEST_COUNT = 4096


@dataclass(frozen=True)
class Menu:
    """The entries of a clause's grammar. ``must_act``: the words give an order, so talk is not on the menu."""

    entries: tuple[dict[str, Any], ...]
    must_act: bool

    @property
    def worth_asking(self) -> bool:
        return bool(self.entries)

    @property
    def schema(self) -> dict[str, Any]:
        entries = list(self.entries) if self.must_act else [*self.entries, _entry("reply")]
        return {"type": "array", "minItems": 1, "maxItems": 1, "items": {"anyOf": entries}}


def offer(clause: Clause, reading: Reading) -> Menu:
    """Make the menu of one clause."""
    acts = [_with_focus(entry, clause, reading) for entry in _acts(clause)]
    if acts:
        return Menu(tuple(acts), must_act=True)
    of_house = [
        *trial_requests.asked(clause, reading),
        *own_costs.asked(clause),
        *control_questions.asked(clause, reading),
    ]
    if of_house:
        return Menu(tuple(_entry(tool, **shapes) for tool, shapes in of_house), must_act=True)
    reads = list(_reads(clause, reading))
    looks_back = bool(clause.traces) and bool(words.LOOKS_BACK.match(clause.text))
    about_house = reading.about_run or _entry("list_alerts") in reads  # nobody else here has alerts
    asks = bool(reads) and (looks_back or (about_house and (clause.asks or bool(_SHOW.search(clause.text)))))
    return Menu(tuple(reads), must_act=asks)


def only(clause: Clause, reading: Reading) -> dict[str, Any] | None:
    """The one call that a clause's words admit, when they leave nothing to pick."""
    offered = offer(clause, reading)
    if not offered.must_act or len(offered.entries) != 1:
        return None
    values = {name: shape.get("enum", [shape.get("const")]) for name, shape in offered.entries[0]["properties"].items()}
    return {name: given[0] for name, given in values.items()} if all(len(g) == 1 for g in values.values()) else None


def _acts(clause: Clause) -> Iterator[dict[str, Any]]:
    if clause.alert:
        yield _entry("set_alert", condition={"const": clause.alert.condition}, action={"const": clause.alert.action})
        return
    if clause.orders("set_parameter") and clause.assignments and not clause.doubtful:
        for parameter in dict.fromkeys(a.parameter for a in clause.assignments):
            spans = [a.value for a in clause.assignments if a.parameter == parameter]
            kept = {"keep_state": {"const": True}} if words.KEEPING.search(clause.text) else {}
            yield _entry("set_parameter", name={"const": parameter}, value={"enum": spans}, **kept)
        return
    if clause.trial and clause.orders(clause.trial.tool):
        if not clause.trial.lacking:
            yield _entry(clause.trial.tool, **{name: {"const": given} for name, given in clause.trial.args.items()})
        return
    for tool in words.ACTIONS:
        if tool != "set_parameter" and clause.orders(tool) and not _shadowed(tool, clause):
            yield _entry(tool, **_about(tool, clause))


def _about(tool: str, clause: Clause) -> dict[str, Any]:
    """What an act is about, where the words say it: the alert on a metric, a restart with the defaults."""
    if tool == "restart_simulation" and _DEFAULTS.search(clause.text):
        return {"reset": {"const": True}}
    if tool != "remove_alert":
        return {}
    return {"alert": {"enum": list(dict.fromkeys(mention.name for mention in clause.mentions)) or ["all"]}}


def _with_focus(entry: dict[str, Any], clause: Clause, reading: Reading) -> dict[str, Any]:
    """ "A white paper about the correlation" looks at that metric first."""
    metrics = list(dict.fromkeys(m.name for m in clause.mentions if m.name in reading.vocabulary.metrics))
    if not metrics or entry["properties"]["tool"]["const"] != "generate_white_paper":
        return entry
    return _entry("generate_white_paper", focus={"enum": metrics})


def _shadowed(tool: str, clause: Clause) -> bool:
    """ "set it back" is an undo, "start again from scratch" a restart: the longer phrase wins over a word inside it."""
    if tool in ("stop_simulation", "pause_simulation") and (
        clause.orders("remove_alert") or clause.orders("stop_sweep")
    ):
        return True  # "stop watching", "cancel the alert", "stop the sweep"
    return (tool == "resume_simulation" and clause.orders("restart_simulation")) or (
        tool == "generate_white_paper" and clause.asks and not words.POLITE.search(clause.text)
    )


def _reads(clause: Clause, reading: Reading) -> Iterator[dict[str, Any]]:
    if reading.has_order and not clause.asks and not _SHOW.search(clause.text):
        return
    if clause.orders("set_parameter") and words.POLITE.search(clause.text) and not _SHOW.search(clause.text):
        return  # "could you make the road longer?" is asked how long
    if clause.doubtful and clause.orders("set_parameter"):
        return  # "could you do 300 nodes, at 250 Hz?" is asked whose the 250 Hz are
    if clause.proposes and (clause.assignments or clause.values):
        return  # "how about a temperature of 3?" asks for the change, not for the state
    if clause.hypothetical and (clause.assignments or any(trace.tool != "set_parameter" for trace in clause.traces)):
        return
    metrics = [m.name for m in clause.mentions if m.name in reading.vocabulary.metrics]
    topics = {tool for tool, pattern in words.TOPICS.items() if pattern.search(clause.text)}
    history = bool(metrics) and "get_metrics_history" in topics
    if history:
        counts = [int(count) for count in _COUNT.findall(clause.text) if 0 < int(count) <= LARGEST_COUNT] or [
            DEFAULT_COUNT
        ]
        yield _entry("get_metrics_history", metric={"enum": list(dict.fromkeys(metrics))}, last_n={"enum": counts[:1]})
    if "list_alerts" in topics and not history:
        yield _entry("list_alerts")
        return
    if "get_available_parameters" in topics:
        yield _entry("get_available_parameters")
    looks_back = bool(clause.traces) and bool(words.LOOKS_BACK.match(clause.text))
    if (
        ("get_simulation_state" in topics or clause.mentions) and (not history or _NOW.search(clause.text))
    ) or looks_back:
        yield _entry("get_simulation_state")


def _entry(tool: str, **properties: Any) -> dict[str, Any]:
    shape = {"tool": {"const": tool}, **properties}
    return {"type": "object", "properties": shape, "required": list(shape), "additionalProperties": False}
