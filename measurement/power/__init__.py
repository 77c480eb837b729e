"""Power sources, one a file, found by the file's name: a module with a class ``Source`` is a source."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from pathlib import Path

from measurement.errors import NotFound
from measurement.power.base import PowerSettings, PowerSource


def names() -> list[str]:
    """Every source that this house knows, by looking into its own folder."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__) if _has_source(module.name))


def source(name: str, settings: PowerSettings) -> PowerSource:
    """Make the source of that name.

    Raises:
        NotFound: no file of that name holds a source.
    """
    wanted = name.replace("-", "_")
    if wanted not in names():
        raise NotFound(f"There is no power source '{name}'; known are {', '.join(names())}.", suggestions=names())
    return importlib.import_module(f"{__name__}.{wanted}").Source(settings)


def automatic(settings: PowerSettings) -> list[PowerSource]:
    """Make the sources of a launch: every one, or the recording alone when one is named."""
    wanted = ["replay"] if settings.replay else [name for name in names() if name != "replay"]
    return [source(name, settings) for name in wanted]


def _has_source(module: str) -> bool:
    found = importlib.util.find_spec(f"{__name__}.{module}")
    return bool(found and found.origin and "\nclass Source" in Path(found.origin).read_text("utf-8"))
