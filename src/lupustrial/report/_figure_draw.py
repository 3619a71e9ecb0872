"""Figures by visit: lines with intervals, bars, boxes. Hollow marks are results that are not published."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from typing import Any

from lupustrial.report._figure_style import AXES, HEIGHT, INK, QUIET, TREATED, WIDTH, Look, look
from lupustrial.report._series import Plot, Series
from lupustrial.study import Study

_DODGE = 0.22  # weeks between the arms' marks
_PERCENT = 100.0
_NAME_WIDTH = 12  # characters of an arm's name on one line beside the axes


def draw_plot(study: Study, plot: Plot) -> Any:
    """Draw a filled figure shell and return the matplotlib figure."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, HEIGHT))
    axes = figure.add_axes(AXES)  # the same in every panel, so that panels align
    if plot.display.figure in ("bars", "box by visit"):
        _draw_groups(axes, plot)
    else:
        _draw_lines(axes, study, plot)
    axes.set_ylabel(plot.display.ylabel)
    axes.set_xlabel("Week")
    return figure


def _draw_lines(axes: Any, study: Study, plot: Plot) -> None:
    weeks = plot.display.weeks
    for start, end in treated_weeks(study):
        axes.axvspan(start, end, color=TREATED, linewidth=0, zorder=0)
    count = len(plot.series)
    for index, series in enumerate(plot.series):
        arm = look(index, count)
        shift = (index - (count - 1) / 2) * _DODGE
        x = [point.week + shift for point in series.points]
        axes.plot(
            x, [point.centre for point in series.points], color=arm.colour, linestyle=arm.line, zorder=2
        )
        if plot.display.figure == "lines by visit":
            _draw_participants(axes, series, arm, shift)
        for position, point in zip(x, series.points, strict=True):
            axes.plot([position] * 2, [point.low, point.high], color=arm.colour, linewidth=0.8, zorder=1.5)
            axes.plot(
                position,
                point.centre,
                marker=arm.marker,
                markersize=4.6,
                markeredgecolor=arm.colour,
                markeredgewidth=1.1,
                markerfacecolor=arm.colour if point.outcome.published else "white",
                zorder=3,
            )
    _scale(axes, plot)
    first, last = min(weeks), max(weeks)
    axes.set_xlim(min(first, 0) - 0.8, last + 0.8)
    axes.set_xticks(weeks)
    _stars(axes, plot, [float(week) for week in weeks])
    _name_lines(axes, plot)
    _changes(axes, plot)


def _draw_participants(axes: Any, series: Series, arm: Look, shift: float) -> None:
    """Draw the band of the means, and a thin line for each participant behind it."""
    x = [point.week + shift for point in series.points]
    low, high = ([getattr(point, end) for point in series.points] for end in ("low", "high"))
    axes.fill_between(x, low, high, color=arm.colour, alpha=0.22, linewidth=0, zorder=1.2)
    for line in series.lines:
        weeks, values = zip(*line, strict=True)
        axes.plot(
            [week + shift for week in weeks],
            values,
            color=arm.colour,
            linestyle=arm.line,
            linewidth=0.35,
            alpha=0.45,
            zorder=1,
        )


def _draw_groups(axes: Any, plot: Plot) -> None:
    """Bars or boxes side by side, the weeks evenly spaced."""
    weeks, count = plot.display.weeks, len(plot.series)
    width = 0.76 / count
    for index, series in enumerate(plot.series):
        arm = look(index, count)
        for point in series.points:
            middle = weeks.index(point.week) + (index - (count - 1) / 2) * width
            paint = {
                "facecolor": arm.fill if point.outcome.published else "white",
                "edgecolor": arm.colour,
                "hatch": arm.hatch,
                "linewidth": 1.0,
                "linestyle": "-" if point.outcome.published else (0, (2.5, 1.5)),
                "zorder": 2,
            }
            if point.range is None:
                axes.bar(middle, point.centre, width * 0.92, **paint)
                ends = (point.low, point.high)
                axes.plot([middle] * 2, ends, color=INK, linewidth=0.9, zorder=3)
                continue
            low, high = point.range
            axes.plot([middle] * 2, [low, point.low], color=arm.colour, linewidth=1.0, zorder=1.5)
            axes.plot([middle] * 2, [point.high, high], color=arm.colour, linewidth=1.0, zorder=1.5)
            box = width * 0.8
            axes.bar(middle, point.high - point.low, box, bottom=point.low, **{**paint, "hatch": ""})
            if point.significant:
                axes.text(middle, high, "*", ha="center", va="bottom", fontsize=11, color=arm.colour)
            line = "white" if paint["facecolor"] == arm.colour else arm.colour
            axes.plot(
                [middle - box / 2 * 0.94, middle + box / 2 * 0.94],
                [point.centre] * 2,
                color=line,
                linewidth=1.8,
                zorder=3,
            )
    axes.set_xticks(range(len(weeks)), [str(week) for week in weeks])
    axes.set_xlim(-0.55, len(weeks) - 0.45)
    _scale(axes, plot)
    _stars(axes, plot, [float(place) for place in range(len(weeks))])
    _legend(axes, plot.series)


def _scale(axes: Any, plot: Plot) -> None:
    """Percentages run from 0 to 100; other scales begin at 0 unless that wastes half the height."""
    ends = [end for series in plot.series for point in series.points for end in _ends(point)]
    ends += [value for series in plot.series for line in series.lines for _, value in line]
    if not ends:
        return
    if plot.stats[0] == "percent":
        axes.set_ylim(0, _PERCENT * 1.06)
        axes.set_yticks(range(0, 101, 20))
        return
    low, high = min(ends), max(ends)
    span = high - min(0.0, low) if low < high / 2 else high - low
    bottom = min(0.0, low) if low < high / 2 else low - span * 0.08
    axes.set_ylim(bottom, high + max(span, 1e-9) * 0.14)


def _ends(point: Any) -> tuple[float, float]:
    return point.range or (point.low, point.high)


def _stars(axes: Any, plot: Plot, places: Sequence[float]) -> None:
    """Mark the weeks at which the arms differ, above the marks of both."""
    bottom, top = axes.get_ylim()
    lift = (top - bottom) * 0.012
    for week, place in zip(plot.display.weeks, places, strict=True):
        points = [point for series in plot.series for point in series.points if point.week == week]
        if week in plot.stars and points:
            height = max(_ends(point)[1] for point in points)
            axes.text(place, height + lift, "*", ha="center", va="baseline", fontsize=11, color=INK)


def _changes(axes: Any, plot: Plot) -> None:
    """Star changes within an arm in a row of its own above the lines, named at its end."""
    bottom, top = axes.get_ylim()
    rows = [index for index, series in enumerate(plot.series) if any(p.significant for p in series.points)]
    if not rows:
        return
    step = (top - bottom) * 0.075
    axes.set_ylim(bottom, top + step * len(rows))
    for row, index in enumerate(rows):
        series, arm = plot.series[index], look(index, len(plot.series))
        height = top + step * (len(rows) - row - 0.6)
        text = {"va": "center", "color": arm.colour}
        for point in series.points:
            if point.significant:
                axes.text(point.week, height - step * 0.28, "*", ha="center", fontsize=11, **text)
        axes.annotate(
            f"* {textwrap.shorten(series.label, _NAME_WIDTH, placeholder='…')}",
            (max(plot.display.weeks) + 0.7, height),
            xytext=(3, 0),
            textcoords="offset points",
            fontsize=7,
            annotation_clip=False,
            **text,
        )


def _name_lines(axes: Any, plot: Plot) -> None:
    """Write each arm's name at the end of its line, apart from one another."""
    bottom, top = axes.get_ylim()
    line = (top - bottom) * 0.07
    ends = sorted(
        (series.points[-1].centre, index, textwrap.fill(series.label, _NAME_WIDTH))
        for index, series in enumerate(plot.series)
        if series.points
    )
    free = -math.inf  # the height from which upwards there is room
    for centre, index, name in ends:
        half = line * (name.count("\n") + 1) / 2
        height = max(centre, free + half)
        free = height + half
        axes.annotate(
            name,
            (max(plot.display.weeks) + 0.7, height),
            xytext=(3, 0),
            textcoords="offset points",
            va="center",
            color=look(index, len(plot.series)).colour,
            fontweight="bold",
            fontsize=7.5,
            annotation_clip=False,
        )


def _legend(axes: Any, series: Sequence[Series]) -> None:
    from matplotlib.patches import Patch

    looks: list[Look] = [look(index, len(series)) for index in range(len(series))]
    handles = [
        Patch(facecolor=arm.fill, edgecolor=arm.colour, hatch=arm.hatch, label=one.label)
        for arm, one in zip(looks, series, strict=True)
    ]
    legend = axes.legend(
        handles=handles,
        loc="lower left",
        bbox_to_anchor=(0.0, 1.0),
        ncols=len(series),
        frameon=False,
        fontsize=7.5,
        handlelength=1.6,
        borderaxespad=0.2,
        columnspacing=1.4,
    )
    for text, arm in zip(legend.get_texts(), looks, strict=True):
        text.set_color(arm.colour if arm.colour != QUIET else INK)
        text.set_fontweight("bold")


def treated_weeks(study: Study) -> tuple[tuple[float, float], ...]:
    """Return the spans of weeks, counted from the first dose, in which study drug is injected."""
    dosing = next((arm.dosing for arm in study.arms if arm.dosing is not None), None)
    if dosing is None:
        return ()
    length = dosing.injections * dosing.every_days / 7
    return tuple(
        (cycle * dosing.cycle_days / 7, cycle * dosing.cycle_days / 7 + length)
        for cycle in range(dosing.cycles)
    )
