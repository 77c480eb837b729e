"""The Reports tab in Chromium: a report is written and shown, written again with another focus, and the two are compared."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Launch, open_tab

pytestmark = [pytest.mark.browser, pytest.mark.model]
PATIENCE_MS = 400_000


def _written(launch: Launch, count: int) -> list[dict]:
    """The reports, once so many are done."""
    deadline = time.monotonic() + PATIENCE_MS / 1000.0
    while True:
        reports = launch.get("/api/reports")["reports"]
        assert not [one["error"] for one in reports if one["status"] == "failed"]
        if sum(one["status"] == "done" for one in reports) >= count:
            return reports
        assert time.monotonic() < deadline, "the report was not written in time"
        time.sleep(0.3)


@pytest.mark.timeout(1500)
def test_a_report_is_written_again_with_another_focus_and_compared(page: Page, launch: Launch) -> None:
    open_tab(page, "Reports")
    before = len(launch.get("/api/reports")["reports"])
    page.locator("#report-write").click()
    expect(page.locator("#report-said")).to_contain_text("is being written", timeout=PATIENCE_MS)
    first = _written(launch, before + 1)[0]
    expect(page.locator("#report-head")).to_contain_text("facts, written in", timeout=PATIENCE_MS)
    expect(page.locator("#report-pages img, #report-pages iframe").first).to_be_visible(timeout=PATIENCE_MS)

    page.locator("#report-focus input").click()
    page.locator("#report-focus [role=option]", has_text="correlation").click()
    page.locator("#report-again").click()
    second = _written(launch, before + 2)[0]
    assert (first["focus"], second["focus"]) == (None, "correlation")
    assert first["run"] == second["run"]

    expect(page.locator("#report-head")).to_contain_text("facts, written in", timeout=PATIENCE_MS)
    page.locator("#report-other input").click()
    page.locator("#report-other [role=option]").nth(1).click()
    expect(page.locator("#report-differences")).to_contain_text("report.focus", timeout=PATIENCE_MS)
    told = launch.get(f"/api/reports/{second['id']}/differences?other={first['id']}")["differences"]
    (focus,) = [one for one in told if one["key"] == "report.focus"]
    assert focus["first"]["value"] == "correlation"
