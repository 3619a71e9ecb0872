"""The door and the pages of accounts, in a real browser."""

from __future__ import annotations

import re
import time

import pytest
from axe_playwright_python.sync_playwright import Axe
from capture_door import secret_of, totp
from capture_live import Live
from capture_site import PASSWORD
from playwright.sync_api import expect

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def test_somebody_comes_in_with_the_keyboard_alone(live: Live) -> None:
    live.site.account("jane", "investigator", ("01",))
    context = live.browser.new_context()
    live.contexts.append(context)
    page = context.new_page()
    page.goto(live.url + "/login")
    for keys in ("jane", "Tab", "a wrong password", "Enter"):
        page.keyboard.press(keys) if keys in ("Tab", "Enter") else page.keyboard.type(keys)
    expect(page.get_by_role("alert")).to_contain_text("not let in")
    page.keyboard.type(PASSWORD)  # the cursor stands in the password, the name is kept
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Set up the second factor")
    assert page.locator("img.qr").evaluate("image => image.complete && image.naturalWidth > 0")
    page.get_by_label("Code").focus()
    page.keyboard.type(totp(secret_of(page.content()), time.time()))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Keep these recovery codes")
    page.get_by_role("link", name="go on").press("Enter")
    expect(page).to_have_url(live.url + "/")


def test_the_session_warns_before_it_ends_and_can_be_kept(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lupustrial.capture.accounts import _limits

    now = [time.time()]
    monkeypatch.setattr(_limits, "_now", lambda: int(now[0]))
    page = live.page("administrator", "/people")
    page.clock.install()
    with page.expect_response(re.compile("/session$")):
        page.goto(live.url + "/people/new")
    page.get_by_label("Full name").fill("Jane Doe")
    now[0] += 29 * 60
    page.clock.run_for(31_000)  # the page looks at the time every half minute
    dialog = page.get_by_role("dialog", name="Are you still there?")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("timer")).to_contain_text("seconds left")
    dialog.get_by_role("button", name="Stay signed in").click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_label("Full name")).to_have_value("Jane Doe")
    now[0] += 29 * 60
    assert page.request.get(live.url + "/account").ok


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_of_accounts_has_a_barrier_that_axe_finds(live: Live, scheme: str) -> None:
    live.site.account("jane", "investigator", ("01",))
    found = []
    page = live.page("administrator", "/people", scheme=scheme)  # type: ignore[arg-type]
    for address in (
        "/people",
        "/people/new",
        "/people/review",
        "/people/jane",
        "/account",
        "/account/password",
        "/role",
        "/second-factor/set",
        "/logout",
        "/link/none",
    ):
        page.goto(live.url + address)
        result = Axe().run(page, options={"runOnly": TAGS})
        found += [(address, one["id"], one["nodes"][0]["html"]) for one in result.response["violations"]]
    page.context.clear_cookies()
    page.goto(live.url + "/login")
    result = Axe().run(page, options={"runOnly": TAGS})
    found += [("/login", one["id"], one["nodes"][0]["html"]) for one in result.response["violations"]]
    assert found == []
