"""Carry regions to other columns and scales: what a reference tube and every export need."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lupustrial.cytometry._regions import Ellipse, Every, Interval, Polygon, Region

Array = NDArray[np.float64]

#: Corners of the polygon that stands for a curved ellipse.
CORNERS = 256
#: A corner nearer than this (display scale) to the line without it tells nothing: FlowJo has 4096 bins.
THIN = 1 / 4096
_FEWEST_CORNERS = 3
#: Sine of a turn that is none.
_STRAIGHT = 1e-6
#: A side of a polygon is cut into pieces of this length (display scale) before it is bent.
_PIECE = 1 / 256


@dataclass(frozen=True, kw_only=True)
class Carry:
    """Where values of a column go: the new column, an increasing function, whether it is a straight line."""

    column: str
    function: Callable[[Array], Array]
    straight: bool

    def point(self, value: float) -> float:
        """Return where one value goes."""
        return float(self.function(np.array([value]))[0])


def unchanged(column: str) -> Carry:
    """Return what leaves values as they are, in a column of another name."""
    return Carry(column=column, function=lambda values: values, straight=True)


def carried(region: Region, carries: Mapping[str, Carry]) -> Region:
    """Return a region in other columns.

    Intervals, and all regions over straight columns, hold the same events as before. A side of a polygon that
    is bent becomes pieces of 1/256 of the axis, an ellipse a polygon of 256 corners.
    """
    if isinstance(region, Every):
        of, out = (tuple(carried(each, carries) for each in part) for part in (region.of, region.out))
        return Every(of=of, out=out)
    if isinstance(region, Interval):
        carry = carries[region.column]
        low, high = (None if end is None else carry.point(end) for end in (region.low, region.high))
        return Interval(column=carry.column, low=low, high=high)
    x, y = carries[region.x], carries[region.y]
    if isinstance(region, Ellipse) and x.straight and y.straight:
        return _moved(region, x, y)
    corners = np.array(corners_of(region) if isinstance(region, Ellipse) else region.vertices, np.float64)
    if isinstance(region, Polygon) and not (x.straight and y.straight):
        corners = _cut(corners)
    moved = zip(x.function(corners[:, 0]).tolist(), y.function(corners[:, 1]).tolist(), strict=True)
    kind = type(region) if isinstance(region, Polygon) else Polygon
    return kind(x=x.column, y=y.column, vertices=tuple(moved))


def corners_of(ellipse: Ellipse, corners: int = CORNERS) -> tuple[tuple[float, float], ...]:
    """Return corners of a polygon on an ellipse, at even angles of its axes."""
    sizes, axes = np.linalg.eigh(np.asarray(ellipse.covariance) * ellipse.distance)
    angles = 2 * np.pi * np.arange(corners) / corners
    circle = np.column_stack([np.cos(angles), np.sin(angles)]) * np.sqrt(np.maximum(sizes, 0.0))
    return tuple((float(x), float(y)) for x, y in circle @ axes.T + np.asarray(ellipse.centre))


def thinned(region: Region, tolerance: float = THIN) -> Region:
    """Return a region whose polygons have no corner that lies within `tolerance` of the line without it.

    A reader has to look at the corners, and perhaps to move them: hundreds on one side serve nobody (Douglas
    and Peucker 1973, Cartographica 10:112).
    """
    if isinstance(region, Every):
        of, out = (tuple(thinned(each, tolerance) for each in part) for part in (region.of, region.out))
        return Every(of=of, out=out)
    if not isinstance(region, Polygon) or len(region.vertices) <= _FEWEST_CORNERS:
        return region
    corners = np.asarray(region.vertices, np.float64)
    middle = corners.mean(axis=0)
    far = int(np.argmax(((corners - middle) ** 2).sum(axis=1)))
    ring = np.concatenate([np.roll(corners, -far, axis=0), corners[far : far + 1]])
    other = int(np.argmax(((ring - ring[0]) ** 2).sum(axis=1)))
    kept = {0, other} | _needed(ring, 0, other, tolerance) | _needed(ring, other, len(ring) - 1, tolerance)
    vertices = tuple((float(x), float(y)) for x, y in _turning(ring[sorted(kept)]))
    return replace(region, vertices=vertices) if len(vertices) >= _FEWEST_CORNERS else region


def _turning(corners: Array) -> Array:
    """Return the corners at which the outline turns: a point on a side may have been the farthest of all."""
    before, after = corners - np.roll(corners, 1, axis=0), np.roll(corners, -1, axis=0) - corners
    turn = np.abs(before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0])
    return np.asarray(corners[turn > _STRAIGHT * np.hypot(*before.T) * np.hypot(*after.T)])


def _needed(ring: Array, first: int, last: int, tolerance: float) -> set[int]:
    """Return the corners between two that the line between them misses by more than the tolerance."""
    found: set[int] = set()
    spans = [(first, last)]
    while spans:
        start, end = spans.pop()
        between = ring[start + 1 : end]
        if not len(between):
            continue
        along = ring[end] - ring[start]
        length = float(np.hypot(*along))
        apart = between - ring[start]
        away = (
            np.abs(along[0] * apart[:, 1] - along[1] * apart[:, 0]) / length
            if length > 0
            else np.hypot(apart[:, 0], apart[:, 1])
        )
        farthest = int(np.argmax(away))
        if away[farthest] > tolerance:
            at = start + 1 + farthest
            found.add(at)
            spans += [(start, at), (at, end)]
    return found


def _moved(ellipse: Ellipse, x: Carry, y: Carry) -> Ellipse:
    steps = [carry.point(1.0) - carry.point(0.0) for carry in (x, y)]
    (a, b), (c, d) = (np.asarray(ellipse.covariance) * np.outer(steps, steps)).tolist()
    centre = (x.point(ellipse.centre[0]), y.point(ellipse.centre[1]))
    return Ellipse(
        x=x.column, y=y.column, centre=centre, covariance=((a, b), (c, d)), distance=ellipse.distance
    )


def _cut(corners: Array) -> Array:
    """Return the corners with points between them; a side far outside the axis is not cut finer."""
    pieces = []
    for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        count = int(min(max(1, np.ceil(np.abs(end - start).max() / _PIECE)), 256))
        pieces.append(start + (end - start) * (np.arange(count) / count)[:, None])
    return np.concatenate(pieces)
