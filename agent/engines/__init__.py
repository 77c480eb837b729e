"""LLM servers, one a file, found by the file's name: a module with a class ``Server`` is an engine."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil

from agent.engines.base import Engine
from measurement.errors import NotFound


def names() -> list[str]:
    """Every engine that this house knows, by looking into its own folder."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__) if _has_server(module.name))


def engine_class(name: str) -> type[Engine]:
    """Give the class behind an engine's name.

    Raises:
        NotFound: no file of that name holds an engine.
    """
    wanted = name.replace("-", "_")
    if wanted not in names():
        raise NotFound(f"There is no engine '{name}'; known are {', '.join(names())}.", suggestions=names())
    return importlib.import_module(f"{__name__}.{wanted}").Server


def _has_server(module: str) -> bool:
    found = importlib.util.find_spec(f"{__name__}.{module}")
    return bool(found and found.origin and "class Server(" in open(found.origin, encoding="utf-8").read())
