"""RAPL: what is said when there is nothing to read, when reading is forbidden, and when a counter cannot be trusted."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from measurement.power import names, source
from measurement.power.base import PowerSettings, roots
from measurement.power.counter import UnwrappedCounter
from tests.measurement.power.conftest import Bench
from tests.measurement.power.plant import Plant, PlantZone

ROOT = Path(__file__).resolve().parents[3]
PROBE = """
import os, sys
from pathlib import Path
from measurement.power import rapl, source
from measurement.power.base import PowerSettings
if os.getuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
probe = source("rapl", PowerSettings(powercap_root=Path(sys.argv[1]))).probe()
print(probe.available, probe.reason)
"""


def test_the_folder_lists_its_sources() -> None:
    assert names() == ["estimate", "nvml", "process_share", "rapl", "replay", "scaphandre"]


def test_a_missing_tree_is_unavailable_with_the_remedy(tmp_path: Path) -> None:
    probe = source("rapl", PowerSettings(powercap_root=tmp_path / "nowhere")).probe()
    assert not probe.available
    assert "no powercap tree" in (probe.reason or "")
    assert "POWERCAP_ROOT" in (probe.reason or "")


def test_an_empty_tree_is_unavailable(tmp_path: Path) -> None:
    probe = source("rapl", PowerSettings(powercap_root=tmp_path)).probe()
    assert not probe.available
    assert "modprobe" in (probe.reason or "")


def test_denied_permission_gives_the_udev_line_and_no_zero(tmp_path: Path) -> None:
    """Root may read everything, so the probe runs in a child that becomes somebody else."""
    Plant(tmp_path / "tree", [PlantZone("intel-rapl:0", "package-0")])
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == os.getuid() and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o055)
    (tmp_path / "tree/intel-rapl:0/energy_uj").chmod(0o000)
    found = subprocess.run(
        [sys.executable, "-c", PROBE, str(tmp_path / "tree")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert found.stdout.startswith("False")
    assert 'SUBSYSTEM=="powercap"' in found.stdout


@pytest.mark.parametrize("layout", ["flat", "nested", "linked"])
def test_zones_are_found_however_the_tree_is_laid_out(tmp_path: Path, layout: str) -> None:
    plant = Plant(tmp_path / "real", [PlantZone("intel-rapl:0", "package-0"), PlantZone("intel-rapl:0:0", "dram")])
    root = plant.root
    if layout != "flat":
        (root / "intel-rapl:0:0").rename(root / "intel-rapl:0/intel-rapl:0:0")
        (root / "intel-rapl:0").rename(root / "intel-rapl/intel-rapl:0")
    if layout == "linked":
        root = tmp_path / "class"
        root.mkdir()
        deep = plant.root / "intel-rapl/intel-rapl:0"
        for target in (plant.root / "intel-rapl", deep, deep / "intel-rapl:0:0"):
            (root / target.name).symlink_to(target)
    domains = source("rapl", PowerSettings(powercap_root=root)).probe().domains
    assert [domain.name for domain in domains] == ["package-0", "package-0-dram"]
    assert len(roots(domains)) == 2  # DRAM is filed under its package and is no part of it


def test_a_read_that_fails_at_an_edge_makes_its_phases_unknown_and_keeps_the_total(bench: Bench) -> None:
    plant, meter = bench([PlantZone("intel-rapl:0", "package-0")])
    with meter.window("chat") as window:
        start_s = plant.now_s
        plant.draw(package=120.0)
        plant.run(0.2)
        plant.fail("intel-rapl:0")
        window.split("first_token")
        plant.fail("intel-rapl:0", False)
        plant.run(0.5)
        end_s = plant.now_s
    result = window.result()
    assert result.prefill is not None
    assert result.prefill.gross_j is None
    assert "could not be read" in (result.prefill.reason or "")
    assert result.total.gross_j == pytest.approx(plant.energy_j("intel-rapl:0", start_s, end_s), abs=0.3)


def test_a_read_that_fails_at_the_end_makes_the_total_unknown(bench: Bench) -> None:
    plant, meter = bench([PlantZone("intel-rapl:0", "package-0"), PlantZone("intel-rapl:1", "package-1", start_j=5.0)])
    with meter.window("chat") as window:
        plant.run(0.3)
        plant.fail("intel-rapl:1")
    total = window.result().total
    assert total.gross_j is None
    assert "package-1" in (total.reason or "")


def test_a_reset_is_told_from_a_wrap(bench: Bench) -> None:
    plant, meter = bench([PlantZone("intel-rapl:0", "package-0", start_j=120_000.0)])
    with meter.window("chat") as window:
        plant.run(0.3)
        meter.poll()
        plant.zones["intel-rapl:0"].start_j = 0.0
        plant.run(0.3)
    total = window.result().total
    assert total.gross_j is None
    assert "reset" in (total.reason or "")


def test_a_counter_that_was_not_read_for_too_long_is_not_believed() -> None:
    counter = UnwrappedCounter(range_j=65_532.6, ceiling_w=1000.0)
    counter.advance(100.0, 0.0)
    counter.advance(200.0, 30.0)
    assert counter.epoch == 0
    counter.advance(300.0, 30.0 + 66.0)
    assert counter.epoch == 1
    assert "may have wrapped" in (counter.lost or "")


def test_every_wrap_is_counted_when_polled_in_time() -> None:
    counter = UnwrappedCounter(range_j=65_532.610987, ceiling_w=1000.0)
    power_w, step_s = 400.0, 25.0
    for poll in range(100):
        counter.advance(poll * step_s * power_w % 65_532.610987, poll * step_s)
    assert counter.energy_j == pytest.approx(99 * step_s * power_w)
    assert counter.epoch == 0
