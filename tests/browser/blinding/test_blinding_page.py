"""The report on blinding as a reader gets it: accessible, offline, on a telephone too."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from blinding_trials import ARMS, halves, noise_trial, source
from playwright.sync_api import Page

from lupustrial.blinding import predictability, render_blinding


@pytest.fixture(params=["allocation", "dummy"])
def report(page: Page, tmp_path: Path, request: pytest.FixtureRequest) -> Page:
    rng = np.random.default_rng(1)
    trial, rows = noise_trial(30, 12, rng)
    arms = halves(30, rng)
    for one in rows:
        if one["item"] == "X3" and arms[int(str(one["participant"])[1:])] == ARMS[0]:
            one["value"] = str(float(str(one["value"])) + 5)
    found = predictability(trial, source(rows, arms), labels=request.param, permutations=39, repeats=2)
    path = tmp_path / "blinding.html"
    path.write_text(render_blinding(found), encoding="utf-8")
    page.goto(path.as_uri())
    return page


def test_there_is_no_accessibility_violation(report: Page) -> None:
    results = Axe().run(report)
    assert results.violations_count == 0, results.generate_report()


def test_it_fits_a_telephone(report: Page) -> None:
    report.set_viewport_size({"width": 390, "height": 800})
    assert report.evaluate("document.documentElement.scrollWidth") <= 390


def test_who_may_read_it_is_seen_first_and_the_figure_has_words(report: Page) -> None:
    assert report.locator("aside").is_visible()
    assert report.locator("figure img").get_attribute("alt")
    assert report.evaluate("document.querySelector('figure img').naturalWidth") > 0


def test_nothing_is_loaded_from_anywhere_else(report: Page) -> None:
    asked: list[str] = []
    report.on("request", lambda request: asked.append(request.url))
    report.reload()
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
