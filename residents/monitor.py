"""The monitor: keeps the engine and the runs under statistical control."""

from __future__ import annotations

from agent.monitoring.monitor import Monitor
from measurement.store import Retention
from residents import Site

ORDER = 20


def open(site: Site) -> Monitor:
    """Watch as the settings say."""
    settings = site.settings
    full_days = settings.telemetry_full_days
    keep = Retention(full_days, max(full_days, settings.telemetry_days), settings.readings_full_days)
    return Monitor(
        site.store, site.workloads, site.engine, *settings.watch, alarm=settings.monitor_alarm, retention=keep
    )
