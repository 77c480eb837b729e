"""How a number of a report is had from the store: one file a query, ``answer(archive, **args) -> value``.

A report keeps the query of each of its facts, so that whoever doubts a number can ask again.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from measurement.errors import ReportError
from measurement.facts import Value
from whitepapers.archive import Archive


def names() -> list[str]:
    """Every query that can be asked."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def faded(archive: Archive, query: str, args: Mapping[str, Any]) -> bool:
    """Whether the rows behind a query have been thinned since, so that it cannot be asked again."""
    judge = getattr(import_module(f"{__name__}.{query}"), "faded", None)
    return bool(judge and judge(archive, **args))


def answer(archive: Archive, query: str, args: Mapping[str, Any]) -> Value:
    """Ask ``query`` of the store; None when it holds nothing of the kind.

    Raises: ReportError for a query that does not exist or is asked wrongly; NotFound, StoreError.
    """
    if query not in names():
        raise ReportError(f"There is no query {query!r}; known are {', '.join(names())}.")
    try:
        return import_module(f"{__name__}.{query}").answer(archive, **args)
    except TypeError as error:
        raise ReportError(f"The query {query} cannot be asked with {sorted(args)}: {error}.") from error
