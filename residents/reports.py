"""The desk of the white papers, and whoever has one written when a run ends or raises an alert."""

from __future__ import annotations

from collections.abc import Callable

from agent.drafting import drafter
from residents import Site
from settings import VERSION
from whitepapers.building import Sources
from whitepapers.evaluations import FOLDER
from whitepapers.occasions import Occasions, Reporting
from workloads.run_energy import RunEnergy

ORDER = 60


def _metered(site: Site) -> Callable[[str], str | None]:
    meter = site.find(RunEnergy)
    return (lambda _run: "this launch has no power meter") if meter is None else meter.note


def open(site: Site) -> Reporting:
    """Keep the reports in the data folder, and write by the occasions that the settings name."""
    draft = drafter(site.engine, site.store.add_request, site.settings.report_prose)
    sources = Sources(site.store, site.workloads, site.machine, VERSION, draft, site.data / FOLDER, _metered(site))
    return Reporting(site.data / "whitepapers", sources, Occasions(site.settings.auto_generate_papers))
