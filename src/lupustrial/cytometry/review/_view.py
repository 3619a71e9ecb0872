"""The events behind a gate, binned: small enough to be kept, drawn anywhere, and counted under another gate.

A view holds how many events of the parent lie in each bin of one or two columns. Who sees it sees no event
and no file; an edited gate can be counted from it, about as exactly as its bins are narrow.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lupustrial.cytometry._gate import Setting
from lupustrial.cytometry._regions import Ellipse, Every, Interval, Polygon, Region

Counts = NDArray[np.int64]

#: Bins of a view of one column, and of each of two.
BINS = {1: 200, 2: 100}

_TAILS = (0.001, 0.999)  # quantiles of the parent that an axis must hold
_FEW = 3  # steps of an axis below which they are made finer
_ROOM = 0.25  # part of the events' range by which an axis is made longer for the corners of a gate
_PAIR = 2
_FINE = 4  # points in each direction of a bin at which a region is asked


@dataclass(frozen=True, kw_only=True, eq=False)
class View:
    """Binned events of a parent population.

    Attributes:
        columns: One column, or x and y.
        low: Where the axes begin, display scale.
        high: Where they end. Events beyond an end are counted in the bin at that end.
        counts: (bins,) or (bins of x, bins of y).
    """

    columns: tuple[str, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    counts: Counts

    def as_plain(self) -> dict[str, Any]:
        """Return it as values of JSON; `runs` lists how many empty bins to skip, then a count, and so on."""
        flat = self.counts.ravel()
        full = np.flatnonzero(flat)
        skipped = np.diff(full, prepend=-1) - 1
        runs = np.column_stack([skipped, flat[full]]).ravel().tolist()
        return {
            "columns": list(self.columns), "low": list(self.low), "high": list(self.high),
            "bins": list(self.counts.shape), "runs": runs,
        }  # fmt: skip


def view_from(plain: Mapping[str, Any]) -> View:
    """Return the view of a plain form; KeyError, TypeError or ValueError where it is none."""
    columns = tuple(str(name) for name in plain["columns"])
    low, high = (tuple(float(end) for end in plain[key]) for key in ("low", "high"))
    shape = tuple(int(size) for size in plain["bins"])
    bins = BINS.get(len(columns), 0)
    if shape != (bins,) * len(columns) or len(low) != len(shape) or len(high) != len(shape) or not bins:
        raise ValueError("a view has one or two columns, with bins and two ends for each")
    if not all(math.isfinite(a) and math.isfinite(b) and a < b for a, b in zip(low, high, strict=True)):
        raise ValueError("an axis of a view ends before it begins")
    runs = np.asarray(plain["runs"], dtype=np.int64).reshape(-1, 2)
    if (runs[:, 0] < 0).any() or (runs[:, 1] < 1).any():
        raise ValueError("a view skips and counts forwards")
    counts = np.zeros(math.prod(shape), dtype=np.int64)
    places = np.cumsum(runs[:, 0] + 1) - 1
    if len(places) and places[-1] >= len(counts):
        raise ValueError("a view counts more bins than it has")
    counts[places] = runs[:, 1]
    return View(columns=columns, low=low, high=high, counts=counts.reshape(shape))


def views_of(setting: Setting, region: Region) -> tuple[View, ...]:
    """Return the views that show a region over the events of its parent; one for each pair of its columns."""
    return tuple(_binned(setting, columns, region) for columns in panels_of(region))


def panels_of(region: Region) -> tuple[tuple[str, ...], ...]:
    """Return the columns of each view of a region: its pairs, then its single columns, two at a time."""
    leaves = [leaf for leaf, _ in leaves_of(region)]
    pairs = dict.fromkeys(leaf.columns for leaf in leaves if len(leaf.columns) == _PAIR)
    shown = {name for pair in pairs for name in pair}
    alone = [name for name in dict.fromkeys(n for leaf in leaves for n in leaf.columns) if name not in shown]
    return (*pairs, *(tuple(alone[at : at + _PAIR]) for at in range(0, len(alone), _PAIR)))


def leaves_of(region: Region, *, inside: bool = True) -> Iterator[tuple[Region, bool]]:
    """Give the simple regions of which a region is made, and whether an event has to lie inside."""
    if not isinstance(region, Every):
        yield region, inside
        return
    for each in region.of:
        yield from leaves_of(each, inside=inside)
    for each in region.out:
        yield from leaves_of(each, inside=not inside)


def estimate(view: View, region: Region) -> float | None:
    """Return about how many events a region holds, from the bins of a view.

    Each bin is asked at 4 points a column, and its events are taken to lie evenly in it. None where the
    region looks at a column that the view does not show.
    """
    if not set(region.columns) <= set(view.columns):
        return None
    axes = [
        low + (np.arange(bins * _FINE) + 0.5) * (high - low) / (bins * _FINE)
        for low, high, bins in zip(view.low, view.high, view.counts.shape, strict=True)
    ]
    grid = np.meshgrid(*axes, indexing="ij")
    inside = region.contains(_Points(dict(zip(view.columns, (each.ravel() for each in grid), strict=True))))
    counts = view.counts
    for axis in range(counts.ndim):
        counts = np.repeat(counts, _FINE, axis=axis)
    return float(counts.ravel()[inside].sum()) / float(_FINE**counts.ndim)


class _Points:
    def __init__(self, columns: Mapping[str, NDArray[Any]]) -> None:
        self._columns = columns

    def column(self, name: str) -> NDArray[np.float32]:
        return self._columns[name]


def _binned(setting: Setting, columns: tuple[str, ...], region: Region) -> View:
    values = [np.asarray(setting.values(name), dtype=np.float64) for name in columns]
    known = np.logical_and.reduce([np.isfinite(each) for each in values])
    values = [each[known] for each in values]
    ends = [_ends(each, region, name) for each, name in zip(values, columns, strict=True)]
    bins = BINS[len(columns)]
    places = [_bin(each, low, high, bins) for each, (low, high) in zip(values, ends, strict=True)]
    flat = np.ravel_multi_index(tuple(places), (bins,) * len(columns))
    counts = np.bincount(flat, minlength=bins ** len(columns)).astype(np.int64)
    return View(
        columns=columns, low=tuple(low for low, _ in ends), high=tuple(high for _, high in ends),
        counts=counts.reshape((bins,) * len(columns)),
    )  # fmt: skip


def _bin(values: NDArray[np.float64], low: float, high: float, bins: int) -> NDArray[np.int64]:
    scaled = np.clip((values - low) / (high - low) * bins, 0, bins - 1)
    return scaled.astype(np.int64)


def _ends(values: NDArray[np.float64], region: Region, column: str) -> tuple[float, float]:
    """Return round ends that hold nearly all events and the edges of the gate, alike from tube to tube."""
    first, last = np.quantile(values, _TAILS).tolist() if len(values) else (0.0, 1.0)
    room = _ROOM * (last - first)
    near = [min(max(edge, first - room), last + room) for edge in _corners(region, column)]
    held = [first, last, *near, *_edges(region, column)]
    low, high = float(min(held)), float(max(held))
    length = max(high - low, 1e-6)
    step = 10.0 ** math.floor(math.log10(length))
    step = step / 5 if length < _FEW * step else step
    start, end = (math.floor(low / step) * step, math.ceil(high / step) * step)
    return round(start, 9), round(end if end > start else start + step, 9)


def _edges(region: Region, column: str) -> list[float]:
    """Return the edges of intervals along a column."""
    leaves = [leaf for leaf, _ in leaves_of(region) if isinstance(leaf, Interval) and leaf.column == column]
    return [edge for leaf in leaves for edge in (leaf.low, leaf.high) if edge is not None]


def _corners(region: Region, column: str) -> list[float]:
    """Return how far polygons and ellipses go along a column."""
    found: list[float] = []
    for leaf, _ in leaves_of(region):
        if isinstance(leaf, Polygon) and column in leaf.columns:
            found += [corner[leaf.columns.index(column)] for corner in leaf.vertices]
        elif isinstance(leaf, Ellipse) and column in leaf.columns:
            axis = leaf.columns.index(column)
            reach = math.sqrt(max(leaf.covariance[axis][axis] * leaf.distance, 0.0))
            found += [leaf.centre[axis] - reach, leaf.centre[axis] + reach]
    return found
