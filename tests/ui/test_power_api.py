"""``/api/power`` and ``/metrics`` over HTTP, with a counter that is there and without any."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from places import Place, until
from prometheus_client.parser import text_string_to_metric_families

from measurement.carbon import grid
from measurement.exposition import Exposition, WorkloadNow
from measurement.power import source
from measurement.power.base import PowerSettings
from measurement.powerhouse import PowerHouse
from tests.advancing import advancing_tree

Open = Callable[..., Place]


def house_at(root: Path) -> PowerHouse:
    settings = PowerSettings(powercap_root=root)
    return PowerHouse(settings, grid("WORLD"), sources=[source("rapl", settings)], baseline_s=0.5)


def test_power_tells_sources_watts_and_the_baseline(open_house: Open, tmp_path: Path) -> None:
    with advancing_tree(tmp_path / "powercap", 75.0) as root, house_at(root) as power:
        place = open_house(residents=(power,))
        until(lambda: place.client.get("/api/power").json()["baseline"], "the baseline is taken")
        told = place.client.get("/api/power").json()
        assert told["measured"]
        assert abs(told["total_w"] - 75.0) < 15.0
        assert told["domains"]["package-0"]["counted"]
        assert told["baseline"]["domains"]["intel-rapl:0"]["power_w"] > 0
        assert told["sources"][0]["available"]


def test_without_a_counter_the_reason_stands_in_the_place_of_watts(open_house: Open, tmp_path: Path) -> None:
    with house_at(tmp_path / "none") as power:
        told = open_house(residents=(power,)).client.get("/api/power").json()
    assert (told["measured"], told["method"], told["total_w"]) == (False, "estimated", None)
    assert "POWERCAP_ROOT" in told["sources"][0]["reason"]


def test_metrics_are_scraped_and_grow(open_house: Open, tmp_path: Path) -> None:
    with advancing_tree(tmp_path / "powercap", 75.0) as root, house_at(root) as power:
        simulations = lambda: [WorkloadNow("heat", "running", 7, {"peak": 1.5})]  # noqa: E731  # a door as the roof builds it
        place = open_house(residents=(power, Exposition(power, simulations, lambda: {("undo", "done"): 2})))

        def joules() -> float:
            answer = place.client.get("/metrics")
            assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
            families = {one.name: one for one in text_string_to_metric_families(answer.text)}
            assert families["lodger_workload_metric"].samples[0].value == 1.5
            assert families["lodger_tool_calls"].samples[0].labels == {"tool": "undo", "status": "done"}
            return next((sample.value for sample in families["lodger_energy_joules"].samples), 0.0)

        until(lambda: joules() > 0, "energy is counted")
        before_j, began_s = joules(), time.monotonic()
        until(lambda: joules() > before_j, "the counter grows")
        assert joules() - before_j < 75.0 * (time.monotonic() - began_s) * 2 + 30.0


def test_a_launch_that_meters_nothing_says_so(place: Place) -> None:
    for path in ("/api/power", "/metrics"):
        answer = place.client.get(path)
        assert answer.status_code == 503
        assert "error" in answer.json()
