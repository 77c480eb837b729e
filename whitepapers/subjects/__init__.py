"""What a report gathers before it is written: one file a subject, ``ORDER`` and ``gather(paper)``, which fills the book."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from types import ModuleType

from whitepapers.paper import Paper


def gather(paper: Paper) -> None:
    """Take every fact that may be spoken of. Raises: StoreError, ReportError."""
    for module in sorted(_modules(), key=lambda module: module.ORDER):
        module.gather(paper)


def _modules() -> list[ModuleType]:
    return [import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__)]
