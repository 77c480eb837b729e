"""Going back to what a parameter was: "put the limit back to what it was", "amplitude back to its previous value", "the default gain, please".

The undo takes back the last change only; this one names what should go back. The value is the one that the conversation saw
before it changed the parameter, or the default that the simulation declares.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from agent.reading import mentions, words
from agent.reading.mentions import Vocabulary
from measurement.facts import format_number
from tools.quantity import find_spans

_BACK = re.compile(
    r"\bback\b[^.;!?]*?\b(?:to|at|where|as|how)\b\W*(?:what|where|how|as|the way)?\W*(?:it|they|that|things) (?:was|were|had been|used to be|stood)(?: (?:before|earlier|previously|at first|originally))?"
    r"|\b(?:the|its) (?:previous|former|old|earlier|prior|last) (?:value|setting|level|one)s? (?:was|is|were) (?:better|fine|good|right|nicer)\b|\bit was better before\b"
    r"|\b(?:back )?to (?:its|the|their) (?:previous|former|old|earlier|prior|last) (?:value|setting|level|state|one)s?\b"
    r"|\b(?:what|where|as) it (?:was|used to be|had been)(?: (?:before|earlier|previously))?\b"
    r"|\bwieder auf (?:den|die|das) (?:alten?|vorherigen?|früheren?)(?: wert)?\b|\b(?:so )?wie (?:es )?(?:vorher|zuvor|früher) war\b|\bcomme avant\b|\bà sa valeur (?:précédente|d'avant)\b|\bcomo (?:antes|estaba)\b|\bal valor anterior\b",
    re.I,
)
_DEFAULT = re.compile(
    r"\b(?:back )?to (?:its|the|their) (?:default|original|initial|starting|standard|factory)(?: (?:value|setting|level))?s?\b|\bauf (?:den |die )?(?:standard|ausgangs|anfangs)\w*\b|\bpar défaut\b|\bpor defecto\b",
    re.I,
)
_BOTH = re.compile(
    r"\b(?:undo|revert|take back|roll back|reverse|cancel) (?:them |those |these )?both\b|\b(?:undo|revert|take back|roll back) (?:the |my |our )?(?:last|previous) two(?: changes| settings)?\b"
    r"|\b(?:them |those |these )?both back\b|\bundo (?:that |it )?twice\b|\bbeide (?:änderungen )?(?:zurück|rückgängig)\b|\bannule les deux\b|\bdeshaz (?:los dos|ambos)\b",
    re.I,
)
_ALL = re.compile(
    r"\b(?:undo|revert|take back|roll back|reverse) (?:everything|all(?: of (?:it|that|them|those))?(?: (?:my|the|our|these|those))?(?: changes)?)\b|\b(?:put|set|change|take|bring) (?:everything|it all|them all|all of them) back\b",
    re.I,
)
_ASKS = re.compile(
    r"\?\W*$|^\W*(?:why|what|how|when|where|who|is|was|did|does|has|if)\b|\b(?:not|never)\b|n['’]t\b", re.I
)


@dataclass
class Past:
    """What the parameters were before a conversation changed them: before its first change of each, and before the latest."""

    first: dict[str, Any] = field(default_factory=dict)
    latest: dict[str, Any] = field(default_factory=dict)

    def note(self, name: str, old: Any) -> None:
        """Keep what a parameter was; the newest stands last."""
        self.first.setdefault(name, old)
        self.latest.pop(name, None)
        self.latest[name] = old


def gone_back(text: str, vocabulary: Vocabulary, past: Past, focus: str | None) -> str:
    """Say a request to go back with the values that it means; the text itself if it is none.

    Args:
        focus: the parameter that was spoken of last.
    """
    if several := _several(text, past):
        return "; ".join(_set(name, value, vocabulary) for name, value in several.items())
    said = _BACK.search(text) or _DEFAULT.search(text)
    if not said or _ASKS.search(text) or find_spans(text[: said.start()] + " " + text[said.end() :]):
        return text
    named = {m.name for m in mentions.find(_clause_of(text, said), vocabulary)}
    name = named.pop() if len(named) == 1 else None if named else focus
    info = vocabulary.parameters.get(name or "")
    value = None if info is None else info.default if _DEFAULT.search(text) else past.latest.get(info.name)
    if info is None or value is None:
        return text
    before = _clause_before(text, said.start())
    return before + _set(info.name, value, vocabulary)


def _several(text: str, past: Past) -> Mapping[str, Any]:
    """What "undo both" and "put everything back" mean; nothing where the conversation changed less than that."""
    if _ASKS.search(text):
        return {}
    if _ALL.search(text):
        return past.first
    names = list(past.latest)[-2:]
    return {name: past.latest[name] for name in names} if len(names) == 2 and _BOTH.search(text) else {}


def _set(name: str, value: Any, vocabulary: Vocabulary) -> str:
    unit = vocabulary.parameters[name].unit if name in vocabulary.parameters else ""
    return f"set {name} to {_written(value)}{' ' + unit if unit and not isinstance(value, bool | str) else ''}"


def _clause_of(text: str, said: re.Match[str]) -> str:
    """The words of the request itself, without what stands before or after it in the same breath."""
    before = re.split(r"[,;]|\band\b", text[: said.start()])[-1]
    return before + said.group() + re.split(r"[,;]|\band\b", text[said.end() :])[0]


def _clause_before(text: str, at: int) -> str:
    """What is asked before it in the same breath: "resume, and the light back to what it was"."""
    joint = list(re.finditer(r"(?:,| and\b| then\b)", text[:at]))
    head = text[: joint[-1].start()] if joint else ""
    return f"{head.strip(' ,')}; " if any(form.search(head) for form in words.ACTIONS.values()) else ""


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return value if isinstance(value, str) else format_number(value)
