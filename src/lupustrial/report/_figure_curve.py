"""Drawing of a difference with its interval: by visit, or against shifts of missing values."""

from __future__ import annotations

import math
from typing import Any

from lupustrial.report._curves import Curve, CurvePoint
from lupustrial.report._figure_draw import treated_weeks
from lupustrial.report._figure_style import AXES, HEIGHT, INK, QUIET, TREATED, WIDTH
from lupustrial.report._format import decimal_text
from lupustrial.study import Study

_BAND = "#d9d9d9"
_GAP = 0.16  # of the width: from the last shift to "all missing as failures"
_ROOM = 0.08
_LABEL = 0.08  # of the width that a label needs


def draw_curve(study: Study, curve: Curve) -> Any:
    """Draw a filled curve and return the matplotlib figure."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, HEIGHT))
    left, bottom, _, height = AXES
    axes = figure.add_axes((left, bottom, 0.82, height))
    axes.set_ylabel(curve.display.ylabel)
    axes.set_xlabel("Shift" if curve.tipped else "Week")
    if not curve.points:
        axes.set_xticks([])
        axes.set_yticks([])
        axes.text(0.5, 0.5, "no results", ha="center", va="center", color=QUIET, transform=axes.transAxes)
        return figure
    axes.axhline(0, color=INK, linewidth=0.7, linestyle=(0, (4, 2)), zorder=1.3)
    if curve.tipped:
        _draw_shifts(axes, curve)
    else:
        _draw_weeks(axes, study, curve)
    ends = [0.0, *(end for point in curve.points for end in (point.lower, point.upper))]
    span = max(ends) - min(ends)
    axes.set_ylim(min(ends) - span * _ROOM, max(ends) + span * 2 * _ROOM)
    _legend(axes, curve)
    return figure


def _mark(axes: Any, x: float, point: CurvePoint, *, significant: bool) -> None:
    axes.plot(
        x,
        point.estimate,
        marker="o" if significant else "D",
        markersize=4.8 if significant else 4.0,
        markeredgecolor=INK,
        markeredgewidth=1.1,
        markerfacecolor=INK if point.outcome.published else "white",
        linestyle="none",
        zorder=3,
    )


def _draw_weeks(axes: Any, study: Study, curve: Curve) -> None:
    for start, end in treated_weeks(study):
        axes.axvspan(start, end, color=TREATED, linewidth=0, zorder=0)
    x = [point.place or 0.0 for point in curve.points]
    axes.plot(x, [point.estimate for point in curve.points], color=INK, zorder=2)
    for place, point in zip(x, curve.points, strict=True):
        axes.plot([place] * 2, [point.lower, point.upper], color=INK, linewidth=0.9, zorder=1.5)
        _mark(axes, place, point, significant=point.p_value < curve.alpha)
    axes.set_xlim(min(0.0, *x) - 0.8, max(x) + 0.8)
    axes.set_xticks(x, [point.label for point in curve.points])


def _draw_shifts(axes: Any, curve: Curve) -> None:
    """Draw the band over the shifts, worse to the right, and apart from it all missing as failures."""
    shifted = [point for point in curve.points if point.place is not None]
    x = [point.place or 0.0 for point in shifted]
    axes.fill_between(
        x, [one.lower for one in shifted], [one.upper for one in shifted], color=_BAND, linewidth=0, zorder=1
    )
    for ends in ([one.lower for one in shifted], [one.upper for one in shifted]):
        axes.plot(x, ends, color=QUIET, linewidth=0.8, linestyle="--", zorder=1.5)
    axes.plot(x, [one.estimate for one in shifted], color=INK, zorder=2)
    places, labels = list(x), [one.label for one in shifted]
    span = (x[-1] - x[0]) if x else 1.0
    for point in curve.points:
        if point.place is None:
            end = (x[-1] if x else 0.0) + span * _GAP
            axes.plot([end] * 2, [point.lower, point.upper], color=INK, linewidth=0.9, zorder=1.5)
            _mark(axes, end, point, significant=point.p_value < curve.alpha)
            places.append(end)
            labels.append(point.label)
        else:
            _mark(axes, point.place, point, significant=point.p_value < curve.alpha)
    first, last = places[0], places[-1]
    axes.set_xticks(places, _apart(places, labels))
    axes.set_xlim(first - (last - first) * _ROOM / 2, last + (last - first) * _ROOM / 2)
    if curve.tipping is not None:
        axes.axvline(curve.tipping, color=INK, linewidth=0.9, linestyle=":", zorder=1.2)
        axes.annotate(
            f"tips at {decimal_text(curve.tipping, 2)}",
            (curve.tipping, 0.02),
            xycoords=("data", "axes fraction"),
            xytext=(3, 0),
            textcoords="offset points",
            fontsize=7,
        )


def _apart(places: list[float], labels: list[str]) -> list[str]:
    """Leave labels out that would run into the one before."""
    kept, shown = -math.inf, []
    width = abs(places[-1] - places[0])
    for place, label in zip(places, labels, strict=True):
        free = abs(place - kept) >= width * _LABEL
        shown.append(label if free else "")
        kept = place if free else kept
    return shown


def _legend(axes: Any, curve: Curve) -> None:
    from matplotlib.lines import Line2D

    level = f"{curve.alpha:g}"
    handles = [
        Line2D([], [], color=INK, marker=marker, markersize=4.4, linestyle="none", label=label)
        for marker, label in (("o", f"P < {level}"), ("D", f"P ≥ {level}"))
    ]
    axes.legend(
        handles=handles,
        loc="lower left",
        bbox_to_anchor=(0.0, 1.0),
        ncols=2,
        frameon=False,
        fontsize=7.5,
        handletextpad=0.2,
        borderaxespad=0.2,
        columnspacing=1.4,
    )
