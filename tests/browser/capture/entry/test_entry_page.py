"""A form in a real browser: by keyboard alone, with nothing that is typed lost, and readable by everybody."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from capture_live import Live
from entering import enter, given, held, place
from playwright.sync_api import Page, expect

expect.set_options(timeout=20_000)  # a busy machine is slow, not wrong

URL = "/participants/01-001/visits/{}/forms/{}/1"


def _axe(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found]


@pytest.mark.requirement("REQ-ENTRY-005")
def test_a_sledai_is_entered_by_keyboard_alone(live: Live) -> None:
    live.site.register()
    enter(live.site, "coordinator", place("urinalysis"), given(CASTS="N"))
    page = live.page("assessor", URL.format("SCR", "sledai"))
    page.locator("input[name='v.SEIZ']").first.focus()
    items = [item.id for item in live.site.trial.study.form("sledai").items]
    for item in items:
        expect(page.locator(f"input[name='v.{item}']:focus")).to_have_count(1)
        page.keyboard.press("y" if item == "CAST" else "n")
    expect(page.locator("#told-CAST")).to_contain_text("no such cast was seen")
    expect(page.locator("#scores")).to_contain_text("4")
    page.keyboard.press("Alt+s")
    expect(page.locator(".note--success")).to_contain_text("Saved.")
    saved = held(live.site, place("sledai"))
    assert saved is not None
    assert {item for item, one in saved.items.items() if one.value == "Y"} == {"CAST"}
    assert saved.state == "complete"
    assert _axe(page) == []


@pytest.mark.requirement("REQ-ENTRY-011")
def test_a_refusal_keeps_what_was_typed_and_leads_to_it(live: Live) -> None:
    live.site.register()
    page = live.page("coordinator", URL.format("SCR", "complement"), width=820, height=1180, scheme="dark")
    page.locator("#v-C3").fill("0,9")
    page.locator("#v-C3").press("Enter")
    expect(page.locator("#v-C4")).to_be_focused()
    page.keyboard.type("12")
    page.locator("#u-C4").select_option("mg/dL")
    expect(page.locator("#told-C4")).to_contain_text("= 0.12 g/L")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="Not saved")).to_be_visible()
    assert page.locator("#v-C3").input_value() == "0,9"
    assert page.locator("#v-C4").input_value() == "12"
    page.locator("#summary a[data-to='C3']").click()
    expect(page.locator("#v-C3")).to_be_focused()
    assert _axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 820


@pytest.mark.requirement("REQ-ENTRY-011")
def test_a_draft_survives_a_closed_tab_and_a_lost_connection(live: Live) -> None:
    live.site.register()
    page = live.page("coordinator", URL.format("SCR", "complement"))
    context = page.context
    page.locator("#v-C3").fill("0.7")
    expect(page.locator("[data-draft-state]")).to_contain_text("Draft kept at")
    page.close()
    page = context.new_page()
    page.goto(live.url + URL.format("SCR", "complement"))
    expect(page.locator("#draft")).to_contain_text("not saved")
    expect(page.locator("#v-C3")).to_be_disabled()
    assert _axe(page) == []
    page.get_by_role("link", name="Take the draft").click()
    assert page.locator("#v-C3").input_value() == "0.7"
    context.set_offline(True)
    page.locator("#v-C4").fill("0.3")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("[data-draft-state]")).to_contain_text("cannot be reached")
    stored = page.evaluate("JSON.stringify(localStorage)")
    assert "draft" in stored
    assert "0.3" not in stored  # encrypted
    page.close()
    context.set_offline(False)
    page = context.new_page()
    page.goto(live.url + URL.format("SCR", "complement"))
    page.wait_for_function("() => localStorage.length === 0")
    page.get_by_role("link", name="Take the draft").click()
    expect(page.locator("#v-C4")).to_have_value("0.3")
    expect(page.locator("#v-C3")).to_have_value("0.7")


@pytest.mark.requirement("REQ-ENTRY-009", "REQ-ENTRY-011")
def test_two_people_see_both_values_side_by_side(live: Live) -> None:
    live.site.register()
    page = live.page("coordinator", URL.format("SCR", "complement"))
    page.locator("#v-C3").fill("0.7")
    enter(live.site, "investigator", place("complement"), given(C3=("0.8", "g/L")))
    page.get_by_role("button", name="Save with gaps").click()
    clash = page.get_by_role("group", name="Complement C3")
    expect(clash).to_contain_text("0.8 g/L")
    expect(clash).to_contain_text("0.7 g/L")
    assert _axe(page) == []
    clash.get_by_label(re.compile("You typed")).check()
    page.locator("#why").fill("read from the report")
    page.get_by_role("button", name="Save with gaps").click()
    expect(page.locator(".note--success")).to_contain_text("Saved.")
    saved = held(live.site, place("complement"))
    assert saved is not None
    assert (saved.items["C3"].value, saved.items["C3"].reason) == ("0.7", "read from the report")


@pytest.mark.requirement("REQ-ENTRY-014")
def test_branching_hides_and_brings_back_what_was_typed(live: Live) -> None:
    live.site.register()
    page = live.page("coordinator", URL.format("W0", "injections"))
    expect(page.locator("#slot-KIT")).to_be_hidden()
    page.get_by_label("Yes").check()
    expect(page.locator("#slot-KIT")).to_be_visible()
    page.locator("#v-KIT").fill("K17")
    page.get_by_label("No", exact=True).check()
    expect(page.locator("#slot-KIT")).to_be_hidden()
    page.get_by_label("Yes").check()
    expect(page.locator("#v-KIT")).to_have_value("K17")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert _axe(page) == []
