"""Regions: where a gate lies, in the display scale of a tube's columns.

A region knows nothing of how it was found. It contains an event or not; its plain form (:func:`as_plain`) is
what is hashed, stored and exported. An event with a value that is not a number is in no region.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from lupustrial.cytometry._fast import loops

Mask = NDArray[np.bool_]

#: Decimals to which an edge is written: a step far below the resolution of any instrument.
_DECIMALS = 9


class Columns(Protocol):
    """What a region asks of a tube."""

    def column(self, name: str) -> NDArray[np.float32]:
        """Return the values of a column in display scale, one for each event."""
        ...


@dataclass(frozen=True, kw_only=True)
class Interval:
    """Values of one column in [low, high); an open end is None."""

    column: str
    low: float | None = None
    high: float | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it looks at."""
        return (self.column,)

    def contains(self, tube: Columns) -> Mask:
        """Return for each event whether it lies inside."""
        values = tube.column(self.column)
        inside = ~np.isnan(values)
        if self.low is not None:
            inside &= values >= self.low
        if self.high is not None:
            inside &= values < self.high
        return inside

    def as_plain(self) -> dict[str, Any]:
        """Return it as values of JSON."""
        low, high = (None if end is None else _written(end) for end in (self.low, self.high))
        return {"shape": "interval", "column": self.column, "low": low, "high": high}


@dataclass(frozen=True, kw_only=True)
class Polygon:
    """Inside a polygon of two columns, by the rule of crossings.

    An event exactly on the edge may fall either way; `exchange` counts it inside, as Gating-ML 2.0 (5.1.2)
    does.
    """

    x: str
    y: str
    vertices: tuple[tuple[float, float], ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it looks at."""
        return (self.x, self.y)

    def contains(self, tube: Columns) -> Mask:
        """Return for each event whether it lies inside."""
        return inside_polygon(tube.column(self.x), tube.column(self.y), np.asarray(self.vertices, float))

    def as_plain(self) -> dict[str, Any]:
        """Return it as values of JSON."""
        points = [[_written(x), _written(y)] for x, y in self.vertices]
        return {"shape": "polygon", "x": self.x, "y": self.y, "vertices": points}


@dataclass(frozen=True, kw_only=True)
class Ellipse:
    """Squared Mahalanobis distance from a centre of at most `distance` (Gating-ML 2.0, 5.1.3)."""

    x: str
    y: str
    centre: tuple[float, float]
    covariance: tuple[tuple[float, float], tuple[float, float]]
    distance: float

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it looks at."""
        return (self.x, self.y)

    def contains(self, tube: Columns) -> Mask:
        """Return for each event whether it lies inside."""
        dx = tube.column(self.x).astype(np.float64) - self.centre[0]
        dy = tube.column(self.y).astype(np.float64) - self.centre[1]
        (a, b), (c, d) = np.linalg.inv(np.asarray(self.covariance, float))
        squared: NDArray[np.float64] = a * dx * dx + (b + c) * dx * dy + d * dy * dy
        return np.asarray(squared <= self.distance)

    def as_plain(self) -> dict[str, Any]:
        """Return it as values of JSON."""
        return {
            "shape": "ellipse", "x": self.x, "y": self.y, "centre": [_written(v) for v in self.centre],
            "covariance": [[_written(v) for v in row] for row in self.covariance],
            "distance": _written(self.distance),
        }  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Every:
    """Events that lie in all of several regions; in none of those under `out`."""

    of: tuple[Region, ...] = ()
    out: tuple[Region, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it looks at, each once."""
        return tuple(dict.fromkeys(name for region in (*self.of, *self.out) for name in region.columns))

    def contains(self, tube: Columns) -> Mask:
        """Return for each event whether it lies inside."""
        inside = [region.contains(tube) for region in self.of]
        inside += [~region.contains(tube) for region in self.out]
        every: Mask = np.logical_and.reduce(inside)
        return every

    def as_plain(self) -> dict[str, Any]:
        """Return it as values of JSON."""
        return {
            "shape": "every",
            "of": [region.as_plain() for region in self.of],
            "out": [region.as_plain() for region in self.out],
        }


Region = Interval | Polygon | Ellipse | Every


def region_from(plain: Mapping[str, Any]) -> Region:
    """Return the region of a plain form; KeyError or ValueError where it is none."""
    shape = plain["shape"]
    if shape == "interval":
        return Interval(column=plain["column"], low=plain["low"], high=plain["high"])
    if shape == "polygon":
        return Polygon(x=plain["x"], y=plain["y"], vertices=tuple((x, y) for x, y in plain["vertices"]))
    if shape == "ellipse":
        (a, b), (c, d) = plain["covariance"]
        x, y = plain["centre"]
        return Ellipse(
            x=plain["x"], y=plain["y"], centre=(x, y), covariance=((a, b), (c, d)), distance=plain["distance"]
        )
    if shape == "every":
        of, out = (tuple(region_from(each) for each in plain[key]) for key in ("of", "out"))
        return Every(of=of, out=out)
    raise ValueError(f"no region has the shape {shape!r}")


def inside_polygon(
    x: NDArray[np.floating[Any]], y: NDArray[np.floating[Any]], vertices: NDArray[np.float64]
) -> Mask:
    """Return for each point whether a ray to the right crosses the polygon an odd number of times."""
    inside = np.zeros(x.shape, dtype=np.bool_)
    fast = loops(x.size)
    if fast is not None:
        fast.inside_polygon(x, y, vertices, inside)
        return inside
    near = np.flatnonzero(
        (x >= vertices[:, 0].min()) & (x <= vertices[:, 0].max())
        & (y >= vertices[:, 1].min()) & (y <= vertices[:, 1].max())
    )  # fmt: skip
    px, py = x[near].astype(np.float64), y[near].astype(np.float64)
    found = np.zeros(near.shape, dtype=np.bool_)
    for (x1, y1), (x2, y2) in zip(vertices, np.roll(vertices, -1, axis=0), strict=True):
        if y1 == y2:
            continue
        spans = (py < y1) != (py < y2)
        found ^= spans & (px < x1 + (py - y1) * (x2 - x1) / (y2 - y1))
    inside[near] = found
    return inside


def _written(value: float) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise ValueError("an edge of a region is not a number")
    return round(number, _DECIMALS)
