"""Write the populations and scales of one sample as FlowJo 10 stores them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from xml.sax.saxutils import quoteattr

import numpy as np

from lupustrial.cytometry._regions import Ellipse, Interval, Polygon
from lupustrial.cytometry.exchange._draw import Sketch
from lupustrial.cytometry.exchange._flowjo_gates import PLOT, RESOLUTION
from lupustrial.cytometry.exchange._scale import PARAMETERS, Scale
from lupustrial.cytometry.exchange._tree import Axis, Matrix


class SampleWriter:
    """Writes the populations of one sample."""

    def __init__(
        self,
        axes: Mapping[str, Axis],
        matrix: Matrix | None,
        counts: Mapping[str, int],
        sketches: Sequence[Sketch],
    ) -> None:
        self._axes, self._matrix, self._counts = axes, matrix, counts
        self._sketches = {sketch.id: sketch for sketch in sketches}
        self._names = {sketch.id: _plain(sketch.population or sketch.id) for sketch in sketches}
        self._made: list[tuple[str, str]] = []

    def scales(self) -> Iterator[str]:
        """Yield the scale of each parameter, with and without compensation."""
        for axis in self._axes.values():
            if axis.scale is None:
                continue
            for name in dict.fromkeys((axis.channel, self._parameter(axis))):
                yield _scale(name, axis.scale)

    def below(self, parent: str | None) -> str:
        """Return the populations below one; an empty text where there is none."""
        inner = "".join(
            self._population(sketch) for sketch in self._sketches.values() if sketch.parent == parent
        )
        if parent is None:
            inner += "".join(text for _name, text in self._made)
        return f"<Subpopulations>\n{inner}</Subpopulations>\n" if inner else ""

    def _population(self, sketch: Sketch) -> str:
        name = quoteattr(self._names[sketch.id])
        count = self._counts.get(sketch.population)
        told = f'name={name} annotation="" owningGroup=""' + ("" if count is None else f' count="{count}"')
        if sketch.shape is None:
            tag = "AndNode" if sketch.operator == "and" else "NotNode"
            of = "".join(f"<Dependent name={quoteattr(each)}/>" for each in self._dependents(sketch))
            head = f"<{tag} {told}><Dependents>{of}</Dependents>\n"
        else:
            tag, head = "Population", f"<Population {told}><Gate>{self._shape(sketch.shape)}</Gate>\n"
        return f"{head}{self.below(sketch.id)}</{tag}>\n"

    def _dependents(self, sketch: Sketch) -> Iterator[str]:
        """Yield the paths a gate of logic joins; a complement gets a Not node of its own at the top."""
        for name, complement in sketch.of:
            if not complement:
                yield self._names[name]
                continue
            negated = f"{self._names[name]} not"
            dependent = f"<Dependents><Dependent name={quoteattr(self._names[name])}/></Dependents>"
            told = f'name={quoteattr(negated)} annotation="" owningGroup=""'
            self._made.append((negated, f"<NotNode {told}>{dependent}</NotNode>\n"))
            yield negated

    def _parameter(self, axis: Axis) -> str:
        inside = (
            axis.matrix is not None and self._matrix is not None and axis.channel in self._matrix.detectors
        )
        return f"Comp-{axis.channel}" if inside else axis.channel

    def _dimension(self, column: str, ends: str = "") -> str:
        name = quoteattr(self._parameter(self._axes[column]))
        return f"<gating:dimension{ends}><data-type:fcs-dimension data-type:name={name}/></gating:dimension>"

    def _linear(self, column: str) -> Callable[[float], float]:
        scale = self._axes[column].scale
        return (
            (lambda value: value)
            if scale is None
            else lambda value: float(scale.inverse(np.array([value]))[0])
        )

    def _shape(self, shape: Interval | Polygon | Ellipse | tuple[Interval, ...]) -> str:
        if isinstance(shape, Ellipse):
            return self._ellipse(shape)
        if isinstance(shape, Polygon):
            over, up = self._linear(shape.x), self._linear(shape.y)
            corners = "".join(_vertex((over(x), up(y))) for x, y in shape.vertices)
            both = self._dimension(shape.x) + self._dimension(shape.y)
            head = f'<gating:PolygonGate eventsInside="1" gateResolution="{RESOLUTION}">'
            return f"{head}{both}{corners}</gating:PolygonGate>"
        sides = (shape,) if isinstance(shape, Interval) else shape
        inner = "".join(self._dimension(side.column, self._ends(side)) for side in sides)
        return f'<gating:RectangleGate eventsInside="1">{inner}</gating:RectangleGate>'

    def _ends(self, side: Interval) -> str:
        linear = self._linear(side.column)
        return "".join(
            f' gating:{key}="{linear(end)!r}"' for key, end in (("min", side.low), ("max", side.high))
            if end is not None
        )  # fmt: skip

    def _ellipse(self, ellipse: Ellipse) -> str:
        sizes, axes = np.linalg.eigh(np.asarray(ellipse.covariance) * ellipse.distance)
        centre = np.asarray(ellipse.centre)
        minor, major = np.sqrt(np.maximum(sizes, 0.0))
        focal = np.sqrt(max(major**2 - minor**2, 0.0)) * axes[:, 1]
        ends = [major * axes[:, 1], -major * axes[:, 1], minor * axes[:, 0], -minor * axes[:, 0]]
        foci = "".join(_vertex((centre + each) * PLOT) for each in (-focal, focal))
        edge = "".join(_vertex((centre + each) * PLOT) for each in ends)
        both = self._dimension(ellipse.x) + self._dimension(ellipse.y)
        return (
            f'<gating:EllipsoidGate eventsInside="1" gateResolution="{RESOLUTION}">{both}'
            f"<gating:foci>{foci}</gating:foci><gating:edge>{edge}</gating:edge></gating:EllipsoidGate>"
        )


def _plain(name: str) -> str:
    """Return a name without the sign that FlowJo joins paths with."""
    return name.replace("/", "_")


def _scale(name: str, scale: Scale) -> str:
    given = dict(zip(PARAMETERS[scale.kind], scale.parameters, strict=True))
    if scale.kind in {"biex", "fasinh", "logicle"}:
        given["length"] = 256
    told = "".join(f' transforms:{key}="{value!r}"' for key, value in given.items())
    return (
        f"<transforms:{scale.kind}{told}><data-type:parameter data-type:name={quoteattr(name)}/>"
        f"</transforms:{scale.kind}>"
    )


def _vertex(values: Sequence[float]) -> str:
    inner = "".join(f'<gating:coordinate data-type:value="{float(value)!r}"/>' for value in values)
    return f"<gating:vertex>{inner}</gating:vertex>"
