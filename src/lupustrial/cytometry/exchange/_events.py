"""Events of an FCS file, and the columns that gates ask for: compensated, scaled, computed once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lupustrial.cytometry.exchange._tree import Axis, Matrix, Tree
from lupustrial.cytometry.fcs import FcsFile, read_fcs
from lupustrial.errors import CytometryError, Fault, closest

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Events:
    """Linear events of a file.

    Attributes:
        name: Name of the file: its identity in a workspace, never ``$FIL``.
        sha256: Hash of its bytes.
        channels: ``$PnN`` of each column.
        markers: ``$PnS`` of each column; empty where there is none.
        tops: Top of each column's axis: ``$PnR`` over the gain; 1 for time.
        values: (events, columns), linear: gain applied, log amplifiers decoded, time in seconds.
        spill: The matrix of the file; None where it has none.
        fault: Why the matrix of the file cannot be used.
        keywords: Keywords of the file, upper case, without ``$``.
    """

    name: str
    sha256: str
    channels: tuple[str, ...]
    markers: tuple[str, ...]
    tops: tuple[float, ...]
    values: NDArray[np.float32]
    spill: Matrix | None
    fault: Fault | None
    keywords: Mapping[str, str]

    def index(self, channel: str) -> int | None:
        """Return the column of a channel, or of a marker that only one column bears; None for none.

        FlowJo writes ``/`` as ``_``.
        """
        replaced = [name.replace("/", "_") for name in self.channels]
        for names in (self.channels, replaced, self.markers):
            found = [number for number, name in enumerate(names) if name == channel]
            if len(found) == 1:
                return found[0]
        return None


def read_events(path: Path) -> FcsFile:
    """Read an FCS file; CytometryError CYTO-010 to CYTO-019 where it cannot be read.

    Doubled delimiters that cannot be meant as characters are read as empty values: gates need no keyword that
    may be empty.
    """
    try:
        return read_fcs(path)
    except CytometryError as error:
        if {fault.id for fault in error.faults} != {"CYTO-012"}:
            raise
        return read_fcs(path, empty_values=True)


def events_of(file: FcsFile) -> Events:
    """Return what gates need of a file."""
    spill = file.spill
    return Events(
        name=file.name, sha256=file.sha256, keywords=file.keywords, values=file.events,
        fault=file.spill_fault,
        channels=tuple(channel.name for channel in file.channels),
        markers=tuple(channel.marker for channel in file.channels),
        tops=tuple(1.0 if channel.is_time else channel.range / channel.gain for channel in file.channels),
        spill=None if spill is None
        else Matrix(fluorochromes=spill.channels, detectors=spill.channels, values=spill.matrix),
    )  # fmt: skip


class GateColumns:
    """The columns of a tree over the events of a file; what a region asks for."""

    def __init__(self, tree: Tree, events: Events) -> None:
        """Keep both; CytometryError CYTO-035, CYTO-036 with every axis that the file cannot give."""
        self._tree = tree
        self._events = events
        self._made: dict[str, Array] = {}
        self._inverses: dict[str, Array] = {}
        faults = [fault for axis in tree.axes.values() for fault in self._faults(axis)]
        if faults:
            raise CytometryError(dict.fromkeys(faults))

    def __len__(self) -> int:
        """Return the number of events."""
        return int(self._events.values.shape[0])

    def column(self, name: str) -> Array:
        """Return a column of an axis, display scale where the axis has one."""
        if name not in self._made:
            axis = self._tree.axes[name]
            values = self.linear(axis)
            if axis.scale is not None:
                values = axis.scale.forward(values)
            self._made[name] = np.asarray(np.clip(values, 0.0, 1.0)) if axis.ends else values
        return self._made[name]

    def linear(self, axis: Axis) -> Array:
        """Return an axis's values, compensated where it says so, before its scale."""
        if axis.ratio is None:
            return self._channel(axis.channel, axis.matrix)
        ratio = axis.ratio
        x, y = (self._channel(name, axis.matrix) for name in (ratio.x, ratio.y))
        with np.errstate(all="ignore"):
            return np.asarray(ratio.a * (x - ratio.b) / (y - ratio.c))

    def _channel(self, channel: str, matrix: str | None) -> Array:
        found = None if matrix is None else self._matrix(matrix)
        if found is None or channel not in (*found.fluorochromes, *found.detectors):
            index = self._events.index(channel)
            assert index is not None  # noqa: S101 - looked up for every axis when this was made
            return self._events.values[:, index].astype(np.float64)
        named = found.fluorochromes if channel in found.fluorochromes else found.detectors
        weights = self._inverse(matrix or "", found)[:, named.index(channel)]
        total = np.zeros(len(self), np.float64)
        # One column at a time: the same sum in the same order, whatever the number of threads.
        for detector, weight in zip(found.detectors, weights, strict=True):
            index = self._events.index(detector)
            assert index is not None  # noqa: S101 - as above
            total += self._events.values[:, index].astype(np.float64) * float(weight)
        return total

    def _inverse(self, name: str, matrix: Matrix) -> Array:
        """Return what turns detectors into fluorochromes: the inverse, least squares with more detectors."""
        if name not in self._inverses:
            invert = np.linalg.pinv if _tall(matrix) else np.linalg.inv
            self._inverses[name] = np.asarray(invert(matrix.values), np.float64)
        return self._inverses[name]

    def _matrix(self, name: str) -> Matrix | None:
        """Return a matrix; ``FCS`` is what the file says, which may be that nothing is compensated (4.5)."""
        return self._events.spill if name == "FCS" else self._tree.matrices[name]

    def _faults(self, axis: Axis) -> list[Fault]:
        place = f"{self._tree.source}, file {self._events.name}"
        if axis.matrix == "FCS" and self._events.fault is not None:
            return [self._events.fault]
        matrix = None if axis.matrix is None else self._matrix(axis.matrix)
        channels = [axis.channel] if axis.ratio is None else [axis.ratio.x, axis.ratio.y]
        asked: list[str] = []
        for channel in channels:
            inside = matrix is not None and channel in (*matrix.fluorochromes, *matrix.detectors)
            asked += matrix.detectors if inside and matrix is not None else [channel]
        return [
            Fault(
                id="CYTO-035", place=place,
                message=f"the file has no channel {channel}, which the gates need",
                hint=closest(channel, self._events.channels) or f"it has {', '.join(self._events.channels)}",
            )
            for channel in dict.fromkeys(asked) if self._events.index(channel) is None
        ]  # fmt: skip


def _tall(matrix: Matrix) -> bool:
    return len(matrix.detectors) != len(matrix.fluorochromes)
