"""Which parameter the other words of a request are near to: "drivers should keep 1.8 seconds" is the gap "that drivers keep".

Compared are the words of the request with each parameter's name, aliases and description, by their beginnings. It decides nothing by
itself: it narrows what a unit leaves open, for a question or for the model's word.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.reading.mentions import Vocabulary
from agent.reading.slips import COMMON
from workloads.parameters import ParameterInfo

CLEAR, CLEAR_LEAD = 4, 2  # words in common with a description, and more than with the next
_STEM = 5  # letters by which "reflect" is "reflected"
_SHORTEST = 4


def closest(text: str, names: Sequence[str], vocabulary: Vocabulary) -> list[str]:
    """Those of some parameters that the words of a text are nearest to; all of them where the words tell nothing."""
    said = _stems(text)
    scores = {name: len(said & _stems(_told_of(vocabulary.parameters[name]))) for name in names}
    best = max(scores.values(), default=0)
    return [name for name in names if scores[name] == best] if best else list(names)


def clearly(text: str, vocabulary: Vocabulary) -> ParameterInfo | None:
    """The number whose description a text all but repeats ("white noise with a standard deviation of …"); None where another is near."""
    said = _stems(text)
    infos = [info for info in vocabulary.parameters.values() if info.kind in ("int", "float")]
    scored = sorted(((len(said & _stems(_told_of(info))), info) for info in infos), key=lambda pair: -pair[0])
    first, second = (scored[0][0], scored[1][0]) if len(scored) > 1 else (0, 0)
    return scored[0][1] if first >= CLEAR and first - second >= CLEAR_LEAD else None


def _told_of(info: ParameterInfo) -> str:
    return " ".join((info.name.replace("_", " "), *info.aliases, info.doc))


def _stems(text: str) -> frozenset[str]:
    said = (word.removesuffix("s") for word in re.findall(r"[^\W\d_]+", text.lower()) if word not in COMMON)
    return frozenset(word[:_STEM] for word in said if len(word) >= _SHORTEST)
