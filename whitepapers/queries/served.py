"""Which engine and which model answered beside a run."""

from __future__ import annotations

from measurement.facts import Value
from whitepapers.archive import Archive


def answer(archive: Archive, run: str, what: str) -> Value:
    """``what`` is engine or model; None when nothing was asked of a model while the run lasted."""
    found = archive.served(run)
    return None if found is None else found[("engine", "model").index(what)]
