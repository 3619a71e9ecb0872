"""Statistics of two groups, for many allocations at once (permutation.md, eq. 5-8).

Each takes the values, shape (n,), and marks of the first group, shape (allocations, n), and gives one number
an allocation: NaN where a group is too small for it, infinite where it has no spread to be measured against.
Under the null hypothesis all are centred on zero.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from lupustrial.stats._arguments import Floats
from lupustrial.stats._rank_distributions import midranks

Marks = NDArray[np.float64]
_NOTHING = 1e-13  # of the whole spread: what rounding leaves of a variance that is zero


def _mean_difference(values: Floats, marks: Marks) -> Floats:
    m = marks.sum(axis=1)
    n = values.size - m
    centred = values - values.mean()
    sums = marks @ centred
    return np.asarray(sums / m - (centred.sum() - sums) / n)


def _rank_sum(values: Floats, marks: Marks) -> Floats:
    m = marks.sum(axis=1)
    centred = marks @ (midranks(values) - (values.size + 1) / 2)
    return np.where((m > 0) & (m < values.size), centred, np.nan)


def _over(excess: Floats, variance: Floats) -> Floats:
    """Divide by the standard error; 0/0 is 0, and rounding is not taken for spread."""
    safe = np.where(variance > 0, variance, 1.0)
    infinite = np.where(excess == 0, 0.0, np.copysign(np.inf, excess))
    return np.asarray(np.where(variance > 0, excess / np.sqrt(safe), infinite))


def _welch_t(values: Floats, marks: Marks) -> Floats:
    m = marks.sum(axis=1)
    n = values.size - m
    centred = values - values.mean()
    first, every = marks @ centred, centred.sum()
    squares, of_all = marks @ centred**2, (centred**2).sum()
    means = first / m, (every - first) / n
    apart = squares - m * means[0] ** 2, (of_all - squares) - n * means[1] ** 2
    floor = _NOTHING * of_all
    variances = [np.where(part > floor, part, 0.0) for part in apart]
    variance = variances[0] / (m * (m - 1)) + variances[1] / (n * (n - 1))
    difference = np.where(np.abs(means[0] - means[1]) > np.sqrt(floor), means[0] - means[1], 0.0)
    return np.where((m > 1) & (n > 1), _over(difference, variance), np.nan)


def _brunner_munzel(values: Floats, marks: Marks) -> Floats:
    above = (values[:, None] > values) + (values[:, None] == values) / 2
    others = 1 - marks
    m, n = marks.sum(axis=1), others.sum(axis=1)
    wins_of_first = (others @ above.T) / n[:, None]
    wins_of_second = (marks @ above) / m[:, None]
    win = (marks * wins_of_first).sum(axis=1) / m
    of_first = (marks * (wins_of_first - win[:, None]) ** 2).sum(axis=1)
    of_second = (others * (wins_of_second - win[:, None]) ** 2).sum(axis=1)
    variance = of_first / (m * (m - 1)) + of_second / (n * (n - 1))
    return np.where((m > 1) & (n > 1), _over(win - 0.5, np.where(variance > _NOTHING, variance, 0.0)), np.nan)


STATISTICS: dict[str, Callable[[Floats, Marks], Floats]] = {
    "mean_difference": _mean_difference,
    "rank_sum": _rank_sum,
    "welch_t": _welch_t,
    "brunner_munzel": _brunner_munzel,
}


def named_statistic(name: str, values: Floats, marks: NDArray[np.bool_]) -> Floats:
    """Return the named statistic of every row of marks; NaN where a group is empty or too small."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return STATISTICS[name](values, marks.astype(np.float64))
