"""The Energy tab in Chromium: a batch runs, its estimates are marked, and a reload shows the same."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Launch

pytestmark = [pytest.mark.browser, pytest.mark.model]
PATIENCE_MS = 120_000


def open_tab(page: Page) -> None:
    page.get_by_role("tab", name="Energy").click()
    expect(page.locator("#energy-head")).to_contain_text("grid", timeout=PATIENCE_MS)


@pytest.mark.timeout(600)
def test_a_batch_runs_and_survives_a_reload(page: Page, launch: Launch) -> None:
    measures = launch.get("/api/session-summary")["measures"]
    how = "measured" if measures else "≈ estimated"
    open_tab(page)
    expect(page.locator("#energy-max-tokens")).to_contain_text(
        re.compile("room for [0-9,]+ tokens"), timeout=PATIENCE_MS
    )
    page.locator("#energy-question textarea").fill("Name a colour.")
    page.locator("#energy-runs input").fill("2")
    page.locator("#energy-max-tokens input").fill("8")
    page.locator("#energy-run").click()
    expect(page.locator("#energy-progress")).to_contain_text("2 of 2 runs", timeout=PATIENCE_MS)
    expect(page.locator("#energy-statistics-table .method")).to_have_text(how, timeout=PATIENCE_MS)
    expect(page.locator("#energy-parts .js-plotly-plot")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator("#energy-log-table")).to_contain_text("all runs are over", timeout=PATIENCE_MS)
    if not measures:
        assert page.locator("#energy-runs-table .estimate").count() >= 2
    page.reload()
    page.locator("#say textarea").wait_for()
    open_tab(page)
    expect(page.locator("#energy-progress")).to_contain_text("2 of 2 runs", timeout=PATIENCE_MS)
    expect(page.locator("#energy-question textarea")).to_have_value("Name a colour.")
    assert launch.get("/api/session-summary")["runs"] >= 2


@pytest.mark.timeout(300)
def test_what_cannot_be_run_is_said_in_the_tab(page: Page) -> None:
    open_tab(page)
    page.locator("#energy-max-tokens input").fill("999999")
    page.locator("#energy-run").click()
    expect(page.locator("#energy-said")).to_contain_text("has room for", timeout=PATIENCE_MS)


@pytest.mark.timeout(300)
def test_a_benchmark_of_ones_own_is_added_in_the_tab(page: Page, launch: Launch) -> None:
    open_tab(page)
    before = launch.get("/api/benchmark-info")["benchmark"]["name"]
    page.locator("#energy-own > button").click()
    page.locator("#own-name textarea, #own-name input").fill("ours-by-form")
    page.locator("#own-output textarea, #own-output input").fill("-2")
    page.locator("#own-add").click()
    expect(page.locator("#own-said")).to_contain_text("greater than 0", timeout=PATIENCE_MS)
    page.locator("#own-output textarea, #own-output input").fill("0.4")
    page.locator("#own-source textarea, #own-source input").fill("a test")
    page.locator("#own-add").click()
    expect(page.locator("#energy-provenance")).to_contain_text("0.4 Wh per 1,000 output tokens", timeout=PATIENCE_MS)
    assert launch.get("/api/benchmark-info")["benchmark"]["name"] == "ours-by-form"
    launch.post("/api/switch-benchmark", {"name": before})
