"""Bars, side by side or stacked: each series has its own hatching, so that colour is never needed."""

from __future__ import annotations

from django.utils.safestring import SafeString

from lupustrial.capture.charts._model import Chart
from lupustrial.capture.charts._parts import Frame, axes, drawn, figure, frame_of, joined, legend, text_width

# Hatching in a tile of 8 by 8; the first series is plain.
_HATCHES = (
    "",
    "M-2 2L2 -2M0 8L8 0M6 10L10 6",
    "M0 4H8",
    "M2 2H4V4H2Z M6 6H8V8H6Z",
    "M-2 6L2 10M0 0L8 8M6 -2L10 2",
    "M4 0V8",
)
_SHARE = 0.72  # of the width of a category that its bars take
_BROADEST = 64.0


def bar_chart(chart: Chart) -> SafeString:
    """Return a chart of bars, side by side where there are several series; bars begin at 0.

    Returns:
        As `line_chart`.
    """
    return _bars(chart, stacked=False)


def stacked_chart(chart: Chart) -> SafeString:
    """Return a chart of stacked bars; values are not negative, the first series lies below.

    Returns:
        As `line_chart`.
    """
    return _bars(chart, stacked=True)


def _bars(chart: Chart, *, stacked: bool) -> SafeString:
    keys, rows = legend([(_key(chart, number), one.label) for number, one in enumerate(chart.series)])
    tops = _totals(chart) if stacked else list(chart.values)
    frame = frame_of(chart, low=min([0.0, *tops]), high=max([0.0, *tops]), rows=rows)
    band = (frame.right - frame.left) / max(1, len(chart.categories))
    places = [frame.left + band * (place + 0.5) for place in range(len(chart.categories))]
    bars = [
        bar
        for place, at in enumerate(places)
        for bar in _of_category(chart, place, at, frame, band, stacked=stacked)
    ]
    hatches = joined(_hatch(chart, number) for number in range(1, len(chart.series)))
    drawing = drawn("<defs>{}</defs>{}{}{}", hatches, keys, axes(chart, frame, places), joined(bars))
    return figure(chart, drawing, frame.height)


def _totals(chart: Chart) -> list[float]:
    return [sum(one.values[place] or 0.0 for one in chart.series) for place in range(len(chart.categories))]


def _of_category(
    chart: Chart, place: int, at: float, frame: Frame, band: float, *, stacked: bool
) -> list[SafeString]:
    """Return the bars of one category."""
    beside = 1 if stacked else max(1, len(chart.series))
    width = min(_BROADEST, band * _SHARE / beside)
    bars, base = [], 0.0
    for number, one in enumerate(chart.series):
        value = one.values[place]
        if value is None:
            continue
        left = at - width * beside / 2 + (0 if stacked else number * width)
        top, bottom = frame.y(base + max(value, 0)), frame.y(base + min(value, 0))
        title = f"{one.label}, {chart.categories[place]}: {chart.text(value)}"
        bars.append(_bar(chart, number, (left, top, width, bottom - top), title))
        if beside == 1 and not stacked and width > text_width(chart.text(value)):
            bars.append(_figure(chart.text(value), at, top))
        if stacked:
            base += value
    return bars


def _bar(chart: Chart, number: int, box: tuple[float, float, float, float], title: str) -> SafeString:
    shape = drawn('x="{}" y="{}" width="{}" height="{}"', *box)
    plain = drawn('<rect class="chart-bar chart-{}" {}><title>{}</title></rect>', number + 1, shape, title)
    if not _HATCHES[number]:
        return plain
    over = drawn('<rect class="chart-hatching" {} fill="url(#{}-h{})"/>', shape, chart.id, number)
    return plain + over


def _figure(text: str, at: float, top: float) -> SafeString:
    return drawn(
        '<text class="chart-mark" x="{}" y="{}" text-anchor="middle">{}</text>',
        at, top - 4, text,
    )  # fmt: skip


def _hatch(chart: Chart, number: int) -> SafeString:
    return drawn(
        '<pattern id="{}-h{}" width="8" height="8" patternUnits="userSpaceOnUse">'
        '<path class="chart-hatch" d="{}"/></pattern>',
        chart.id, number, _HATCHES[number],
    )  # fmt: skip


def _key(chart: Chart, number: int) -> SafeString:
    return _bar(chart, number, (0, -7, 22, 14), chart.series[number].label)
