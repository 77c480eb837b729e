"""The meter of the runs: what the machine used while each of them lasted."""

from __future__ import annotations

from measurement.powerhouse import PowerHouse
from residents import Site
from workloads.run_energy import RunEnergy

ORDER = 50


def open(site: Site) -> RunEnergy | None:
    """Meter every run by the launch's power house; none without one."""
    power = site.find(PowerHouse)
    return None if power is None else RunEnergy(power, site.workloads, site.store)
