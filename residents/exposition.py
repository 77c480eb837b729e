"""The exposition: what Prometheus scrapes at ``/metrics``."""

from __future__ import annotations

from collections.abc import Iterator

from measurement.exposition import Exposition, WorkloadNow
from measurement.powerhouse import PowerHouse
from residents import Site
from tools import counting

ORDER = 5


def open(site: Site) -> Exposition | None:
    """Count from now on."""
    house = site.find(PowerHouse)

    def simulations() -> Iterator[WorkloadNow]:
        for workload in site.workloads:
            now = workload.snapshot()
            numbers = {name: float(value) for name, value in now.metrics.items() if isinstance(value, int | float)}
            yield WorkloadNow(workload.name, now.state, now.step, numbers)

    return Exposition(house, simulations, counting.counted) if house else None
