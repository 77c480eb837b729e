"""The meter on the machine's own clock, beside another process that advances the tree at known watts."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from measurement.meter import Meter
from measurement.power import automatic, source
from measurement.power.base import PowerSettings
from measurement.repeated import repeated, repetitions
from measurement.sampler import Sampler
from tests.measurement.power.conftest import Bench
from tests.measurement.power.plant import PlantZone

WATTS = 60.0
ADVANCE = """
import sys, time
from pathlib import Path
zone = Path(sys.argv[1]) / "intel-rapl:0"
zone.mkdir(parents=True)
(zone / "name").write_text("package-0\\n")
(zone / "max_energy_range_uj").write_text("262143328850\\n")
began = time.monotonic()
while True:
    (zone / "energy_uj").write_text(f"{int(1e9 + float(sys.argv[2]) * 1e6 * (time.monotonic() - began))}\\n")
    print("up", flush=True)
    time.sleep(0.005)
"""


@pytest.fixture
def advancing(tmp_path: Path) -> Iterator[Path]:
    root = tmp_path / "powercap"
    with subprocess.Popen(
        [sys.executable, "-c", ADVANCE, str(root), str(WATTS)], stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        try:
            yield root
        finally:
            child.kill()


def test_a_tree_that_another_process_advances_is_recovered(advancing: Path) -> None:
    meter = Meter([source("rapl", PowerSettings(powercap_root=advancing))])
    sampler = Sampler(meter, watched=True).start()
    with meter.window("chat") as window:
        began_s = time.monotonic()
        time.sleep(0.4)
        window.split("first_token")
        time.sleep(1.2)
        ended_s = time.monotonic()
    sampler.stop()
    total = window.result().total
    truth_j = WATTS * (ended_s - began_s)
    assert total.gross_j is not None, total.reason
    assert abs(total.gross_j - truth_j) <= max(0.02 * truth_j, total.bound_j or 0.0)


def test_a_launch_without_any_counter_keeps_every_reason(tmp_path: Path) -> None:
    settings = PowerSettings(
        powercap_root=tmp_path / "nowhere", scaphandre_url="http://127.0.0.1:9/metrics", visible_gpus="-1"
    )
    meter = Meter(automatic(settings))
    assert not meter.available
    assert set(meter.reasons) == {"nvml", "process_share", "rapl", "scaphandre"}
    assert all(meter.reasons.values())
    assert meter.probes["estimate"].available


def test_a_prefill_that_is_too_short_is_measured_by_repetition(bench: Bench) -> None:
    plant, meter = bench([PlantZone("intel-rapl:0", "package-0", tick_s=0.1)])

    def prefill() -> None:
        plant.draw(package=150.0)
        plant.run(0.03)
        meter.poll()

    count = repetitions(meter, 0.03)
    assert count >= 100
    found = repeated(meter, "prefill", prefill, count)
    assert found.each.gross_j == pytest.approx(4.5, abs=found.each.bound_j)
    assert (found.each.bound_j or 1.0) < 0.08 * 4.5
