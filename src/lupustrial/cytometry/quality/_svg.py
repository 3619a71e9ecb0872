"""A figure as SVG text; the same figure gives the same bytes."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

INK, QUIET, ACCENT, BAD = "#1a1a1a", "#595959", "#2166ac", "#b2182b"

_RC: dict[str, Any] = {
    "font.family": "DejaVu Sans", "font.size": 8, "axes.spines.top": False, "axes.spines.right": False,
    "axes.edgecolor": INK, "axes.titlesize": 8.5, "axes.titlelocation": "left", "svg.fonttype": "path",
    "svg.hashsalt": "lupustrial", "image.composite_image": False,
}  # fmt: skip


def svg(
    draw: Callable[[Any], None], *, width: float, height: float, rows: int = 1, columns: int = 1,
    share: bool = False,
) -> str:  # fmt: skip
    """Return what `draw` draws on a grid of axes, as SVG text without date or creator.

    Args:
        draw: Given the axes, (rows, columns).
        width: Inches.
        height: Inches.
        rows: Rows of axes.
        columns: Columns of axes.
        share: Whether the axes share the horizontal scale.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    choices: Any = {**mpl.rcParamsDefault, **_RC, "backend": "svg"}
    with mpl.rc_context(choices):
        figure = Figure(figsize=(width, height), layout="constrained")
        draw(figure.subplots(rows, columns, squeeze=False, sharex=share))
        into = io.StringIO()
        figure.savefig(into, format="svg", metadata={"Date": None, "Creator": None})
    return into.getvalue()
