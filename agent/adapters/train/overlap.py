"""Whether a request is in the training data, after numbers and names have been made alike.

Part of every evaluation: a suite that shares a request with the training data, or with a template of it, tells nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from itertools import islice

from agent.adapters.train.examples import lessons
from tools.quantity import find_spans

LESSONS = 1500  # of 40 examples; more than a training of half an hour sees
_FILLERS = re.compile(r"\b(?:please|pls|the|a|an|now|could you|can you|hey|ok|okay|thanks|bitte)\b")


def plain(request: str, names: Iterable[str] = ()) -> str:
    """Make a request comparable: lower case, names as N, values as V, no politeness, no punctuation."""
    text = request
    for span in reversed(find_spans(text)):
        text = f"{text[: span.start]} V {text[span.end :]}"
    text = text.lower()
    for name in sorted(
        {n.lower() for n in names} | {n.replace("_", " ").lower() for n in names}, key=len, reverse=True
    ):
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", " n ", text)
    text = _FILLERS.sub(" ", text)
    return " ".join(re.findall(r"[^\W_]+", text))


def shared(requests: Iterable[str], names: Iterable[str], seed: int = 7) -> list[str]:
    """The requests that are in the training data, names and values apart.

    Args:
        names: every name, alias, choice and metric of the suite's workloads.

    Requests without a name and a value ("pause", "undo that", "hello") are everyday words that training cannot avoid: they are found
    here like any other, and a suite reports their number.
    """
    known = _known(seed)
    return [request for request in requests if plain(request, names) in known]


@cache
def _known(seed: int) -> frozenset[str]:
    found: set[str] = set()
    for lesson in islice(lessons(seed), LESSONS):
        names = _names(lesson.system)
        found |= {plain(example.request, names) for example in lesson.examples}
    return frozenset(found)


def _names(system: str) -> list[str]:
    """The names, aliases, choices and metrics that a system text lists."""
    _, _, run = system.partition("Parameters:\n")
    return [
        word.strip() for word in re.split(r"[\n,(){}\[\]:]", run) if len(word.strip()) > 1 and word.strip() != "Metrics"
    ]
