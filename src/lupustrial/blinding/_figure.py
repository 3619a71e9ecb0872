"""The figure of the report: for each row the area with its limits, over what chance gives."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from lupustrial.blinding._results import Prediction

_INK, _SEEN, _BAND, _QUIET = "#1a1a1a", "#2166ac", "#d9d9d9", "#595959"
_WIDTH, _ROW, _EDGE = 7.2, 0.42, 1.0  # inches
_RC: dict[str, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 8.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.edgecolor": _INK,
    "svg.fonttype": "path",
    "svg.hashsalt": "lupustrial",
}


def draw_areas(rows: Sequence[tuple[str, Prediction | None]], stamp: str) -> bytes:
    """Draw a row for each prediction, top to bottom.

    Args:
        rows: Name and prediction; None is drawn as a row without marks.
        stamp: What the figure must never lose, e.g. that arms were given by lot; may be empty.

    Returns:
        SVG; the same rows give the same bytes.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    choices: Any = {**mpl.rcParamsDefault, **_RC, "backend": "svg"}
    with mpl.rc_context(choices):
        height = _EDGE + _ROW * len(rows)
        figure = Figure(figsize=(_WIDTH, height))
        axes = figure.add_axes((0.36, 0.72 / height, 0.60, _ROW * len(rows) / height))
        for place, (_, prediction) in enumerate(rows):
            if prediction is not None:
                _draw_row(axes, -place, prediction)
            else:
                axes.text(0.02, -place, "sees nothing", va="center", color=_QUIET)
        axes.axvline(0.5, color=_INK, linewidth=0.8, linestyle=(0, (4, 2)), zorder=1)
        axes.set_xlim(0.0, 1.02)
        axes.set_ylim(-len(rows) + 0.5, 0.5)
        axes.set_yticks([-place for place in range(len(rows))], [name for name, _ in rows])
        axes.tick_params(axis="y", length=0)
        axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "0.25", "0.5\nchance", "0.75", "1\ncertain"])
        axes.set_xlabel("Area under the ROC curve")
        if stamp:
            figure.text(0.01, 0.01, stamp, ha="left", va="bottom", fontsize=6.5, color="#7a1020")
        buffer = io.BytesIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": "lupustrial"})
    return buffer.getvalue()


def _draw_row(axes: Any, height: float, prediction: Prediction) -> None:
    low, middle, high = prediction.null
    axes.barh(height, high - low, left=low, height=0.62, color=_BAND, zorder=0)
    axes.plot([middle, middle], [height - 0.31, height + 0.31], color=_QUIET, linewidth=1, zorder=1)
    axes.plot([prediction.lower, prediction.upper], [height, height], color=_SEEN, linewidth=1.8, zorder=2)
    axes.plot(prediction.auc, height, marker="o", markersize=6.5, color=_SEEN, zorder=3, clip_on=False)
