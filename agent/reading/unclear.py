"""Questions instead of talk: a message that holds a quantity or a verb of change, and of which no action could be made.

A small model would chat about it as if something had been done. So it is asked back: whether the change that the words name is wanted
("the temperature could be 3"), whether a what-if should be tried in a branch, or which parameter is meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from agent.reading import words
from agent.reading.affinity import closest
from agent.reading.assignments import meant_by_unit
from agent.reading.clause import Clause
from agent.reading.mentions import Mention
from agent.reading.message import Reading
from agent.reading.trial_requests import branch_of
from agent.reading.ways import in_full
from measurement.facts import format_number

SHORT = 8  # words; a longer statement with a number in it is a story
A_WISH = 12  # words of a wish without a value
_CHANGED = re.compile(
    r"\b(?:up|down|more|less|shorter|longer|wider|narrower|deeper|thicker|thinner|heavier|lighter|bigger|larger|smaller|higher|lower|faster|slower|hotter|colder|warmer|cooler|stronger|weaker|brighter|finer|coarser"
    r"|(?:ein|aus|an|ab)schalten|mehr|weniger|größer|kleiner|höher|tiefer|schneller|langsamer|plus|moins|más|menos)\b",
    re.I,
)
_FOR_TALK = re.compile(
    r"^\W*(?:(?:please|can you|could you|now|ok|okay)\W+)*(?:tell|give|write|name|compare|list|count|say|recite|sing|explain|translate|describe|calculate|compute|solve|draw|show|plot|thanks?|hello|hi|i(?:'m| am| have| was| had)?)\b",
    re.I,
)
_COMPARED = r"bigger|larger|smaller|higher|lower|faster|slower|hotter|colder|warmer|cooler|stronger|weaker|brighter|darker|finer|coarser|longer|shorter|wider|narrower|deeper|shallower|thicker|thinner|denser|heavier|lighter|softer|harder|tighter|looser|richer|drier|wetter"
_VAGUE = re.compile(  # "more cars", "a different solar constant": a change, and no value
    rf"\b(?:more|less|fewer|another|(?:a )?(?:slightly |somewhat |much |little |bit |lot |far |way )*(?:different|other|better|new|{_COMPARED})"
    r"|mehr|weniger|andere[rsn]?|höhere[rsn]?|niedrigere[rsn]?|größere[rsn]?|kleinere[rsn]?|plus de|moins d[e'’]|un autre|une autre|más|menos|otr[oa])\W+(?:(?:value|setting|number|amount|level)s? (?:of|for) )?(?:of |the |a |an |der |die |das |le |la |el )*$",
    re.I,
)
_VAGUE_AFTER = re.compile(
    rf"\W+(?:a (?:bit|little|touch|tad|lot) |somewhat |slightly |much |up |down |bitte )*(?:{_COMPARED}|up|down|more|less|höher|niedriger|tiefer|größer|kleiner)\b",
    re.I,
)
_SOMETHING = re.compile(
    r"\b(?:something (?:else|different|higher|lower|bigger|smaller)|different(?:ly)?|changed|adjusted|altered|modified)\b",
    re.I,
)
_NAMES_VALUE = re.compile(r"\s*(?::|=|\bto\b|\bauf\b|\bà\b|\ba\b)\s*[^\W\d_]", re.I)
Call = tuple[str, dict[str, Any]]


@dataclass(frozen=True)
class Question:
    """What to ask; ``calls`` is what a "yes" carries out, none where the answer has to be a name or a value."""

    sentence: str
    calls: list[Call] = field(default_factory=list)


def question(clause: Clause, reading: Reading) -> Question | None:
    """The question that a clause without a clear order raises; None when it is talk, or clear."""
    if clause.assignments and clause.wonders and not clause.doubtful:
        return _try_beside(clause)
    if clause.trial and clause.orders(clause.trial.tool) and clause.trial.lacking:
        return Question(clause.trial.lacking)
    if clause.has_order or clause.doubtful or clause.hypothetical or not _is_own_wish(clause):
        return None
    if clause.assignments:
        return None if clause.asks and not clause.proposes else _shall_i(clause)
    return _which(clause, reading)


def in_words(name: str, value: object) -> str:
    """A change in words, for a question: ``set gw_amplitude to 5e-21``, ``raise temperature by 10 %``."""
    said = str(value)
    for verb, way in (("raise", "up by "), ("lower", "down by ")):
        if said.startswith(way):
            return f"{verb} {name} by {said.removeprefix(way)}"
    for verb, way in (("raise", " more"), ("lower", " less")):
        if said.endswith(way):
            return f"{verb} {name} by {said.removesuffix(way)}"
    return f"set {name} to {said}"


def which_parameter(clause: Clause, reading: Reading, fitting: Sequence[str] = ()) -> str:
    """Ask for the parameter, of those that fit if any do; a metric that was named instead is said to be a result."""
    listed = ", ".join(fitting or reading.vocabulary.parameters)
    metrics = [m.name for m in clause.mentions if m.name in reading.vocabulary.metrics]
    if metrics:
        return f"{metrics[0]} is a result and cannot be set. Which parameter should I change: {listed}?"
    return f"Which parameter do you mean: {listed}?"


def unplaced(clause: Clause, reading: Reading) -> str | None:
    """Ask whose value it is, of a value with a unit that none of the parameters that are named can take."""
    placed = " ".join(given.value for given in clause.assignments)
    for span in clause.values:
        if span.text not in placed and (fitting := meant_here(span.text, clause, reading)):
            return f"Which parameter should be {span.text}: {' or '.join(fitting)}? Nothing was changed."
    return None


def meant_here(value: str, clause: Clause, reading: Reading) -> list[str]:
    """The parameters that a value can be of by its unit, narrowed by what else the clause says."""
    return closest(clause.text, meant_by_unit(value, reading.vocabulary), reading.vocabulary)


def what_value(name: str, reading: Reading) -> str:
    """Ask for the value of a parameter."""
    info = reading.vocabulary.parameters[name]
    allowed = f" ({', '.join(map(str, info.choices))})" if info.choices else ""
    unit = f" {info.unit}" if info.unit else ""
    now = ("on" if info.value else "off") if isinstance(info.value, bool) else format_number(info.value)
    return f"What should {name} be{allowed}? It is {now}{unit} now."


def _is_own_wish(clause: Clause) -> bool:
    """Whether it could be meant for the run at all: no other action, nothing forbidden, reported, past or to come."""
    others = [
        trace for trace in clause.traces if trace.tool != "set_parameter" or trace.mood in ("negated", "reported")
    ]
    told = words.SAYING.search(clause.text) or words.NARRATIVE.search(clause.text) or words.PAST.search(clause.text)
    denied = re.search(r"\b(?:not|never|nicht)\b|n['’]t\b", clause.text, re.I)
    return not (others or told or denied or clause.alert or clause.trial)


def _try_beside(clause: Clause) -> Question:
    listed = " and ".join(f"{given.parameter} = {given.value}" for given in clause.assignments)
    sentence = f"I changed nothing. Shall I try {listed} in a branch beside the run, from its present state?"
    return Question(sentence, [("branch_simulation", branch_of(clause.assignments))])


def _shall_i(clause: Clause) -> Question:
    listed = " and ".join(in_words(given.parameter, given.value) for given in clause.assignments)
    calls = [("set_parameter", {"name": given.parameter, "value": given.value}) for given in clause.assignments]
    return Question(f"Shall I {listed}?", calls)


def _which(clause: Clause, reading: Reading) -> Question | None:
    """A quantity or a verb of change, and no pair of name and value."""
    parameters = [m.name for m in clause.mentions if m.name in reading.vocabulary.parameters]
    ordered = clause.orders("set_parameter")
    if vague := _without_value(clause, reading):
        return Question(what_value(vague, reading))
    if clause.values and (ordered or clause.proposes or _is_short_wish(clause)):
        return _by_unit(clause, reading)
    if ordered and not clause.values and _CHANGED.search(clause.text) and len(clause.text.split()) <= SHORT:
        name = next(iter(parameters), reading.focus)
        known = name in reading.vocabulary.parameters
        return Question(what_value(str(name), reading) if known else which_parameter(clause, reading))
    if ordered and not (clause.values or clause.mentions or clause.asks) and _misspelt(clause):
        return Question(which_parameter(clause, reading))
    return None


def _without_value(clause: Clause, reading: Reading) -> str | None:
    """The parameter that is to change, of a wish that says no value: "more cars", "weather: hail", "use the monte carlo scheme"."""
    if clause.values or len(clause.text.split()) > A_WISH or (clause.asks and not words.POLITE.search(clause.text)):
        return None
    named = {m.name: m for m in clause.mentions if m.name in reading.vocabulary.parameters}
    vague = [name for name, mention in named.items() if _is_vague(clause.text, mention)]
    if len(vague) == 1:
        return vague[0]
    if len(named) != 1:
        return None
    ((name, mention),) = named.items()
    after, ordered = clause.text[mention.end :], clause.orders("set_parameter")
    chooses = reading.vocabulary.parameters[name].choices and (ordered or _NAMES_VALUE.match(after))
    open_wish = ordered or clause.proposes or words.POLITE.search(clause.text)
    return name if chooses or (open_wish and _SOMETHING.search(after)) else None


def _is_vague(text: str, mention: Mention) -> bool:
    return bool(_VAGUE.search(text[: mention.start]) or _VAGUE_AFTER.match(text[mention.end :]))


def _misspelt(clause: Clause) -> bool:
    """ "swithc to ringdwon": a verb of change with a slip, and nothing that it could be about."""
    said = re.findall(r"[^\W\d_]{4,}", clause.text)
    return len(clause.text.split()) <= SHORT and any(words.misspelt_action(word) == "set_parameter" for word in said)


def _is_short_wish(clause: Clause) -> bool:
    """ "3 degrees, then" and an imperative of a language that the words do not know; no question and no task of talk."""
    counted = any(re.search(r"\d", span.text) for span in clause.values)
    return counted and not (clause.asks or _FOR_TALK.search(clause.text)) and len(clause.text.split()) <= SHORT


def _by_unit(clause: Clause, reading: Reading) -> Question | None:
    value = clause.values[0]
    one = len(clause.values) == 1 and re.search(r"\d", value.text)
    fitting = meant_here(value.text, clause, reading) if one else []
    if not fitting and not clause.strong_set and _FOR_TALK.search(clause.text):
        return None  # "give me 3 reasons"
    if len(fitting) != 1 or any(m.name in reading.vocabulary.metrics for m in clause.mentions):
        return Question(which_parameter(clause, reading, fitting))
    said = in_full(clause.text, value, clause.mentions)
    return Question(f"Shall I {in_words(fitting[0], said)}?", [("set_parameter", {"name": fitting[0], "value": said})])


def questions(reading: Reading) -> Iterator[Question]:
    """Every question of a message."""
    for clause in reading.clauses:
        if found := question(clause, reading):
            yield found
