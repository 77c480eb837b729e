"""The contract of a power source: who offers energy, for which domains, and what each counter said when.

Every source speaks in cumulative joules. One that only knows power integrates it (``integral.py``) and says so in its
domains' ``method`` and in each reading's ``error_j``. Covers the words alone; what a window makes of them is
``measurement/meter.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from measurement.clock import SYSTEM_CLOCK, Clock
from measurement.facts import Method

Kind = Literal["psys", "package", "core", "uncore", "dram", "gpu", "process", "other"]
POWERCAP = Path("/sys/class/powercap")


@dataclass(frozen=True, slots=True)
class Domain:
    """A part of the machine with an energy of its own.

    Attributes:
        key: what names it for good: the zone's path, the GPU's UUID.
        name: what people read.
        parent: key of the domain whose energy contains this one (core in package, package in psys), or None.
        view_of: key of the domain of which this shows the same energy through another door, or None.
        tick_s: how often its counter moves, nominally.
        step_j: the smallest amount by which its counter moves.
        ceiling_w: more than it can ever draw; tells a wrap from a reset.
        counted: False for what belongs to no total: a share of another domain, or an unknown one.
    """

    key: str
    name: str
    kind: Kind
    source: str
    parent: str | None = None
    view_of: str | None = None
    tick_s: float = 0.001
    step_j: float = 1e-6
    ceiling_w: float = 1000.0
    method: Method = "measured"
    counted: bool = True
    note: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a counter said: joules since the source began, never going back.

    ``energy_j`` is None when it could not be read, and ``reason`` says why. Two readings may be subtracted only within
    one ``epoch``: a reset, or a gap in which the counter may have wrapped unseen, begins a new one. ``at_s`` is the
    monotonic time at which the answer was there; ``error_j`` grows with the uncertainty of an integral (0 for a counter).
    """

    energy_j: float | None
    at_s: float
    epoch: int = 0
    reason: str | None = None
    error_j: float = 0.0
    power_w: float | None = None


Snapshot = Mapping[str, Reading]


@dataclass(frozen=True)
class Probe:
    """Whether a source can be used here; ``reason`` says why not, with the remedy.

    ``poll_s`` is the longest time that may pass between two reads without losing count of its counters.
    """

    available: bool
    reason: str | None = None
    domains: tuple[Domain, ...] = ()
    notes: tuple[str, ...] = ()
    poll_s: float = 60.0


def _nobody() -> Sequence[int]:
    return ()


@dataclass(frozen=True)
class PowerSettings:
    """What a launch says about power: where trees and exporters are, and whose energy the LLM's is.

    ``engine_pids`` gives the engine's process ids now; their children count with them. ``start_program`` starts an exporter
    under the roof's supervision (name, arguments), so that it ends with the launch.
    """

    powercap_root: Path = POWERCAP
    scaphandre_url: str | None = None
    scaphandre_cmd: str | None = None
    scaphandre_autostart: bool = False
    visible_gpus: str | None = None
    replay: Path | None = None
    engine_pids: Callable[[], Sequence[int]] = field(default=_nobody)
    start_program: Callable[[str, Sequence[str]], object] | None = None
    clock: Clock = SYSTEM_CLOCK


class PowerSource(Protocol):
    """What a file in this folder offers as its class ``Source``, made with ``Source(settings)``."""

    name: str

    def probe(self) -> Probe:
        """Look what is there. Never raises: what is wrong is the reason."""
        ...

    def read(self, only: Collection[str] | None = None) -> Snapshot:
        """Read the counters of ``only`` these domains (all when None). A counter that fails is a reading with a reason."""
        ...

    def close(self) -> None:
        """End what was started for reading."""
        ...


def roots(domains: Iterable[Domain]) -> tuple[Domain, ...]:
    """Pick the domains that make a total: no part of another one here, no second view, nothing twice."""
    every = {domain.key: domain for domain in domains}
    return tuple(
        domain
        for domain in every.values()
        if domain.counted and domain.view_of not in every and domain.parent not in every
    )


def supplies(domains: Iterable[Domain]) -> tuple[Domain, ...]:
    """Pick the domains from which a total can be made, those included that stand in for a platform that says nothing."""
    every = {domain.key for domain in domains}
    return tuple(
        one for one in domains if one.counted and one.view_of not in every and one.kind not in ("core", "uncore")
    )


def leaves_of(parent: Domain, domains: Iterable[Domain]) -> tuple[Domain, ...]:
    """Pick what ``parent`` is directly made of, second views left out."""
    every = {domain.key: domain for domain in domains}
    return tuple(one for one in every.values() if one.parent == parent.key and one.view_of not in every)
