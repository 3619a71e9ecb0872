"""What all charts have: frame, axes, legend, description, table. Presentation is in ``charts.css``."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from lupustrial.capture.charts._model import Chart
from lupustrial.capture.charts._scale import Scale, scale

WIDTH = 640
_LEFT, _RIGHT, _PLOT, _BELOW = 56, 14, 190, 56
_LEGEND_ROW = 20
_LETTER = 6.8  # width of a letter of the axis, in units of the drawing
_LEAST_GAP = 6


@dataclass(frozen=True, kw_only=True)
class Frame:
    """Where the plot lies: `left` to `right`, `top` to `bottom`, in a drawing of `height`."""

    left: float
    right: float
    top: float
    bottom: float
    height: float
    y: Scale


def frame_of(chart: Chart, *, low: float, high: float, rows: int) -> Frame:
    """Return the frame of a chart whose values lie between `low` and `high`, below `rows` of a legend."""
    top = 12 + rows * _LEGEND_ROW
    bottom = top + _PLOT
    if chart.levels:
        y = Scale(low=0, high=len(chart.levels) - 1, start=bottom, end=top, step=1)
    else:
        fixed = chart.low is not None and chart.high is not None
        y = scale(
            low if chart.low is None else chart.low,
            high if chart.high is None else chart.high,
            start=bottom,
            end=top,
            fixed=fixed,
            whole=chart.decimals == 0,
        )
    return Frame(left=_LEFT, right=WIDTH - _RIGHT, top=top, bottom=bottom, height=bottom + _BELOW, y=y)


def drawn(template: str, *parts: object) -> SafeString:
    """Return `template` with its ``{}`` filled in: floats with one decimal, texts escaped."""
    return format_html(template, *(f"{part:.1f}" if isinstance(part, float) else part for part in parts))


def text_width(text: str) -> float:
    """Return about how wide a text is; Chinese letters are as wide as two others."""
    return sum(_LETTER * (2 if unicodedata.east_asian_width(letter) in "WF" else 1) for letter in text)


def joined(parts: Iterable[SafeString]) -> SafeString:
    """Return parts of a drawing one after the other."""
    return format_html_join("", "{}", ((part,) for part in parts))


def axes(chart: Chart, frame: Frame, places: Sequence[float]) -> SafeString:
    """Return both axes with marks and labels; labels that would overlap are left out (the table has them)."""
    marks = []
    for value in frame.y.marks:
        at = frame.y(value)
        label = chart.text(value) if chart.levels else f"{value:.{frame.y.decimals}f}"
        marks.append(
            drawn(
                '<line class="chart-grid" x1="{}" x2="{}" y1="{}" y2="{}"/>'
                '<text class="chart-mark" x="{}" y="{}" text-anchor="end">{}</text>',
                frame.left, frame.right, at, at, frame.left - 6, at + 4, label,
            )
        )  # fmt: skip
    free = -float("inf")
    for label, at in zip(chart.categories, places, strict=True):
        half = text_width(label) / 2
        if at - half < free:
            continue
        free = at + half + _LEAST_GAP
        marks.append(
            drawn(
                '<text class="chart-mark" x="{}" y="{}" text-anchor="middle">{}</text>',
                at, frame.bottom + 18, label,
            )
        )  # fmt: skip
    middle = (frame.top + frame.bottom) / 2
    return drawn(
        '{}<line class="chart-axis" x1="{}" x2="{}" y1="{}" y2="{}"/>'
        '<text class="chart-label" x="{}" y="{}" text-anchor="middle">{}</text>'
        '<text class="chart-label" transform="translate(14 {}) rotate(-90)" text-anchor="middle">{}</text>',
        joined(marks), frame.left, frame.right, frame.bottom, frame.bottom,
        (frame.left + frame.right) / 2, frame.bottom + 40, chart.x_label, middle, chart.y_label,
    )  # fmt: skip


def legend(keys: Sequence[tuple[SafeString, str]]) -> tuple[SafeString, int]:
    """Return the legend and its rows: a key (drawn about 0, 0) and a label for each series."""
    if len(keys) < 2:  # noqa: PLR2004 - one series is named by the title
        return SafeString(), 0
    x, row, made = float(_LEFT), 0, []
    for key, label in keys:
        width = 54 + text_width(label)
        if x > _LEFT and x + width > WIDTH:
            x, row = float(_LEFT), row + 1
        made.append(
            drawn(
                '<g transform="translate({} {})">{}<text class="chart-mark" x="30" y="4">{}</text></g>',
                x, 12 + row * _LEGEND_ROW, key, label,
            )
        )  # fmt: skip
        x += width
    return joined(made), row + 1


def described(chart: Chart) -> str:
    """Return the description of a chart, made from its values where it has none of its own."""
    if chart.description:
        return chart.description
    told = []
    for one in chart.series:
        known = [
            (category, value)
            for category, value in zip(chart.categories, one.values, strict=True)
            if value is not None
        ]
        if not known:
            told.append(_("%(series)s: no values.") % {"series": one.label})
            continue
        least = min(known, key=lambda pair: pair[1])
        most = max(known, key=lambda pair: pair[1])
        told.append(
            _("%(series)s: %(first)s to %(last)s, lowest %(least)s, highest %(most)s.")
            % {
                "series": one.label,
                "first": f"{known[0][0]} {chart.text(known[0][1])}",
                "last": f"{known[-1][0]} {chart.text(known[-1][1])}",
                "least": f"{chart.text(least[1])} ({least[0]})",
                "most": f"{chart.text(most[1])} ({most[0]})",
            }
        )
    return " ".join(told)


def figure(chart: Chart, drawing: SafeString, height: float) -> SafeString:
    """Return the chart as it stands on a page: title, drawing with its description, and table of values."""
    if not chart.values:
        drawing = SafeString()
    return render_to_string(
        "charts/figure.html",
        {
            "chart": chart,
            "drawing": drawing,
            "width": WIDTH,
            "height": f"{height:.0f}",
            "described": described(chart),
            "rows": list(chart.rows()),
        },
    )
