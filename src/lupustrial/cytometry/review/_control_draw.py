"""A control chart as SVG: mean, limits, points in the order of the batches, rejected ones marked by shape."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from lupustrial.cytometry.review._westgard import ControlChart, Judged

_WIDTH, _HEIGHT = 720, 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 62, 14, 214
_LEAST_GAP = 54  # between two labels of batches
_SPREAD = 3.6  # standard deviations to which the axis goes at least


def draw_control(chart: ControlChart, *, ident: str) -> str:
    """Draw a control chart; `ident` is the id of its title on the page. The same bytes for the same chart."""
    low, high = _ends(chart)
    wide, tall = _WIDTH - _LEFT - _RIGHT, _BOTTOM - _TOP
    parts = [
        f'<title id="{ident}">{escape(_described(chart))}</title>',
        f'<rect class="field" x="{_LEFT}" y="{_TOP}" width="{wide}" height="{tall}"/>',
    ]
    parts += _limits(chart, low, high)
    places = [_x(at, len(chart.points)) for at in range(len(chart.points))]
    heights = [_y(judged.point.value, low, high) for judged in chart.points]
    if len(places) > 1:
        line = "L".join(f"{x:.1f} {y:.1f}" for x, y in zip(places, heights, strict=True))
        parts.append(f'<path class="course" d="M{line}"/>')
    parts += [_mark(judged, x, y) for judged, x, y in zip(chart.points, places, heights, strict=True)]
    parts += _labels(chart, places)
    return (
        f'<svg class="control" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-labelledby="{ident}">'
        f"{''.join(parts)}</svg>"
    )


def _described(chart: ControlChart) -> str:
    rejected = [judged for judged in chart.points if judged.rejected]
    values = [judged.point.value for judged in chart.points]
    told = f"{chart.name}: {len(values)} measurements of the technical control, "
    told += f"{min(values):.2f} to {max(values):.2f} {chart.unit}"
    if chart.mean is not None:
        told += f", mean {chart.mean:.2f}, SD {chart.sd:.2f}"
    if not rejected:
        return f"{told}. No rule that rejects is broken."
    each = "; ".join(f"batch {one.point.batch} {', '.join(one.broken)}" for one in rejected)
    return f"{told}. Broken: {each}."


def _ends(chart: ControlChart) -> tuple[float, float]:
    values = [judged.point.value for judged in chart.points]
    if chart.mean is not None and chart.sd is not None:
        values += [chart.mean - _SPREAD * chart.sd, chart.mean + _SPREAD * chart.sd]
    low, high = min(values), max(values)
    room = (high - low) * 0.04 or 1.0
    return low - room, high + room


def _x(at: int, count: int) -> float:
    return _LEFT + (_WIDTH - _LEFT - _RIGHT) * (at + 0.5) / count


def _y(value: float, low: float, high: float) -> float:
    return _BOTTOM - (_BOTTOM - _TOP) * (value - low) / (high - low)


def _limits(chart: ControlChart, low: float, high: float) -> Iterator[str]:
    if chart.mean is None or chart.sd is None:
        for value in (low, (low + high) / 2, high):
            at = _y(value, low, high)
            yield f'<text class="mark" x="{_LEFT - 6}" y="{at + 4:.1f}" text-anchor="end">{value:.2f}</text>'
        return
    for steps in (-3, -2, -1, 0, 1, 2, 3):
        value = chart.mean + steps * chart.sd
        at = _y(value, low, high)
        name = "mean" if steps == 0 else f"{steps:+d} SD"
        yield (
            f'<path class="limit l{abs(steps)}" d="M{_LEFT} {at:.1f}H{_WIDTH - _RIGHT}"/>'
            f'<text class="mark" x="{_LEFT - 6}" y="{at + 4:.1f}" text-anchor="end">{value:.2f}</text>'
            f'<text class="mark" x="{_WIDTH - _RIGHT + 6}" y="{at + 4:.1f}">{name}</text>'
        )


def _mark(judged: Judged, x: float, y: float) -> str:
    if judged.rejected:
        return f'<path class="point rejected" d="M{x:.1f} {y - 7:.1f}l7 12h-14z"/>'
    kind = "point warned" if judged.broken else "point"
    return f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="4.5"/>'


def _labels(chart: ControlChart, places: list[float]) -> Iterator[str]:
    free = -1e9
    for judged, x in zip(chart.points, places, strict=True):
        if x - free >= _LEAST_GAP:
            free = x
            name = escape(judged.point.batch[:9])
            yield f'<text class="mark" x="{x:.1f}" y="{_BOTTOM + 16}" text-anchor="middle">{name}</text>'
    centre, turn = (_LEFT + _WIDTH - _RIGHT) / 2, f"translate(12 {(_TOP + _BOTTOM) / 2}) rotate(-90)"
    yield f'<text class="name" x="{centre}" y="{_HEIGHT - 8}" text-anchor="middle">Batch</text>'
    yield f'<text class="name" transform="{turn}" text-anchor="middle">{escape(chart.unit)}</text>'
