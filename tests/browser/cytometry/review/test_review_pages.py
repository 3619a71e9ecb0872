"""The pages of a review in a browser: accessible by axe in light and dark, usable by keyboard."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from reviewed_tubes import gated_cloud, reviewed

from lupustrial.cytometry import Finding
from lupustrial.cytometry.review import Reagent, review_tube, write_review

FAIL = Finding(check="QC-LABELS", verdict="fail", message="CD3 and CD56 look swapped", columns=("CD3",))
WARN = Finding(check="QC-EVENTS", verdict="warn", message="2,100 events")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a review of one batch and six controls."""
    made = tmp_path_factory.mktemp("review")
    controls = [review_tube(gated_cloud(100 + at), batch=f"B{at}", control=True) for at in range(6)]
    tubes = [*reviewed(6, findings={2: [FAIL], 3: [WARN]}), *controls]
    targets = {"NK": (11.0, 0.2)}
    write_review(made, tubes, reagents=[Reagent(analyte="CD3")], targets=targets)
    return made


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_pass_axe(browser: Browser, folder: Path, scheme: str) -> None:
    context = browser.new_context(offline=True, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    tube = next((folder / "tubes").iterdir()).name
    for name in ("index.html", "gates/nk.html", "controls.html", "miflowcyt.html", f"tubes/{tube}"):
        page.goto((folder / name).as_uri())
        found = Axe().run(page)
        assert found.violations_count == 0, f"{name}, {scheme}: {found.generate_report()}"
    context.close()


def test_a_reader_goes_from_tube_to_tube_by_keyboard(page: Page, folder: Path) -> None:
    page.goto((folder / "gates/nk.html").as_uri())
    codes = page.locator("ol.sheet > li").evaluate_all("all => all.map(each => each.id)")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "To the content"
    for _ in range(3):  # review, first tube, its next
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**#{codes[1]}")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == codes[1].removeprefix("t")


def test_a_drawing_is_read_out_with_its_numbers(page: Page, folder: Path) -> None:
    page.goto((folder / "gates/nk.html").as_uri())
    drawing = page.get_by_role("img").first
    assert "events" in drawing.get_attribute("aria-labelledby") or drawing.evaluate(
        "each => document.getElementById(each.getAttribute('aria-labelledby')).textContent"
    ).startswith("NK of tube")


@pytest.mark.parametrize("width", [360, 820])
def test_a_narrow_window_scrolls_tables_not_the_page(page: Page, folder: Path, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    for name in ("index.html", "gates/cd4-pos-t.html", "controls.html", "miflowcyt.html"):
        page.goto((folder / name).as_uri())
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
