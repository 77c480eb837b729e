"""When the trained model's word counts for a change that the code did not read in the message by itself.

The model was trained on paraphrases that no table of words foresees; the code knows what must never be done. So a call of the model is
vouched for only if nothing in the person's words speaks against it: no question, no prohibition, no report, no wondering, no waiting,
nothing quoted or pasted, no other parameter named, the value said and not used twice, and the model sure of every token. Whatever is
not vouched for is judged by the guard as ever: it asks. What ends a run is never vouched for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rapidfuzz import fuzz

from agent.reading import mentions, words
from agent.reading.affinity import closest
from agent.reading.assignments import meant_by_unit
from agent.reading.bareness import tells_bounds
from agent.reading.clause import Clause
from agent.reading.message import Reading
from workloads.parameters import ParameterInfo

LIKELY = 0.2  # least probability of a token, where the words order and the unit tells of which parameter
SURE = 0.45  # least probability of a token, for a parameter that the words name
SURER = 0.80  # … for one that they do not name, and for holding and going on
LONGEST = 240  # characters; a longer message is a story
_REVERSIBLE = frozenset({"pause_simulation", "resume_simulation", "undo"})
_DOUBT = re.compile(
    r"\b(?:or|maybe|perhaps|whether|if|unless|when|whenever|until|after|before|(?<!at )once|oder|vielleicht|wenn|falls|ou|peut-être|si|quizás|not|never|no|don'?t|nicht|kein\w*"
    r"|pas|nunca|jamais|would|could have|should have|supposed?|imagine|pretend|hypothetical\w*|theory|example|e\.g|story|joke|poem|song|movie|game|yesterday|tomorrow|later|next week)\b",
    re.I,
)
_OF_OTHERS = re.compile(  # "my car does 220 km/h" tells of a car, "Anna prefers 400" of Anna
    r"\b(?:his|hers|theirs|ours|prefers|wants|likes|loves|hates|thinks|believes|uses|swears|insists|recommends|suggests|claims|reckons|bevorzugt|préfère|prefiere)\b"
    r"|\b(?:my|his|her|their|your)\s+(?:\w+\s+)?\w+\s+(?:does|do|is|was|has|had|goes|runs|makes|drives|weighs|costs?|takes|reads|shows)\b",
    re.I,
)
_TELLS = re.compile(  # "the cooling is off in tram 6", "c'est donc 37 °C": how things are
    r"\b(?:is|are|was|were|isn['’]t|aren['’]t|it['’]s|that['’]s|there['’]s|ist|sind|war|waren|c['’]est|est|sont|était|está|están|es|son|era)\b",
    re.I,
)
_CLOCK = re.compile(r"\b\d{1,2}:\d{2}\b|\b(?:meeting|room|page|chapter|bus|tram|flight|platform)\b", re.I)
_NO_THANKS = re.compile(r"^\W*(?:no|nope|nein|non)\b[\s,.!]+", re.I)  # "no, 80" corrects, it does not forbid


@dataclass(frozen=True)
class Proposal:
    """What the model answered, in the house's tools; ``least`` is the probability of its least likely token."""

    calls: tuple[dict[str, Any], ...]
    least: float


def vouched(proposal: Proposal, reading: Reading) -> list[dict[str, Any]]:
    """The calls of a proposal that may be done on the model's word."""
    if not is_plain(reading):
        return []
    return [call for call in proposal.calls if _fits(call, proposal, reading)]


def is_plain(reading: Reading) -> bool:
    """Whether the message is a plain order as far as the code can tell."""
    text = reading.text.strip()
    own = _NO_THANKS.sub("", reading.own.strip())
    if (
        len(text) > LONGEST
        or "\n" in text
        or reading.own.strip() != text
        or _DOUBT.search(own)
        or words.OF_OTHERS.search(own)
        or _OF_OTHERS.search(own)
        or _CLOCK.search(own)
    ):
        return False
    polite = bool(words.POLITE.search(own))
    if text.endswith("?") and not polite:
        return False
    return not any(_speaks_against(clause) for clause in reading.clauses) and not (
        words.SAYING.search(own) or words.PAST.search(own) or words.WAITING.search(own)
    )


def _speaks_against(clause: Clause) -> bool:
    moods = {trace.mood for trace in clause.traces}
    asking = clause.asks and not words.POLITE.search(clause.text)
    return (
        asking
        or tells_bounds(clause.text)
        or clause.trial is not None
        or clause.hypothetical
        or clause.doubtful
        or clause.condition is not None
        or moods - {"order"} != set()
    )


def _fits(call: dict[str, Any], proposal: Proposal, reading: Reading) -> bool:
    if call["tool"] in _REVERSIBLE:
        return proposal.least >= SURER and not _elsewhere(call, reading)
    if call["tool"] != "set_parameter":
        return False
    clause = _clause_of(str(call["value"]), reading)
    if clause is None or _is_told(clause.text, str(call["value"])):
        return False
    name, vocabulary = str(call["name"]), reading.vocabulary
    if any(a.parameter != name and _inside(str(a.value), str(call["value"])) for a in clause.assignments):
        return False
    named = _named(name, clause, reading)
    fitting = meant_by_unit(str(call["value"]), vocabulary)
    told_by_unit = fitting == [name] or (name in fitting and closest(clause.text, fitting, vocabulary) == [name])
    if not named and not told_by_unit and _fits_several(name, clause, reading):
        return False
    rivals = {m.name for m in clause.mentions if m.name in vocabulary.parameters} - {name}
    if (
        rivals
        and not named
        and any(_alike(vocabulary.parameters[rival], vocabulary.parameters[name]) for rival in rivals)
    ):
        return False
    if told_by_unit and clause.orders("set_parameter"):
        return proposal.least >= LIKELY  # the words order, the unit tells whose it is, and the model says the same
    return proposal.least >= (SURE if named or told_by_unit else SURER)


def _is_told(text: str, value: str) -> bool:
    """Whether the words around a value tell how things are; what is remarked beside it ("…, it's summer") does not count."""
    piece = next((one for one in re.split(r"[,;]\s", text) if _inside(value, one)), text)
    return bool(_TELLS.search(piece)) and not words.IS_TO_BE.search(piece)


def _named(name: str, clause: Clause, reading: Reading) -> bool:
    """Whether the clause names a parameter, be it by a word that a metric goes by as well."""
    forms = {form.lower() for form in reading.vocabulary.forms.get(name, ())}
    return any(m.name == name or clause.text[m.start : m.end].lower() in forms for m in clause.mentions)


def _fits_several(name: str, clause: Clause, reading: Reading) -> bool:
    """Whether the words touch this parameter by a word that others go by as well: "the period" of two periods."""
    said = {word.removesuffix("s") for word in re.findall(r"[^\W\d_]{3,}", clause.text.lower())}
    owners = [
        owner
        for owner in reading.vocabulary.parameters
        if said & {w for form in reading.vocabulary.forms.get(owner, ()) for w in re.split(r"[\W_]+", form.lower())}
    ]
    return name in owners and len(owners) > 1


def _alike(one: ParameterInfo, other: ParameterInfo) -> bool:
    """Whether two parameters can take the same value, so that one named speaks against the other meant."""
    return one.kind in ("int", "float") and other.kind in ("int", "float")


def _elsewhere(call: dict[str, Any], reading: Reading) -> bool:
    """Whether the words order another action of this kind, or set something: then a bare deed is not what is left over."""
    return any(
        clause.orders(trace.tool) and (trace.tool != "set_parameter" or bool(clause.assignments))
        for clause in reading.clauses
        for trace in clause.traces
        if trace.tool != call["tool"]
    )


def _clause_of(value: str, reading: Reading) -> Clause | None:
    """The clause that says a value: a span in it, a switch or a choice, also one with a slip of the keyboard."""
    for clause in reading.clauses:
        if any(_inside(span.text, value) for span in clause.values):
            return clause
        if value in ("on", "off") and mentions.says_switch(clause.text, value):
            return clause
        if _says(value, clause.text):
            return clause
    return None


def _inside(span: str, value: str) -> bool:
    return span.strip().lower() in value.strip().lower()


def _says(choice: str, text: str) -> bool:
    plain = choice.replace("_", " ").lower()
    if not re.search(r"[^\W\d_]{3,}", plain):
        return False
    pieces = _pieces(text.lower(), len(plain.split()))
    return any(fuzz.ratio(piece, plain) >= 78 and piece[:1] == plain[:1] for piece in pieces)


def _pieces(text: str, length: int) -> Sequence[str]:
    said = re.findall(r"[^\W_]+", text)
    return [" ".join(said[i : i + length]) for i in range(len(said) - length + 1)]
