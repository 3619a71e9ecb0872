"""Gates of a tree as regions; logic over populations written out."""

from __future__ import annotations

from collections import Counter

from lupustrial.cytometry._regions import Every, Region
from lupustrial.cytometry.exchange._tree import Ellipsoid, Logic, Tree
from lupustrial.cytometry.exchange._tree import Path as Names
from lupustrial.errors import CytometryError, Fault

#: (population, parent or None, region) of each gate, parents first.
Gates = tuple[tuple[str, str | None, Region], ...]

_MOST_PARTS = 5000


def regions_of(tree: Tree) -> Gates:
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
