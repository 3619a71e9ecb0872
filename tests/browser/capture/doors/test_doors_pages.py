"""Import, export, print and tokens as a person does them."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from capture_live import Live
from capture_site import PASSWORD
from playwright.sync_api import Page, expect

CSV = "participant,visit,WBC,WBC.unit\n01-001,SCR,5.10,10^9/L\n01-001,W0,4.9,10^9/L\n"


def _sound(page: Page) -> None:
    results = Axe().run(page)
    assert results.violations_count == 0, f"{page.url}\n{results.generate_report()}"


def _look(page: Page, text: str) -> None:
    page.set_input_files("#file", {"name": "lab.csv", "mimeType": "text/csv", "buffer": text.encode()})
    page.select_option("#form", "cbc")
    page.get_by_role("button", name="Look at the file").click()


@pytest.mark.requirement("REQ-DOORS-006", "REQ-DOORS-007")
def test_a_file_is_looked_at_mended_and_brought_in(live: Live) -> None:
    live.site.register()
    page = live.page("data_manager", "/doors")
    page.get_by_role("link", name="Import a file").click()
    _sound(page)
    _look(page, CSV.replace("4.9", "many").replace("01-001,SCR", "01-009,SCR"))
    table = page.get_by_role("region", name="What stands in the way")
    expect(table).to_contain_text("lab.csv row 2")
    expect(table).to_contain_text("lab.csv row 3, column WBC")
    expect(page.get_by_role("alert")).to_contain_text("nothing was saved")
    _sound(page)
    page.get_by_role("link", name="Choose another file").click()
    _look(page, CSV)
    expect(page.get_by_role("region", name="Differences")).to_contain_text("5.10 10^9/L")
    _sound(page)
    page.get_by_role("button", name="Bring in 2 pages").click()
    expect(page.locator(".note--success")).to_contain_text("2 pages, 2 new values")
    _sound(page)


def test_a_token_is_shown_once(live: Live) -> None:
    page = live.page("monitor", "/doors/tokens")
    page.get_by_label("What it is for").fill("Report of the week")
    page.get_by_label("Your password again").fill(PASSWORD)
    page.get_by_role("button", name="Make the token").click()
    expect(page.locator(".note--success code")).to_contain_text("lup_")
    _sound(page)
    page.goto(f"{live.url}/doors/tokens")
    expect(page.locator("main code")).to_have_count(0)
    page.get_by_role("button", name="End Report of the week").click()
    expect(page.get_by_role("table")).to_contain_text("ended")


def test_no_page_of_the_doors_has_a_violation_in_light_or_dark(live: Live) -> None:
    live.site.register()
    for scheme, width in (("light", 1280), ("dark", 820)):
        page = live.page("data_manager", "/doors", width=width, scheme=scheme)  # type: ignore[arg-type]  # one of two
        for address in ("", "/export", "/print/cbc", "/casebook/01-001", "/api"):
            page.goto(f"{live.url}/doors{address}")
            _sound(page)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
