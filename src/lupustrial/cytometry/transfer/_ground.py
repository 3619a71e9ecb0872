"""The ground a gate stands on: the density of the reference's parent population outside the gate.

Only counts in the cells of a coarse grid are kept, no event of a person. Events of the gated population
itself never count: a population that grows or brightens must not draw the alignment after it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation, gaussian_filter1d

from lupustrial.cytometry._regions import Region
from lupustrial.cytometry._tube import Tube

Array = NDArray[np.float64]

#: Cells of the grid along each column, for a gate of one column and of two.
BINS = {1: 256, 2: 64}
#: Cells into which a sample is counted before it is moved about.
_FINE = {1: 1024, 2: 96}
#: Quantiles between which the grid lies, and the share of that range added at either end.
_ENDS, _MARGIN = (0.005, 0.995), 0.15
#: Quantiles kept as landmarks.
LANDMARKS = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True, kw_only=True, eq=False)
class Cells:
    """Events of a sample, counted in small cells: the same for any order of the events.

    Attributes:
        at: (cells, columns) middle of each cell that holds an event.
        counts: (cells,) events in it.
        events: All events, also those outside the cells.
        middle: (columns,) median.
    """

    at: Array
    counts: Array
    events: int
    middle: Array

    @classmethod
    def of(cls, values: Array) -> Cells:
        """Count values (events, columns); events with a value that is not a number are left out."""
        known = values[np.isfinite(values).all(axis=1)]
        columns = values.shape[1]
        if not len(known):
            return cls(
                at=np.empty((0, columns)), counts=np.empty(0), events=0, middle=np.full(columns, np.nan)
            )
        ends = np.quantile(known, (0.001, 0.999), axis=0)
        room = 0.05 * (ends[1] - ends[0]) + 1e-12
        low, high = ends[0] - room, ends[1] + room
        fine = _FINE[columns]
        step = (high - low) / fine
        index = np.floor((known - low) / step).astype(np.int64)
        index = index[((index >= 0) & (index < fine)).all(axis=1)]
        flat = index[:, 0] if columns == 1 else index[:, 0] * fine + index[:, 1]
        counts = np.bincount(flat, minlength=fine**columns)
        there = np.flatnonzero(counts)
        cell = there[:, None] if columns == 1 else np.column_stack(np.divmod(there, fine))
        return cls(
            at=low + (cell + 0.5) * step, counts=counts[there].astype(np.float64), events=len(known),
            middle=np.median(known, axis=0),
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True, eq=False)
class Ground:
    """What one shape of a template stands on, over its one or two columns.

    Attributes:
        columns: The columns.
        low: Lower end of the grid in each column, display scale.
        step: Width of a cell.
        counts: Events of the reference's parent in each cell.
        masked: Cells in which the gated population may lie; they are never looked at.
        middle: Median of the parent outside the gate.
        spread: Standard deviation of the highest peak there.
        mode: Where that peak is.
        quantiles: :data:`LANDMARKS` of each column, for readers and charts.
        events: Events of the reference's parent.
    """

    columns: tuple[str, ...]
    low: Array
    step: Array
    counts: NDArray[np.int64]
    masked: NDArray[np.bool_] = field(repr=False)
    middle: Array
    spread: Array
    mode: Array
    quantiles: Array
    events: int

    def binned(self, at: Array, weights: Array) -> Array:
        """Spread weights at points over the four (two) nearest cells, linearly; those outside are lost."""
        bins = self.counts.shape[0]
        place = (at - self.low) / self.step - 0.5
        first = np.floor(place)
        rest = place - first
        index = first.astype(np.int64)
        there = ((index >= 0) & (index < bins - 1)).all(axis=1)
        index, rest, weights = index[there], rest[there], weights[there]
        if len(self.columns) == 1:
            near, part = index[:, 0], rest[:, 0]
            line = np.bincount(near, weights * (1 - part), bins)
            return np.asarray(line + np.bincount(near + 1, weights * part, bins), dtype=np.float64)
        flat = index[:, 0] * bins + index[:, 1]
        filled: Array = np.zeros(bins * bins)
        for along_x in (0, 1):
            for along_y in (0, 1):
                share = np.abs(1 - along_x - rest[:, 0]) * np.abs(1 - along_y - rest[:, 1])
                filled += np.bincount(flat + along_x * bins + along_y, weights * share, bins * bins)
        return filled.reshape(bins, bins)

    def as_plain(self) -> dict[str, Any]:
        """Return it as values of JSON; counts as runs of (cell, counts), empty cells left out."""
        flat = self.counts.ravel()
        starts = np.flatnonzero((flat > 0) & (np.concatenate(([0], flat[:-1])) == 0))
        ends = np.flatnonzero((flat > 0) & (np.concatenate((flat[1:], [0])) == 0)) + 1
        return {
            "columns": list(self.columns), "events": self.events,
            **{name: [round(float(v), 9) for v in getattr(self, name)] for name in _VECTORS},
            "quantiles": [[round(float(v), 9) for v in row] for row in self.quantiles],
            "counts": [
                [int(start), [int(count) for count in flat[start:end]]]
                for start, end in zip(starts, ends, strict=True)
            ],
        }  # fmt: skip


_VECTORS = ("low", "step", "middle", "spread", "mode")


def ground_from(plain: dict[str, Any], shape: Region | None) -> Ground:
    """Return the ground of a plain form; `shape` is masked, None masks nothing."""
    columns = tuple(plain["columns"])
    bins = BINS[len(columns)]
    flat = np.zeros(bins ** len(columns), dtype=np.int64)
    for start, counts in plain["counts"]:
        flat[start : start + len(counts)] = counts
    vectors = {name: np.asarray(plain[name], dtype=np.float64) for name in _VECTORS}
    return Ground(
        columns=columns, counts=flat.reshape((bins,) * len(columns)), events=int(plain["events"]),
        masked=_masked(columns, vectors["low"], vectors["step"], shape),
        quantiles=np.asarray(plain["quantiles"], dtype=np.float64), **vectors,
    )  # fmt: skip


def ground_of(
    values: Array, inside: NDArray[np.bool_], columns: tuple[str, ...], shape: Region | None
) -> Ground:
    """Measure the ground over values (events, columns) of the reference; `inside` is the gated population.

    `shape` is masked; None masks nothing, and then `inside` counts like any other event.
    """
    finite = np.isfinite(values).all(axis=1)
    values, inside = values[finite], inside[finite]
    rest = values if shape is None else values[~inside]
    ends = np.quantile(values, _ENDS, axis=0)
    room = _MARGIN * (ends[1] - ends[0])
    bins = BINS[len(columns)]
    low = np.round(ends[0] - room, 9)
    step = np.round((ends[1] - ends[0] + 2 * room) / bins, 9)
    edges = [low[i] + step[i] * np.arange(bins + 1) for i in range(len(columns))]
    counts = np.histogramdd(values, bins=edges)[0].astype(np.int64)
    middle = np.median(rest, axis=0)
    mode, spread = np.asarray([_peak(column) for column in rest.T]).T
    return Ground(
        columns=columns, low=low, step=step, counts=counts, masked=_masked(columns, low, step, shape),
        middle=np.round(middle, 9), spread=np.round(spread, 9), mode=np.round(mode, 9),
        quantiles=np.quantile(rest, LANDMARKS, axis=0).T, events=len(values),
    )  # fmt: skip


def _masked(columns: tuple[str, ...], low: Array, step: Array, shape: Region | None) -> NDArray[np.bool_]:
    bins = BINS[len(columns)]
    if shape is None:
        return np.zeros((bins,) * len(columns), dtype=np.bool_)
    middles = [low[i] + step[i] * (np.arange(bins) + 0.5) for i in range(len(columns))]
    grid = np.meshgrid(*middles, indexing="ij")
    cells = Tube.of_columns("grid", {name: each.ravel() for name, each in zip(columns, grid, strict=True)})
    inside = shape.contains(cells).reshape((bins,) * len(columns))
    # the cells at the edge hold events of both sides
    return np.asarray(binary_dilation(inside, np.ones((3,) * len(columns))))


def _peak(values: Array) -> tuple[float, float]:
    """Return where the density of a column is highest, and the standard deviation of that peak.

    It is the full width at half height over 2.355, at most 1.4826 times the median absolute deviation of all
    values: a column with two peaks is measured by one of them. The smoothing is a fifth of the width that the
    shortest tenth of the values tells (0.2513 standard deviations hold it in a normal distribution).
    """
    ordered = np.sort(values)
    whole = 1.4826 * float(np.median(np.abs(values - np.median(values))))
    low, high = np.quantile(ordered, _ENDS)
    least = 1e-3 * (high - low) + 1e-9  # where most events are equal
    tenth = max(1, len(ordered) // 10)
    narrow = max(float(np.min(ordered[tenth:] - ordered[:-tenth])) / 0.2513, least)
    step = max(0.02 * narrow, (high - low) / 8192)
    counts, edges = np.histogram(ordered, bins=np.arange(low, high + 2 * step, step))
    smooth = gaussian_filter1d(counts.astype(np.float64), 0.2 * narrow / step, mode="constant")
    top = int(np.argmax(smooth))
    lower = np.flatnonzero(smooth < smooth[top] / 2)
    left = lower[lower < top].max(initial=-1)
    right = lower[lower > top].min(initial=len(smooth))
    width = (right - left - 1) * step / 2.355
    spread = min(width, whole) if whole > 0 else width
    return float((edges[top] + edges[top + 1]) / 2), max(spread, least)
