"""Where a sentence makes its request depend on something: its condition is found, read and blanked out."""

from __future__ import annotations

import re
from functools import partial

from agent.reading import conditions, mentions, words
from agent.reading.conditions import Condition
from agent.reading.mentions import Vocabulary
from agent.reading.trial_requests import TRIALS

_HOLDS_UNTIL = re.compile(
    rf"{words.ACTIONS['pause_simulation'].pattern}.*\b(?:until|till|for|bis|jusqu['’]\w*|hasta)\b|\bstop (?:it |the \w+ |this )?for (?:a|one)\b",
    re.I | re.S,
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
            partial(_only_name, vocabulary, sentence[: match.start()] + " " + sentence[end:]),
            partial(_only_state, vocabulary),
            vocabulary.described,
        )
    waiting = words.WAITING.search(sentence)
    lasts = (
        bool(waiting) and waiting.group().startswith("for ") and any(words.ACTIONS[t].search(sentence) for t in TRIALS)
    )
    if waiting and not lasts and not _HOLDS_UNTIL.search(sentence):  # "hold it until I am back" is to be held now
        return sentence, Condition(sentence[waiting.start() :].strip(" .!"))
    return sentence, None


def _condition_end(sentence: str, start: int) -> int:
    stop = re.compile(r",|\bthen\b|\bdann\b|\balors\b|\bentonces\b", re.I).search(sentence, start)
    if stop:
        return stop.end()
    later = [match.start() for pattern in words.ACTIONS.values() for match in pattern.finditer(sentence, start + 3)]
    return min(later, default=len(sentence)) if not sentence[:start].strip() else len(sentence)


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
