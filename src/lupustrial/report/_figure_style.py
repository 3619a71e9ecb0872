"""How figures look: colours with markers and line styles of their own, so that colour never stands alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

INK = "#1a1a1a"
STAMP = "#7a1020"
QUIET = "#595959"
TREATED = "#e9e9e9"
WIDTH, HEIGHT = 3.54, 2.6  # inches; 90 mm, one column of a journal
AXES = (0.15, 0.175, 0.67, 0.735)  # left, bottom, width, height as parts of the figure

_RC: dict[str, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 8,
    "axes.labelsize": 8,
    "axes.titlesize": 9,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.7,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": 7.5,
    "ytick.labelsize": 7.5,
    "xtick.major.width": 0.7,
    "ytick.major.width": 0.7,
    "text.color": INK,
    "lines.linewidth": 1.4,
    "hatch.linewidth": 0.7,
    "svg.fonttype": "path",
    "svg.hashsalt": "lupustrial",
    "path.simplify": False,
}


@dataclass(frozen=True)
class Look:
    """Colour, marker, line style and hatch of one arm."""

    colour: str
    marker: str
    line: str
    hatch: str
    fill: str


#: The arm under test in red, the reference in blue, as in the paper; further arms follow.
_ARMS = (
    Look("#b2182b", "o", "-", "", "#b2182b"),
    Look("#2166ac", "s", "--", "////", "#d6e6f4"),
    Look("#00664a", "^", "-.", "....", "#cfe8df"),
    Look("#6a3d9a", "D", ":", "xxxx", "#e4dbef"),
)
_ALL = Look(INK, "o", "-", "", QUIET)


def look(index: int, count: int) -> Look:
    """Return the look of an arm; participants of all arms together are black."""
    return _ALL if count == 1 else _ARMS[index % len(_ARMS)]


def stamp(figure: Any, words: str) -> None:
    """Write in the lower right corner what a figure must never lose, e.g. that its data are synthetic."""
    if words:
        figure.text(0.995, 0.012, words, ha="right", va="bottom", fontsize=5.5, color=STAMP)


@contextmanager
def style() -> Iterator[None]:
    """Apply the look to everything drawn inside."""
    import matplotlib as mpl

    choices: Any = {**mpl.rcParamsDefault, **_RC, "backend": "svg"}
    with mpl.rc_context(choices):
        yield
