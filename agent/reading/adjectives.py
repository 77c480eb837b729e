"""What a question asks about by an adjective: "how dense is it?" is about the density, so that "set it to 1.1" may follow."""

from __future__ import annotations

import re

from agent.reading.mentions import Vocabulary

_NOUNS = {
    "hot warm cold cool": "temperature",
    "dense": "density",
    "fast quick quickly slow": "speed velocity rate pace",
    "strong weak": "strength amplitude intensity power",
    "big large small": "size",
    "heavy light": "mass weight",
    "long short": "length duration period",
    "deep shallow": "depth",
    "high low tall": "height altitude level",
    "wide narrow broad": "width",
    "thick thin": "thickness",
    "bright dark dim": "brightness luminosity intensity",
    "humid moist wet dry": "humidity moisture",
    "loud quiet": "loudness volume level",
    "steep": "slope angle",
    "far": "distance",
    "often": "frequency rate",
    "sour acidic": "acidity ph",
    "salty": "salinity",
}
_BY_ADJECTIVE = {word: nouns.split() for words, nouns in _NOUNS.items() for word in words.split()}
_HOW = re.compile(r"\bhow ([a-z]+) (?:is|are|was|were|does|do|did|has|have|will)\b", re.I)


def asked_about(text: str, vocabulary: Vocabulary) -> str | None:
    """The one parameter that an adjective asks about; None where it may be several, or none."""
    asked = _HOW.search(text)
    for noun in _BY_ADJECTIVE.get(asked.group(1).lower(), ()) if asked else ():
        named = [name for name in vocabulary.parameters if any(_has(form, noun) for form in vocabulary.forms[name])]
        if named:
            return named[0] if len(named) == 1 else None
    return None


def _has(form: str, noun: str) -> bool:
    return noun in re.split(r"[\W_]+", form.lower())
