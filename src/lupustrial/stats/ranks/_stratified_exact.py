"""Exact distribution of a weighted sum of rank sums over strata, by convolution (eq. 25)."""

from __future__ import annotations

import numpy as np

from lupustrial.stats._arguments import Floats, refuse
from lupustrial.stats._rank_distributions import check_exact_size, rank_sum_distribution
from lupustrial.stats.ranks._strata import Bools, Stratified

LARGEST_SUPPORT = 4_000_000
#: Sums nearer than this part of the largest are one value: weights such as 1/11 are not exact in binary.
_EQUAL = 1e-11


def exact_p(scores: Floats, weights: Floats, data: Stratified, alternative: str) -> float:
    """Return p over all splits of the strata; two-sided is twice the smaller tail, as in eq. 8."""
    points, chances = np.zeros(1), np.ones(1)
    seen = 0.0
    for h in range(data.strata):
        here, weight = data.codes == h, float(weights[h])
        one, its = _of_stratum(scores[here], data.first[here])
        if points.size * one.size > LARGEST_SUPPORT:
            message = "the sums over the strata take too many values"
            hint = "use method='asymptotic', or permutation_test within strata"
            raise refuse("STAT-008", message, "strata", hint)
        points, chances = _merged(np.add.outer(points, weight * one), np.multiply.outer(chances, its))
        seen += weight * float(scores[here][data.first[here]].sum())
    near = float(np.abs(points).max()) * _EQUAL * 10
    greater = min(1.0, float(chances[points >= seen - near].sum()))
    less = min(1.0, float(chances[points <= seen + near].sum()))
    if alternative == "two-sided":
        return min(1.0, 2 * min(greater, less))
    return greater if alternative == "greater" else less


def _of_stratum(scores: Floats, first: Bools) -> tuple[Floats, Floats]:
    """Return the values that the first group's sum of scores can take, and their chances."""
    check_exact_size(scores.size, "values")
    lowest = float(scores.min())
    size = int(first.sum())
    chances = rank_sum_distribution(scores - lowest, size)
    possible = np.flatnonzero(chances)
    return possible / 2 + size * lowest, chances[possible]


def _merged(points: Floats, chances: Floats) -> tuple[Floats, Floats]:
    """Sort the points and add up the chances of equal ones."""
    flat, weights = points.ravel(), chances.ravel()
    order = np.argsort(flat, kind="stable")
    flat, weights = flat[order], weights[order]
    near = float(np.abs(flat).max()) * _EQUAL
    new = np.concatenate(([True], np.diff(flat) > near))
    starts = np.flatnonzero(new)
    return flat[starts], np.add.reduceat(weights, starts)
