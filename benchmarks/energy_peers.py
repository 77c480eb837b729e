"""Who recovers the energy of a machine whose truth is known: Lodger, Zeus and CodeCarbon on the same plants.

    pip install .[peers]
    python benchmarks/energy_peers.py

Each case is a powercap tree that a simulated machine advances (tests/measurement/power/plant.py): one second of work, a step in power at
the first token. Zeus is asked as its monitor asks (packages and DRAM of every top zone, its wrap watcher running), CodeCarbon as its
tracker does (DRAM included, polled ten times). Right is: within three percent of the truth, or for Lodger within the bound that it
states. The plants' clock is simulated; Zeus' watcher lives in real time, so it is given two seconds before the last read.
"""

from __future__ import annotations

import importlib.util
import logging
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from glob import glob
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from measurement.meter import Meter
from measurement.power import source
from measurement.power.base import PowerSettings
from tests.measurement.power.plant import Plant
from tests.measurement.power.test_recovery import CASES, Case

NEAR = 0.03
J_PER_KWH = 3.6e6
Read = Callable[[], float]  # joules since the first call; the unit of every contender
POLLS = 10


def zeus(root: Path) -> Read:
    """Packages and DRAM of every top zone, as ``RAPLCPUs`` finds them."""
    from zeus.device.cpu.rapl import RAPLCPU  # pyright: ignore[reportMissingImports]

    found = sorted(glob(f"{root}/intel-rapl/intel-rapl:*"))
    cpus = [RAPLCPU(int(path.rpartition(":")[2]), str(root / "intel-rapl")) for path in found]

    def joules() -> float:
        said = [cpu.get_total_energy_consumption() for cpu in cpus]
        return sum(one.cpu_mj + (one.dram_mj or 0.0) for one in said) / 1e3

    joules()  # the watchers of wraps start with the first read
    time.sleep(8.0)  # they are processes of their own, and take their time to begin
    return joules


def codecarbon(root: Path) -> Read:
    """The sum of the deltas of every zone that it chose."""
    from codecarbon.core.cpu import IntelRAPL  # pyright: ignore[reportMissingImports]
    from codecarbon.core.units import Time  # pyright: ignore[reportMissingImports]

    rapl = IntelRAPL(rapl_dir=str(root / "intel-rapl"), rapl_include_dram=True)
    rapl.start()
    sum_kwh = 0.0

    def joules() -> float:
        nonlocal sum_kwh
        details = rapl.get_cpu_details(Time.from_seconds(0.1))
        sum_kwh += sum(value for name, value in details.items() if "Energy Delta" in name)
        return sum_kwh * J_PER_KWH

    return joules


def nested(plant: Plant) -> None:
    """Lay the tree out as the kernel does: real folders within each other, and a flat link to each."""
    for key in sorted(plant.zones, key=len):
        control, _, place = key.partition(":")
        above = plant.root / key.rpartition(":")[0] if ":" in place else plant.root / control
        above.mkdir(exist_ok=True)
        inside = above.resolve() / key
        (plant.root / key).rename(inside)
        (plant.root / key).symlink_to(inside)


def played(case: Case, root: Path, contender: Callable[[Path], Read] | None) -> tuple[float | None, float, float]:
    """Let one second of work pass; gives what was said, the truth, and how far off it may be."""
    plant = Plant(root, case.zones())
    nested(plant)
    plant.draw(**{zone.label.split("-")[0]: 10.0 for zone in plant.zones.values()})
    if contender is None:
        return ours(case, plant)
    read = contender(root)
    start_s, before_j = plant.now_s, read()
    for part in range(POLLS):
        plant.draw(**watts(plant, first=part == 0))
        plant.run(0.1)
        if part == 0:
            case.meanwhile(plant)
        if contender is codecarbon:
            read()
    truth_j = sum(plant.energy_j(key, start_s, plant.now_s) for key in case.counted)
    if contender is zeus:
        time.sleep(2.2)
    return read() - before_j, truth_j, 0.0


def ours(case: Case, plant: Plant) -> tuple[float | None, float, float]:
    settings = PowerSettings(powercap_root=plant.root, clock=plant)
    meter = Meter([source("rapl", settings)], clock=plant, pause=plant.run, boottime_s=plant.boottime_s)
    with meter.window("work") as window:
        start_s = plant.now_s
        for part in range(POLLS):
            plant.draw(**watts(plant, first=part == 0))
            plant.run(0.1)
            if part == 0:
                case.meanwhile(plant)
            meter.poll()
        end_s = plant.now_s
    total = window.result().total
    truth_j = sum(plant.energy_j(key, start_s, end_s) for key in case.counted)
    return total.gross_j, truth_j, total.bound_j or 0.0


def watts(plant: Plant, first: bool) -> dict[str, float]:
    """High in the prefill, lower after the first token."""
    high, low = {"package": 160.0, "psys": 260.0}, {"package": 70.0, "psys": 130.0}
    labels = {zone.label.split("-")[0] for zone in plant.zones.values()}
    return {label: (high.get(label, 35.0) if first else low.get(label, 20.0)) for label in labels}


def verdict(case: Case, contender: Callable[[Path], Read] | None) -> str:
    """``right (+0.2 %)``, ``WRONG (+98 %)``, or the error that it ended with."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            said_j, truth_j, bound_j = played(case, Path(folder) / "powercap", contender)
        except Exception as error:  # the border to other people's code
            return f"WRONG ({type(error).__name__})"
    if said_j is None:
        return "withheld"
    off_j = said_j - truth_j
    right = abs(off_j) <= max(NEAR * truth_j, bound_j)
    return f"{'right' if right else 'WRONG'} ({off_j / truth_j:+.1%})"


def main() -> None:
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    contenders: dict[str, Callable[[Path], Read] | None] = {"Lodger": None, "Zeus": zeus, "CodeCarbon": codecarbon}
    there = {name: one for name, one in contenders.items() if one is None or importlib.util.find_spec(name.lower())}
    print("| case | " + " | ".join(there) + " |\n|---|" + "---|" * len(there))
    for case in [one for one in CASES if all(word in one.name for word in sys.argv[1:])]:
        print(f"| {case.name} | " + " | ".join(verdict(case, one) for one in there.values()) + " |", flush=True)


if __name__ == "__main__":
    main()
