"""Pages of gates in a browser: accessible, and a gate is moved and signed by keyboard alone."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from capture_live import Live
from capture_site import PASSWORD
from gate_site import bring, held
from playwright.sync_api import Page, expect

AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def _kept(page: Page, name: str) -> None:
    """Keep a picture where somebody asks for it, to be looked at."""
    if "GATE_SHOTS" in os.environ:
        page.screenshot(path=str(Path(os.environ["GATE_SHOTS"]) / f"{name}.png"), full_page=True)


@pytest.mark.requirement("REQ-GATES-001")
@pytest.mark.parametrize(
    ("scheme", "width", "language"), [("light", 1280, "en"), ("dark", 820, "zh-CN")], ids=["light", "dark"]
)
def test_no_page_has_a_fault_of_accessibility(live: Live, scheme: Any, width: int, language: str) -> None:
    bring(live.site)
    gates = {gate.population: gate for gate in held(live.site)}
    page = live.page("gate_reader", "/gates", scheme=scheme, width=width, language=language)
    for population in ("NK", "CD3+", "Lymphocytes", "CD4+ T"):
        gate = gates[population]
        for name, address in (
            ("list", f"/gates?population={population.replace('+', '%2B')}"),
            ("gate", f"/gates/{gate.code}/{gate.number}"),
        ):
            page.goto(live.url + address)
            _kept(page, f"{name}-{gate.number}-{scheme}")
            found: Any = Axe().run(page, options=AXE)
            told = [
                (one["id"], [n["html"][:120] for n in one["nodes"]]) for one in found.response["violations"]
            ]
            assert told == [], page.url
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    manager = live.page("data_manager", "/gates/import", scheme=scheme, width=width, language=language)
    found = Axe().run(manager, options=AXE)
    assert found.response["violations"] == []
    _kept(manager, f"import-{scheme}")


@pytest.mark.requirement("REQ-GATES-003")
def test_a_gate_is_moved_drawn_and_signed_by_keyboard(live: Live) -> None:
    bring(live.site)
    gate = next(gate for gate in held(live.site) if gate.population == "CD3+")
    page = live.page("gate_reader", f"/gates/{gate.code}/{gate.number}")
    page.get_by_label("CD3 from").focus()
    for _ in range(4):
        page.keyboard.press("ArrowDown")
    expect(page.locator("#picture")).to_contain_text("Moved: about")
    assert page.locator("#picture svg .gate-was").count() == 1
    _kept(page, "moved")
    low = float(page.get_by_label("CD3 from").input_value())
    assert 0.4 < low < 0.5
    page.get_by_label("Place it as I moved it").focus()
    page.keyboard.press("Space")
    page.get_by_label("Reason, where it is moved or rejected").focus()
    page.keyboard.type("Below the valley.")
    page.get_by_label("Your account").focus()
    page.keyboard.type("gate_reader")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: not url.endswith(f"/{gate.code}/{gate.number}"))
    (edited,) = held(live.site, state="edited")
    assert str(low) in edited.region


def test_without_scripts_a_moved_gate_is_drawn_too(live: Live) -> None:
    bring(live.site)
    gate = next(gate for gate in held(live.site) if gate.population == "CD3+")
    cookie = live.site.client("gate_reader").cookies["sessionid"].value
    context = live.browser.new_context(java_script_enabled=False)
    live.contexts.append(context)
    context.add_cookies([{"name": "sessionid", "value": cookie, "url": live.url}])
    page = context.new_page()
    page.goto(f"{live.url}/gates/{gate.code}/{gate.number}")
    page.get_by_label("CD3 from").fill("0.42")
    page.get_by_role("button", name="Draw it").click()
    expect(page.locator("#picture")).to_contain_text("Moved: about")
    assert page.get_by_label("CD3 from").input_value() == "0.42"


def test_enter_in_a_number_draws_and_signs_nothing(live: Live) -> None:
    bring(live.site)
    gate = next(gate for gate in held(live.site) if gate.population == "CD3+")
    page = live.page("gate_reader", f"/gates/{gate.code}/{gate.number}")
    page.get_by_label("CD3 from").fill("0.42")
    page.keyboard.press("Enter")
    expect(page.locator("#picture")).to_contain_text("Moved: about")
    assert page.locator("#faults").count() == 0
    assert held(live.site, state="waiting") == held(live.site)
