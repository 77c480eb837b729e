"""Who lives in the house beside the engine and the simulations: services with a thread or a state of their own.

One file a resident: ``ORDER`` (residents of a lower order are there for those of a higher) and ``open(site)``, which builds
it, or gives None when this launch has no use for it. One that is a context manager is entered when the page is open and left,
in reverse, when the launch stops. The page finds a resident by its class (``House.find``).
"""

from __future__ import annotations

import pkgutil
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeVar

from settings import Settings

if TYPE_CHECKING:
    from agent.engines.base import Engine
    from agent.session import Conversations
    from measurement.host import Machine
    from measurement.store import Store
    from workloads.memory import Ledger
    from workloads.runner import Workloads

T = TypeVar("T")


@dataclass(frozen=True)
class Site:
    """What a resident may build upon. ``data`` is the launch's folder; ``engine`` is None with ``--sim-only``."""

    settings: Settings
    data: Path
    store: Store
    workloads: Workloads
    engine: Engine | None
    conversations: Conversations | None
    ledger: Ledger
    machine: Machine
    neighbours: list[object] = field(default_factory=list[object])

    def find(self, kind: type[T]) -> T | None:
        """The resident of this class that moved in before, if there is one."""
        return next((one for one in self.neighbours if isinstance(one, kind)), None)


def move_in(site: Site) -> tuple[object, ...]:
    """Build every resident of this launch, in their order. Raises LodgerError."""
    for module in sorted(_modules(), key=lambda module: module.ORDER):
        resident: Any = module.open(site)
        if resident is not None:
            site.neighbours.append(resident)
    return tuple(site.neighbours)


def _modules() -> list[ModuleType]:
    return [import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__)]
