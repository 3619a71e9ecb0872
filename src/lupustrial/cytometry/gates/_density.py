"""Density of one column on at most 512 bins, its bandwidth, its peaks and the valleys between them.

Everything is measured in bins, so that a column in 0..1 and one in 0..4096 give the same gate.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from lupustrial.cytometry.gates._bandwidth import bandwidth_of
from lupustrial.cytometry.gates._registry import FEWEST, Unplaced

Line = NDArray[np.float64]

BINS = 512
_TAIL = 0.0005  # share of events at either end that does not stretch the axis
_PADDING = 0.05  # of the range, at either end
_FLOOR = 0.1  # of the rise from the lowest density to the lower peak
_WITHIN = 0.6827  # of the events on one side of a Gaussian lie within one standard deviation
_NOISE = 4.0  # a peak stands out by as many standard errors of the density


@dataclass(frozen=True, kw_only=True, eq=False)
class Density:
    """Events for each bin of a column, raw and smoothed.

    Attributes:
        low: Lower edge of the first bin.
        step: Width of a bin.
        counts: (bins,) events.
        smooth: (bins,) the same after a Gaussian of `bandwidth` bins.
        bandwidth: Standard deviation of the Gaussian, in bins.
    """

    low: float
    step: float
    counts: Line
    smooth: Line
    bandwidth: float

    def at(self, position: float) -> float:
        """Return the value of the column at a position in bins (0 is the centre of the first)."""
        return self.low + (position + 0.5) * self.step

    def position(self, value: float) -> float:
        """Return the position in bins of a value."""
        return (value - self.low) / self.step - 0.5

    def share_above(self, position: int) -> float:
        """Return the share of events in bins above a position."""
        return float(self.counts[position + 1 :].sum() / self.counts.sum())

    def error(self, position: int) -> float:
        """Return the standard error of the smoothed density in a bin, from Poisson counts."""
        return float(np.sqrt(max(self.smooth[position], 1.0) / (2 * np.sqrt(np.pi) * self.bandwidth)))


def density_of(
    values: NDArray[np.floating[Any]], *, smoothing: float = 1.0, span: tuple[float, float] | None = None
) -> Density:
    """Return the density of values; those that are no number are left out.

    Args:
        values: (events,) one column over one population.
        smoothing: Factor on the bandwidth.
        span: Range of the axis; taken from the values where it is left out.

    Raises:
        Unplaced: There are fewer than 30 values, or all are equal.
    """
    values = values[np.isfinite(values)]
    if len(values) < FEWEST:
        raise Unplaced(f"{len(values)} events, fewer than {FEWEST}")
    low, high = span_of(values) if span is None else span
    if not high > low:
        raise Unplaced("all events have the same value")
    counts = histogram(values, low, high)
    bandwidth = smoothing * bandwidth_of(counts)
    smooth = gaussian_filter1d(counts, bandwidth, mode="constant", truncate=5.0)
    return Density(low=low, step=(high - low) / BINS, counts=counts, smooth=smooth, bandwidth=bandwidth)


def span_of(values: NDArray[np.floating[Any]]) -> tuple[float, float]:
    """Return the range of an axis: 0.05 % to 99.95 % of the events, and 5 % more at either end."""
    last = len(values) - 1
    places = sorted({round(_TAIL * last), last - round(_TAIL * last)})
    parted = np.partition(values, places)
    low, high = float(parted[places[0]]), float(parted[places[-1]])
    padding = _PADDING * (high - low)
    return low - padding, high + padding


def histogram(values: NDArray[np.floating[Any]], low: float, high: float) -> Line:
    """Return the events in each of 512 bins of [low, high); events outside are not counted."""
    scaled = (values.astype(np.float64, copy=False) - low) * (BINS / (high - low))
    inside = scaled[(scaled >= 0) & (scaled < BINS)]
    return np.bincount(inside.astype(np.int64), minlength=BINS).astype(np.float64)


@dataclass(frozen=True, kw_only=True)
class Valley:
    """A low between two peaks, in bins.

    Attributes:
        at: Position of the middle of its floor.
        floor: Positions of the ends of its floor.
        left: Position of the highest peak on its left.
        right: Position of the highest peak on its right.
        depth: 1 - density in the valley / density at the lower of the two peaks.
        above: Share of events above.
    """

    at: int
    floor: tuple[int, int]
    left: int
    right: int
    depth: float
    above: float


def peaks_of(density: Density, *, relative: float = 0.02) -> list[int]:
    """Return the bins of the peaks that stand out, from low to high.

    A peak stands out where it rises above the saddle towards every higher peak by four standard errors of the
    density and by `relative` of its own height (topological persistence).
    """
    height = density.smooth
    inner = np.flatnonzero((height[1:-1] > height[:-2]) & (height[1:-1] >= height[2:])) + 1
    peaks = [int(each) for each in inner]
    while len(peaks) > 1:
        saddles = [float(height[a : b + 1].min()) for a, b in itertools.pairwise(peaks)]
        rises = [height[peak] - max(saddles[max(i - 1, 0) : i + 1]) for i, peak in enumerate(peaks)]
        weakest = min(
            range(len(peaks)),
            key=lambda i: rises[i] / max(_NOISE * density.error(peaks[i]), relative * height[peaks[i]]),
        )
        needed = max(_NOISE * density.error(peaks[weakest]), relative * float(height[peaks[weakest]]))
        if rises[weakest] >= needed:
            break
        del peaks[weakest]
    return peaks


def valleys_of(density: Density, peaks: list[int]) -> list[Valley]:
    """Return the valley between each two neighbouring peaks."""
    height = density.smooth
    found = []
    for i in range(len(peaks) - 1):
        floor = floor_of(density, peaks[i], peaks[i + 1])
        at = sum(floor) // 2
        lowest = float(height[peaks[i] : peaks[i + 1] + 1].min())
        left = max(peaks[: i + 1], key=lambda peak: height[peak])
        right = max(peaks[i + 1 :], key=lambda peak: height[peak])
        depth = 1 - lowest / float(min(height[left], height[right]))
        above = density.share_above(at)
        found.append(Valley(at=at, floor=floor, left=left, right=right, depth=depth, above=above))
    return found


def lowest_of(density: Density, left: int, right: int) -> int:
    """Return the middle of the floor between two bins."""
    first, last = floor_of(density, left, right)
    return (first + last) // 2


def floor_of(density: Density, left: int, right: int) -> tuple[int, int]:
    """Return the ends of the floor of a valley: the bins around the lowest whose density hardly differs.

    They hold less than the lowest plus a tenth of the rise to the lower end, or plus one standard error.
    """
    height = density.smooth[left : right + 1]
    lowest = int(np.argmin(height))
    rise = _FLOOR * float(min(height[0], height[-1]) - height[lowest])
    high = np.flatnonzero(height > height[lowest] + max(rise, density.error(left + lowest)))
    before = high[high < lowest]
    after = high[high > lowest]
    first = int(before[-1]) + 1 if len(before) else 0
    last = int(after[0]) - 1 if len(after) else len(height) - 1
    return left + first, left + last


def width_of(density: Density, mode: int, *, above: bool) -> float:
    """Return the distance in bins from a peak within which 68.27 % of the events above, or below it, lie."""
    side = density.counts[mode:] if above else density.counts[: mode + 1][::-1]
    events = side.copy()
    events[0] /= 2  # the mode's bin belongs to both sides
    below = np.cumsum(events)
    at = int(np.searchsorted(below, _WITHIN * below[-1]))
    inner = below[at - 1] if at > 0 else 0.0
    part = (_WITHIN * below[-1] - inner) / max(below[at] - inner, 1e-9)
    return max(at - 0.5 + float(part), 0.5)
