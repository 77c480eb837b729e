"""A long stretch is metered beside everything else: right by a tree of known watts, and unnoticed by requests and the baseline."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from measurement.carbon import grid
from measurement.power import source
from measurement.power.base import PowerSettings
from measurement.powerhouse import PowerHouse
from measurement.requests import Request
from measurement.stretch import NOT_SEEN, WITH_ITSELF, Stretch
from tests.advancing import advancing_tree

WATTS = 80.0
PATIENCE_S = 120.0
REQUEST = Request("req-1", 0.0, "chat", "test", "SmolLM2-135M", prompt_tokens=30, completion_tokens=20)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[PowerHouse]:
    with advancing_tree(tmp_path / "powercap", WATTS) as tree:
        settings = PowerSettings(powercap_root=tree)
        running = {"pendulum": [os.getpid()]}
        with PowerHouse(
            settings, grid("WORLD"), sources=[source("rapl", settings)], baseline_s=0.5, simulations=lambda: running
        ) as house:
            yield house


def _baseline_taken(house: PowerHouse) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while "pendulum" not in house.baseline_of:
        assert time.monotonic() < deadline, "the idle baseline was never taken"
        time.sleep(0.05)


def test_it_is_right_and_keeps_neither_requests_nor_the_baseline_from_being_measured(house: PowerHouse) -> None:
    began_s = time.monotonic()
    stretch = Stretch(house, "pendulum", lambda: [os.getpid()])
    _baseline_taken(house)
    work = house.request("chat")
    work.opened.result()
    request = house.record(work.close().result(), REQUEST)
    record = stretch.record()
    lasted_s = time.monotonic() - began_s
    assert not request["shared_with"]
    assert not [note for note in request["notes"] if "overlap" in note]
    assert record["method"] == "measured"
    assert record["duration_s"] == pytest.approx(lasted_s, rel=0.2)
    truth_wh = WATTS * record["duration_s"] / 3600.0
    assert abs(record["gross_wh"] - truth_wh) <= max(0.05 * truth_wh, record["bound_wh"])
    assert 0.0 <= record["simulations"]["pendulum"]["gross_wh"] <= record["gross_wh"]
    assert (record["net_wh"], record["net_reason"]) == (None, WITH_ITSELF)
    assert record["idle"]["with"] == ["pendulum"]
    assert record["idle"]["power_w"] == pytest.approx(WATTS, rel=0.2)


def test_a_stretch_that_began_after_an_idle_machine_was_seen_has_a_net_energy(house: PowerHouse) -> None:
    _baseline_taken(house)
    stretch = Stretch(house, "another", lambda: [])
    time.sleep(0.5)
    first, second = stretch.record(), stretch.record()
    stretch.close()
    assert first["net_wh"] is not None
    assert abs(first["net_wh"]) <= 0.2 * first["gross_wh"] + first["net_bound_wh"]
    assert second["gross_wh"] > first["gross_wh"]
    own = first["simulations"]["another"]  # which has no processes here
    assert (own["gross_wh"], own["cpu_s"], own["reason"]) == (None, None, NOT_SEEN)
