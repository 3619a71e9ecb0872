"""Hodges-Lehmann shift of large samples: order statistics of all differences without writing them down.

There are m·n differences between two samples, nine million for 3,000 against 3,000. The k-th smallest is
found by bisection on its value: how many differences lie at or below a value is counted in O(n log m), and
once few enough are left between two bounds these alone are written down and sorted.
"""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np

from lupustrial import stats
from lupustrial.analysis._method import Values
from lupustrial.stats import Estimate

#: Up to this many differences `stats.hodges_lehmann` sorts them all.
SORTED_WHOLE = 1_000_000
_FEW = 200_000  # differences between two bounds that are written down
_EQUAL = 1e-13  # bounds nearer than this, relative to the largest value, hold one tied difference


def hodges_lehmann(x: Values, y: Values, *, confidence_level: float) -> Estimate:
    """Return the median of all differences x - y with Moses' interval, in O(n log n) memory and time.

    Args:
        x: Values of the first group, at least 1, none missing.
        y: Values of the second group, at least 1, none missing.
        confidence_level: Nominal coverage.

    Returns:
        As `stats.hodges_lehmann`, which does the work where the samples are small.

    Raises:
        StatisticsError: As `stats.hodges_lehmann`.
    """
    m, n = len(x), len(y)
    if m * n <= SORTED_WHOLE:
        return stats.hodges_lehmann(x, y, confidence_level=confidence_level)
    z = NormalDist().inv_cdf((1 + confidence_level) / 2)
    k = math.floor(m * n / 2 - z * math.sqrt(m * n * (m + n + 1) / 12))
    middle = ((m * n + 1) // 2, m * n // 2 + 1)
    low, left, right, high = (difference_at(x, y, rank) for rank in (k, *middle, m * n + 1 - k))
    return Estimate(
        method="hodges_lehmann_moses",
        measure="shift",
        estimate=(left + right) / 2,
        lower=low,
        upper=high,
        confidence_level=confidence_level,
    )


def difference_at(x: Values, y: Values, rank: int) -> float:
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


def _at_or_below(a: Values, b: Values, value: float) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """Return for each b how many of the sorted a differ from it by at most `value`."""
    return np.searchsorted(a, value + b, side="right")


def _among(
    a: Values,
    b: Values,
    first: np.ndarray[tuple[int], np.dtype[np.intp]],
    last: np.ndarray[tuple[int], np.dtype[np.intp]],
    rank: int,
) -> float:
    """Return the difference of a rank when it is one of the few that lie between `first` and `last`."""
    lengths = last - first
    starts = np.repeat(first - np.concatenate(([0], np.cumsum(lengths)[:-1])), lengths)
    indices = starts + np.arange(int(lengths.sum()))
    differences = a[indices] - np.repeat(b, lengths)
    wanted = rank - int(first.sum()) - 1
    return float(np.partition(differences, wanted)[wanted])
