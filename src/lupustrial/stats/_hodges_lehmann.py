"""Hodges-Lehmann estimates with distribution-free intervals; docs/methods/means-and-ranks.md, eq. 13-17."""

from __future__ import annotations

import math

import numpy as np

from lupustrial.stats._arguments import Floats, Values, check_choice, checked_values
from lupustrial.stats._differences import difference_at
from lupustrial.stats._one_proportion import normal_quantile
from lupustrial.stats._rank_distributions import (
    check_exact_size,
    rank_sum_distribution,
    signed_rank_distribution,
)
from lupustrial.stats._results import Estimate

INTERVALS = ("moses", "exact")
#: Up to this many differences are sorted as a whole; of more only the order statistics asked for are found.
SORTED_WHOLE = 1_000_000
WHOLE = "the groups are too small for this level: the interval runs over all values seen"


def _order_limits(ordered: Floats, k: int) -> tuple[float, float, str]:
    """Return the k-th smallest and k-th largest (k from 1); the extremes with a note where k is below 1."""
    k_used = max(1, k)
    return float(ordered[k_used - 1]), float(ordered[-k_used]), "" if k >= 1 else WHOLE


def _exact_k(chances: Floats, tail: float) -> int:
    """Return the largest k with P(statistic <= k - 1) <= tail (eq. 15); 0 if there is none."""
    return int(np.searchsorted(np.cumsum(chances), tail * (1 + 1e-12), side="right"))


def hodges_lehmann(
    x: Values, y: Values, *, interval: str = "moses", confidence_level: float = 0.95
) -> Estimate:
    """Estimate the shift between two groups: the median of all differences x - y (eq. 13).

    Args:
        x: Values of the first group, at least 1, none missing.
        y: Values of the second group, at least 1, none missing.
        interval: ``"moses"`` takes order statistics of the differences at the normal approximation to the
            Mann-Whitney distribution (eq. 14; SAS's asymptotic interval); ``"exact"`` at its exact quantile
            without ties (eq. 15), which is conservative when there are ties.
        confidence_level: Nominal coverage.

    Returns:
        Estimate and limits; a note when the groups are too small for the level.

    Raises:
        StatisticsError: Missing values (STAT-002), empty group (STAT-003), unknown option (STAT-006), level
            outside (0, 1) (STAT-007), more than 200 values for the exact form (STAT-008).
    """
    check_choice("interval", interval, INTERVALS)
    z = normal_quantile(confidence_level)
    a, b = checked_values(least=1, x=x, y=y)
    m, n = a.size, b.size
    if interval == "moses":
        k = _moses_k(m * n / 2, z * math.sqrt(m * n * (m + n + 1) / 12))
        if m * n > SORTED_WHOLE:
            return _of_many(a, b, k, confidence_level)
    else:
        check_exact_size(m + n, "x, y")
        chances = rank_sum_distribution(np.arange(1.0, m + n + 1), m)[m * (m + 1) :: 2]
        k = _exact_k(chances, (1 - confidence_level) / 2)
    differences = np.sort(np.subtract.outer(a, b), axis=None)
    lower, upper, note = _order_limits(differences, k)
    return Estimate(
        method=f"hodges_lehmann_{interval}",
        measure="shift",
        estimate=float(np.median(differences)),
        lower=lower,
        upper=upper,
        confidence_level=confidence_level,
        note=note,
    )


def _of_many(a: Floats, b: Floats, k: int, confidence_level: float) -> Estimate:
    """Return the estimate with Moses' interval from four order statistics of the differences."""
    every = a.size * b.size
    ranks = (k, (every + 1) // 2, every // 2 + 1, every + 1 - k)
    lower, left, right, upper = (difference_at(a, b, rank) for rank in ranks)
    return Estimate(
        method="hodges_lehmann_moses",
        measure="shift",
        estimate=(left + right) / 2,
        lower=lower,
        upper=upper,
        confidence_level=confidence_level,
        note="",
    )


def _moses_k(mean: float, half: float) -> int:
    return math.floor(mean - half)


def hodges_lehmann_paired(
    changes: Values, *, interval: str = "moses", confidence_level: float = 0.95
) -> Estimate:
    """Estimate the centre of changes: the median of their pairwise (Walsh) averages (eq. 16).

    Args:
        changes: After minus before, at least 1 value, none missing; zeros are kept.
        interval: ``"moses"`` (normal approximation, eq. 17) or ``"exact"`` (signed-rank distribution without
            ties).
        confidence_level: Nominal coverage.

    Returns:
        Estimate and limits; a note when there are too few changes for the level.

    Raises:
        StatisticsError: As for `hodges_lehmann`.
    """
    check_choice("interval", interval, INTERVALS)
    z = normal_quantile(confidence_level)
    (array,) = checked_values(least=1, changes=changes)
    n = array.size
    first, second = np.triu_indices(n)
    averages = np.sort((array[first] + array[second]) / 2)
    if interval == "moses":
        k = _moses_k(n * (n + 1) / 4, z * math.sqrt(n * (n + 1) * (2 * n + 1) / 24))
    else:
        check_exact_size(n, "changes")
        chances = signed_rank_distribution(np.arange(1.0, n + 1))[::2]
        k = _exact_k(chances, (1 - confidence_level) / 2)
    lower, upper, note = _order_limits(averages, k)
    return Estimate(
        method=f"hodges_lehmann_paired_{interval}",
        measure="centre",
        estimate=float(np.median(averages)),
        lower=lower,
        upper=upper,
        confidence_level=confidence_level,
        note=note,
    )
