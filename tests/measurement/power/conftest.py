"""A meter on a plant."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from measurement.meter import Meter
from measurement.power import source
from measurement.power.base import PowerSettings
from tests.measurement.power.plant import Plant, PlantZone

Bench = Callable[[list[PlantZone]], tuple[Plant, Meter]]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """Give a plant of these zones, and a meter that reads it by its own clock."""

    def make(zones: list[PlantZone]) -> tuple[Plant, Meter]:
        plant = Plant(tmp_path / "powercap", zones)
        for zone in zones:
            zone.draw(10.0, plant.now_s)
        settings = PowerSettings(powercap_root=plant.root, clock=plant)
        meter = Meter([source("rapl", settings)], clock=plant, pause=plant.run, boottime_s=plant.boottime_s)
        return plant, meter

    return make
