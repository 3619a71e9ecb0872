"""Gates of a FlowJo 10 workspace as regions in display scale.

FlowJo stores corners of rectangles and polygons as linear values, and ellipses as two foci and four points of
the edge on a plot of 256 x 256, which is the display scale times 256. Events beyond an axis are counted at
its end, so an edge at the end of an axis is open.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from lupustrial.cytometry._regions import Ellipse, Region
from lupustrial.cytometry.exchange._parts import (
    CORNERS,
    PLANE,
    UnreadableError,
    box,
    child,
    needed,
    optional,
    points,
)
from lupustrial.cytometry.exchange._polygon import ClosedPolygon
from lupustrial.cytometry.exchange._tree import Axis
from lupustrial.cytometry.exchange._xml import Element

#: Width of the plot in which FlowJo stores ellipses.
PLOT = 256.0
#: Bins where a polygon or ellipse says nothing.
RESOLUTION = 256
_FEWEST_BINS, _MOST_BINS = 2, 65536
_END = 1e-9
_BEYOND = 1e-6

AxisOf = Callable[[str], tuple[str, Axis]]


def read_gate(gate: Element, axis_of: AxisOf) -> tuple[Region, bool, int | None]:
    """Return region, whether its outside is meant, and bins an axis; UnreadableError where it is none."""
    if len(gate.children) != 1:
        raise UnreadableError(f"<Gate> has {len(gate.children)} shapes, not one")
    shape = gate.children[0]
    if shape.name not in _READERS:
        raise UnreadableError(f"gates of the kind {shape.name} are not documented by FlowJo")
    outside = shape.get("eventsInside") == "0"
    region = _READERS[shape.name](shape, axis_of)
    if shape.name == "RectangleGate":
        return region, outside, None
    resolution = optional(shape, "gateResolution") or RESOLUTION
    if not (_FEWEST_BINS <= resolution <= _MOST_BINS and resolution == int(resolution)):
        raise UnreadableError(f"gateResolution is {resolution}, not a whole number of 2 to 65536")
    return region, outside, int(resolution)


def _rectangle(shape: Element, axis_of: AxisOf) -> Region:
    sides = []
    for dimension in shape.all("dimension"):
        name, axis = axis_of(needed(child(dimension, "fcs-dimension"), "name"))
        low, high = (_place(axis, optional(dimension, end)) for end in ("min", "max"))
        if axis.ends:
            low = None if low is not None and low <= _END else low
            high = None if high is not None and high >= 1 - _END else high
        sides.append((name, low, high))
    if not sides:
        raise UnreadableError("a rectangle has no dimension")
    return box(sides)


def _place(axis: Axis, value: float | None) -> float | None:
    if value is None or axis.scale is None:
        return value
    placed = axis.scale.place(value)
    if not np.isfinite(placed):
        raise UnreadableError(f"the edge {value} does not exist on the scale of {axis.channel}")
    return placed


def _two(shape: Element, axis_of: AxisOf) -> list[tuple[str, Axis]]:
    found = [axis_of(needed(child(each, "fcs-dimension"), "name")) for each in shape.all("dimension")]
    if len(found) != PLANE:
        raise UnreadableError(f"{shape.name} has {len(found)} dimensions, not two")
    return found


def _polygon(shape: Element, axis_of: AxisOf) -> Region:
    (x, over), (y, up) = _two(shape, axis_of)
    corners = points(shape)
    if len(corners) < CORNERS:
        raise UnreadableError(f"a polygon has {len(corners)} vertices, fewer than three")
    return ClosedPolygon(x=x, y=y, vertices=tuple((_corner(over, a), _corner(up, b)) for a, b in corners))


def _corner(axis: Axis, value: float) -> float:
    placed = _place(axis, value)
    assert placed is not None  # noqa: S101 - a number was given, and its place is finite
    if axis.ends and abs(placed - 1) <= _END:
        return 1 + _BEYOND
    if axis.ends and abs(placed) <= _END:
        return -_BEYOND
    return placed


def _ellipse(shape: Element, axis_of: AxisOf) -> Region:
    (x, over), (y, up) = _two(shape, axis_of)
    if over.scale is None or up.scale is None:
        raise UnreadableError("an ellipse lies on an axis that has no scale in the workspace")
    foci = np.array(points(child(shape, "foci"))) / PLOT
    edge = np.array(points(child(shape, "edge"))) / PLOT
    if foci.shape != (2, 2) or len(edge) < 1:
        raise UnreadableError("an ellipse needs two foci and points of its edge")
    # The sum of the distances to the foci is the major axis, whichever point of the edge is taken;
    # FlowJo rounds the points to whole pixels, so the first, an end of the major axis, is the best.
    major = float(np.hypot(*(edge[0] - foci[0])) + np.hypot(*(edge[0] - foci[1]))) / 2
    apart = foci[1] - foci[0]
    focal = float(np.hypot(*apart)) / 2
    if not major > focal:
        raise UnreadableError("the foci of an ellipse lie outside its edge")
    along = apart / (2 * focal) if focal > 0 else np.array([1.0, 0.0])
    across = np.array([-along[1], along[0]])
    covariance = major**2 * np.outer(along, along) + (major**2 - focal**2) * np.outer(across, across)
    (a, b), (c, d) = covariance.tolist()
    centre = foci.mean(axis=0).tolist()
    return Ellipse(x=x, y=y, centre=(centre[0], centre[1]), covariance=((a, b), (c, d)), distance=1.0)


_READERS: Mapping[str, Callable[[Element, AxisOf], Region]] = {
    "RectangleGate": _rectangle,
    "PolygonGate": _polygon,
    "EllipsoidGate": _ellipse,
}
