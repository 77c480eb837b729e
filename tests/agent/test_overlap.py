"""The field suite was not trained on: no request of it stands in the training data, and what frames they share is everyday."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from agent.evaluation import suites
from workloads import waveforms

overlap = pytest.importorskip(
    "agent.adapters.train.overlap", reason="the adapter's training is not part of this checkout"
)
FOLDER = Path(__file__).parent / "steering_suite"
ROOT = FOLDER.parent.parent.parent
SAID = [case.say for part in suites.load(FOLDER).parts for case in part.cases]
LONGEST_FRAME = 5  # words, beside names and values: "zeig mir den verlauf von N"
SHARED_AT_MOST = 0.4


def declared(program: Path) -> Iterator[str]:
    """The names, aliases and literal choices of a simulation, and its metrics, as its source declares them."""
    for node in ast.walk(ast.parse(program.read_text("utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("parameter", "metric"):
            listed = [keyword.value for keyword in node.keywords if keyword.arg in ("aliases", "choices")]
            constants = [*node.args[:1], *(word for each in listed if isinstance(each, ast.List) for word in each.elts)]
            yield from (str(word.value) for word in constants if isinstance(word, ast.Constant))


def names() -> set[str]:
    programs = [ROOT / "workloads" / "gw_lattice.py", *FOLDER.glob("*.py")]
    choices = {*waveforms.names(), "grey", "two_stream", "correlated_k", "dry", "rain", "snow", "fog"}
    return {name for program in programs for name in declared(program)} | choices


def folded(request: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", request.lower()))


@pytest.fixture(scope="module")
def frames() -> list[str]:
    """The requests whose frame (names as N, values as V) is in the training data."""
    return overlap.shared(SAID, names())


def test_no_request_with_a_name_or_a_value_stands_in_the_training_data() -> None:
    known = {folded(e.request) for lesson in islice(overlap.lessons(7), overlap.LESSONS) for e in lesson.examples}
    same = [request for request in SAID if folded(request) in known]
    assert not [request for request in same if {"n", "v"} & set(overlap.plain(request, names()).split())]


@pytest.mark.timeout(600)
def test_what_frames_are_shared_are_short_and_few(frames: list[str]) -> None:
    """``set N to V`` is in any training data; a longer frame would be a copy."""
    words = [
        (request, [w for w in overlap.plain(request, names()).split() if w not in ("n", "v")]) for request in frames
    ]
    assert not [request for request, rest in words if len(rest) > LONGEST_FRAME]
    assert len(frames) <= SHARED_AT_MOST * len(SAID)
