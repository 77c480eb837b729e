"""Whether an answer says what was done (name, value, unit, step) and no number that has no source."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from agent.evaluation.suites import Case
from measurement.facts import with_unit
from workloads.snapshot import Snapshot

_NUMBER = re.compile(r"(?<![\w.])[-+−]?\d[\d,]*(?:\.\d+)?(?:[eE][-+]?\d+)?")
_NOT_NUMBERS = re.compile(
    r"\d{1,2}:\d{2}(?::\d{2})?|\d{4}-\d{2}-\d{2}|\b[a-z]+-[0-9a-f]{6,}\b|(?:^|\n)\s*\d{1,2}[.)]\s"
)


@dataclass(frozen=True)
class Wording:
    """``lacking``: of a change's name, value, unit and step those that are not said. ``untraced``: numbers without a source."""

    lacking: tuple[str, ...] = ()
    untraced: tuple[str, ...] = ()


def check_words(case: Case, before: Snapshot, after: Snapshot, ending: Mapping[str, Any]) -> Wording:
    """Hold an answer's words against what changed and against every number that the turn could have known."""
    answer = str(ending.get("response", ""))
    lacking = [miss for name in after.parameters for miss in _lacking(name, before, after, answer)]
    known = [*_numbers(" ".join((case.say, *case.before))), *_values(ending), *_declared(before), *_declared(after)]
    return Wording(tuple(lacking), tuple(_untraced(answer, known)))


def _lacking(name: str, before: Snapshot, after: Snapshot, answer: str) -> Iterable[str]:
    info = after.parameters[name]
    if info.value == before.parameters[name].value:
        return
    word = {True: "on", False: "off"}[info.value] if isinstance(info.value, bool) else None
    if name not in answer:
        yield name
    if (word or with_unit(info.value, "")) not in answer:
        yield f"{name}'s value"
    if info.unit and info.unit not in answer:
        yield f"{name}'s unit"
    if not re.search(r"\bsteps?\b", answer) and after.run == before.run:
        yield f"{name}'s step"


def _untraced(answer: str, known: list[float]) -> Iterable[str]:
    for text in _NUMBER.findall(_NOT_NUMBERS.sub(" ", answer)):
        number = float(text.replace(",", "").replace("−", "-"))
        rounding = 0.5 * 10.0 ** -len(text.partition(".")[2]) if "e" not in text.lower() else abs(number) * 0.005
        if not any(math.isclose(abs(number), abs(k), rel_tol=5e-6) or abs(number - k) <= rounding for k in known):
            yield text


def _values(ending: Mapping[str, Any]) -> list[float]:
    told = json.dumps(
        [ending.get("facts", []), [[c.get("result"), c.get("args")] for c in ending.get("tool_calls", ())]]
    )
    return _numbers(told)


def _declared(snapshot: Snapshot) -> list[float]:
    texts = [json.dumps(info.to_json()) for info in snapshot.parameters.values()]
    return [*_numbers(" ".join(texts)), *_numbers(json.dumps(snapshot.metric_docs and dict(snapshot.metric_docs)))]


def _numbers(text: str) -> list[float]:
    found = (
        word.replace(",", "").replace("−", "-")
        for word in re.findall(r"[-+−]?\d[\d,]*(?:\.\d+)?(?:[eE][-+]?\d+)?", text)
    )
    return [float(word) for word in found]
