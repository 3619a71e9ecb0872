"""Gating files for tests, written by hand: nothing of the package takes part."""

from __future__ import annotations

from collections.abc import Sequence

_BASE = "http://www.isac-net.org/std/Gating-ML/v2.0"
SPACES = " ".join(
    f'xmlns:{prefix}="{_BASE}/{name}"'
    for prefix, name in (("gating", "gating"), ("transforms", "transformations"), ("data-type", "datatypes"))
)


def gatingml(inside: str) -> str:
    """Return a Gating-ML 2.0 file."""
    return f'<?xml version="1.0"?>\n<gating:Gating-ML {SPACES}>\n{inside}\n</gating:Gating-ML>\n'


def rectangle(name: str, *sides: tuple[str, float | None, float | None], parent: str = "") -> str:
    """Return a rectangle over uncompensated channels; with `parent` the attribute of Gating-ML."""
    told = f'gating:id="{name}"{_parent(parent)}'
    return f"<gating:RectangleGate {told}>{_dimensions(sides)}</gating:RectangleGate>"


def boolean(name: str, operator: str, *of: str, parent: str = "") -> str:
    """Return a boolean gate."""
    references = "".join(f'<gating:gateReference gating:ref="{each}"/>' for each in of)
    return (
        f'<gating:BooleanGate gating:id="{name}"{_parent(parent)}>'
        f"<gating:{operator}>{references}</gating:{operator}></gating:BooleanGate>"
    )


def workspace(
    populations: str, *, name: str = "tube.fcs", scales: str = "", matrix: str = "", version: str = "10.8.1"
) -> str:
    """Return a FlowJo workspace of one sample."""
    return samples(sample(populations, name=name, scales=scales, matrix=matrix), version=version)


def samples(*each: str, version: str = "10.8.1") -> str:
    """Return a FlowJo workspace of samples, numbered from 1, all in the group G."""
    references = "".join(f'<SampleRef sampleID="{number}"/>' for number in range(1, len(each) + 1))
    group = f'<GroupNode name="G"><Group name="G"><SampleRefs>{references}</SampleRefs></Group></GroupNode>'
    inside = "".join(text.replace("NUMBER", str(number)) for number, text in enumerate(each, 1))
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<Workspace version="20.0" flowJoVersion="{version}" {SPACES}>'
        f"<Groups>{group}</Groups>\n<SampleList>{inside}</SampleList></Workspace>"
    )


def sample(populations: str, *, name: str = "tube.fcs", scales: str = "", matrix: str = "") -> str:
    """Return a sample of a workspace."""
    return (
        f'<Sample><DataSet uri="file:/somewhere/{name}" sampleID="NUMBER"/>{matrix}'
        f"<Transformations>{scales}</Transformations><Keywords/>\n"
        f'<SampleNode name="{name}" sampleID="NUMBER"><Subpopulations>\n{populations}\n</Subpopulations>'
        "</SampleNode></Sample>\n"
    )


def population(
    name: str, *sides: tuple[str, float | None, float | None], below: str = "", more: str = ""
) -> str:
    """Return a population of a rectangle."""
    return shaped(name, f"<gating:RectangleGate{more}>{_dimensions(sides)}</gating:RectangleGate>", below)


def polygon(name: str, x: str, y: str, corners: Sequence[tuple[float, float]], resolution: int = 256) -> str:
    """Return a population of a polygon."""
    vertices = "".join(
        "<gating:vertex>"
        + "".join(f'<gating:coordinate data-type:value="{v!r}"/>' for v in corner)
        + "</gating:vertex>"
        for corner in corners
    )
    dimensions = _dimensions([(x, None, None), (y, None, None)])
    return shaped(
        name,
        f'<gating:PolygonGate gateResolution="{resolution}">{dimensions}{vertices}</gating:PolygonGate>',
        "",
    )


def shaped(name: str, shape: str, below: str) -> str:
    """Return a population of a shape."""
    inner = f"<Subpopulations>{below}</Subpopulations>" if below else ""
    return f'<Population name="{name}"><Gate>{shape}</Gate>{inner}</Population>\n'


def linear(channel: str, low: float = 0, high: float = 262144) -> str:
    """Return a linear scale of FlowJo."""
    return (
        f'<transforms:linear transforms:minRange="{low}" transforms:maxRange="{high}">'
        f'<data-type:parameter data-type:name="{channel}"/></transforms:linear>'
    )


def spillover(channels: Sequence[str], rows: Sequence[Sequence[float]]) -> str:
    """Return a matrix of FlowJo with the prefix Comp-."""
    parameters = "".join(f'<data-type:parameter data-type:name="{name}"/>' for name in channels)
    inside = "".join(
        f'<transforms:spillover data-type:parameter="{dye}">'
        + "".join(
            f'<transforms:coefficient data-type:parameter="{name}" transforms:value="{value}"/>'
            for name, value in zip(channels, row, strict=True)
        )
        + "</transforms:spillover>"
        for dye, row in zip(channels, rows, strict=True)
    )
    return (
        '<transforms:spilloverMatrix spectral="0" prefix="Comp-" suffix="" name="m">'
        f"<data-type:parameters>{parameters}</data-type:parameters>{inside}</transforms:spilloverMatrix>"
    )


def _parent(parent: str) -> str:
    return f' gating:parent_id="{parent}"' if parent else ""


def _dimensions(sides: Sequence[tuple[str, float | None, float | None]]) -> str:
    return "".join(
        '<gating:dimension gating:compensation-ref="uncompensated"'
        + ("" if low is None else f' gating:min="{low!r}"')
        + ("" if high is None else f' gating:max="{high!r}"')
        + f'><data-type:fcs-dimension data-type:name="{channel}"/></gating:dimension>'
        for channel, low, high in sides
    )


def scale(kind: str, channel: str, **parameters: object) -> str:
    """Return a scale of FlowJo."""
    told = "".join(f' transforms:{key}="{value}"' for key, value in parameters.items())
    inside = f'<data-type:parameter data-type:name="{channel}"/>'
    return f"<transforms:{kind}{told}>{inside}</transforms:{kind}>"


def vertex(x: float, y: float) -> str:
    """Return a vertex."""
    inside = "".join(f'<gating:coordinate data-type:value="{value}"/>' for value in (x, y))
    return f"<gating:vertex>{inside}</gating:vertex>"
