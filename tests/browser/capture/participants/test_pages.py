"""The pages of participants in a browser: accessible, and one participant from registering to screening."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from capture_live import Live

ONE = "/participants/01-001"
PAGES = (
    "/participants",
    "/participants/new",
    ONE,
    f"{ONE}/visits/W0",
    f"{ONE}/eligibility",
    f"{ONE}/consent",
    f"{ONE}/consent/sign/1.0",
    f"{ONE}/identifiers",
    f"{ONE}/withdraw",
    f"{ONE}/unscheduled",
    f"{ONE}/diary/W0",
    "/safety",
    "/protocol",
    "/protocol/1.0",
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page(live: Live, scheme: str) -> None:
    live.site.register()
    page = live.page("investigator", ONE, scheme="dark" if scheme == "dark" else "light")
    found = {}
    for address in PAGES:
        page.goto(live.url + address)
        assert page.locator("h1").count() == 1, address
        results = Axe().run(page)
        if results.violations_count:
            found[address] = results.generate_report()
        _keep(page, address, scheme)
    assert not found, "\n".join(f"{address}\n{report}" for address, report in found.items())


def test_from_registering_to_a_signed_consent(live: Live) -> None:
    page = live.page("coordinator", "/participants")
    page.get_by_role("link", name="Register a participant").click()
    page.get_by_role("button", name="Give a number").click()
    page.wait_for_url(f"**{ONE}")
    assert page.get_by_role("status").inner_text() == "Registered as 01-001."
    page.get_by_role("link", name="Consent", exact=True).click()
    page.get_by_role("link", name="Show version 1.0").click()
    page.get_by_label("I have read this text").check()
    page.get_by_label("I agree to take part").check()
    page.get_by_label("Full name of who signs").fill("Zhou Qiuyun")
    page.get_by_role("button", name="Sign", exact=True).click()
    page.wait_for_url(f"**{ONE}/consent")
    row = page.get_by_role("row").filter(has_text="On the screen")
    assert "by the participant" in row.inner_text()
    page.goto(f"{live.url}{ONE}/eligibility")
    criterion = page.get_by_role("row").filter(has_text="Written informed consent")
    assert "Met" in criterion.inner_text()
    missing = page.get_by_role("row").filter(has_text="Infection with HIV")
    assert "missing" in missing.inner_text()
    missing.get_by_role("link").click()
    page.wait_for_url("**/visits/SCR/forms/history/1")


def _keep(page: object, address: str, scheme: str) -> None:
    """Keep a picture where somebody asks for it."""
    folder = os.environ.get("LUPUSTRIAL_PICTURES")
    if folder:
        name = address.strip("/").replace("/", "-") or "home"
        page.screenshot(path=str(Path(folder) / f"{name}-{scheme}.png"), full_page=True)  # type: ignore[attr-defined]
