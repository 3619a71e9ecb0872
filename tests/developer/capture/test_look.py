"""The colours of the application stand out enough, in light and in dark (WCAG 2.2, 1.4.3 and 1.4.11)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

CSS = Path(__file__).resolve().parents[3] / "src/lupustrial/capture/static/capture/capture.css"
TEXT = [
    *((ink, ground) for ink in ("ink", "ink-soft") for ground in ("paper", "page", "raised", "muted-soft")),
    *((kind, f"{kind}-soft") for kind in ("ok", "warn", "bad", "info", "muted")),
    *((kind, ground) for kind in ("accent", "bad") for ground in ("paper", "page", "raised", "accent-soft")),
    *(("ink", f"{kind}-soft") for kind in ("ok", "warn", "bad", "info", "accent")),
    ("accent-ink", "accent"),
    ("paper", "bad"),
]
CONTROLS = [
    (line, ground) for line in ("control", "focus", "accent") for ground in ("paper", "page", "raised")
]


def _themes() -> dict[str, dict[str, str]]:
    blocks = re.findall(r"(:root[^{]*)\{([^}]*)\}", CSS.read_text(encoding="utf-8"))
    colours = [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", body)) for _, body in blocks]
    light, dark, by_system = colours[:3]
    assert dark == by_system, "the dark of the system and the dark that is chosen are the same"
    return {"light": light, "dark": dark}


def _luminance(colour: str) -> float:
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    bright, dim = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colours_stand_out(theme: str) -> None:
    colours = _themes()[theme]
    faint = [
        f"{one} on {other}: {_contrast(colours[one], colours[other]):.2f} < {least}"
        for pairs, least in ((TEXT, 4.5), (CONTROLS, 3.0))
        for one, other in pairs
        if _contrast(colours[one], colours[other]) < least
    ]
    assert faint == []


def test_black_on_white_is_twenty_one_to_one() -> None:
    assert _contrast("#000000", "#ffffff") == pytest.approx(21.0)
