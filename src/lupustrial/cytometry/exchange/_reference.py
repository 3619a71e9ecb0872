"""A manually gated tube as a reference: its gates as our regions, its events as our tube."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lupustrial.cytometry._regions import Every, Region
from lupustrial.cytometry._tube import Tube
from lupustrial.cytometry.exchange._carry import Carry, carried
from lupustrial.cytometry.exchange._events import Events, GateColumns, events_of, read_events
from lupustrial.cytometry.exchange._onto import carries_onto
from lupustrial.cytometry.exchange._read import read_gates
from lupustrial.cytometry.exchange._scale import Array, Scale
from lupustrial.cytometry.exchange._tree import Axis, Ellipsoid, Logic, Tree
from lupustrial.cytometry.exchange._tree import Path as Names
from lupustrial.cytometry.panel import Panel
from lupustrial.cytometry.prepare import prepare
from lupustrial.errors import CytometryError, Fault

_MOST_PARTS = 5000


@dataclass(frozen=True, kw_only=True, eq=False)
class Reference:
    """A manually gated tube.

    Attributes:
        gates: (population, parent or None, region), parents first. A name that several populations bear
            is replaced by the whole path, joined by ``/``.
        tube: The events, in the columns and scale of the regions.
    """

    gates: tuple[tuple[str, str | None, Region], ...]
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
    straight). Compensation is the panel's: where it differs from the workspace's, so do the counts.

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
    return Reference(gates=_carried(tree, carries), tube=tube)


def _carried(tree: Tree, carries: Mapping[str, Carry]) -> tuple[tuple[str, str | None, Region], ...]:
    return tuple((name, parent, carried(region, carries)) for name, parent, region in regions_of(tree))


def reference_of(tree: Tree, events: Events) -> Reference:
    """Return tree and events as a reference; see :func:`read_reference`."""
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
    return Reference(gates=_carried(tree, carries), tube=tube)


def regions_of(tree: Tree) -> tuple[tuple[str, str | None, Region], ...]:
    """Return (population, parent or None, region) for each gate of a tree, parents first.

    The columns are the names of the tree's axes, the scale is theirs. Logic over other populations is written
    out: the regions of their whole path, joined by :class:`Every`.

    Raises:
        CytometryError: CYTO-038 a gate is an ellipsoid of more than two columns, or logic that is endless or
            too long to be written out.
    """
    writer = _Writer(tree)
    seen = Counter(gate.population for gate in tree.gates)

    def name(path: Names) -> str:
        return path[-1] if seen[path[-1]] == 1 else "/".join(path)

    found, faults = [], []
    for gate in tree.gates:
        if gate.part:
            continue
        try:
            region = writer.own(gate.path)
        except _NoRegionError as why:
            place = f"{tree.source}, line {gate.line}"
            faults.append(
                Fault(id="CYTO-038", message=f"population {'/'.join(gate.path)} {why}", place=place)
            )
            continue
        found.append((name(gate.path), name(gate.path[:-1]) if len(gate.path) > 1 else None, region))
    if faults:
        raise CytometryError(faults)
    return tuple(found)


class _NoRegionError(Exception):
    """A gate that cannot be said as a region."""


class _Writer:
    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._parts: dict[Names, int] = {}
        self._open: set[Names] = set()

    def own(self, path: Names) -> Region:
        """Return the region of a gate without its parents."""
        gate = self._tree.by_path[path]
        if self._count(path) > _MOST_PARTS:
            raise _NoRegionError("is logic over logic, too long to be written out as one region")
        if isinstance(gate.shape, Ellipsoid):
            raise _NoRegionError("is an ellipsoid of more than two columns")
        shape = self._logic(gate.shape) if isinstance(gate.shape, Logic) else gate.shape
        return Every(out=(shape,)) if gate.outside else shape

    def _logic(self, logic: Logic) -> Region:
        if logic.operator == "not":
            path, complement = logic.of[0]
            return self._whole(path, complement=not complement)
        if logic.operator == "and":
            return Every(of=tuple(self._whole(path, complement=complement) for path, complement in logic.of))
        none = tuple(self._whole(path, complement=complement) for path, complement in logic.of)
        return Every(out=(Every(out=none),))

    def _whole(self, path: Names, *, complement: bool) -> Region:
        chain = tuple(self.own(path[: depth + 1]) for depth in range(len(path)))
        if complement:
            return Every(out=(Every(of=chain) if len(chain) > 1 else chain[0],))
        return Every(of=chain) if len(chain) > 1 else chain[0]

    def _count(self, path: Names) -> int:
        """Return the number of parts of a gate's region; counted before it is built, since it can explode."""
        if path not in self._parts:
            if path in self._open:
                raise _NoRegionError("refers to itself through other gates")
            self._open.add(path)
            shape = self._tree.by_path[path].shape
            total = 1
            if isinstance(shape, Logic):
                for other, _complement in shape.of:
                    total += sum(self._count(other[: depth + 1]) for depth in range(len(other)))
            self._open.discard(path)
            self._parts[path] = total
        return self._parts[path]


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
