"""Compiled loops of the extra `fast`; see `_fast`. It imports Numba, so only `_fast.loops` imports it."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

#: Events worked on at a time: a block of all detectors stays in the second cache.
_BLOCK = 2048


@numba.njit(cache=True, error_model="numpy")
def compensate(
    events: NDArray[np.float32],
    detectors: NDArray[np.int64],
    inverted: NDArray[np.float64],
    wanted: NDArray[np.int64],
    targets: NDArray[np.int64],
    out: NDArray[np.float32],
) -> None:
    """Write compensated values of the wanted channels of a matrix into columns of `out`.

    Sums run over the detectors in their order, in double precision, past zeros of the inverse: the
    arithmetic of `prepare._compensate`.

    Args:
        events: (events, channels) linear values, column by column in memory.
        detectors: Column of each channel of the matrix.
        inverted: The inverse of the matrix.
        wanted: Channels of the matrix that are wanted.
        targets: Column of `out` for each of them.
        out: (events, columns) column by column in memory.
    """
    total = np.empty(_BLOCK, dtype=np.float64)
    count = events.shape[0]
    for begin in range(0, count, _BLOCK):
        size = min(_BLOCK, count - begin)
        for place in range(wanted.size):
            column = wanted[place]
            factor = inverted[0, column]
            source = events[begin : begin + size, detectors[0]]
            for at in range(size):
                total[at] = np.float64(source[at]) * factor
            for row in range(1, detectors.size):
                factor = inverted[row, column]
                if factor != 0:
                    source = events[begin : begin + size, detectors[row]]
                    for at in range(size):
                        total[at] += np.float64(source[at]) * factor
            target = out[begin : begin + size, targets[place]]
            for at in range(size):
                target[at] = np.float32(total[at])


@numba.njit(cache=True, error_model="numpy")
def tabulated(
    linear: NDArray[np.float32],
    first: int,
    heights: NDArray[np.float64],
    steps: NDArray[np.float64],
    slope: float,
    zero: float,
    out: NDArray[np.float32],
) -> None:
    """Write display values by a table whose index is a float's bits: the arithmetic of `panel._table`."""
    bits = linear.view(np.int32)
    cells = heights.size // 2
    for at in range(linear.size):
        word = bits[at]
        magnitude = word & 0x7FFFFFFF
        if magnitude >= 0x7F800000:  # noqa: PLR2004 - the bits of infinity; above them no number
            out[at] = np.nan
            continue
        index = (magnitude >> 12) - first
        if index < 0:
            out[at] = np.float32(zero) + np.float32(slope) * linear[at]
            continue
        share = np.float64(magnitude & 0xFFF) * 2.0**-12
        if index >= cells:
            index = cells - 1
            share = np.float64(1.0)
        if word < 0:
            index += cells
        out[at] = np.float32(heights[index] + share * steps[index])


@numba.njit(cache=True, error_model="numpy")
def inside_polygon(
    x: NDArray[Any], y: NDArray[Any], vertices: NDArray[np.float64], inside: NDArray[np.bool_]
) -> None:
    """Set for each point whether it lies inside a polygon: the arithmetic of `_regions.inside_polygon`."""
    count = vertices.shape[0]
    left, right = vertices[:, 0].min(), vertices[:, 0].max()
    low, high = vertices[:, 1].min(), vertices[:, 1].max()
    for at in range(x.size):
        px, py = np.float64(x[at]), np.float64(y[at])
        odd = False
        if left <= px <= right and low <= py <= high:
            for edge in range(count):
                y1 = vertices[edge, 1]
                after = edge + 1 if edge + 1 < count else 0
                y2 = vertices[after, 1]
                if (py < y1) != (py < y2):
                    x1 = vertices[edge, 0]
                    if px < x1 + (py - y1) * (vertices[after, 0] - x1) / (y2 - y1):
                        odd = not odd
        inside[at] = odd
