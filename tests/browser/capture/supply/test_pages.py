"""The supply pages in a browser: axe finds nothing, all goes by keyboard, a scanned text is accepted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from capture_live import Live, serving
from capture_site import PASSWORD
from playwright.sync_api import Browser, Page, expect
from supply_site import DOCTOR, Supplied, code_breaks, eligible
from vaults import short_folder

from lupustrial.allocation import kits as room
from lupustrial.allocation.store import report_unblinding

TODAY = dt.datetime.now(dt.UTC).date()


@pytest.fixture
def open_trial(supplied: Supplied, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> Iterator[Live]:
    """A trial whose kits are in stock, behind a server, with a vault that breaks codes."""
    with (
        short_folder() as folder,
        code_breaks(supplied.site, supplied.sealed, folder, {"doctor": DOCTOR, "investigator": DOCTOR}),
        serving(supplied.site, browser, monkeypatch) as running,
    ):
        yield running


def _check(page: Page, name: str) -> None:
    """Find no violation, and no part that is wider than the screen."""
    found = Axe().run(page)
    assert found.violations_count == 0, f"{name}: {found.generate_report()}"
    wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    assert not wide, f"{name} is wider than the screen"


def test_axe_finds_nothing_on_any_page(open_trial: Live, supplied: Supplied) -> None:
    site = supplied.site
    eligible(site, "01-002")
    eligible(site, "01-003", confirmed=False)
    with site.trial.writing() as tx:
        by = site.trial.study
        own = supplied.own[0]
        from supply_site import actor

        room.dispense(tx, by, "01-001", "W0", on=TODAY, by=actor(by, "dispense"), kit=own)
        room.ship(tx, by, [supplied.own[2]], to=None, on=TODAY, by=actor(by, "dispense"))
    entry = report_unblinding(
        site.trial.db, by, "01-001", actor(by, "assess"), person="somebody", why="saw the packing list"
    )
    pages = {
        "investigator": (
            "/supply",
            "/supply/allocate/01-001",
            "/supply/allocate/01-002",
            "/supply/allocate/01-003",
            "/supply/code-break/01-001",
            "/supply/unblindings",
            f"/supply/unblindings/{entry.position}",
            "/supply/unblindings/report",
            "/supply/answers",
        ),
        "pharmacist": (
            "/supply",
            "/supply/dispense/01-001",
            "/supply/dispense/01-001?visit=W0",
            "/supply/returns",
            "/supply/kits",
            "/supply/kits/quarantine",
            "/supply/accountability",
            "/supply/stock",
        ),
        "sponsor": (
            "/supply",
            "/supply/shipments",
            "/supply/shipments/2",
            "/supply/release",
            "/supply/resupply",
        ),
    }
    for role, addresses in pages.items():
        page = open_trial.page(role, addresses[0], width=820, height=1180)
        for address in addresses:
            page.goto(open_trial.url + address)
            _check(page, address)


def test_a_kit_is_handed_out_by_keyboard_alone(open_trial: Live, supplied: Supplied) -> None:
    page = open_trial.page("pharmacist", "/supply/dispense/01-001")
    take = page.locator("#take").inner_text()
    assert take.replace(" ", "") == str(supplied.own[0])
    page.keyboard.type(take)  # the field has the focus
    page.keyboard.press("Enter")
    expect(page.get_by_text("was handed out to 01-001")).to_be_visible()


def test_the_text_of_a_scanned_code_is_pasted_and_a_wrong_one_is_told_beside_the_field(
    open_trial: Live, supplied: Supplied
) -> None:
    page = open_trial.page("pharmacist", "/supply/dispense/01-001")
    with supplied.site.trial.reading() as tx:
        other = next(
            number
            for number in room.read_kits(tx, supplied.site.trial.study.id)
            if number not in supplied.own
        )
    field = page.get_by_label("Kit in your hand")
    field.fill(f"IL2-SLE:{other}")
    page.get_by_role("button", name="Record as handed out").click()
    expect(page.get_by_role("alert")).to_contain_text("packed for another slot")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_value(f"IL2-SLE:{other}")
    _check(page, "a refusal")
    field.fill(f"IL2-SLE:{supplied.own[0]}")
    page.get_by_role("button", name="Record as handed out").click()
    expect(page.get_by_text("was handed out to 01-001")).to_be_visible()


def test_somebody_is_randomised_by_one_press_and_pressing_twice_does_no_harm(
    open_trial: Live, supplied: Supplied
) -> None:
    eligible(supplied.site, "01-002")
    page = open_trial.page("investigator", "/supply/allocate/01-002")
    page.get_by_role("button", name="Randomise now").dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text("Participant 01-002 is randomised")
    number = supplied.sealed.made.slots[1].number
    expect(page.locator("#number")).to_have_text(str(number))


def test_a_code_is_broken_and_the_answer_taken(open_trial: Live) -> None:
    page = open_trial.page("investigator", "/supply/code-break/01-001")
    page.get_by_label("Reason").select_option("overdose")
    page.get_by_label("In words").fill("took a whole kit at once")
    page.get_by_label("doctor").check()
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Break the code").click()
    expect(page.get_by_text("The answer is sealed for doctor alone")).to_be_visible()
    _check(page, "answers")
    with page.expect_download() as taken:
        page.get_by_role("link", name="Sealed answer").click()
    assert taken.value.suggested_filename.endswith(".age")
