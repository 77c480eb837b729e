"""The monitor: keeps the engine and the runs under statistical control."""

from __future__ import annotations

from agent.monitor import Monitor
from residents import Site

ORDER = 20


def open(site: Site) -> Monitor:
    """Watch as the settings say."""
    return Monitor(site.store, site.workloads, site.engine, *site.settings.watch)
