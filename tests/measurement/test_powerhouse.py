"""What work costs by the power house: measured on a tree that another process advances, estimated without one, never 0."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from measurement.carbon import grid
from measurement.power import source
from measurement.power.base import PowerSettings
from measurement.powerhouse import PowerHouse
from measurement.requests import Request
from measurement.sharing import Sharing
from tests.advancing import advancing_tree

WATTS = 80.0
REQUEST = Request("req-1", 0.0, "chat", "test", "SmolLM2-135M", prompt_tokens=30, completion_tokens=20)


@pytest.fixture
def tree(tmp_path: Path) -> Iterator[Path]:
    with advancing_tree(tmp_path / "powercap", WATTS) as root:
        yield root


@pytest.fixture
def house(tree: Path) -> Iterator[PowerHouse]:
    settings = PowerSettings(powercap_root=tree)
    with PowerHouse(settings, grid("DEU"), sources=[source("rapl", settings)], baseline_s=0.5) as house:
        yield house


def test_a_request_is_measured_within_its_bound_and_split_at_the_first_token(house: PowerHouse) -> None:
    for stretch_s in (0.4, 2.0, 10.0):  # a counter that is starved of processor time makes short splits be withheld
        work = house.request("chat")
        work.opened.result()
        began_s = time.monotonic()
        time.sleep(stretch_s)
        work.split()
        time.sleep(1.5 * stretch_s)
        lasted_s = time.monotonic() - began_s
        record = house.record(work.close().result(), REQUEST)
        if record["prefill"]["gross_wh"] is not None:
            break
        assert record["split_reason"]
    truth_wh = WATTS * lasted_s / 3600.0
    assert record["method"] == "measured"
    assert abs(record["gross_wh"] - truth_wh) <= max(0.02 * truth_wh, record["bound_wh"])
    assert record["prefill"]["gross_wh"] + record["decode"]["gross_wh"] == pytest.approx(record["gross_wh"], rel=0.05)
    assert record["agrees"]
    assert record["carbon_g"] == pytest.approx(record["gross_wh"] / 1000.0 * record["grid"]["g_per_kwh"])


def test_a_turn_holds_its_requests_and_is_no_stranger_to_them(house: PowerHouse) -> None:
    turn = house.turn("turn")
    work = house.request("chat", turn)
    work.opened.result()
    time.sleep(0.2)
    request = house.record(work.close().result(), REQUEST)
    whole = house.turn_record(turn.close().result())
    assert not request["shared_with"]
    assert not [note for note in request["notes"] if "overlap" in note]
    assert whole["gross_wh"] > request["gross_wh"]


def test_requests_at_the_same_time_share_and_say_so(house: PowerHouse) -> None:
    one, other = house.request("one"), house.request("other")
    time.sleep(0.5)
    records = [house.record(work.close().result(), REQUEST) for work in (one, other)]
    assert [record["shared_with"] for record in records] == [["other"], ["one"]]
    assert all(record["method"] == "derived" and 0.3 < record["share"] < 0.8 for record in records)


def test_each_moment_is_split_evenly() -> None:
    sharing = Sharing()
    sharing.begin("a", "a", 0.0)
    sharing.begin("b", "b", 2.0)
    assert sharing.end("a", 6.0).part == pytest.approx((2.0 + 4.0 / 2) / 6.0)
    assert sharing.end("b", 8.0).part == pytest.approx((4.0 / 2 + 2.0) / 6.0)
    sharing.begin("c", "c", 9.0)
    alone = sharing.end("c", 10.0)
    assert (alone.part, alone.others) == (1.0, ())


def test_a_counter_that_goes_away_leaves_a_reason_and_no_number(house: PowerHouse, tree: Path) -> None:
    work = house.request("chat")
    work.opened.result()
    shutil.move(tree / "intel-rapl:0", tree / "gone")
    record = house.record(work.close().result(), REQUEST)
    assert record["gross_wh"] is None
    assert record["bound_wh"] is None
    assert "could not be read" in record["reason"]


def test_the_baseline_is_taken_by_itself_and_net_is_what_is_left(house: PowerHouse) -> None:
    deadline_s = time.monotonic() + 60.0
    while house.meter.baseline is None:
        assert time.monotonic() < deadline_s
        time.sleep(0.05)
    work = house.request("chat")
    time.sleep(0.3)
    record = house.record(work.close().result(), REQUEST)
    assert record["baseline_power_w"] == pytest.approx(WATTS, rel=0.1)
    assert abs(record["net_wh"]) <= record["net_bound_wh"]


def test_without_a_counter_a_record_is_an_estimate_and_a_turn_is_unknown(tmp_path: Path) -> None:
    settings = PowerSettings(powercap_root=tmp_path / "none")
    with PowerHouse(settings, grid("WORLD"), sources=[source("rapl", settings)]) as house:
        assert (house.measured, house.method) == (False, "estimated")
        record = house.record(house.request("chat").close().result(), REQUEST)
        whole = house.turn_record(house.turn("turn").close().result())
        assert record["method"] == "estimated"
        assert record["gross_wh"] > 0
        assert record["bound_wh"] is None
        assert record["net_wh"] is None
        assert "not this machine" in record["fit"]
        assert whole["gross_wh"] is None
        assert whole["reason"]
        now = house.now()
        assert now.total_w is None
        assert now.reason


def test_work_that_outlives_the_launch_is_not_disturbed(tree: Path) -> None:
    settings = PowerSettings(powercap_root=tree)
    with PowerHouse(settings, grid("WORLD"), sources=[source("rapl", settings)]) as house:
        work = house.request("chat")
    work.split()
    assert isinstance(work.close().exception(10.0), RuntimeError)
    late = house.record(house.request("late").close().result(10.0), REQUEST)
    assert late["gross_wh"] is None
    assert "ending" in late["reason"]
