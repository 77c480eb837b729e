"""How many there are of something in a run."""

from __future__ import annotations

from collections.abc import Callable

from measurement.facts import Value
from whitepapers.archive import Archive
from whitepapers.queries.change import applied

COUNTS: dict[str, Callable[[Archive, str], int]] = {
    "changes": lambda archive, run: len(applied(archive, run)),
    "alerts": lambda archive, run: len(archive.events(run, "alert")),
    "incidents": lambda archive, run: len(archive.incidents(run)),
    "requests": lambda archive, run: len(archive.requests(run)),
    "failed_requests": lambda archive, run: sum(one.outcome != "ok" for one in archive.requests(run)),
    "metered_requests": lambda archive, run: sum(one.energy is not None for one in archive.requests(run)),
    "metrics": lambda archive, run: len(archive.metrics(run)),
    "parameters": lambda archive, run: len(archive.run(run).parameters),
}


def answer(archive: Archive, run: str, what: str) -> Value:
    """``what`` is a name of ``COUNTS``."""
    return COUNTS[what](archive, run)
