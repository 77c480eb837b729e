"""The desk of the white papers, and whoever has one written when a run ends or raises an alert."""

from __future__ import annotations

from agent.drafting import drafter
from residents import Site
from settings import VERSION
from whitepapers.building import Sources
from whitepapers.evaluations import FOLDER
from whitepapers.occasions import Occasions, Reporting

ORDER = 60


def open(site: Site) -> Reporting:
    """Keep the reports in the data folder, and write by the occasions that the settings name."""
    draft = drafter(site.engine, site.store.add_request, site.settings.report_prose)
    sources = Sources(site.store, site.workloads, site.machine, VERSION, draft, site.data / FOLDER)
    return Reporting(site.data / "whitepapers", sources, Occasions(site.settings.auto_generate_papers))
