"""The design report as a statistician opens it."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from design_studies import DOSE, NEPHRITIS, study_with
from playwright.sync_api import Page

from lupustrial.allocation.design import design_report, render_html


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    study = study_with(
        participants=60,
        sites=3,
        method="permuted_blocks",
        ratio={"IL2": 2, "PBO": 1},
        block_sizes=(3, 6),
        strata=(NEPHRITIS, DOSE),
    )
    path = tmp_path_factory.mktemp("design") / "design.html"
    path.write_text(render_html(design_report(study, trials=5)), encoding="utf-8")
    return path


def test_the_page_has_no_accessibility_violation(page: Page, path: Path) -> None:
    page.goto(path.as_uri())
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()


def test_nothing_is_loaded_from_anywhere_else(page: Page, path: Path) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []


def test_both_figures_are_drawn_and_the_page_fits_a_telephone(page: Page, path: Path) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(path.as_uri())
    widths = page.evaluate(
        "[...document.images].map(image => [image.naturalWidth > 0, image.alt.length > 40])"
    )
    assert widths == [[True, True], [True, True]]
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_row_of_the_study_is_told_by_words_not_by_colour_alone(page: Page, path: Path) -> None:
    page.goto(path.as_uri())
    assert page.locator("tr.own th").inner_text() == "Blocks of 3 or 6 (this study)"
    assert "as small as the ratio allows" in page.locator(".warnings").inner_text()
