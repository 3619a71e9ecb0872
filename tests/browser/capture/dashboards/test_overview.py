"""The overview in a browser: all parts come, axe finds nothing, the keyboard opens the tables."""

from __future__ import annotations

from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from capture_live import Live
from playwright.sync_api import Page, expect


def _loaded(page: Page) -> None:
    expect(page.locator(".panel-place")).to_have_count(0)


@pytest.mark.parametrize(
    ("role", "scheme", "width"), [("coordinator", "light", 1280), ("data_manager", "dark", 820)]
)
def test_axe_finds_nothing(demo_live: Live, role: str, scheme: Literal["light", "dark"], width: int) -> None:
    page = demo_live.page(role, scheme=scheme, width=width, height=1180)
    _loaded(page)
    expect(page.get_by_role("heading", name="Enrolment", exact=True)).to_be_visible()
    found = Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []


def test_the_keyboard_opens_the_table_of_a_chart(demo_live: Live) -> None:
    page = demo_live.page("coordinator", "/overview/enrolment")
    summary = page.locator("summary", has_text="The values as a table")
    table = page.locator("details.fold table")
    expect(table).not_to_be_visible()
    summary.focus()
    page.keyboard.press("Enter")
    expect(table).to_be_visible()
    assert table.get_by_role("columnheader").count() >= 3


def test_a_part_is_a_page_of_its_own_without_scripts(demo_live: Live) -> None:
    page = demo_live.page("assessor", "/overview/safety")
    expect(page.get_by_text("Your role may not see what this part is made from.")).to_be_visible()
    assert Axe().run(page).response["violations"] == []


def test_the_door_of_the_demonstration(demo_live: Live) -> None:
    page = demo_live.page("coordinator", "/demo")
    assert Axe().run(page).response["violations"] == []
    page.get_by_role("button", name="Monitor", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Overview")
    expect(page.locator(".who")).to_contain_text("Monitor")
