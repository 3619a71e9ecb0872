"""The report as a reader gets it: complete without scripts or network, accessible, every number a link."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page


@pytest.fixture
def report(page: Page, il2_out: Path) -> Page:
    page.goto((il2_out / "report.html").as_uri())
    return page


def test_nothing_is_loaded_from_anywhere_else(page: Page, il2_out: Path) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((il2_out / "report.html").as_uri())
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []


@pytest.mark.parametrize("name", ["report.html", "tables/T2.html", "tables/M1.html", "lineage/SRI4.html"])
def test_the_pages_have_no_accessibility_violation(page: Page, il2_out: Path, name: str) -> None:
    page.goto((il2_out / name).as_uri())
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()


def test_the_first_tab_stop_leads_past_the_head_to_the_content(report: Page) -> None:
    report.keyboard.press("Tab")
    assert report.evaluate("document.activeElement.textContent") == "To the content"
    report.keyboard.press("Enter")
    assert report.url.endswith("#main")


def test_the_reader_is_told_that_the_data_are_synthetic(report: Page) -> None:
    banner = report.locator("aside[aria-label='Status of the data']")
    assert banner.is_visible()
    assert "Synthetic" in banner.inner_text()


def test_a_number_leads_to_its_rows_in_one_click(report: Page) -> None:
    row = report.locator("tr", has_text="Week 12 (primary)")
    link = row.locator("a").first
    assert link.inner_text().startswith("16/29")
    link.click()
    report.wait_for_load_state()
    assert "lineage/SRI4.html#week-12" in report.url
    table = report.locator("table#week-12")
    responders = table.locator("tbody tr").filter(has=report.locator("td:nth-child(2)", has_text="IL-2"))
    assert responders.filter(has=report.locator("td:nth-child(3)", has_text="Y")).count() == 16


def test_the_page_fits_a_telephone(page: Page, il2_out: Path) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto((il2_out / "report.html").as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_with_every_fold_open_there_is_no_accessibility_violation_and_nothing_runs_over(report: Page) -> None:
    report.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    results = Axe().run(report)
    assert results.violations_count == 0, results.generate_report()
    report.set_viewport_size({"width": 390, "height": 800})
    assert report.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_contents_lead_to_the_chapter_of_another_plan(report: Page) -> None:
    report.get_by_role("link", name="Another plan").click()
    assert report.url.endswith("#plan-modern")
    chapter = report.locator("#plan-modern")
    assert chapter.get_by_text("Not the plan of the protocol.").first.is_visible()


def test_estimands_are_folded_and_open_by_the_keyboard(report: Page) -> None:
    fold = report.locator("#M1 details.estimands")
    words = fold.get_by_text("Left the study: composite strategy").first
    assert not words.is_visible()
    fold.locator("summary").focus()
    report.keyboard.press("Enter")
    assert words.is_visible()
    fold.get_by_role("link", name="IL-2: ").first.click()
    assert "intercurrent_events" in report.locator("tr:target code").first.inner_text()
