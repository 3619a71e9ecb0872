"""Pages of queries, verification, holds, signatures and audit trail, as a person gets them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from capture_live import Live
from capture_site import PASSWORD
from playwright.sync_api import Page
from quality import VITALS, acting, answer_query, ask, hold, place, put, scope, visited

AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def _fill(live: Live) -> list[int]:
    """Two queries on vital signs, of which one is answered; a blood count; a changed value; a freeze."""
    site = live.site
    site.register()
    visited(site, "SCR", "2026-01-02")
    put(site, place(), VITALS)
    put(site, place("cbc"), {"WBC": "5.10", "NEUT": "3.20", "LYMPH": "1.20", "HGB": "121.0", "EOS": "0.31"})
    put(site, place(), {"WEIGHT": "58.4"}, why="Read wrongly.")
    numbers = [ask(site, place("cbc"), "WBC"), ask(site, place("cbc"), "HGB", origin="RANGE")]
    answer_query(site.trial, acting(site, "coordinator"), numbers[1], "Read again: as entered.")
    hold(site.trial, acting(site, "data_manager"), scope(form="demography"), lock=False, why="Clean.")
    return numbers


def _no_violation(page: Page) -> None:
    found: Any = Axe().run(page, options=AXE)
    told = [
        (one["id"], [node["html"][:120] for node in one["nodes"]]) for one in found.response["violations"]
    ]
    assert told == [], page.url


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_a_fault_of_accessibility(live: Live, scheme: Any) -> None:
    first = _fill(live)[0]
    page = live.page("data_manager", "/queries?state=all", scheme=scheme)
    for address in (
        "/queries?state=all",
        f"/queries/{first}",
        "/participants/01-001/visits/SCR/forms/cbc/1/query?item=WBC",
        "/holds?checklist=1",
        "/signatures?tab=given",
        "/audit?method=all",
        "/audit/history",
    ):
        page.goto(live.url + address)
        _no_violation(page)
    monitor = live.page("monitor", "/verification", scheme=scheme)
    _no_violation(monitor)
    monitor.goto(f"{live.url}/verification?participant=01-001")
    _no_violation(monitor)


def test_a_query_is_answered_and_closed_in_the_page(live: Live) -> None:
    first, _ = _fill(live)
    site = live.page("coordinator", f"/queries/{first}")
    site.get_by_label("Answer").fill("As in the printout.")
    site.get_by_role("button", name="Answer").click()
    site.get_by_text("As in the printout.").wait_for()
    monitor = live.page("monitor", "/queries?state=answered")
    monitor.get_by_role("checkbox", name=f"Choose query {first}").check()
    monitor.get_by_role("button", name="Close the chosen queries").click()
    assert monitor.get_by_text("1 query was closed.").is_visible()


def test_a_page_is_signed_seen_and_broken(live: Live) -> None:
    _fill(live)
    page = live.page("investigator", "/sign?scope=01-001|SCR|vitals|1")
    _no_violation(page)
    page.get_by_label("I have reviewed these data").check()
    page.get_by_label("Your account").fill("investigator")
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Sign", exact=True).click()
    page.get_by_text("1 signature was given.").wait_for()
    assert page.get_by_text("Holds", exact=True).is_visible()
    _no_violation(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download its proof").click()
    assert '"payload"' in Path(download.value.path()).read_text()
    put(live.site, place(), {"TEMP": "36.9"}, why="Read wrongly.")
    page.reload()
    assert page.get_by_text("Broken: what was signed has changed").first.is_visible()
    _no_violation(page)


def test_values_are_verified_and_lost_in_the_page(live: Live) -> None:
    _fill(live)
    page = live.page("monitor", "/verification?participant=01-001")
    page.get_by_role("button", name=re.compile("Verify this page.*Height, weight")).click()
    page.get_by_text("5 values were recorded.").wait_for()
    put(live.site, place(), {"TEMP": "36.9"}, why="Read wrongly.")
    page.reload()
    row = page.get_by_role("row", name="Body temperature")
    assert row.get_by_text("Changed since").is_visible()


def test_a_finding_is_reviewed_and_an_anchor_taken_away(live: Live) -> None:
    _fill(live)
    put(live.site, place("cbc", visit="W0"), {"WBC": "5.10", "NEUT": "3.20", "LYMPH": "1.20", "HGB": "121.0"})
    page = live.page("data_manager", "/audit?method=duplicates")
    assert page.get_by_text("4 numbers of cbc are the same on 2 pages").first.is_visible()
    page.get_by_label("What was looked at").fill("The second page was copied by mistake.")
    page.get_by_role("button", name="Reviewed: finding").click()
    page.get_by_text("Your note is on the ledger.").wait_for()
    assert page.get_by_text("The second page was copied by mistake.").is_visible()
    page.get_by_role("button", name="I keep this line elsewhere").click()
    assert page.get_by_text("Keep this line outside the system").is_visible()
