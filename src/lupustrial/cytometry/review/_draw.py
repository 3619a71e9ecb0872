"""A view as a small SVG with the gate drawn: no script, no style of its own, the same bytes each time.

Colours come from classes (``templates/review.css``), so that a page may be light or dark.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from lupustrial.cytometry._regions import Ellipse, Interval, Polygon, Region
from lupustrial.cytometry.review._view import View, leaves_of

WIDTH, HEIGHT = 260, 236
_LEFT, _TOP, _PLOT_X, _PLOT_Y = 40, 8, 212, 186
_LEVELS = 6
_KERNEL = np.array([1, 4, 6, 4, 1]) / 16
_FAINT = 0.15  # smoothed events of a bin below which it stays empty
_ROUND = 48  # corners of a drawn ellipse
_PLANE = 2


@dataclass(frozen=True, kw_only=True)
class Axes:
    """The ends of the axes of a drawing; one or two of each."""

    low: tuple[float, ...]
    high: tuple[float, ...]

    def x(self, value: float) -> float:
        """Return where a value of the first column lies in the drawing."""
        return _LEFT + _PLOT_X * (value - self.low[0]) / (self.high[0] - self.low[0])

    def y(self, value: float) -> float:
        """Return where a value of the second column lies in the drawing."""
        return _TOP + _PLOT_Y * (1 - (value - self.low[1]) / (self.high[1] - self.low[1]))


def axes_of(views: Sequence[View]) -> Axes:
    """Return axes that hold all of several views of the same columns, so that drawings can be compared."""
    return Axes(
        low=tuple(min(ends) for ends in zip(*(view.low for view in views), strict=True)),
        high=tuple(max(ends) for ends in zip(*(view.high for view in views), strict=True)),
    )


def draw_view(
    view: View, region: Region, *, title: str, ident: str, axes: Axes | None = None, was: Region | None = None
) -> str:
    """Draw a view with a gate.

    Args:
        view: The events.
        region: The gate.
        title: What the drawing shows, in words and numbers, for who does not see it.
        ident: Id of its title on the page.
        axes: Axes that several drawings share; those of the view where None.
        was: The gate before it was edited, drawn with dashes; None where there is none.

    Returns:
        One ``<svg>`` element.
    """
    shared = axes or Axes(low=view.low, high=view.high)
    cells = _plane(view, shared) if len(view.columns) == _PLANE else _curve(view, shared)
    lines = [] if was is None else list(_gate(was, view, shared, "gate-was"))
    parts = "".join([*_grid(view, shared), cells, *lines, *_gate(region, view, shared, "gate")])
    clip = (f'<clipPath id="{ident}-clip"><rect x="{_LEFT}" y="{_TOP}" width="{_PLOT_X}" '
            f'height="{_PLOT_Y}"/></clipPath>')  # fmt: skip
    return (
        f'<svg class="view" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="{ident}">'
        f'<title id="{ident}">{escape(title)}</title>{clip}'
        f'<rect class="field" x="{_LEFT}" y="{_TOP}" width="{_PLOT_X}" height="{_PLOT_Y}"/>'
        f'<g clip-path="url(#{ident}-clip)">{parts}</g>{"".join(_labels(view, shared))}</svg>'
    )


def _plane(view: View, axes: Axes) -> str:
    """Draw two columns: one path for each level of density, made of runs along the rows of bins."""
    bins_x, bins_y = view.counts.shape
    left, right = axes.x(view.low[0]), axes.x(view.high[0])
    top, bottom = axes.y(view.high[1]), axes.y(view.low[1])
    move = (
        f"translate({left:.2f} {top:.2f}) scale({(right - left) / bins_x:.5f} {(bottom - top) / bins_y:.5f})"
    )
    if view not in _PATHS:
        _PATHS[view] = _paths(view)
    return f'<g transform="{move}" shape-rendering="crispEdges">{_PATHS[view]}</g>'


#: The paths of a view, which is drawn on its contact sheet and on the page of its tube.
_PATHS: WeakKeyDictionary[View, str] = WeakKeyDictionary()


def _paths(view: View) -> str:
    levels = _levels(_smooth(_smooth(view.counts.astype(float), 0), 1))
    paths = []
    for level in range(1, _LEVELS + 1):
        runs = "".join(_runs(levels == level))
        if runs:
            paths.append(f'<path class="d{level}" d="{runs}"/>')
    return "".join(paths)


def _runs(wanted: NDArray[np.bool_]) -> list[str]:
    """Return the runs of bins that are wanted, row by row from the top."""
    rows = wanted.T[::-1]
    steps = np.diff(np.pad(rows, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    starts, stops = np.argwhere(steps == 1).tolist(), np.argwhere(steps == -1)[:, 1].tolist()
    return [
        f"M{start} {row}h{stop - start}v1h{start - stop}z"
        for (row, start), stop in zip(starts, stops, strict=True)
    ]


def _levels(smooth: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return levels 1 to 6, even steps of the logarithm of the density; 0 where there is next to nothing."""
    most = max(float(smooth.max()), 1.0)
    scaled = np.log1p(smooth) / math.log1p(most) * _LEVELS
    return np.where(smooth < _FAINT, 0, np.clip(np.ceil(np.round(scaled, 9)), 1, _LEVELS)).astype(np.int64)


def _curve(view: View, axes: Axes) -> str:
    """Draw one column: a step for each bin, its height the square root of the events in it."""
    heights = np.sqrt(_smooth(view.counts.astype(float), 0))
    heights = heights / max(float(heights.max()), 1.0)
    bins = len(heights)
    left, right = axes.x(view.low[0]), axes.x(view.high[0])
    bottom = _TOP + _PLOT_Y
    points = [
        f"{left + (right - left) * (place + 0.5) / bins:.1f} {bottom - 0.94 * _PLOT_Y * height:.1f}"
        for place, height in enumerate(heights.tolist())
    ]
    return f'<path class="d3" d="M{left:.1f} {bottom}L{" ".join(points)} {right:.1f} {bottom}z"/>'


def _smooth(values: NDArray[np.float64], axis: int) -> NDArray[np.float64]:
    padded = np.pad(values, [(2, 2) if each == axis else (0, 0) for each in range(values.ndim)])
    length = values.shape[axis]
    parts = [weight * np.take(padded, range(at, at + length), axis=axis) for at, weight in enumerate(_KERNEL)]
    return np.asarray(sum(parts))


def _gate(region: Region, view: View, axes: Axes, name: str) -> Iterator[str]:
    outlines = [
        (path, name if inside else f"{name} gate-out")
        for leaf, inside in leaves_of(region)
        if set(leaf.columns) <= set(view.columns)
        for path in _outline(leaf, view, axes)
    ]
    for path, _ in outlines:
        yield f'<path class="halo" d="{path}"/>'
    for path, kind in outlines:
        yield f'<path class="{kind}" d="{path}"/>'


def _outline(leaf: Region, view: View, axes: Axes) -> Iterator[str]:
    if isinstance(leaf, Interval):
        yield from _edges(leaf, view, axes)
        return
    points: Sequence[tuple[float, float]] = ()
    if isinstance(leaf, Polygon):
        points = leaf.vertices
    elif isinstance(leaf, Ellipse):
        points = _around(leaf)
    if leaf.columns != view.columns:
        points = [(y, x) for x, y in points]
    yield "M" + "L".join(f"{axes.x(x):.1f} {axes.y(y):.1f}" for x, y in points) + "z"


def _edges(leaf: Interval, view: View, axes: Axes) -> Iterator[str]:
    """Give each edge of an interval as a line across, with a tick that points inside."""
    upright = leaf.column == view.columns[0]
    right, bottom = _LEFT + _PLOT_X, _TOP + _PLOT_Y
    for edge, side in ((leaf.low, 1), (leaf.high, -1)):
        if edge is None:
            continue
        tip, back = 12 * side, 4 * side
        if upright:
            at = axes.x(edge)
            yield f"M{at:.1f} {_TOP}V{bottom}M{at:.1f} {_TOP + 12}h{tip}l{-back} -4m{back} 4l{-back} 4"
        else:
            at = axes.y(edge)
            yield f"M{_LEFT} {at:.1f}H{right}M{right - 12} {at:.1f}v{-tip}l-4 {back}m4 {-back}l4 {back}"


def _around(region: Ellipse) -> list[tuple[float, float]]:
    (a, b), (_, d) = region.covariance
    first = math.sqrt(a)  # Cholesky factor of the covariance
    second = b / first
    third = math.sqrt(max(d - second * second, 0.0))
    radius = math.sqrt(region.distance)
    turns = [2 * math.pi * place / _ROUND for place in range(_ROUND)]
    x, y = region.centre
    return [
        (x + radius * first * math.cos(t), y + radius * (second * math.cos(t) + third * math.sin(t)))
        for t in turns
    ]


def _marks(low: float, high: float) -> list[float]:
    step = 10.0 ** math.floor(math.log10(high - low))
    while (high - low) / step < 3:  # noqa: PLR2004 - fewer than three marks are no axis
        step /= 2
    while (high - low) / step > 6:  # noqa: PLR2004 - more do not fit
        step *= 2
    first = math.ceil(round(low / step, 6))
    return [round(step * k, 9) for k in range(first, math.floor(round(high / step, 6)) + 1)]


def _grid(view: View, axes: Axes) -> Iterator[str]:
    for value in _marks(axes.low[0], axes.high[0]):
        yield f'<path class="grid" d="M{axes.x(value):.1f} {_TOP}v{_PLOT_Y}"/>'
    if len(view.columns) == _PLANE:
        for value in _marks(axes.low[1], axes.high[1]):
            yield f'<path class="grid" d="M{_LEFT} {axes.y(value):.1f}h{_PLOT_X}"/>'


def _labels(view: View, axes: Axes) -> Iterator[str]:
    bottom = _TOP + _PLOT_Y
    for value in _marks(axes.low[0], axes.high[0]):
        yield _text("mark", f'x="{axes.x(value):.1f}" y="{bottom + 14}"', f"{value:g}")
    other = "events, root scale"
    if len(view.columns) == _PLANE:
        other = view.columns[1]
        for value in _marks(axes.low[1], axes.high[1]):
            at = f'x="{_LEFT - 4}" y="{axes.y(value) + 3.5:.1f}"'
            yield _text("mark", at, f"{value:g}", anchor="end")
    yield _text("name", f'x="{_LEFT + _PLOT_X / 2}" y="{HEIGHT - 8}"', view.columns[0])
    yield _text("name", f'transform="translate(11 {_TOP + _PLOT_Y / 2}) rotate(-90)"', other)


def _text(kind: str, at: str, text: str, *, anchor: str = "middle") -> str:
    return f'<text class="{kind}" {at} text-anchor="{anchor}">{escape(text)}</text>'
