"""Polygons that hold their own edge, as Gating-ML 2.0 (5.1.2) has it and FlowJo's bins need it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lupustrial.cytometry._regions import Columns, Mask, Polygon

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class ClosedPolygon(Polygon):
    """A polygon with its edge: an event that lies exactly on it is inside."""

    def contains(self, tube: Columns) -> Mask:
        """Return for each event whether it lies inside or on the edge."""
        inside = super().contains(tube)
        outside = np.flatnonzero(~inside)
        x, y = (tube.column(name)[outside].astype(np.float64) for name in (self.x, self.y))
        inside[outside] = _on_edge(x, y, np.asarray(self.vertices, float))
        return inside


def _on_edge(x: Array, y: Array, vertices: Array) -> Mask:
    on = np.zeros(x.shape, dtype=np.bool_)
    (left, low), (right, high) = vertices.min(axis=0), vertices.max(axis=0)
    near = np.flatnonzero((x >= left) & (x <= right) & (y >= low) & (y <= high))
    x, y = x[near], y[near]
    found = np.zeros(near.shape, dtype=np.bool_)
    for (x1, y1), (x2, y2) in zip(vertices, np.roll(vertices, -1, axis=0), strict=True):
        crossed = (x2 - x1) * (y - y1) - (y2 - y1) * (x - x1)
        between = (x >= min(x1, x2)) & (x <= max(x1, x2)) & (y >= min(y1, y2)) & (y <= max(y1, y2))
        found |= between & (crossed == 0)
    on[near] = found
    return on
