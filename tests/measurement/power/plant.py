"""A simulated plant: a virtual counter tree in a real folder, whose physics is known, driven by a clock that tests move.

Each zone draws what its profile says; its register shows, as the kernel would, the energy at its last tick in whole steps of its
unit, modulo its range. ``energy_j`` is the truth that a meter must recover. Reading the clock costs a little time, as reading real
counters does, so that spinning moves on.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path

UNIT_J = 2.0**-14
INTEL_RANGE_UJ = 262_143_328_850
AMD_RANGE_UJ = 65_532_610_987


@dataclass
class PlantZone:
    """One zone: ``start_j`` is what the register says at time 0; ``wired`` False makes it a counter that never moves."""

    key: str
    label: str
    range_uj: int = INTEL_RANGE_UJ
    start_j: float = 1000.0
    tick_s: float = 0.001
    phase_s: float = 0.0003
    unit_j: float = UNIT_J
    wired: bool = True
    steps: list[tuple[float, float]] = field(default_factory=lambda: [(0.0, 0.0)])
    failing: bool = False

    def draw(self, power_w: float, from_s: float) -> None:
        """Change the power from this moment on."""
        self.steps.append((from_s, power_w))

    def energy_j(self, until_s: float) -> float:
        """The truth: joules used since time 0."""
        ends = [start for start, _power in self.steps[1:]] + [math.inf]
        return math.fsum(
            power * max(0.0, min(until_s, end) - start) for (start, power), end in zip(self.steps, ends, strict=True)
        )

    def register_uj(self, now_s: float) -> int:
        """What the register says now."""
        if not self.wired:
            return round(self.start_j * 1e6)
        ticked_s = math.floor((now_s - self.phase_s) / self.tick_s) * self.tick_s + self.phase_s
        steps = math.floor((self.start_j + self.energy_j(max(ticked_s, 0.0))) / self.unit_j)
        return math.floor(steps * self.unit_j * 1e6) % self.range_uj


class Plant:
    """The tree, its zones and its clock."""

    def __init__(self, root: Path, zones: list[PlantZone], read_cost_s: float = 8e-6) -> None:
        self.root = root
        self.zones = {zone.key: zone for zone in zones}
        self.now_s = 100.0
        self.asleep_s = 0.0
        self._read_cost_s = read_cost_s
        self._written: dict[str, int | None] = {}
        for zone in zones:
            zone.steps = [(self.now_s, 0.0)]
            folder = root / zone.key
            folder.mkdir(parents=True)
            (folder / "name").write_text(f"{zone.label}\n")
            (folder / "max_energy_range_uj").write_text(f"{zone.range_uj}\n")
        (root / "intel-rapl").mkdir(parents=True, exist_ok=True)
        self._write()

    # The clock.

    def monotonic_s(self) -> float:
        self.run(self._read_cost_s)
        return self.now_s

    def wall_s(self) -> float:
        return 1.7e9 + self.now_s + self.asleep_s

    def boottime_s(self) -> float:
        return self.now_s + self.asleep_s

    # The physics.

    def run(self, duration_s: float) -> None:
        """Let time pass."""
        self.now_s += duration_s
        self._write()

    def sleep(self, duration_s: float) -> None:
        """Suspend the machine: the monotonic clock stands, the others go on."""
        self.asleep_s += duration_s

    def draw(self, **power_w: float) -> None:
        """Set powers from now on, by label (``package=80`` sets every package; ``package_1`` only that one)."""
        for label, watts in power_w.items():
            for zone in self._labelled(label.replace("_", "-")):
                zone.draw(watts, self.now_s)

    def fail(self, key: str, failing: bool = True) -> None:
        """Make a register unreadable from now on."""
        self.zones[key].failing = failing
        self._write()

    def energy_j(self, key: str, start_s: float, end_s: float) -> float:
        return self.zones[key].energy_j(end_s) - self.zones[key].energy_j(start_s)

    def _labelled(self, label: str) -> list[PlantZone]:
        found = [zone for zone in self.zones.values() if zone.label == label or zone.label.startswith(f"{label}-")]
        assert found, label
        return found

    def _write(self) -> None:
        for key, zone in self.zones.items():
            register_uj = None if zone.failing else zone.register_uj(self.now_s)
            if self._written.get(key, -1) != register_uj:
                self._written[key] = register_uj
                (self.root / key / "energy_uj").write_text("" if register_uj is None else f"{register_uj}\n")
