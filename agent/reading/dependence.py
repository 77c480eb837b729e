"""Where a sentence makes its request depend on something: its condition is found, read and blanked out."""

from __future__ import annotations

import re
from functools import partial

from agent.reading import conditions, imperatives, mentions, words
from agent.reading.assignments import read_plainly
from agent.reading.clause import Clause
from agent.reading.conditions import Condition
from agent.reading.mentions import Vocabulary
from agent.reading.trial_requests import TRIALS
from tools.quantity import find_spans

_HOLDS_UNTIL = re.compile(
    rf"{words.ACTIONS['pause_simulation'].pattern}.*\b(?:until|till|for|bis|jusqu['’]\w*|hasta)\b|\bstop (?:it |the \w+ |this )?for (?:a|one)\b",
    re.I | re.S,
)
_EVERY = re.compile(r"(?:every|each)\b", re.I)
_OTHERWISE = re.compile(r"\W*(?:otherwise|else|if not|sonst|andernfalls|sinon|si no|de lo contrario)\b", re.I)
_IF_SO = re.compile(
    r"if (?:so|yes|it (?:is|does|has)|that(?:['’]s| is) (?:so|true|the case)|they (?:are|do)|true|wenn ja|oui)|falls ja|si oui|si es así",
    re.I,
)
_IT = re.compile(r"\b(?:it|it's|that|es|er|sie|il|elle)\b", re.I)


def split_condition(sentence: str, vocabulary: Vocabulary) -> tuple[str, Condition | None]:
    """Blank the condition of a sentence and give it apart."""
    match = None if words.POLITE_IF.search(sentence) else conditions.STARTS.search(sentence)
    if match and not words.HYPOTHETICAL.search(sentence):
        end = _condition_end(sentence, match.start())
        text = sentence[match.start() : end]
        return sentence[: match.start()] + " " * len(text) + sentence[end:], conditions.parse(
            text,
            partial(_only_name, vocabulary, _rest(sentence, match.start(), end, vocabulary)),
            partial(_only_state, vocabulary),
            vocabulary.described,
        )
    waiting = words.WAITING.search(sentence)
    if waiting and _EVERY.match(waiting.group()) and _takes_time(sentence, vocabulary):
        waiting = None  # "a fire every 45 years" is an interval, not a wait
    lasts = (
        bool(waiting) and waiting.group().startswith("for ") and any(words.ACTIONS[t].search(sentence) for t in TRIALS)
    )
    if waiting and not lasts and not _HOLDS_UNTIL.search(sentence):  # "hold it until I am back" is to be held now
        return sentence, Condition(sentence[waiting.start() :].strip(" .!"))
    return sentence, None


def is_otherwise(text: str) -> bool:
    return bool(_OTHERWISE.match(text))


def _takes_time(sentence: str, vocabulary: Vocabulary) -> bool:
    """Whether a parameter that a sentence names can take the time that it says."""
    named = [
        vocabulary.parameters[m.name] for m in mentions.find(sentence, vocabulary) if m.name in vocabulary.parameters
    ]
    return any(read_plainly(span.text, info) for span in find_spans(sentence) for info in named)


def _rest(sentence: str, start: int, end: int, vocabulary: Vocabulary) -> str:
    """Where "it" of a condition is named: before it ("check the drift: if it is …"), else anywhere else in the sentence."""
    before = sentence[:start]
    return (
        before if before.rstrip().endswith(":") and mentions.find(before, vocabulary) else before + " " + sentence[end:]
    )


def resolved(
    sentence: str, condition: Condition | None, before: Clause | None, vocabulary: Vocabulary
) -> Condition | None:
    """What a condition means that only points: "otherwise …" after another, "if it is …" after a question."""
    if before and before.condition and condition is None and _OTHERWISE.match(sentence):
        return before.condition.denied(f"not {before.condition.text}")
    if (
        before
        and condition
        and condition.quantity is None
        and before.asks
        and _IF_SO.fullmatch(condition.text.strip(" ,.:"))
    ):
        _rest, asked = split_condition(f"if {before.text.strip(' ?')}", vocabulary)
        return asked if asked and asked.quantity else condition
    return condition


def _condition_end(sentence: str, start: int) -> int:
    stop = re.compile(r",|:(?!\d)|\bthen\b|\bdann\b|\balors\b|\bentonces\b", re.I).search(sentence, start)
    bound = next(
        (span.end for span in find_spans(sentence[start:]) if sentence[start + span.end :].strip(" .!?")), None
    )
    if bound is not None and not sentence[:start].strip() and _begins_with_order(sentence[start + bound :]):
        return start + bound  # "if it is above 60 % open the vents"
    if stop:
        return stop.end()
    later = [match.start() for pattern in words.ACTIONS.values() for match in pattern.finditer(sentence, start + 3)]
    return min(later, default=len(sentence)) if not sentence[:start].strip() else len(sentence)


def _begins_with_order(text: str) -> bool:
    verb = any(form.match(text.lstrip()) for form in words.ACTIONS.values())
    return verb or imperatives.blanked(text) is not None


def only_metric(text: str, vocabulary: Vocabulary) -> str | None:
    names = {mention.name for mention in mentions.find(text, vocabulary)} & set(vocabulary.metrics)
    return names.pop() if len(names) == 1 else None


def _only_name(vocabulary: Vocabulary, rest: str, text: str) -> str | None:
    """The one name of a text; where one is said in full and others by a word of theirs, the one in full.

    "Set the temperature to 1 if it is above 2": it is what the ``rest`` of the sentence names.
    """
    found = mentions.find(text, vocabulary)
    if not found and _IT.search(text):
        found = mentions.find(rest, vocabulary)
    full = {mention.name for mention in found if mention.how == "exact"}
    names = full if len(full) == 1 else {mention.name for mention in found}
    return names.pop() if len(names) == 1 else None


def _only_state(vocabulary: Vocabulary, text: str) -> tuple[str, str | bool] | None:
    """The choice, or the on or off, that a condition speaks of."""
    found = mentions.find(text, vocabulary)
    switched = mentions.find_switches(text, found, vocabulary)
    named = switched or mentions.find_choices(text, vocabulary)
    if len(named) != 1:
        return None
    return named[0].name, (named[0].value == "on" if switched else str(named[0].value))
