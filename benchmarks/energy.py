"""What measuring energy costs: one snapshot of a powercap tree, and polling it ten times a second.

    python benchmarks/energy.py

Runs on a tree of two sockets with cores and DRAM in a temporary folder, so it needs no RAPL; on real hardware each register adds
the time of its own access, the same for everybody. Zeus and CodeCarbon run beside it where they are installed
(pip install zeus codecarbon); each reads what it reads: Zeus packages and DRAM, CodeCarbon packages and DRAM, we all zones.
"""

from __future__ import annotations

import argparse
import importlib.util
import logging
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from measurement.clock import SYSTEM_CLOCK
from measurement.meter import Meter
from measurement.power import source
from measurement.power.base import PowerSettings
from measurement.power.kinship import Kin
from measurement.sampler import Sampler

ZONES = {
    "intel-rapl:0": "package-0",
    "intel-rapl:0/intel-rapl:0:0": "core",
    "intel-rapl:0/intel-rapl:0:1": "dram",
    "intel-rapl:1": "package-1",
    "intel-rapl:1/intel-rapl:1:0": "core",
    "intel-rapl:1/intel-rapl:1:1": "dram",
}
SNAPSHOTS = 2000
SETTLING_S = 8.0  # until helpers in processes of their own have begun: that is paid once


def build_tree(root: Path) -> Path:
    """Write the tree as the kernel nests it; gives the folder of the control type."""
    control = root / "intel-rapl"
    for place, (zone, name) in enumerate(ZONES.items()):
        folder = control / zone
        folder.mkdir(parents=True)
        (folder / "name").write_text(f"{name}\n")
        (folder / "max_energy_range_uj").write_text("262143328850\n")
        (folder / "energy_uj").write_text(f"{1_000_000_000 * (place + 1)}\n")
    return control


@contextmanager
def ours(control: Path) -> Iterator[tuple[int, Callable[[], object], Meter | None]]:
    meter = Meter([source("rapl", PowerSettings(powercap_root=control.parent))])
    yield len(meter.domains), meter.poll, meter
    meter.close()


@contextmanager
def zeus(control: Path) -> Iterator[tuple[int, Callable[[], object], Meter | None]]:
    from zeus.device.cpu.rapl import RAPLCPU  # pyright: ignore[reportMissingImports]

    cpus = [RAPLCPU(index, str(control)) for index in (0, 1)]
    yield 4, lambda: [cpu.get_total_energy_consumption() for cpu in cpus], None


@contextmanager
def codecarbon(control: Path) -> Iterator[tuple[int, Callable[[], object], Meter | None]]:
    from codecarbon.core.cpu import IntelRAPL  # pyright: ignore[reportMissingImports]
    from codecarbon.core.units import Time  # pyright: ignore[reportMissingImports]

    logging.getLogger("codecarbon").setLevel(logging.ERROR)
    rapl = IntelRAPL(rapl_dir=str(control), rapl_include_dram=True)
    rapl.start()
    yield len(rapl._rapl_files), lambda: rapl.get_cpu_details(Time.from_seconds(0.1)), None


CONTENDERS = {"Lodger": ours, "Zeus": zeus, "CodeCarbon": codecarbon}


def snapshot_us(read: Callable[[], object]) -> list[float]:
    """Time single snapshots, in microseconds."""
    times = []
    for _snapshot in range(SNAPSHOTS):
        began_s = time.perf_counter()
        read()
        times.append((time.perf_counter() - began_s) * 1e6)
    return times


def polling_share(read: Callable[[], object], meter: Meter | None, seconds: float) -> float:
    """Give the share of one CPU that polling at 10 Hz takes, helpers in other processes included."""
    began_cpu_s, began_s = cpu_s(), time.monotonic()
    sampler = Sampler(meter, watched=True).start() if meter else None
    while (left_s := began_s + seconds - time.monotonic()) > 0:
        time.sleep(min(0.1, left_s))
        if sampler is None:
            read()
    if sampler:
        sampler.stop()
    return (cpu_s() - began_cpu_s) / (time.monotonic() - began_s)


def cpu_s() -> float:
    """CPU time of this process, finely, and of its helpers, in the kernel's steps of 10 ms."""
    helpers = Kin(lambda: [os.getpid()], SYSTEM_CLOCK).pids() - {os.getpid()}
    return time.process_time() + Kin(lambda: list(helpers), SYSTEM_CLOCK).cpu_s()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=10.0, help="how long each is polled")
    seconds = parser.parse_args().seconds
    print(f"{platform.machine()}, {os.cpu_count()} CPUs, Python {platform.python_version()}")
    print(f"{'':12}{'zones':>6}{'snapshot':>12}{'5–95 %':>18}{'a zone':>10}{'10 Hz, of one CPU':>20}")
    with tempfile.TemporaryDirectory() as folder:
        control = build_tree(Path(folder))
        for name, contender in CONTENDERS.items():
            if name != "Lodger" and importlib.util.find_spec(name.lower()) is None:
                print(f"{name:12}not installed (pip install {name.lower()})")
                continue
            with contender(control) as (zones, read, meter):
                times = snapshot_us(read)
                time.sleep(SETTLING_S)
                low, high = quantiles(times, n=20)[0], quantiles(times, n=20)[-1]
                share = polling_share(read, meter, seconds)
            middle = median(times)
            print(f"{name:12}{zones:6}{middle:9.0f} µs{low:8.0f} –{high:5.0f} µs{middle / zones:7.1f} µs{share:19.2%}")


if __name__ == "__main__":
    main()
