"""The table of peers in docs/energy.md still holds where Zeus and CodeCarbon are installed (extra ``peers``)."""

from __future__ import annotations

import importlib.util

import pytest

from benchmarks.energy_peers import codecarbon, verdict, zeus
from tests.measurement.power.test_recovery import CASES, Case

BY_NAME = {case.name: case for case in CASES}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_we_are_right_in_every_case(case: Case) -> None:
    assert verdict(case, None).startswith("right")


@pytest.mark.parametrize(
    ("contender", "case"),
    [
        (zeus, "the platform contains packages and DRAM"),
        (zeus, "dies that mirror the package's counter"),
        (codecarbon, "core is in package, DRAM beside it"),
        (codecarbon, "the platform contains packages and DRAM"),
    ],
)
def test_a_peer_is_still_off_where_the_table_says_so(contender, case: str) -> None:
    name = contender.__name__
    if importlib.util.find_spec(name) is None:
        pytest.skip(f"{name} is not installed; pip install .[peers]")
    assert verdict(BY_NAME[case], contender).startswith("WRONG")
