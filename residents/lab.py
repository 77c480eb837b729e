"""The energy laboratory: batches of runs, their cost, named benchmarks."""

from __future__ import annotations

from agent.lab.benchmarks import Benchmarks
from agent.lab.laboratory import Laboratory
from measurement.powerhouse import PowerHouse
from residents import Site

ORDER = 30
KEPT = "energy-benchmarks.json"


def open(site: Site) -> Laboratory | None:
    """Build it on the engine; without one there is nothing to run. Raises StoreError."""
    if site.engine is None:
        return None
    return Laboratory(site.store, site.engine, Benchmarks(site.data / KEPT), site.find(PowerHouse))
