"""Requests for an alert ("tell me when correlation falls below 0.8", "pause it if the energy ever rises by 5 %").

Such a sentence is about the future: what it names is watched, nothing is done now. It is told from a condition that is
to be checked at once ("if the correlation is above 0.9, pause") by its words: "tell me when", "as soon as", "if … ever".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from agent.reading.conditions import bound_in
from measurement.facts import format_number
from tools.quantity import find_spans
from workloads.alert_rules import Action, split
from workloads.parameters import ParameterInfo

_TELL = (
    r"(?:tell me|let me know|alert me|warn me|notify me|ping me|inform me|give me a shout|(?:set|add|make|create) an? alert(?: for me)?"
    r"|sag(?:e)? mir(?: bescheid)?|benachrichtige mich|warne mich|préviens-moi|avertis-moi|dis-moi|avísame|alértame)"
)
_SAVE = r"(?:write|make|take|save) (?:a )?checkpoint|checkpoint(?: it| the \w+| this)?"
_REPORT = r"write (?:a |me a )?(?:white ?paper|report)"
_PAUSE = (
    r"(?:pause|halt|freeze|suspend|pausiere|suspends|pausa)(?: it| the [\w ]{1,30}?| this| everything| and tell me)?"
)
_WHEN = r"(?:when(?:ever)?|once|as soon as|if|in case|should|wenn|sobald|falls|quand|dès que|si|cuando|en cuanto)"
_LATER = r"(?:when(?:ever)?|once|as soon as|sobald|wenn|dès que|quand|cuando|en cuanto|if (?=.*\bever\b))"
_REQUESTS: tuple[tuple[Action, re.Pattern[str]], ...] = (
    ("pause", re.compile(rf"\b{_PAUSE}\s*,?\s+{_LATER}\s+(?P<rest>.+)", re.I | re.S)),
    ("checkpoint", re.compile(rf"\b(?:{_SAVE})\s*,?\s+{_LATER}\s+(?P<rest>.+)", re.I | re.S)),
    ("report", re.compile(rf"\b{_REPORT}\s*,?\s+{_LATER}\s+(?P<rest>.+)", re.I | re.S)),
    ("tell", re.compile(rf"\b{_TELL}\s*,?\s+{_WHEN}\s+(?P<rest>.+)", re.I | re.S)),
    (
        "tell",
        re.compile(
            r"\b(?:watch (?:out )?for|(?:set|add|make|create) an? alert (?:for|on))\s+(?P<rest>.+)", re.I | re.S
        ),
    ),
)
_DEEDS: tuple[tuple[Action, str, str], ...] = (
    ("pause", _LATER, _PAUSE),
    ("checkpoint", _LATER, _SAVE),
    ("report", _LATER, _REPORT),
    ("tell", _WHEN, _TELL),
)
# the same with the condition first: "as soon as the energy exceeds 3, pause it"
_FRONTED: tuple[tuple[Action, re.Pattern[str]], ...] = tuple(
    (
        action,
        re.compile(
            rf"^\W*(?:please\W+)?{when}\s+(?P<rest>[^,]+?)\s*,?\s+(?:(?:then|please|just)\s+)*(?:{deed})\W*$", re.I
        ),
    )
    for action, when, deed in _DEEDS
)
_DENIED = re.compile(r"\b(?:don't|do not|never|no need to|nicht|ne|no)\b[^.]{0,20}$", re.I)


@dataclass(frozen=True)
class AlertRequest:
    """``condition`` in the person's words, its metric by the run's name; ``action`` what to do then."""

    condition: str
    action: Action
    start: int


def find(
    sentence: str, only_metric: Callable[[str], str | None], described: Callable[[str], ParameterInfo]
) -> AlertRequest | None:
    """The alert that a sentence asks for; None when it asks for none, forbids it, or names no single metric.

    Args:
        only_metric: gives the metric that a text mentions, if it is one and only one.
        described: gives what a metric means, with its unit.
    """
    for action, pattern in (*_REQUESTS, *_FRONTED):
        match = pattern.search(sentence)
        if match is None or _DENIED.search(sentence[: match.start()]):
            continue
        found = split(match.group("rest"))
        metric = only_metric(match.group("rest")) if found else None
        if found is None or metric is None:
            continue
        told = match.group("rest")[len(found[0]) :].strip(" .!?")
        return AlertRequest(f"{metric} {_in_its_unit(told, found[3], described(metric))}", action, match.start())
    return None


def _in_its_unit(told: str, relative: bool, meant: ParameterInfo) -> str:
    """A limit in the metric's own unit: "above 3 kJ" of a metric in joule is above 3000."""
    span = next((span for span in find_spans(told) if re.search(r"\d\s*(?!e[-+]?\d)[^\W\d_]", span.text)), None)
    limit = None if relative or span is None or not meant.unit else bound_in(span.text, meant)
    return told if span is None or limit is None else told[: span.start] + format_number(limit) + told[span.end :]
