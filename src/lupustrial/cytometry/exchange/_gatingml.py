"""Read a Gating-ML 2.0 file: transformations, matrices and gates.

ISAC Gating-ML 2.0 (Spidlen et al., Cytometry A 2015;87A:683). Sections in the code are those of the standard.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from lupustrial.cytometry._regions import Region
from lupustrial.cytometry.exchange._gatingml_axes import FileAxes
from lupustrial.cytometry.exchange._gatingml_gates import References, quadrants_of, shape_of
from lupustrial.cytometry.exchange._parts import DEEPEST, Faults, needed
from lupustrial.cytometry.exchange._tree import Drawn, Ellipsoid, Tree
from lupustrial.cytometry.exchange._tree import Path as Names
from lupustrial.cytometry.exchange._xml import Element

_OTHERS = {"transformation", "spectrumMatrix", "custom_info"}


def gatingml_of(root: Element, path: Path) -> Tree:
    """Return the gates of a root element; CytometryError with every fault of the file."""
    faults = Faults(path)
    axes = FileAxes(root, faults)
    gates = _read(root, axes, faults)
    faults.end()
    return Tree(source=str(path), axes=axes.axes, matrices=axes.matrices, gates=_in_order(gates, faults))


@dataclass(frozen=True, kw_only=True)
class _Read:
    """A gate before the paths are known."""

    parent: str | None
    shape: Region | Ellipsoid | References
    line: int
    label: str
    part: bool


def _read(root: Element, axes: FileAxes, faults: Faults) -> dict[str, _Read]:
    """Return the gates by id, keeping faults."""
    gates: dict[str, _Read] = {}
    for element in root.children:
        if element.name in _OTHERS:
            continue
        try:
            for name, shape in _shapes(element, axes):
                if name in gates:
                    faults.add("CYTO-034", f"two gates have the id {name}", element)
                label, part = _told(element)
                gates[name] = _Read(
                    parent=element.get("parent_id"),
                    shape=shape,
                    line=element.line,
                    label=label or name,
                    part=part,
                )
        except ValueError as why:
            faults.add("CYTO-034", f"{element.name} {element.get('id')} cannot be read: {why}", element)
    if not gates and not faults.found:
        faults.add("CYTO-034", "the file holds no gate", root)
    return gates


def _shapes(element: Element, axes: FileAxes) -> Iterator[tuple[str, Region | Ellipsoid | References]]:
    if element.name == "QuadrantGate":
        yield from quadrants_of(element, axes)
        return
    shape = shape_of(element, axes)
    yield needed(element, "id"), shape


def _told(element: Element) -> tuple[str, bool]:
    """Return the population's name and whether it is a helper, where we wrote the file."""
    for info in element.all("custom_info"):
        named = info.first("population")
        return (named.get("name") or "" if named is not None else ""), info.first("part") is not None
    return "", False


def _in_order(gates: Mapping[str, _Read], faults: Faults) -> tuple[Drawn, ...]:
    """Return the gates, parents first; every parent and reference must be a gate of the file."""
    paths = _paths(gates, faults)
    found = []
    for name, read in sorted(gates.items(), key=lambda item: len(paths[item[0]])):
        try:
            made = read.shape.logic(paths) if isinstance(read.shape, References) else read.shape
            found.append(Drawn(path=paths[name], shape=made, line=read.line, part=read.part))
        except KeyError as missing:
            message = f"gate {name} refers to {missing.args[0]}, which is not in the file"
            faults.add("CYTO-034", message, Element(name, {}, read.line))
    faults.end()
    return tuple(found)


def _paths(gates: Mapping[str, _Read], faults: Faults) -> dict[str, Names]:
    """Return the path of each gate, in names of populations where these tell the gates apart."""
    found: dict[str, Names] = {}
    for name, read in gates.items():
        chain, at = [name], read.parent
        while at is not None and at in gates and at not in chain and len(chain) <= DEEPEST:
            chain.append(at)
            at = gates[at].parent
        if at is None:
            found[name] = tuple(reversed(chain))
            continue
        why = (
            f"its parent {at} is not in the file" if at not in gates
            else "its parents form a ring" if at in chain
            else f"it lies more than {DEEPEST} gates deep"
        )  # fmt: skip
        faults.add("CYTO-034", f"gate {name}: {why}", Element(name, {}, read.line))
    faults.end()
    labelled = {name: tuple(gates[each].label for each in path) for name, path in found.items()}
    return labelled if len(set(labelled.values())) == len(labelled) else found
