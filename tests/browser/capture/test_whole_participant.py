"""One participant from registering to lock, through the pages, by everybody who has a part in it."""

from __future__ import annotations

import datetime as dt

import pytest
from axe_playwright_python.sync_playwright import Axe
from capture_live import Live
from capture_site import PASSWORD
from entering import enter, given, place
from playwright.sync_api import Page, expect
from supply_site import ELIGIBLE, set_up, stock

expect.set_options(timeout=20_000)  # a busy machine is slow, not wrong

ONE = "/participants/01-001"
TODAY = dt.datetime.now(dt.UTC).date()
SCREENED, BASELINE = str(TODAY - dt.timedelta(days=7)), str(TODAY)
FORM = ONE + "/visits/{}/forms/{}/1"


def _seen(page: Page) -> None:
    """Find no violation on the page that is open, and one heading of the first level."""
    found = Axe().run(page)
    assert found.violations_count == 0, f"{page.url}: {found.generate_report()}"
    assert page.locator("h1").count() == 1, page.url


def _screened(live: Live) -> None:
    """Fill in the pages of screening that are not entered in the browser."""
    for form, items in ELIGIBLE.items():
        if form in ("consent", "visit", "sledai"):
            continue
        unit = {item.id: item.unit or "" for item in live.site.trial.study.form(form).items}
        answers = given(**{item: (value, unit[item]) for item, value in items.items()})
        done = enter(live.site, "coordinator", place(form), answers)
        assert not [one for one in done.findings if one.severity == "error"], done.findings


def _dated(page: Page, visit: str, day: str) -> None:
    """Type the date of a visit into its page, from the page of the participant."""
    page.get_by_role("link", name=visit, exact=True).first.click()
    page.get_by_role("link", name="Visit", exact=True).click()
    page.get_by_label("Date of the visit").fill(day)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".note--success")).to_contain_text("Saved.")


def _rated(page: Page, yes: tuple[str, ...]) -> None:
    """Rate every item of SELENA-SLEDAI by keyboard."""
    names = page.locator("input[type=radio]").evaluate_all("all => [...new Set(all.map(one => one.name))]")
    page.locator(f"input[name='{names[0]}']").first.focus()
    for name in names:
        expect(page.locator(f"input[name='{name}']:focus")).to_have_count(1)
        page.keyboard.press("y" if name.removeprefix("v.") in yes else "n")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".note--success")).to_contain_text("Saved.")


@pytest.mark.requirement(
    "REQ-PQ-001", "REQ-PQ-002", "REQ-PQ-003", "REQ-PQ-004", "REQ-PQ-005", "REQ-PQ-006", "REQ-PQ-007"
)
def test_one_participant_from_registering_to_lock(live: Live) -> None:
    sealed = set_up(live.site)
    stock(live.site)
    _screening(live)
    _allocation(live, sealed.made.slots[0].number)
    _visits(live)
    number = _query(live)
    _source(live)
    _settled(live, number)
    _signed(live)
    _frozen_and_locked(live)
    _others(live)


def _screening(live: Live) -> None:
    page = live.page("coordinator", "/participants")
    page.get_by_role("link", name="Register a participant").click()
    page.get_by_role("button", name="Give a number").click()
    expect(page.get_by_role("status").first).to_have_text("Registered as 01-001.")
    page.get_by_role("link", name="Record the consent").click()
    _seen(page)
    paper = page.get_by_role("form", name="Record a consent on paper")
    paper.get_by_label("Signed on").fill(SCREENED)
    paper.get_by_role("button", name="Record", exact=True).click()
    expect(page.locator(".note--success")).to_be_visible()
    page.goto(live.url + ONE)
    _dated(page, "Screening", SCREENED)
    _screened(live)
    rater = live.page("assessor", ONE)
    rater.get_by_role("link", name="Screening", exact=True).first.click()
    rater.get_by_role("link", name="SELENA-SLEDAI", exact=True).click()
    _rated(rater, ("ARTH", "PROT", "DNA"))
    expect(rater.locator("#scores")).to_contain_text("10")
    _seen(rater)


def _allocation(live: Live, number: int) -> None:
    page = live.page("investigator", ONE)
    page.get_by_role("link", name="Judge eligibility").click()
    _seen(page)
    page.get_by_role("button", name="Confirm: eligible").click()
    page.goto(live.url + ONE)
    page.get_by_role("link", name="Randomise", exact=True).click()
    _seen(page)
    page.get_by_role("button", name="Randomise now").click()
    expect(page.locator("#number")).to_have_text(str(number))
    page.get_by_role("link", name="To the participant").click()
    _seen(page)
    page = live.page("pharmacist", ONE)
    page.get_by_role("link", name="Hand out study drug").click()
    page.get_by_label("Kit in your hand").fill(page.locator("#take").inner_text())
    _seen(page)
    page.get_by_role("button", name="Record as handed out").click()
    expect(page.get_by_text("was handed out to 01-001")).to_be_visible()


def _visits(live: Live) -> None:
    enter(live.site, "assessor", place("pga"), given(PGA="2.10"), complete=True)
    page = live.page("coordinator", ONE)
    _dated(page, "Week 0", BASELINE)
    page.goto(live.url + FORM.format("W0", "vitals"))
    for label, value in (
        ("Weight", "58.2"), ("Systolic blood pressure", "74"), ("Diastolic blood pressure", "118"),
        ("Body temperature", "36.6"),
    ):  # fmt: skip
        page.get_by_role("textbox", name=label).first.fill(value)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".note--success")).to_contain_text("raise a query: 1")
    _seen(page)
    rater = live.page("assessor", f"{ONE}/visits/W0")
    rater.get_by_role("link", name="Physician's global assessment").click()
    expect(rater.locator("main")).not_to_contain_text("2.10")
    rater.get_by_label("Disease activity on the line").fill("1.40")
    rater.get_by_role("button", name="Save", exact=True).click()
    expect(rater.locator(".note--success")).to_contain_text("Saved.")
    earlier = rater.goto(live.url + FORM.format("SCR", "pga"))
    assert earlier is not None
    assert earlier.status == 404
    rater.goto(f"{live.url}{ONE}/visits/SCR")
    assert rater.get_by_role("link", name="Physician's global assessment").count() == 0
    assert rater.get_by_text("Adverse events").count() == 0
    assert rater.get_by_role("link", name="Safety", exact=True).count() == 0
    _seen(rater)


def _query(live: Live) -> str:
    page = live.page("monitor", FORM.format("W0", "vitals"))
    row = page.get_by_role("row").filter(has_text="Body temperature")
    row.get_by_role("link", name="Raise a query").click()
    row.get_by_label("What is to be clarified?").fill("The source says 37.1.")
    row.get_by_role("button", name="Open a query").click()
    link = row.get_by_role("link", name="Query").first
    expect(link).to_be_visible()
    _seen(page)
    page.goto(f"{live.url}/queries?participant=01-001")
    _seen(page)
    link = page.get_by_role("row").filter(has_text="The source says 37.1.").get_by_role("rowheader")
    number = link.inner_text()
    coordinator = live.page("coordinator", FORM.format("W0", "vitals"))
    coordinator.get_by_role("textbox", name="Body temperature").first.fill("37.1")
    coordinator.get_by_role("textbox", name="Systolic blood pressure").first.fill("118")
    coordinator.get_by_role("textbox", name="Diastolic blood pressure").first.fill("74")
    coordinator.get_by_label("Reason for the whole page").fill("misread")
    coordinator.get_by_role("button", name="Save", exact=True).click()
    expect(coordinator.locator(".note--success")).to_contain_text("Saved.")
    coordinator.goto(f"{live.url}/queries/{number}")
    coordinator.get_by_label("Answer").fill("Mended.")
    coordinator.get_by_role("button", name="Answer").click()
    expect(coordinator.locator(".timeline")).to_contain_text("Mended.")
    _seen(coordinator)
    return number


def _source(live: Live) -> None:
    page = live.page("monitor", ONE)
    page.get_by_role("link", name="Verify against source").click()
    _seen(page)
    page.get_by_role("button", name="Verify all of visit W0").click()
    expect(page.locator(".note--success")).to_be_visible()
    page.goto(f"{live.url}{ONE}/visits/W0")
    row = page.get_by_role("row").filter(has_text="Height, weight and vital signs")
    expect(row).to_contain_text("Verified")
    _seen(page)


def _settled(live: Live, number: str) -> None:
    page = live.page("data_manager", f"/queries/{number}")
    page.get_by_label("Remark or justification").fill("As in the source.")
    page.get_by_role("button", name="Close", exact=True).click()
    expect(page.locator(".timeline")).to_contain_text("Closed")


def _signed(live: Live) -> None:
    page = live.page("investigator", FORM.format("W0", "vitals"))
    page.get_by_role("link", name="Sign this page").click()
    page.get_by_role("radio").first.check()
    page.get_by_label("Your account").fill("investigator")
    page.get_by_label("Your password").fill(PASSWORD)
    _seen(page)
    page.get_by_role("button", name="Sign", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Signature")
    _seen(page)
    page.goto(live.url + FORM.format("W0", "vitals"))
    expect(page.locator(".signed")).to_contain_text("Investigator")
    page.goto(f"{live.url}{ONE}/visits/W0")
    row = page.get_by_role("row").filter(has_text="Height, weight and vital signs")
    expect(row).to_contain_text("Signed")


def _frozen_and_locked(live: Live) -> None:
    page = live.page("data_manager", ONE)
    page.get_by_role("link", name="Freeze or lock").click()
    held = page.get_by_role("region", name="Freeze or lock")
    expect(held.get_by_label("Participant")).to_have_value("01-001")
    for name, done in (("Freeze", "It is frozen."), ("Lock", "It is locked.")):
        held.get_by_label("Participant").fill("01-001")
        held.get_by_label("Reason").fill("clean")
        held.get_by_role("button", name=name, exact=True).click()
        expect(page.locator(".note--success")).to_contain_text(done)
    _seen(page)
    page = live.page("coordinator", FORM.format("W0", "vitals"))
    expect(page.locator("#hold")).to_contain_text("locked")
    assert page.get_by_role("button", name="Save", exact=True).count() == 0


def _others(live: Live) -> None:
    page = live.page("auditor", f"{ONE}")
    page.get_by_role("link", name="Audit trail").last.click()
    row = page.get_by_role("row").filter(has_text="misread").filter(has_text="Body temperature")
    expect(row.first).to_contain_text("36.6")
    _seen(page)
    sees = {
        "blinded_statistician": ("/", ONE, "/audit", "/audit/history", "/doors/export"),
        "unblinded_statistician": ("/", ONE, "/doors/export"),
        "dmc": ("/", ONE, "/safety", "/doors/export"),
        "sponsor": ("/", ONE, "/supply", "/supply/shipments"),
        "administrator": ("/", "/people"),
    }
    closed = {
        "blinded_statistician": ("/supply", "/people", "/supply/code-break/01-001"),
        "unblinded_statistician": ("/queries", "/people"),
        "dmc": ("/queries", "/supply/allocate/01-001"),
        "sponsor": ("/queries", "/people", "/signatures"),
        "administrator": ("/participants", ONE, "/audit/history", "/queries", "/safety"),
    }
    for role, addresses in sees.items():
        page = live.page(role, "/")
        for address in addresses:
            answer = page.goto(live.url + address)
            assert answer is not None
            assert answer.status == 200, (role, address)
            _seen(page)
        for address in closed[role]:
            answer = page.goto(live.url + address)
            assert answer is not None
            assert answer.status in (403, 404), (role, address)
        words = page.goto(live.url + "/")
        assert words is not None
        assert page.get_by_text("PBO").count() == 0
