"""Windows beyond their numbers: sleep, overlap, negative net, stillness, live power."""

from __future__ import annotations

import pytest

from measurement.energy import STOOD_STILL
from measurement.meter import Meter
from measurement.power import source
from measurement.power.base import PowerSettings
from measurement.sampler import Sampler
from tests.measurement.power.conftest import Bench
from tests.measurement.power.plant import Plant, PlantZone


def one_package() -> list[PlantZone]:
    return [PlantZone("intel-rapl:0", "package-0")]


def test_a_window_in_which_the_machine_slept_is_withheld(bench: Bench) -> None:
    plant, meter = bench(one_package())
    with meter.window("chat") as window:
        plant.run(0.2)
        plant.sleep(30.0)
    result = window.result()
    assert result.total.gross_j is None
    assert "asleep for 30.0 s" in (result.total.reason or "")


def test_negative_net_is_shown(bench: Bench) -> None:
    plant, meter = bench(one_package())
    plant.draw(package=30.0)
    meter.measure_baseline(1.0)
    plant.draw(package=12.0)
    with meter.window("quieter than idle") as window:
        plant.run(1.0)
    assert window.result().total.net_j == pytest.approx(-18.0, abs=0.5)


def test_without_a_baseline_net_is_unknown(bench: Bench) -> None:
    plant, meter = bench(one_package())
    with meter.window("chat") as window:
        plant.run(0.2)
    total = window.result().total
    assert total.net_j is None
    assert "baseline" in (total.net_reason or "")


def test_the_baseline_tells_its_spread(bench: Bench) -> None:
    _plant, meter = bench(one_package())
    baseline = meter.measure_baseline(2.0)
    idle = baseline.idle["intel-rapl:0"]
    assert idle.power_w == pytest.approx(10.0, abs=idle.bound_w)
    assert 0.0 <= idle.sd_w < 0.5
    assert baseline.quiet


def test_windows_that_overlap_say_so(bench: Bench) -> None:
    plant, meter = bench(one_package())
    with meter.window("ours") as ours:
        with meter.window("theirs") as theirs:
            plant.run(0.1)
        plant.run(0.1)
    assert any("theirs" in note for note in ours.result().notes)
    assert any("ours" in note for note in theirs.result().notes)


def test_a_counter_that_stops_is_unknown_and_not_zero(bench: Bench) -> None:
    plant, meter = bench(one_package())
    plant.zones["intel-rapl:0"].tick_s = 1e9
    plant.run(0.01)
    with meter.window("chat") as window:
        plant.run(1.0)
    total = window.result().total
    assert total.gross_j is None
    assert STOOD_STILL in (total.reason or "")


def test_a_machine_without_counters_says_why_and_gives_no_number(tmp_path) -> None:
    meter = Meter([source("rapl", PowerSettings(powercap_root=tmp_path / "nowhere"))])
    assert not meter.available
    assert "no powercap tree" in meter.reasons["rapl"]
    with meter.window("chat") as window:
        window.split("first_token")
    result = window.result()
    assert result.total.gross_j is None
    assert result.total.reason == "no energy counter is available"
    assert result.to_json()["total"]["gross_wh"] is None


def test_live_power_follows_the_plant(bench: Bench) -> None:
    plant, meter = bench(one_package())
    plant.draw(package=88.0)
    for _poll in range(12):
        plant.run(0.1)
        meter.poll()
    assert meter.power_w()["package-0"] == pytest.approx(88.0, rel=0.02)


def test_the_sampler_polls_until_it_is_stopped(tmp_path) -> None:
    plant = Plant(tmp_path / "tree", one_package())
    meter = Meter([source("rapl", PowerSettings(powercap_root=plant.root))])
    sampler = Sampler(meter, watched=True).start()
    for _try in range(400):
        if meter.polls >= 3:
            break
        meter.pause(0.01)
    sampler.stop()
    assert meter.polls >= 3


def test_a_window_that_an_error_leaves_is_closed_all_the_same(bench: Bench) -> None:
    plant, meter = bench(one_package())
    window = meter.window("chat")

    def break_off() -> None:
        with window:
            plant.run(0.2)
            raise ConnectionError("the engine went away")

    with pytest.raises(ConnectionError):
        break_off()
    assert window.result().total.gross_j == pytest.approx(2.0, abs=0.2)
