"""Benchmarks of one's own and the choice between them outlive the launch."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agent.lab.benchmarks import Benchmark, Benchmarks
from measurement.errors import NotFound

OURS = Benchmark("ours", "custom", 0.5, 0.1, source="a test")


def test_the_choice_is_there_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "benchmarks.json"
    first = Benchmarks(path)
    assert first.chosen is None
    first.keep(OURS)
    first.choose("ours")
    with pytest.raises(NotFound, match="no-such"):
        first.choose("no-such")
    assert Benchmarks(path).chosen == OURS
    first.choose("smollm2-135m-jetson")  # one that came with Lodger is remembered as well
    again = Benchmarks(path)
    assert again.chosen is not None
    assert (again.chosen.name, again.get("ours")) == ("smollm2-135m-jetson", OURS)


def test_a_file_of_the_first_version_and_a_choice_that_is_gone_are_read(tmp_path: Path) -> None:
    path = tmp_path / "benchmarks.json"
    path.write_text(json.dumps([OURS.to_json()]))
    assert (Benchmarks(path).get("ours"), Benchmarks(path).chosen) == (OURS, None)
    path.write_text(json.dumps({"chosen": "gone", "benchmarks": []}))
    assert Benchmarks(path).chosen is None
