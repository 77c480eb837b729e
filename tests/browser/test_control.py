"""The Control tab in Chromium: the chart fills with probes, a rule can be switched, an incident opens where there is one."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Launch, open_tab

pytestmark = [pytest.mark.browser, pytest.mark.model]
PATIENCE_MS = 120_000


@pytest.mark.timeout(300)
def test_the_chart_lives_and_its_rules_can_be_switched(page: Page, launch: Launch) -> None:
    page.get_by_role("tab", name="Control").click()
    chart = page.locator("#control-chart .js-plotly-plot")
    expect(chart).to_be_visible(timeout=PATIENCE_MS)
    expect(chart).to_contain_text("latency", timeout=PATIENCE_MS)
    expect(page.locator("#control-state .pill")).to_be_visible(timeout=PATIENCE_MS)
    page.locator("#control-metric").click(timeout=PATIENCE_MS)  # nothing lies over it
    page.keyboard.press("Escape")
    first = page.locator("#control-rules input").first
    first.uncheck()
    page.wait_for_timeout(1500)
    expect(first).not_to_be_checked()
    expect(page.locator("#control-statistics").first).to_contain_text("points", timeout=PATIENCE_MS)


@pytest.mark.timeout(300)
def test_an_incident_opens_where_there_is_one(page: Page, launch: Launch) -> None:
    page.get_by_role("tab", name="Control").click()
    room = page.locator("#control-incident").first  # Gradio writes a group's id twice
    expect(room).to_be_visible(timeout=PATIENCE_MS)
    if not launch.get("/api/violations")["violations"]:
        expect(room).to_contain_text("An incident opens when an alarm sounds", timeout=PATIENCE_MS)
        expect(page.locator("#incident-note")).to_have_count(0)
        return
    row = page.locator(".open-incident").first
    expect(row).to_be_visible(timeout=PATIENCE_MS)
    row.click()
    expect(room).to_contain_text("raised by", timeout=PATIENCE_MS)
    page.locator("#incident-note textarea").fill("seen by a test")
    room.get_by_role("button", name="Keep note").click()
    expect(room).to_contain_text("The note is kept", timeout=PATIENCE_MS)


@pytest.mark.timeout(300)
def test_every_tab_is_reached_on_a_narrow_screen(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.reload()
    page.locator("#say textarea").wait_for(timeout=PATIENCE_MS)
    for name in ("Control", "Reports", "System", "Energy"):
        open_tab(page, name)
        expect(page.get_by_role("tab", name=name)).to_have_attribute("aria-selected", "true", timeout=PATIENCE_MS)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
