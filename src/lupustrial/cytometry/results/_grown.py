"""A region with its edges drawn outward or inward."""

from __future__ import annotations

import math
from collections.abc import Mapping

from lupustrial.cytometry._regions import Ellipse, Every, Interval, Polygon, Region

#: An ellipse is never shrunk below this share of its size, since it would have no area.
_LEAST = 0.05


def grown(region: Region, steps: Mapping[str, float]) -> Region:
    """Return the region with its edges moved outward by `steps` in each column; inward where negative.

    The ends of an interval move by the step; a polygon and an ellipse are scaled about their middle so that
    their extent in a column grows by the step on either side. What is taken out of a region shrinks where
    it grows.
    """
    if isinstance(region, Interval):
        step = steps[region.column]
        low, high = region.low, region.high
        return Interval(
            column=region.column,
            low=None if low is None else low - step,
            high=None if high is None else high + step,
        )
    if isinstance(region, Polygon):
        xs, ys = zip(*region.vertices, strict=True)
        x, y = _scaled(xs, steps[region.x]), _scaled(ys, steps[region.y])
        return Polygon(x=region.x, y=region.y, vertices=tuple(zip(x, y, strict=True)))
    if isinstance(region, Ellipse):
        return _ellipse(region, steps)
    return Every(
        of=tuple(grown(each, steps) for each in region.of),
        out=tuple(grown(each, {name: -step for name, step in steps.items()}) for each in region.out),
    )


def _scaled(values: tuple[float, ...], step: float) -> tuple[float, ...]:
    middle, reach = (max(values) + min(values)) / 2, (max(values) - min(values)) / 2
    factor = max(0.0, (reach + step) / reach) if reach > 0 else 1.0
    return tuple(middle + (value - middle) * factor for value in values)


def _ellipse(region: Ellipse, steps: Mapping[str, float]) -> Ellipse:
    (a, b), (c, d) = region.covariance
    x, y = (
        max(_LEAST, 1 + steps[column] / math.sqrt(region.distance * variance))
        for column, variance in ((region.x, a), (region.y, d))
    )
    covariance = ((a * x * x, b * x * y), (c * x * y, d * y * y))
    return Ellipse(
        x=region.x, y=region.y, centre=region.centre, covariance=covariance, distance=region.distance
    )
