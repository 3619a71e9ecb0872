"""Read a FlowJo 10 workspace: its samples with their compensation, scales and trees of gates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import unquote

from lupustrial.cytometry.exchange._flowjo_axes import SampleAxes
from lupustrial.cytometry.exchange._flowjo_gates import read_gate
from lupustrial.cytometry.exchange._parts import DEEPEST, Faults, UnreadableError, child, needed
from lupustrial.cytometry.exchange._tree import Drawn, Logic, Tree
from lupustrial.cytometry.exchange._xml import Element

_LOGIC: Mapping[str, Literal["and", "or", "not"]] = {"AndNode": "and", "OrNode": "or", "NotNode": "not"}


@dataclass(frozen=True, kw_only=True, eq=False)
class WorkspaceSample:
    """A sample of a workspace: `name` as FlowJo shows it, `file` the name of its FCS file, its gates."""

    name: str
    file: str
    groups: tuple[str, ...]
    tree: Tree


@dataclass(frozen=True, kw_only=True, eq=False)
class Workspace:
    """A FlowJo 10 workspace: the samples in the order of the file."""

    path: Path
    version: str
    samples: tuple[WorkspaceSample, ...]


def workspace_of(root: Element, path: Path) -> Workspace:
    """Return the workspace of a root element; CytometryError with every fault of every sample."""
    faults = Faults(path)
    groups = _groups(root)
    samples = []
    for element in _samples(root):
        node = element.first("SampleNode")
        if node is None or not node.get("name"):
            faults.add("CYTO-031", "a sample has no <SampleNode> with a name", element)
            continue
        samples.append(_sample(element, node, groups, faults))
    if not samples and not faults.found:
        faults.add("CYTO-031", "the workspace holds no sample", root)
    faults.end()
    return Workspace(path=path, version=root.get("flowJoVersion") or "", samples=tuple(samples))


def _samples(root: Element) -> Iterator[Element]:
    for samples in root.all("SampleList"):
        yield from samples.all("Sample")


def _groups(root: Element) -> dict[str, list[str]]:
    """Return the names of the groups of each sample id."""
    found: dict[str, list[str]] = {}
    for groups in root.all("Groups"):
        for node in groups.all("GroupNode"):
            for group in node.all("Group"):
                for references in group.all("SampleRefs"):
                    for reference in references.all("SampleRef"):
                        found.setdefault(reference.get("sampleID") or "", []).append(node.get("name") or "")
    return found


def _sample(
    element: Element, node: Element, groups: Mapping[str, list[str]], faults: Faults
) -> WorkspaceSample:
    data = element.first("DataSet")
    uri = unquote((data.get("uri") if data is not None else None) or "")
    name = node.get("name") or ""
    reader = _SampleReader(element, faults)
    gates = tuple(reader.gates(node, ()))
    return WorkspaceSample(
        name=name,
        file=uri.removeprefix("file:").replace("\\", "/").rpartition("/")[2],
        groups=tuple(groups.get(node.get("sampleID") or "", ())),
        tree=Tree(
            source=f"{faults.path} sample {name}", axes=reader.axes.axes, matrices=reader.axes.matrices,
            gates=gates, events=_whole(node.get("count")),
        ),
    )  # fmt: skip


class _SampleReader:
    """Reads the gates of one sample."""

    def __init__(self, sample: Element, faults: Faults) -> None:
        self.axes = SampleAxes(sample, faults)
        self._faults = faults
        self._seen: set[tuple[str, ...]] = set()
        self._names = _paths(sample)

    def gates(self, node: Element, above: tuple[str, ...]) -> Iterator[Drawn]:
        """Yield the populations below a node, parents first."""
        for populations in node.all("Subpopulations"):
            for element in populations.children:
                if element.name != "Population" and element.name not in _LOGIC:
                    continue
                path = (*above, element.get("name") or "")
                yield from self._gate(element, path)
                yield from self.gates(element, path)

    def _gate(self, element: Element, path: tuple[str, ...]) -> Iterator[Drawn]:
        shown = "/".join(path)
        try:
            self._see(path)
            count = _whole(element.get("count"))
            if element.name in _LOGIC:
                yield Drawn(path=path, shape=self._logic(element), count=count, line=element.line)
                return
            region, outside, resolution = read_gate(child(element, "Gate"), self.axes.axis)
            yield Drawn(
                path=path,
                shape=region,
                outside=outside,
                resolution=resolution,
                count=count,
                line=element.line,
            )
        except UnreadableError as why:
            self._faults.add("CYTO-034", f"population {shown} cannot be read: {why}", element)

    def _see(self, path: tuple[str, ...]) -> None:
        if len(path) > DEEPEST:
            raise UnreadableError(f"it lies more than {DEEPEST} gates deep")
        if not path[-1] or path in self._seen:
            raise UnreadableError("it has no name of its own")
        self._seen.add(path)

    def _logic(self, element: Element) -> Logic:
        of = []
        for dependents in element.all("Dependents"):
            for dependent in dependents.all("Dependent"):
                name = needed(dependent, "name")
                if name not in self._names:
                    raise UnreadableError(f"it depends on {name}, which is not in the sample")
                of.append((self._names[name], False))
        operator = _LOGIC[element.name]
        if not of or (operator == "not" and len(of) != 1):
            raise UnreadableError(f"a gate '{operator}' depends on {len(of)} populations")
        return Logic(operator=operator, of=tuple(of))


def _paths(sample: Element) -> dict[str, tuple[str, ...]]:
    """Return the path of every population by the text with which a gate of logic names it."""
    found: dict[str, tuple[str, ...]] = {}
    node = sample.first("SampleNode")
    waiting: list[tuple[Element, tuple[str, ...]]] = [] if node is None else [(node, ())]
    while waiting:
        element, above = waiting.pop()
        for populations in element.all("Subpopulations"):
            for each in populations.children:
                path: tuple[str, ...] = (*above, each.get("name") or "")
                found["/".join(path)] = path
                waiting.append((each, path))
    return found


def _whole(text: str | None) -> int | None:
    try:
        value = int(text or "")
    except ValueError:
        return None
    return value if value >= 0 else None
