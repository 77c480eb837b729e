"""The watch: alerts on the metrics of the simulations."""

from __future__ import annotations

from agent.watch import Watch
from residents import Site
from workloads.watchlist import Watchlist

ORDER = 30


def open(site: Site) -> Watch:
    """Watch by the rules of the settings, those that were kept, and the built-in ones. Raises Refused."""
    settings = site.settings
    site.workloads.watchlist = Watchlist(site.data / "alerts.json")
    site.workloads.watchlist.from_settings(settings.alert_thresholds)
    return Watch(site.store, site.workloads, site.ledger, settings.monitor_interval, services=site.neighbours)
