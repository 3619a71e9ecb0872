"""Write gated tubes as a FlowJo 10 workspace: one group, the gates of each tube as FlowJo stores them.

FlowJo's format is not published; this writes the elements that FlowKit and FlowJo's own files have in common.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import quote
from xml.sax.saxutils import quoteattr

from lupustrial.cytometry._gate import Gated
from lupustrial.cytometry.exchange._draw import sketches_of
from lupustrial.cytometry.exchange._flowjo_write import SampleWriter
from lupustrial.cytometry.exchange._panel_axes import axes_of, matrix_of
from lupustrial.cytometry.exchange._scale import FLOORED_LOG, Array, Scale, scale_of
from lupustrial.cytometry.exchange._tree import Matrix
from lupustrial.cytometry.fcs import Spill
from lupustrial.cytometry.panel import Panel
from lupustrial.errors import CytometryError, Fault

_KNOWN = frozenset({"fasinh", "logicle", "biex"})
_BASE = "http://www.isac-net.org/std/Gating-ML/v2.0"
_HEAD = f"""<?xml version="1.0" encoding="UTF-8"?>
<Workspace version="20.0" flowJoVersion="10.8.1" curGroup="All Samples" xmlns:gating="{_BASE}/gating" \
xmlns:transforms="{_BASE}/transformations" xmlns:data-type="{_BASE}/datatypes">
"""


@dataclass(frozen=True, kw_only=True, eq=False)
class Exported:
    """A tube to be written: its gates, the name of its FCS file, the file's own matrix (None for none)."""

    gated: Gated
    file: str
    spill: Spill | None = None


def write_workspace(tubes: Sequence[Exported], *, panel: Panel, group: str = "All Samples") -> str:
    """Return a FlowJo 10 workspace with one group that holds the tubes.

    Boxes and polygons are written as linear values, ellipses on FlowJo's plot, logic as And, Or and Not nodes
    over helper populations. Scales are the panel's; one without linear values below zero beyond FlowJo's axis
    is clipped there by FlowJo. Compensation is the panel's matrix, or that of the file.

    The text depends on tubes and panel only, no date is written. It has been read back by FlowKit, not by
    FlowJo.

    Raises:
        CytometryError: CYTO-037 a gate or name cannot be written, or a file is compensated with its own
        matrix
            and none is given.
    """
    faults = [
        Fault(
            id="CYTO-037", message="the panel takes the file's own matrix, and none is given", place=each.file
        )
        for each in tubes
        if panel.compensation == "file" and each.spill is None
    ]
    if not tubes or not group.isprintable() or not all(each.file.isprintable() for each in tubes):
        message = "there is no tube, or a name holds a control character"
        faults.append(Fault(id="CYTO-037", message=message, place="workspace"))
    if faults:
        raise CytometryError(faults)
    numbers = range(1, len(tubes) + 1)
    references = "".join(f'<SampleRef sampleID="{number}"/>' for number in numbers)
    name = quoteattr(group)
    groups = (
        f'  <Groups>\n    <GroupNode name={name} annotation="" owningGroup={name}><Group name={name}>'
        f"<SampleRefs>{references}</SampleRefs></Group></GroupNode>\n  </Groups>\n"
    )
    samples = "".join(_sample(number, each, panel) for number, each in zip(numbers, tubes, strict=True))
    return f"{_HEAD}{groups}  <SampleList>\n{samples}  </SampleList>\n</Workspace>\n"


def _sample(number: int, tube: Exported, panel: Panel) -> str:
    matrix = matrix_of(panel)
    if matrix is None and tube.spill is not None and panel.compensation == "file":
        names = tube.spill.channels
        matrix = Matrix(fluorochromes=names, detectors=names, values=tube.spill.matrix)
    axes = axes_of(panel, tube.gated.tube)
    gates = [(gate.population, gate.parent, gate.placed.region) for gate in tube.gated.gates]
    sketches, used = sketches_of(gates, axes, _restate)
    writer = SampleWriter(used, matrix, {gate.population: gate.count for gate in tube.gated.gates}, sketches)
    uri = quote(tube.file)
    return (
        f'    <Sample>\n      <DataSet uri="file:{uri}" sampleID="{number}"/>\n'
        + ("" if matrix is None else _matrix(matrix))
        + f"      <Transformations>{''.join(writer.scales())}</Transformations>\n"
        + f'      <Keywords><Keyword name="$FIL" value={quoteattr(tube.file)}/></Keywords>\n'
        + f'      <SampleNode name={quoteattr(tube.file)} annotation="" owningGroup="" '
        + f'count="{len(tube.gated.tube)}" sampleID="{number}">\n'
        + f"{writer.below(None)}      </SampleNode>\n    </Sample>\n"
    )


def _restate(scale: Scale) -> tuple[Scale, Callable[[Array], Array]] | None:
    """Return a scale as FlowJo states it; its logarithm ends where the panel's shows -1."""
    if scale.kind == "flin":
        top, below = scale.parameters
        return scale_of("linear", {"minRange": -below, "maxRange": top}), lambda values: values
    if scale.kind == FLOORED_LOG:
        top, decades = scale.parameters
        floor = {"offset": top * 10.0 ** (-2 * decades), "decades": 2 * decades}
        return scale_of("log", floor), lambda values: (values + 1) / 2
    return (scale, lambda values: values) if scale.kind in _KNOWN else None


def _matrix(matrix: Matrix) -> str:
    parameters = "".join(
        f"<data-type:parameter data-type:name={quoteattr(name)}/>" for name in matrix.detectors
    )
    rows = "".join(
        f"<transforms:spillover data-type:parameter={quoteattr(dye)}>"
        + "".join(
            f"<transforms:coefficient data-type:parameter={quoteattr(name)} "
            f'transforms:value="{float(value)!r}"/>'
            for name, value in zip(matrix.detectors, row, strict=True)
        )
        + "</transforms:spillover>"
        for dye, row in zip(matrix.fluorochromes, matrix.values, strict=True)
    )
    return (
        '      <transforms:spilloverMatrix spectral="0" prefix="Comp-" suffix="" name="panel" '
        f'transforms:id="panel"><data-type:parameters>{parameters}</data-type:parameters>{rows}'
        "</transforms:spilloverMatrix>\n"
    )
