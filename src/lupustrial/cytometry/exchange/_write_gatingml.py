"""Write regions as Gating-ML 2.0."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from xml.sax.saxutils import quoteattr

from lupustrial.cytometry._gate import Gated
from lupustrial.cytometry._regions import Ellipse, Interval, Polygon, Region
from lupustrial.cytometry.exchange._draw import FAR, Sketch, sketches_of
from lupustrial.cytometry.exchange._panel_axes import PANEL_MATRIX, axes_of, matrix_of
from lupustrial.cytometry.exchange._scale import PARAMETERS, Array, Scale
from lupustrial.cytometry.exchange._tree import Axis, Matrix
from lupustrial.cytometry.panel import Panel

_KNOWN = frozenset({"flin", "flog", "fasinh", "logicle", "hyperlog"})
_BASE = "http://www.isac-net.org/std/Gating-ML/v2.0"
_HEAD = f"""<?xml version="1.0" encoding="UTF-8"?>
<gating:Gating-ML xmlns:gating="{_BASE}/gating" xmlns:transforms="{_BASE}/transformations" \
xmlns:data-type="{_BASE}/datatypes">
"""


def write_gatingml(gated: Gated, *, panel: Panel | None = None) -> str:
    """Return the gates of a tube as a Gating-ML 2.0 document.

    With a panel the gates lie on the channels of the file: compensated with the file's own matrix (``FCS``)
    or the panel's, on the panel's frozen scales. Without one they lie on the columns of the tube as they
    are, named by marker, in display scale.

    Intervals, boxes, polygons and ellipses on linear, arcsinh or logicle axes are written as they are.
    FlowJo's biex and the panel's logarithm, which shows what has none at -1, are no transformations of
    Gating-ML 2.0: gates there are written on linear values, intervals exactly, polygons and ellipses with
    sides bent at 1/256 of the axis. Regions that join others are BooleanGates over helper gates; a
    `custom_info` bears the population's name (an id must be an XML name) and marks helpers.

    The text depends on the gates and the panel only.

    Raises:
        CytometryError: CYTO-037 a gate cannot be written.
    """
    gates = [(gate.population, gate.parent, gate.placed.region) for gate in gated.gates]
    if panel is None:
        return gatingml_text(gates, {name: Axis(channel=name) for name in gated.tube.names}, {})
    matrix = matrix_of(panel)
    matrices = {} if matrix is None else {PANEL_MATRIX: matrix}
    return gatingml_text(gates, axes_of(panel, gated.tube), matrices)


def gatingml_text(
    gates: Sequence[tuple[str, str | None, Region]], axes: Mapping[str, Axis], matrices: Mapping[str, Matrix]
) -> str:
    """Return (population, parent, region) over axes as a Gating-ML 2.0 document."""
    sketches, used = sketches_of(gates, axes, _restate)
    scales = _scale_ids(used)
    needed = {axis.matrix for axis in used.values()}
    lines = [_HEAD]
    lines += [_scale(name, scale) for scale, name in scales.items()]
    lines += [_matrix(_matrix_id(name), matrix) for name, matrix in matrices.items() if name in needed]
    lines += [_gate(sketch, used, scales) for sketch in sketches]
    return "".join(lines) + "</gating:Gating-ML>\n"


def _restate(scale: Scale) -> tuple[Scale, Callable[[Array], Array]] | None:
    return (scale, lambda values: values) if scale.kind in _KNOWN else None


def _scale_ids(axes: Mapping[str, Axis]) -> dict[Scale, str]:
    found: dict[Scale, str] = {}
    for axis in axes.values():
        if axis.scale is not None and axis.scale not in found:
            found[axis.scale] = f"scale.{len(found) + 1}.{axis.scale.kind}"
    return found


def _matrix_id(name: str) -> str:
    return f"matrix.{name}"


def _compensated(channel: str) -> str:
    """Return the name of what a matrix makes of a detector; it must be another name than the detector's."""
    return f"Comp-{channel}"


def _scale(name: str, scale: Scale) -> str:
    given = zip(PARAMETERS[scale.kind], scale.parameters, strict=True)
    parameters = "".join(f' transforms:{key}="{value!r}"' for key, value in given)
    return (
        f'  <transforms:transformation transforms:id="{name}">'
        f"<transforms:{scale.kind}{parameters}/></transforms:transformation>\n"
    )


def _matrix(name: str, matrix: Matrix) -> str:
    def channels(tag: str, names: Sequence[str]) -> str:
        inside = "".join(f"<data-type:fcs-dimension data-type:name={quoteattr(each)}/>" for each in names)
        return f"    <transforms:{tag}>{inside}</transforms:{tag}>\n"

    rows = "".join(
        "    <transforms:spectrum>"
        + "".join(f'<transforms:coefficient transforms:value="{float(value)!r}"/>' for value in row)
        + "</transforms:spectrum>\n"
        for row in matrix.values
    )
    return (
        f'  <transforms:spectrumMatrix transforms:id="{name}">\n'
        + channels("fluorochromes", [_compensated(each) for each in matrix.fluorochromes])
        + channels("detectors", matrix.detectors)
        + f"{rows}  </transforms:spectrumMatrix>\n"
    )


def _gate(sketch: Sketch, axes: Mapping[str, Axis], scales: Mapping[Scale, str]) -> str:
    inner: Iterator[str]
    if isinstance(sketch.shape, Polygon):
        name, inner = "PolygonGate", _polygon(sketch.shape, axes, scales)
    elif isinstance(sketch.shape, Ellipse):
        name, inner = "EllipsoidGate", _ellipse(sketch.shape, axes, scales)
    elif sketch.shape is not None:
        sides = (sketch.shape,) if isinstance(sketch.shape, Interval) else sketch.shape
        name, inner = "RectangleGate", (_side(side, axes, scales) for side in sides)
    else:
        name, inner = "BooleanGate", iter([_logic(sketch)])
    parent = "" if sketch.parent is None else f' gating:parent_id="{sketch.parent}"'
    info = "part" if not sketch.population else f"population name={quoteattr(sketch.population)}"
    body = "".join(f"    {line}\n" for line in inner)
    return (
        f'  <gating:{name} gating:id="{sketch.id}"{parent}>\n'
        f"    <data-type:custom_info><{info}/></data-type:custom_info>\n{body}  </gating:{name}>\n"
    )


def _dimension(column: str, axes: Mapping[str, Axis], scales: Mapping[Scale, str], ends: str = "") -> str:
    axis = axes[column]
    matrix = (
        "uncompensated" if axis.matrix is None else "FCS" if axis.matrix == "FCS" else _matrix_id(axis.matrix)
    )
    channel = axis.channel if axis.matrix in {None, "FCS"} else _compensated(axis.channel)
    scale = "" if axis.scale is None else f' gating:transformation-ref="{scales[axis.scale]}"'
    return (
        f'<gating:dimension gating:compensation-ref="{matrix}"{scale}{ends}>'
        f"<data-type:fcs-dimension data-type:name={quoteattr(channel)}/></gating:dimension>"
    )


def _side(side: Interval, axes: Mapping[str, Axis], scales: Mapping[Scale, str]) -> str:
    low, high = side.low, side.high
    low = -FAR if low is None and high is None else low
    ends = "".join(
        f' gating:{key}="{float(end)!r}"' for key, end in (("min", low), ("max", high)) if end is not None
    )
    return _dimension(side.column, axes, scales, ends)


def _values(tag: str, values: Sequence[float]) -> str:
    return "".join(f'<gating:{tag} data-type:value="{float(value)!r}"/>' for value in values)


def _polygon(polygon: Polygon, axes: Mapping[str, Axis], scales: Mapping[Scale, str]) -> Iterator[str]:
    yield _dimension(polygon.x, axes, scales)
    yield _dimension(polygon.y, axes, scales)
    for vertex in polygon.vertices:
        yield f"<gating:vertex>{_values('coordinate', vertex)}</gating:vertex>"


def _ellipse(ellipse: Ellipse, axes: Mapping[str, Axis], scales: Mapping[Scale, str]) -> Iterator[str]:
    yield _dimension(ellipse.x, axes, scales)
    yield _dimension(ellipse.y, axes, scales)
    yield f"<gating:mean>{_values('coordinate', ellipse.centre)}</gating:mean>"
    rows = "".join(f"<gating:row>{_values('entry', row)}</gating:row>" for row in ellipse.covariance)
    yield f"<gating:covarianceMatrix>{rows}</gating:covarianceMatrix>"
    yield _values("distanceSquare", [ellipse.distance])


def _logic(sketch: Sketch) -> str:
    of = "".join(
        f'<gating:gateReference gating:ref="{name}"'
        + (' gating:use-as-complement="true"/>' if complement else "/>")
        for name, complement in sketch.of
    )
    return f"<gating:{sketch.operator}>{of}</gating:{sketch.operator}>"
