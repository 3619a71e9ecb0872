"""Transforms by table: the bits of a 32-bit float are the index.

A float's upper bits (sign, exponent, 11 bits of the mantissa) name a cell; within a cell, a relative width of
2**-11, the transform is interpolated linearly. The error is at most h**2 / 8 of the second derivative, about
3e-9 of the axis for a logarithm, far below the 6e-8 of the 32-bit result. Ten times faster than solving.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lupustrial.cytometry._fast import loops
from lupustrial.cytometry.panel._transform import Asinh, Biex, Linear, Log, Logicle

Values = NDArray[np.float32]
AnyTransform = Linear | Log | Asinh | Logicle | Biex
#: Bits of the mantissa inside a cell; binary orders that are tabulated below and above the top of the scale.
_INSIDE = 12
_BELOW, _ABOVE = 40, 8
_BLOCK = 16_384  # values that stay in the cache
Table = tuple[int, NDArray[np.float64], NDArray[np.float64], float, float]


def display(transform: AnyTransform, values: NDArray[np.floating[Any]]) -> Values:
    """Return display values of linear values; a value that is no finite number gives NaN.

    Args:
        transform: The frozen transform.
        values: (events,) linear, compensated. Beyond 256 times the top of the scale they count as that.
    """
    linear = np.ascontiguousarray(values, dtype=np.float32)
    if isinstance(transform, Linear | Log | Biex):  # quick, or with kinks that a table would blunt
        shown = np.asarray(transform.exact(linear.astype(np.float64)), dtype=np.float32)
        return _not_a_number(shown, linear)
    table = _table(transform)
    shown = np.empty_like(linear)
    fast = loops(linear.size)
    if fast is not None:
        fast.tabulated(linear, *table, shown)
        return shown
    for begin in range(0, linear.size, _BLOCK):
        part = slice(begin, begin + _BLOCK)
        shown[part] = _looked_up(table, linear[part])
    return _not_a_number(shown, linear)


def _looked_up(table: Table, linear: Values) -> NDArray[np.float64]:
    base, heights, steps, slope, zero = table
    cells = len(heights) // 2
    bits = linear.view(np.int32)
    magnitude = bits & np.int32(0x7FFFFFFF)
    index = (magnitude >> _INSIDE) - np.int32(base)
    share = (magnitude & np.int32((1 << _INSIDE) - 1)) * 2.0**-_INSIDE
    small = index < 0
    share[index >= cells] = 1.0
    np.clip(index, 0, cells - 1, out=index)
    index += (bits < 0) * np.int32(cells)
    exact: NDArray[np.float64] = heights[index] + share * steps[index]
    if small.any():
        exact[small] = zero + slope * linear[small]
    return exact


def _not_a_number(shown: Values, linear: Values) -> Values:
    bad = ~np.isfinite(linear)
    if bad.any():
        shown[bad] = np.nan
    return shown


@lru_cache(maxsize=64)
def _table(transform: AnyTransform) -> Table:
    """Return first cell, height and step of each cell (positive, then negative), slope and height at 0."""
    order = math.floor(math.log2(transform.top))
    low, high = max(order - _BELOW, -120), min(order + _ABOVE, 126)
    first, last = (np.float32(2.0**each).view(np.int32) >> _INSIDE for each in (low, high))
    edges = (np.arange(first, last + 1, dtype=np.int32) << _INSIDE).view(np.float32).astype(np.float64)
    up, down = transform.exact(edges), transform.exact(-edges)
    heights = np.concatenate([up[:-1], down[:-1]])
    steps = np.concatenate([np.diff(up), np.diff(down)])
    zero = float(transform.exact(np.zeros(1))[0])
    return int(first), heights, steps, float((up[0] - down[0]) / (2 * edges[0])), zero
