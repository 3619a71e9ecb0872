"""The panel of scores and the folds, as a person gets them in a browser."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from capture_live import Live
from playwright.sync_api import Page, expect
from score_pages import begun, quiet, save


def _violations(page: Page) -> list[str]:
    found = Axe().run(page, context="main").response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found]


def _course(live: Live) -> str:
    """A participant with two visits, in whom the rash improves."""
    site, study = live.site, live.site.trial.study
    begun(site, "01-001", ["SCR", "W0", "W2"])
    for visit, rash, total in (("W0", "4", {"RASH": "Y", "ARTH": "Y"}), ("W2", "1", {"RASH": "Y"})):
        save(site, "01-001", visit, "sledai", quiet(study, "sledai", total))
        labs = {"HAE_HB": "12", "HAE_WBC": "5", "REN_P24": "0.1", "REN_CREAT": "60"}
        save(site, "01-001", visit, "bilag2004", quiet(study, "bilag2004", {"MUC_RASH_MILD": rash, **labs}))
        save(site, "01-001", visit, "pga", {"PGA": "1.0"})
    record = {"CMTRT": "METHYLPREDNISOLONE", "CMDOSE": "8", "CMFREQ": "QD", "CMROUTE": "ORAL"}
    save(site, "01-001", "W0", "prednisone", {**record, "CMSTDAT": "2023-12-01"})
    return "01-001"


@pytest.mark.requirement("REQ-SCORES-001")
def test_the_score_follows_what_is_typed_and_is_not_saved(live: Live) -> None:
    begun(live.site, "01-001", ["W0"])
    page = live.page("assessor", "/participants/01-001/visits/W0/forms/sledai/1")
    page.locator("input[name='v.SEIZ'][value='Y']").check()
    panel = page.locator("#scores")
    expect(panel.get_by_role("status")).to_contain_text("between 8 and 105")
    page.locator("input[name='v.RASH'][value='Y']").check()
    expect(panel.get_by_role("status")).to_contain_text("between 10 and 105")
    expect(panel.get_by_role("row", name="Inflammatory lupus rash")).to_contain_text("+2")


@pytest.mark.requirement("REQ-SCORES-007")
def test_rare_items_open_by_key_and_tell_how_many_are_answered(live: Live) -> None:
    begun(live.site, "01-001", ["W0"])
    page = live.page("assessor", "/participants/01-001/visits/W0/forms/bilag2004/1")
    group = page.get_by_role("group", name="Neuropsychiatric", exact=True)
    item = page.locator("input[name='v.NPS_SEIZ'][value='4']")
    expect(item).not_to_be_visible()
    group.locator("summary").first.focus()
    page.keyboard.press("Enter")
    expect(item).to_be_visible()
    item.check()
    expect(group.locator("details[data-fold] > summary")).to_contain_text("1 of 20 answered, 1 positive")
    group.get_by_role("button", name="None of these is present").click()
    expect(group.locator("details[data-fold] > summary")).to_contain_text("20 of 20 answered, 1 positive")
    expect(item).to_be_checked()  # what was answered stays
    assert _violations(page) == []


@pytest.mark.requirement("REQ-SCORES-006")
def test_pages_of_scores_have_no_fault_that_axe_finds(live: Live) -> None:
    _course(live)
    for role, address in (
        ("investigator", "/participants/01-001/visits/W2/scores"),
        ("investigator", "/participants/01-001/scores"),
        ("assessor", "/participants/01-001/visits/W2/scores"),
        ("investigator", "/participants/01-001/visits/W2"),
    ):
        for scheme in ("light", "dark"):
            page = live.page(role, address, scheme=scheme)
            if address.endswith("W2"):
                expect(page.locator("#scores h3").first).to_be_visible()
            for fold in page.locator("details.fold").all():
                fold.evaluate("one => { one.open = true; }")
            assert _violations(page) == [], (role, address, scheme)
            if address.endswith("W2/scores"):
                expect(page.get_by_text("uncertain rules not signed off").first).to_be_attached()
