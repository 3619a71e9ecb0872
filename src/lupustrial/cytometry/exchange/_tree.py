"""Gates as they stand in a workspace or a Gating-ML file: axes, shapes and the tree of populations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from lupustrial.cytometry._regions import Columns, Mask, Region
from lupustrial.cytometry.exchange._scale import Scale

#: Names of the populations from the top down to the one meant.
Path = tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Ratio:
    """A x (x - B) / (y - C) of two channels (Gating-ML 2.0 section 6.6, `fratio`)."""

    x: str
    y: str
    a: float
    b: float
    c: float


@dataclass(frozen=True, kw_only=True)
class Axis:
    """What a column of a gate is made of.

    Attributes:
        channel: Name of a channel of the file, or of a fluorochrome of the matrix.
        matrix: Id of the compensation matrix; ``FCS`` for the file's own; None for uncompensated values.
        scale: The scale after compensation; None for linear values.
        ratio: Two channels instead of one.
        ends: Whether values beyond the axis are set to its end, as FlowJo does.
    """

    channel: str
    matrix: str | None = None
    scale: Scale | None = None
    ratio: Ratio | None = None
    ends: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class Matrix:
    """A spillover matrix: a row for each fluorochrome, a column for each detector, all names of channels."""

    fluorochromes: tuple[str, ...]
    detectors: tuple[str, ...]
    values: NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Ellipsoid:
    """Squared Mahalanobis distance of at most `distance` in more than two columns (Gating-ML 2.0, 5.3)."""

    columns: tuple[str, ...]
    centre: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]
    distance: float

    def contains(self, tube: Columns) -> Mask:
        """Return for each event whether it lies inside."""
        inverse = np.linalg.inv(np.asarray(self.covariance, float))
        offsets = [
            tube.column(name).astype(np.float64) - at
            for name, at in zip(self.columns, self.centre, strict=True)
        ]
        squared = sum(
            inverse[i, j] * one * other for i, one in enumerate(offsets) for j, other in enumerate(offsets)
        )
        return np.asarray(squared <= self.distance)

    def as_plain(self) -> dict[str, Any]:
        """Return it as values of JSON."""
        return {
            "shape": "ellipsoid", "columns": list(self.columns), "centre": list(self.centre),
            "covariance": [list(row) for row in self.covariance], "distance": self.distance,
        }  # fmt: skip


class Exact(Protocol):
    """Columns in double precision: an edge of a file is compared without being rounded first."""

    def column(self, name: str) -> NDArray[np.float64]:
        """Return the values of a column, one for each event."""
        ...


def inside(shape: Region | Ellipsoid, columns: Exact) -> Mask:
    """Return for each event whether it lies inside a shape."""
    return shape.contains(cast("Columns", columns))


@dataclass(frozen=True, kw_only=True)
class Logic:
    """Events of all, any or none of other populations; each may be taken as its complement."""

    operator: Literal["and", "or", "not"]
    of: tuple[tuple[Path, bool], ...]


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """A population of the tree.

    Attributes:
        path: Names from the top down to this population.
        shape: Its gate over the columns of the tree's axes, or logic over other populations.
        outside: Whether the events outside the shape are meant.
        resolution: Bins an axis over which FlowJo counts polygons and ellipses; None for exact gates.
        count: The count that FlowJo stored; None where the file has none.
        line: Where it stands in the file.
        part: Whether it is a helper that only logic needs, no population.
    """

    path: Path
    shape: Region | Ellipsoid | Logic
    outside: bool = False
    resolution: int | None = None
    count: int | None = None
    line: int = 0
    part: bool = False

    @property
    def population(self) -> str:
        """Its own name."""
        return self.path[-1]


@dataclass(frozen=True, kw_only=True, eq=False)
class Tree:
    """The gates of one sample, or of a Gating-ML file.

    Attributes:
        source: File and sample, for messages.
        axes: The columns that the shapes name.
        matrices: Compensation matrices by id.
        gates: Parents before children, in the order of the file.
        events: The number of events that FlowJo stored; None where the file has none.
    """

    source: str
    axes: Mapping[str, Axis]
    matrices: Mapping[str, Matrix]
    gates: tuple[Drawn, ...]
    events: int | None = None
    by_path: Mapping[Path, Drawn] = field(init=False)

    def __post_init__(self) -> None:
        """Index the gates by path."""
        object.__setattr__(self, "by_path", {gate.path: gate for gate in self.gates})
