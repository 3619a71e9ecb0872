"""How the scale of the reference is laid on that of a sample, column by column, and a region with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lupustrial.cytometry._regions import Ellipse, Every, Interval, Polygon, Region

Array = NDArray[np.float64]

#: Points put on each edge of a polygon where a warp bends.
_PIECES = 8


@dataclass(frozen=True, kw_only=True)
class Warp:
    """A rising function from the reference's values of a column to the sample's.

    With u = (x - middle) / spread, a value x goes to
    middle + spread * (shift + exp(stretch) * (u + bend(u))), where bend is linear between its knots and level
    beyond them.

    Attributes:
        column: The column.
        middle: Middle of the reference's ground, display scale.
        spread: Its robust standard deviation.
        shift: By how many spreads the sample lies higher.
        stretch: Natural logarithm of the sample's spread over the reference's.
        bends: Knots (u, bend), rising in u and in u + bend.
    """

    column: str
    middle: float
    spread: float
    shift: float = 0.0
    stretch: float = 0.0
    bends: tuple[tuple[float, float], ...] = ()

    @property
    def scale(self) -> float:
        """Factor of distances."""
        return float(np.exp(self.stretch))

    def forward(self, values: Array) -> Array:
        """Return where values of the reference lie in the sample."""
        units = (values - self.middle) / self.spread
        return np.asarray(self.middle + self.spread * (self.shift + self.scale * (units + self._bent(units))))

    def back(self, values: Array) -> Array:
        """Return where values of the sample lie in the reference."""
        units = ((values - self.middle) / self.spread - self.shift) / self.scale
        if self.bends:
            at, by = np.asarray(self.bends).T
            units = units - np.interp(units, at + by, by)
        return np.asarray(self.middle + self.spread * units)

    def _bent(self, units: Array) -> Array:
        if not self.bends:
            return np.zeros_like(units)
        at, by = np.asarray(self.bends).T
        return np.asarray(np.interp(units, at, by))

    def slope(self, value: float) -> float:
        """Return the derivative of :meth:`forward` at a value."""
        step = 1e-3 * self.spread
        low, high = self.forward(np.asarray([value - step, value + step]))
        return float((high - low) / (2 * step))

    def as_plain(self) -> dict[str, Any]:
        """Return it as values of JSON."""
        return {
            "column": self.column, "middle": round(self.middle, 9), "spread": round(self.spread, 9),
            "shift": round(self.shift, 9), "stretch": round(self.stretch, 9),
            "bends": [[round(at, 9), round(by, 9)] for at, by in self.bends],
        }  # fmt: skip


def warped(region: Region, warps: Mapping[str, Warp]) -> Region:
    """Return a region carried from the reference to the sample; a column without a warp stays.

    Ends of an interval and vertices of a polygon are carried exactly; where a warp bends, edges of a polygon
    are cut into pieces. An ellipse is carried by the slope of the warps at its centre.
    """
    if isinstance(region, Interval):
        warp = warps.get(region.column)
        low, high = (None if end is None else _one(warp, end) for end in (region.low, region.high))
        return Interval(column=region.column, low=low, high=high)
    if isinstance(region, Polygon):
        return _polygon(region, warps)
    if isinstance(region, Ellipse):
        return _ellipse(region, warps)
    of, out = (tuple(warped(each, warps) for each in part) for part in (region.of, region.out))
    return Every(of=of, out=out)


def _one(warp: Warp | None, value: float) -> float:
    return float(value) if warp is None else float(warp.forward(np.asarray([float(value)]))[0])


def _polygon(region: Polygon, warps: Mapping[str, Warp]) -> Polygon:
    points = np.asarray(region.vertices, dtype=np.float64)
    own = (warps.get(region.x), warps.get(region.y))
    if any(warp is not None and warp.bends for warp in own):
        ahead = np.roll(points, -1, axis=0)
        part = np.arange(_PIECES)[None, :, None] / _PIECES
        points = (points[:, None, :] * (1 - part) + ahead[:, None, :] * part).reshape(-1, 2)
    columns = [points[:, i] if own[i] is None else own[i].forward(points[:, i]) for i in (0, 1)]  # type: ignore[union-attr]  # None is told apart just before
    return Polygon(
        x=region.x, y=region.y,
        vertices=tuple((float(x), float(y)) for x, y in zip(*columns, strict=True)),
    )  # fmt: skip


def _ellipse(region: Ellipse, warps: Mapping[str, Warp]) -> Ellipse:
    own = (warps.get(region.x), warps.get(region.y))
    x, y = (_one(warp, at) for warp, at in zip(own, region.centre, strict=True))
    by = [1.0 if warp is None else warp.slope(at) for warp, at in zip(own, region.centre, strict=True)]
    (a, b), (c, d) = region.covariance
    covariance = ((a * by[0] ** 2, b * by[0] * by[1]), (c * by[0] * by[1], d * by[1] ** 2))
    return Ellipse(x=region.x, y=region.y, centre=(x, y), covariance=covariance, distance=region.distance)
