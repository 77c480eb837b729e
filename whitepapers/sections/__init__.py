"""The sections of a report: one file each, ``ORDER``, ``TITLE`` and ``write(paper) -> blocks``; none, and it is left out."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from types import ModuleType

from whitepapers.document import Section
from whitepapers.paper import Paper


def written(paper: Paper) -> list[Section]:
    """Write every section. Raises: ReportError."""
    modules = sorted(_modules(), key=lambda module: module.ORDER)
    drafts = [Section(module.__name__.rpartition(".")[2], module.TITLE, module.write(paper)) for module in modules]
    return [section for section in drafts if section.blocks]


def _modules() -> list[ModuleType]:
    return [import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__)]
