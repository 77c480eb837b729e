"""The page for people: a header, the live strip, and the tabs, found by name in ``ui/tabs``.

A tab is one file with ``TITLE``, ``ORDER`` and ``build(house)``; nobody edits a list. The page asks no host but its own for
anything: no fonts, no scripts, no statistics.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

import gradio as gr

import ui.tabs
from ui.assets import icon, static
from ui.live import LiveFeed
from ui.theme import lodger_theme

if TYPE_CHECKING:
    from fastapi import FastAPI

    from ui.house import House

STRIP = """
<div class="live">
  <header class="top">
    <span class="brand">@logo<b>Lodger</b></span>
    <span class="engine"><span class="pill" data-state="starting"><i></i><span class="engine-state">connecting</span></span>
      <span class="engine-model"></span></span>
    <button class="mode" type="button" aria-label="Switch between day and night" title="Day or night">
      <svg viewBox="0 0 20 20" aria-hidden="true"><circle cx="10" cy="10" r="6.5" fill="none" stroke="currentColor"
      stroke-width="1.6"/><path d="M10 3.5a6.5 6.5 0 0 1 0 13Z" fill="currentColor"/></svg></button>
  </header>
  <p class="away-note" role="status">Lodger does not answer at the moment. This page goes on asking and continues by itself.</p>
  <div class="runs none"></div>
  <p class="no-run">No simulation in this launch. Start one with <code>--workload NAME</code>.</p>
  <div class="notice" role="status"><span></span><button type="button" aria-label="Dismiss">×</button></div>
  <div class="toasts"></div>
</div>
"""


def build_page(house: House) -> gr.Blocks:
    """Build the whole page around ``house``. It may be shown to any number of people at once."""
    feed = LiveFeed(house)

    def live(_asked: object = None) -> dict[str, Any]:  # Gradio marks the function, which a method does not allow
        return feed.live()

    with gr.Blocks(title="Lodger", analytics_enabled=False, fill_width=True) as page:
        gr.HTML(
            html_template=STRIP.replace("@logo", static("logo.svg")),
            js_on_load=static("live.js"),
            elem_id="live",
            server_functions=[live],
            apply_default_css=False,
        )
        with gr.Tabs(elem_id="rooms"):
            for tab in tabs():
                with gr.Tab(tab.TITLE, id=tab.__name__.rpartition(".")[2]):
                    tab.build(house)
    page.queue(default_concurrency_limit=None, api_open=False)
    return page


def mount_page(app: FastAPI, house: House) -> None:
    """Mount the page at ``/``. Must come last: what is mounted there swallows every path that comes after it."""
    gr.mount_gradio_app(app, build_page(house), path="/", **mount_parameters())


def mount_parameters() -> dict[str, Any]:
    """Everything that ``gr.mount_gradio_app`` is told beside the page itself: look, head, and what is switched off."""
    return {
        "theme": lodger_theme(),
        "css": static("lodger.css"),
        "head": f'<link rel="icon" type="image/svg+xml" href="{icon()}">\n<script>\n{static("page.js")}</script>',
        "footer_links": [],
        "run_history": False,
        "ssr_mode": False,
        "enable_monitoring": False,
        "mcp_server": False,
        "pwa": False,
        "max_file_size": "1mb",
        "show_error": True,
    }


def tabs() -> list[ModuleType]:
    """Every tab of the folder, in the order that they ask for."""
    found = [import_module(f"ui.tabs.{name}") for name in _tab_names()]
    return sorted(found, key=lambda tab: (tab.ORDER, tab.TITLE))


def _tab_names() -> Iterator[str]:
    return (module.name for module in pkgutil.iter_modules(ui.tabs.__path__))
