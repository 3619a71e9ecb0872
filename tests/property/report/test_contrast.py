"""Text and marks can be read: contrast of at least 4.5 (text) and 3 (marks) by WCAG 2.2."""

from __future__ import annotations

import re

import pytest

from lupustrial.report._figure_style import INK, QUIET, STAMP, TREATED, look
from lupustrial.report._page import template_text


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("index", range(4))
@pytest.mark.parametrize("ground", ["#ffffff", TREATED])
def test_colours_of_arms_stand_out_from_the_ground_as_text(index: int, ground: str) -> None:
    assert contrast(look(index, 4).colour, ground) >= 4.5


@pytest.mark.parametrize("colour", [INK, QUIET, STAMP])
def test_words_of_figures_stand_out(colour: str) -> None:
    assert contrast(colour, "#ffffff") >= 4.5


def test_colours_of_the_page_stand_out() -> None:
    root = re.search(r":root \{(?P<body>[^}]*)\}", template_text("report.css"))
    named = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", root["body"]))
    for name in ("ink", "quiet", "link", "stamp"):
        assert contrast(named[name], "#ffffff") >= 4.5, name
        assert contrast(named[name], named["tint"]) >= 4.5, name
