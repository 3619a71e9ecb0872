"""Order statistics of all differences between two samples, without writing them down.

There are m·n differences between two samples, nine million for 3,000 against 3,000. The k-th smallest is
found by bisection on its value: how many differences lie at or below a value is counted in O(n log m), and
once few enough are left between two bounds these alone are written down and sorted.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lupustrial.stats._arguments import Floats

_FEW = 200_000  # differences between two bounds that are written down
_EQUAL = 1e-13  # bounds nearer than this, relative to the largest value, hold one tied difference
_Counts = NDArray[np.intp]


def difference_at(x: Floats, y: Floats, rank: int) -> float:
    """Return the difference x_i - y_j of the given rank (1 = smallest) among all m·n."""
    a, b = np.sort(x), np.sort(y)
    near = max(float(max(abs(a[0]), abs(a[-1]), abs(b[0]), abs(b[-1]))) * _EQUAL, float(np.finfo(float).tiny))
    low, high = float(a[0] - b[-1]) - near, float(a[-1] - b[0]) + near
    while True:
        first, last = _at_or_below(a, b, low), _at_or_below(a, b, high)
        if int((last - first).sum()) <= _FEW:
            return _among(a, b, first, last, rank)
        if high - low <= 2 * near:
            j = int(np.argmax(last > first))
            return float(a[first[j]] - b[j])
        middle = low + (high - low) / 2
        if int(_at_or_below(a, b, middle).sum()) >= rank:
            high = middle
        else:
            low = middle


def _at_or_below(a: Floats, b: Floats, value: float) -> _Counts:
    """Return for each b how many of the sorted a differ from it by at most `value`."""
    return np.searchsorted(a, value + b, side="right")


def _among(a: Floats, b: Floats, first: _Counts, last: _Counts, rank: int) -> float:
    """Return the difference of a rank when it is one of the few that lie between `first` and `last`."""
    lengths = last - first
    starts = np.repeat(first - np.concatenate(([0], np.cumsum(lengths)[:-1])), lengths)
    indices = starts + np.arange(int(lengths.sum()))
    differences = a[indices] - np.repeat(b, lengths)
    wanted = rank - int(first.sum()) - 1
    return float(np.partition(differences, wanted)[wanted])
