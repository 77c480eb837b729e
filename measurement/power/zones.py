"""The zones of a powercap tree: which there are, what they hold, which contains which.

Relations are not what the folders suggest. The kernel files DRAM under its package, whose energy does not contain it; the
platform (psys) stands beside the packages and contains them; the memory-mapped view (``intel-rapl-mmio``) of a package is that
package again; and some processors give each die the counter of the whole package.

Source: Linux kernel, Documentation/power/powercap/powercap.rst and drivers/powercap/intel_rapl_common.c; Intel SDM vol. 3B, 16.10.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from measurement.power.base import Domain, Kind

_ZONE = re.compile(r"(?P<control>.+?):(?P<place>\d+(?::\d+)*)")
_PACKAGE = re.compile(r"package-(?P<socket>\d+)(?:-die-\d+)?")
_KINDS: dict[str, Kind] = {"package": "package", "core": "core", "uncore": "uncore", "dram": "dram", "psys": "psys"}
# More than any part draws for as long as its counter needs to wrap; today's largest packages are rated 500 W.
_CEILING_W: dict[Kind, float] = {"package": 1000.0, "core": 1000.0, "uncore": 1000.0, "dram": 500.0, "psys": 4000.0}
_SAME_J = 1.0  # two registers this close are one register, read one after the other
_DEPTH = 4


@dataclass(frozen=True, slots=True)
class Zone:
    """One folder of the tree.

    ``key`` is its place (``intel-rapl:0:2``), ``label`` what its file ``name`` says, ``title`` the labels from the package
    down (``package-0-dram``), ``range_j`` where its register wraps.
    """

    key: str
    label: str
    energy_path: str
    range_j: float | None
    title: str = ""

    @property
    def control(self) -> str:
        return self.key.split(":")[0]

    @property
    def above(self) -> str | None:
        """The zone under which the kernel files this one."""
        upper = self.key.rpartition(":")[0]
        return upper if ":" in upper else None

    @property
    def kind(self) -> Kind:
        return _KINDS.get(re.split(r"[-\d]", self.label)[0], "other")

    @property
    def memory_mapped(self) -> bool:
        return "mmio" in self.control


def find_zones(root: Path) -> list[Zone]:
    """List each zone once, however the tree is laid out (flat links as in ``/sys/class``, nested folders, or both)."""
    found: dict[str, Zone] = {}
    for folder in _folders(root):
        if _ZONE.fullmatch(folder.name) and folder.name not in found and (folder / "energy_uj").exists():
            found[folder.name] = _zone(folder)
    return [replace(found[key], title=_title(found[key], found)) for key in sorted(found, key=_in_order)]


def describe(zones: list[Zone], register_j: Mapping[str, float]) -> tuple[Domain, ...]:
    """Say what the zones are to each other; ``register_j`` holds what each register reads now, by key."""
    by_key = {zone.key: zone for zone in zones}
    views = {zone.key: _seen_elsewhere(zone, zones, register_j) for zone in zones}
    platforms = [zone.key for zone in zones if zone.kind == "psys" and views[zone.key] is None]
    domains = [_domain(zone, by_key, platforms, views) for zone in zones]
    labels = [domain.name for domain in domains]
    return tuple(replace(one, name=f"{one.name} ({one.key})") if labels.count(one.name) > 1 else one for one in domains)


def _folders(root: Path) -> Iterator[Path]:
    for entry in sorted(root.iterdir()):
        if not entry.is_dir():
            continue
        yield entry
        for place, folders, _files in os.walk(entry):  # links inside lead back up; they are not followed
            if len(Path(place).relative_to(entry).parts) >= _DEPTH:
                folders.clear()
            yield from (Path(place) / name for name in sorted(folders))


def _title(zone: Zone, found: Mapping[str, Zone]) -> str:
    above = found.get(zone.above) if zone.above else None
    return f"{_title(above, found)}-{zone.label}" if above else zone.label


def _in_order(key: str) -> tuple[bool, str, list[int]]:
    control, _, place = key.partition(":")
    return "mmio" in control, control, [int(part) for part in place.split(":")]


def _zone(folder: Path) -> Zone:
    highest_uj = _number(folder / "max_energy_range_uj")
    label = _text(folder / "name") or folder.name
    return Zone(folder.name, label, str(folder / "energy_uj"), highest_uj / 1e6 if highest_uj else None)


def _text(path: Path) -> str | None:
    """What a small file says, or None where this zone has none or does not let it be read."""
    try:
        return path.read_text("utf-8").strip()
    except OSError:
        return None


def _number(path: Path) -> int | None:
    text = _text(path)
    return int(text) if text and text.isdecimal() else None


def _domain(zone: Zone, by_key: dict[str, Zone], platforms: list[str], views: dict[str, str | None]) -> Domain:
    above = by_key.get(zone.above) if zone.above else None
    container = above.key if above else None
    if zone.kind in ("package", "dram"):
        container = platforms[0] if platforms else None
    return Domain(
        key=zone.key,
        name=f"{zone.title}-mmio" if zone.memory_mapped else zone.title,
        kind=zone.kind,
        source="rapl",
        parent=container,
        view_of=views[zone.key],
        ceiling_w=_CEILING_W.get(zone.kind, 1000.0),
        counted=zone.kind != "other" or above is not None,
        note="" if zone.kind != "other" else "an unknown zone, in no total",
    )


def _seen_elsewhere(zone: Zone, zones: list[Zone], register_j: Mapping[str, float]) -> str | None:
    """The key of an earlier zone that shows the same energy, if there is one."""
    earlier = zones[: zones.index(zone)]
    return next((other.key for other in earlier if _same_energy(zone, other, register_j)), None)


def _same_energy(zone: Zone, other: Zone, register_j: Mapping[str, float]) -> bool:
    if zone.memory_mapped and not other.memory_mapped:
        return zone.title == other.title
    return _one_package(zone, other) and _close(register_j.get(zone.key), register_j.get(other.key))


def _one_package(zone: Zone, other: Zone) -> bool:
    """Two dies of one package."""
    ours, theirs = _PACKAGE.fullmatch(zone.label), _PACKAGE.fullmatch(other.label)
    return bool(ours and theirs and zone.control == other.control and ours["socket"] == theirs["socket"])


def _close(ours_j: float | None, theirs_j: float | None) -> bool:
    return ours_j is not None and theirs_j is not None and abs(ours_j - theirs_j) <= _SAME_J
