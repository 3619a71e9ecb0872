"""Lines over visits or time: each series has its own marker and dash, so that colour is never needed."""

from __future__ import annotations

from django.utils.safestring import SafeString

from lupustrial.capture.charts._model import Chart, Series
from lupustrial.capture.charts._parts import Frame, axes, drawn, figure, frame_of, joined, legend
from lupustrial.capture.charts._scale import scale

_DASHES = ("", "7 4", "2 3", "9 3 2 3", "12 4", "4 2 1 2")
# Paths about 0, 0.
_MARKERS = (
    "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0Z",
    "M-4 -4H4V4H-4Z",
    "M0 -5L5 4H-5Z",
    "M0 -5.5L5.5 0L0 5.5L-5.5 0Z",
    "M0 5L-5 -4H5Z",
    "M-4 -1.5H-1.5V-4H1.5V-1.5H4V1.5H1.5V4H-1.5V1.5H-4Z",
)
_MARGIN = 18


def line_chart(chart: Chart) -> SafeString:
    """Return a chart of lines; a value that is None leaves a gap.

    Returns:
        A ``<figure>``: title, SVG with title and description, and the values as a table in a fold. The page
        links ``capture/charts.css``.
    """
    keys, rows = legend([(_key(number), one.label) for number, one in enumerate(chart.series)])
    values = chart.values or (0.0,)
    frame = frame_of(chart, low=min(0, *values), high=max(values), rows=rows)
    places = _places(chart, frame)
    lines = joined(_line(chart, one, number, frame, places) for number, one in enumerate(chart.series))
    return figure(chart, joined([keys, axes(chart, frame, places), lines]), frame.height)


def _places(chart: Chart, frame: Frame) -> list[float]:
    count = len(chart.categories)
    left, right = frame.left + _MARGIN, frame.right - _MARGIN
    if chart.positions and max(chart.positions) > min(chart.positions):
        along = scale(min(chart.positions), max(chart.positions), start=left, end=right, fixed=True)
        return [along(position) for position in chart.positions]
    return [left + (right - left) * (place / max(1, count - 1)) for place in range(count)]


def _line(chart: Chart, series: Series, number: int, frame: Frame, places: list[float]) -> SafeString:
    path, markers, lifted = [], [], True
    for category, value, x in zip(chart.categories, series.values, places, strict=True):
        if value is None:
            lifted = True
            continue
        y = frame.y(value)
        path.append(f"{'M' if lifted else 'L'}{x:.1f} {y:.1f}")
        lifted = False
        markers.append(
            drawn(
                '<path class="chart-point chart-{}" transform="translate({} {})" d="{}">'
                "<title>{}, {}: {}</title></path>",
                number + 1, x, y, _MARKERS[number],
                series.label, category, chart.text(value),
            )
        )  # fmt: skip
    return drawn("{}{}", _stroke(number, " ".join(path)), joined(markers))


def _stroke(number: int, path: str) -> SafeString:
    return drawn(
        '<path class="chart-line chart-{}" d="{}" stroke-dasharray="{}"/>',
        number + 1,
        path or "M0 0",
        _DASHES[number] or "none",
    )


def _key(number: int) -> SafeString:
    return drawn(
        '{}<path class="chart-point chart-{}" transform="translate(12 0)" d="{}"/>',
        _stroke(number, "M0 0H24"),
        number + 1,
        _MARKERS[number],
    )
