"""A manually gated tube as a reference: its gates as our regions, its events as our tube."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lupustrial.cytometry._tube import Tube
from lupustrial.cytometry.exchange._carry import Carry, carried, thinned
from lupustrial.cytometry.exchange._events import Events, GateColumns, events_of, read_events
from lupustrial.cytometry.exchange._onto import carries_onto
from lupustrial.cytometry.exchange._read import read_gates
from lupustrial.cytometry.exchange._regions_of import Gates, regions_of
from lupustrial.cytometry.exchange._scale import Array, Scale
from lupustrial.cytometry.exchange._tree import Axis, Tree
from lupustrial.cytometry.panel import Panel
from lupustrial.cytometry.prepare import prepare


@dataclass(frozen=True, kw_only=True, eq=False)
class Reference:
    """A manually gated tube.

    Attributes:
        gates: (population, parent or None, region), parents first. A name that several populations bear
            is replaced by the whole path, joined by ``/``.
        tube: The events, in the columns and scale of the regions.
    """

    gates: Gates
    tube: Tube


def read_reference(
    path: str | Path,
    fcs_path: str | Path,
    *,
    sample: str | None = None,
    group: str | None = None,
    panel: Panel | None = None,
) -> Reference:
    """Read the gates of a FlowJo 10 workspace or Gating-ML 2.0 file, and the tube they were drawn on.

    With a panel: the tube is `prepare`d with it, and the regions are carried over to its columns and frozen
    scales, so that they fit every tube of the panel. Intervals hold the same events as before, sides of
    polygons are bent at 1/256 of the axis, ellipses become polygons of 256 corners (unless both scales are
    straight), and corners within 1/4096 of the axis of the line without them are left out. Compensation is
    the panel's: where it differs from the workspace's, so do the counts.

    Without a panel: one column for each axis that a gate lies on, named after the marker (``$PnS``) where it
    has one that no other column bears, else after the channel (``PE-A`` also for FlowJo's ``Comp-PE-A``). The
    scale is the display scale *of the workspace or file*, 0..1 over the axis: FlowJo's biex, logicle,
    arcsinh, log or linear axis of this sample, after the sample's compensation; a Gating-ML transformation
    as it is; an axis without a scale divided by ``$PnR`` over the gain, time in seconds. FlowJo's axes end
    at 0 and 1: events beyond stand at the end. `Tube.linear` holds the compensated linear values.

    Raises:
        CytometryError: as :func:`gate_file`; CYTO-038 a gate is no region of at most two columns a part, or
            lies on what the panel does not have; with a panel those of `prepare`.
    """
    fcs_path = Path(fcs_path)
    tree = read_gates(path, file=fcs_path.name, sample=sample, group=group)
    file = read_events(fcs_path)
    if panel is None:
        return reference_of(tree, events_of(file))
    tube = prepare(file, panel)
    carries = carries_onto(tree, events_of(file), tube, panel)
    gates = _carried(regions_of(tree), carries)
    return Reference(
        gates=tuple((name, parent, thinned(region)) for name, parent, region in gates), tube=tube
    )


def _carried(gates: Gates, carries: Mapping[str, Carry]) -> Gates:
    return tuple((name, parent, carried(region, carries)) for name, parent, region in gates)


def reference_of(tree: Tree, events: Events) -> Reference:
    """Return tree and events as a reference; see :func:`read_reference`."""
    regions = regions_of(tree)
    columns = GateColumns(tree, events)
    names = _column_names(tree, events)
    scales = {name: _scale(axis, events) for name, axis in tree.axes.items()}
    values = {}
    carries: dict[str, Carry] = {}
    for name, axis in tree.axes.items():
        scale = scales[name]
        made = columns.column(name) if axis.scale is not None else scale.forward(columns.column(name))
        values[names[name]] = np.asarray(made, np.float32)
        carries[name] = Carry(column=names[name], function=_like_the_tube(axis, scale), straight=True)
    linear = [np.asarray(columns.linear(axis), np.float32) for axis in tree.axes.values()]
    compensated = any(axis.matrix is not None for axis in tree.axes.values())
    tube = Tube(
        name=events.name, sha256=events.sha256, names=tuple(values), keywords=events.keywords,
        values=np.asfortranarray(np.column_stack(list(values.values()))),
        linear=np.asfortranarray(np.column_stack(linear)),
        compensation="applied" if compensated else "none",
    )  # fmt: skip
    return Reference(gates=_carried(regions, carries), tube=tube)


def _column_names(tree: Tree, events: Events) -> Mapping[str, str]:
    """Return a name for each axis: the marker, else the channel, else the axis, whichever is free first."""
    markers = Counter(marker.strip() for marker in events.markers)
    names: dict[str, str] = {}
    for key, axis in sorted(tree.axes.items(), key=lambda item: item[1].matrix is None):
        wanted = [axis.channel, key]
        index = events.index(axis.channel) if axis.ratio is None else None
        if index is not None:
            marker = events.markers[index].strip()
            wanted = [marker, *wanted] if marker and markers[marker] == 1 else wanted
        names[key] = next((each for each in wanted if each not in names.values()), key)
    return names


def _like_the_tube(axis: Axis, scale: Scale) -> Callable[[Array], Array]:
    """Return what scales an edge and rounds it as the tube rounds events: one on the edge stays there.

    The values of a file are single precision: an edge between two of them may be moved up to the next.
    """

    def function(values: Array) -> Array:
        shown = values
        if axis.scale is None:
            near = np.asarray(values, np.float32)
            up = np.where(near < values, np.nextafter(near, np.float32(np.inf)), near)
            shown = scale.forward(up.astype(np.float64))
        return np.asarray(shown, np.float32).astype(np.float64)

    return function


def _scale(axis: Axis, events: Events) -> Scale:
    if axis.scale is not None:
        return axis.scale
    index = events.index(axis.channel) if axis.ratio is None else None
    top = events.tops[index] if index is not None and events.tops[index] > 0 else 1.0
    return Scale("flin", (top, 0.0))
