"""How far a percentage goes when the gate stands a little elsewhere.

Every edge is moved by `fraction` of the spread that the parent has in the column concerned: to either side in
each column alone, outward and inward in all columns at once. The interval runs from the lowest to the highest
share found. Nothing is drawn, so the same gate gives the same interval.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lupustrial.cytometry._gate import Gate
from lupustrial.cytometry._regions import Mask, Region
from lupustrial.cytometry._tube import Tube, Values
from lupustrial.cytometry.results._grown import grown

#: Share of the parent's spread by which an edge is moved.
FRACTION = 0.1
#: Percentiles whose half distance is one standard deviation of a normal distribution.
_LOW, _HIGH = 15.865525393145708, 84.13447460685429


@dataclass(frozen=True, eq=False)
class _Columns:
    """Columns of the parent's events."""

    values: Mapping[str, Values]

    def column(self, name: str) -> Values:
        return self.values[name]


def jitter(
    tube: Tube, gate: Gate, parent: Mask | None, fraction: float = FRACTION
) -> tuple[float, float] | None:
    """Return the lowest and highest share of the parent as the edges of `gate` move.

    Args:
        tube: The tube that was gated.
        gate: One of its gates.
        parent: (events,) events of the parent; None for the whole tube.
        fraction: Share of the parent's spread (half the distance of its 16th and 84th percentile).

    Returns:
        Shares of 1, around the share found; None where the parent is empty.
    """
    inside = np.ones(len(tube), dtype=np.bool_) if parent is None else parent
    total = int(np.count_nonzero(inside))
    if total == 0:
        return None
    region = gate.placed.region
    columns = {name: np.asarray(tube.column(name)[inside]) for name in region.columns}
    steps = {name: fraction * _spread(values) for name, values in columns.items()}
    counts = [
        int(np.count_nonzero(moved.contains(_Columns(values))))
        for moved, values in _moves(region, columns, steps)
    ]
    return min(gate.count, *counts) / total, max(gate.count, *counts) / total


def _moves(
    region: Region, columns: Mapping[str, Values], steps: Mapping[str, float]
) -> Iterator[tuple[Region, Mapping[str, Values]]]:
    """Yield each move as a region and values: a region goes left where the values go right."""
    for sign in (-1, 1):
        yield grown(region, {name: sign * step for name, step in steps.items()}), columns
        for name, step in steps.items():
            yield region, {**columns, name: np.asarray(columns[name] + np.float32(sign * step))}


def _spread(values: Values) -> float:
    low, high = _percentiles(values, (_LOW, _HIGH))
    return float(high - low) / 2


def _percentiles(values: Values, points: tuple[float, ...]) -> NDArray[np.float64]:
    known = values[np.isfinite(values)].astype(np.float64)
    return np.percentile(known, points) if known.size else np.zeros(len(points))
