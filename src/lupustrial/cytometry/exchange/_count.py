"""Count the gates of a tree over events: exactly, or over bins as FlowJo counts polygons and ellipses.

FlowJo sets every event to one of `gateResolution` bins of each axis, and the corners of the gate too,
before it looks which events lie inside or on the edge (FlowKit issue 113 tells the effect). The rounding
was found by comparison with the counts FlowJo stored for the FlowKit line example and FlowSOM's mouse
spleen: to the nearest bin, and on a `biex` axis, which FlowJo looks up in a table, to the bin below.
Rectangles are exact. The bins serve comparison with FlowJo only.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lupustrial.cytometry._regions import Ellipse, Mask, Polygon
from lupustrial.cytometry.exchange._carry import corners_of
from lupustrial.cytometry.exchange._events import GateColumns
from lupustrial.cytometry.exchange._polygon import ClosedPolygon
from lupustrial.cytometry.exchange._tree import Drawn, Logic, Path, Tree, inside
from lupustrial.errors import CytometryError, Fault

Array = NDArray[np.float64]

#: Corners of the polygon that FlowJo makes of an ellipse.
_CORNERS = 128
_DEEPEST = 200


def masks_of(tree: Tree, columns: GateColumns, *, binned: bool = False) -> dict[Path, Mask]:
    """Return (events,) for each population, by path, in the order of the tree.

    Raises:
        CytometryError: CYTO-034 gates of logic refer to each other in a ring.
    """
    work = _Work(tree, columns, binned=binned)
    return {gate.path: work.mask(gate.path) for gate in tree.gates}


class _Work:
    def __init__(self, tree: Tree, columns: GateColumns, *, binned: bool) -> None:
        self._tree, self._columns, self._binned = tree, columns, binned
        self._done: dict[Path, Mask] = {}
        self._open: list[Path] = []

    def mask(self, path: Path) -> Mask:
        """Return the events of a population: those of its gate that are in its parent."""
        if path not in self._done:
            if path in self._open or len(self._open) > _DEEPEST:
                ring = " -> ".join("/".join(each) for each in (*self._open, path)[-6:])
                fault = Fault(
                    id="CYTO-034",
                    message=f"gates refer to each other in a ring: {ring}",
                    place=self._tree.source,
                )
                raise CytometryError(fault)
            self._open.append(path)
            gate = self._tree.by_path[path]
            mask = self._own(gate)
            if gate.outside:
                mask = ~mask
            if len(path) > 1:
                mask = mask & self.mask(path[:-1])
            self._open.pop()
            self._done[path] = mask
        return self._done[path]

    def _own(self, gate: Drawn) -> Mask:
        if isinstance(gate.shape, Logic):
            masks = [self.mask(path) ^ complement for path, complement in gate.shape.of]
            if gate.shape.operator == "not":
                return np.asarray(~masks[0])
            join = np.logical_and if gate.shape.operator == "and" else np.logical_or
            return np.asarray(join.reduce(masks))
        if self._binned and gate.resolution is not None and isinstance(gate.shape, Polygon | Ellipse):
            bins = _Bins(self._tree, self._columns, gate.resolution)
            return inside(bins.snapped(gate.shape), bins)
        return inside(gate.shape, self._columns)


class _Bins:
    """Columns whose values are numbers of bins."""

    def __init__(self, tree: Tree, columns: GateColumns, resolution: int) -> None:
        self._tree, self._columns, self._resolution = tree, columns, resolution

    def column(self, name: str) -> Array:
        """Return the bin of each event."""
        return self._bin(name, self._columns.column(name))

    def snapped(self, shape: Polygon | Ellipse) -> ClosedPolygon:
        """Return a shape with its corners in bins."""
        corners = np.array(corners_of(shape, _CORNERS) if isinstance(shape, Ellipse) else shape.vertices)
        x, y = self._bin(shape.x, corners[:, 0]), self._bin(shape.y, corners[:, 1])
        return ClosedPolygon(x=shape.x, y=shape.y, vertices=tuple(zip(x.tolist(), y.tolist(), strict=True)))

    def _bin(self, name: str, values: Array) -> Array:
        scale = self._tree.axes[name].scale
        below = 0.0 if scale is not None and scale.kind == "biex" else 0.5
        return np.asarray(np.floor(values * self._resolution + below))
