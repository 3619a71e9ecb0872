"""The trend test of Jonckheere and Terpstra (eq. 36-38)."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np

from lupustrial.stats._arguments import ALTERNATIVES, Floats, Values, check_choice, refuse
from lupustrial.stats._rank_distributions import (
    check_exact_size,
    exact_p,
    pairs_won,
    rank_sum_distribution,
    tie_sizes,
)
from lupustrial.stats._results import HypothesisTest
from lupustrial.stats._t_limits import t_p_value
from lupustrial.stats.ranks._several_groups import ALL_EQUAL, checked_groups

METHODS = ("asymptotic", "exact")


def jonckheere_terpstra(
    groups: Sequence[Values], *, method: str = "asymptotic", alternative: str = "two-sided"
) -> HypothesisTest:
    """Test for a trend of values over ordered groups, e.g. doses (Terpstra 1952, Jonckheere 1954).

    Args:
        groups: The values of each group in order, at least 1 a group and 2 groups, none missing.
        method: ``"asymptotic"`` (normal, variance corrected for ties, no continuity correction, eq. 37) or
            ``"exact"`` (all values different, eq. 38).
        alternative: ``"two-sided"``, ``"greater"`` (values rise with the groups) or ``"less"``.

    Returns:
        Statistic J (pairs of different groups in which the later value is larger, ties a half) and p. When
        all values are equal p is 1, with a note.

    Raises:
        StatisticsError: Missing values (STAT-002), an empty group or fewer than 2 groups (STAT-003), unknown
            option (STAT-006), more than 200 values or ties for the exact form (STAT-008).
    """
    check_choice("method", method, METHODS)
    check_choice("alternative", alternative, ALTERNATIVES)
    arrays = checked_groups(groups)
    together = np.concatenate(arrays)
    ties = tie_sizes(together)
    j = sum(pairs_won(later, earlier) for earlier, later in itertools.combinations(arrays, 2))
    name, sizes = f"jonckheere_terpstra_{method}", np.array([float(array.size) for array in arrays])
    if ties.size == 1:
        return HypothesisTest(method=name, p_value=1.0, statistic=j, alternative=alternative, note=ALL_EQUAL)
    if method == "exact":
        check_exact_size(together.size, "groups")
        if ties.max() > 1:
            hint = "use method='asymptotic', or permutation_test with a statistic of your own"
            raise refuse("STAT-008", "the exact form needs values that all differ", "groups", hint)
        p_value = _exact_p([array.size for array in arrays], round(j), alternative)
    else:
        mean = (together.size**2 - float((sizes**2).sum())) / 4
        z = (j - mean) / math.sqrt(_variance(together.size, sizes, ties))
        p_value = t_p_value(z, None, alternative)
    return HypothesisTest(method=name, p_value=p_value, statistic=j, alternative=alternative)


def _variance(n: int, sizes: Floats, ties: Floats) -> float:
    """Return the variance of J given the ties (eq. 37); the middle part needs three values."""

    def sum_of(counts: Floats, *steps: int) -> float:
        return float(np.prod([counts - step for step in steps], axis=0).sum())

    first = n * (n - 1) * (2 * n + 5) - sum(
        float((counts * (counts - 1) * (2 * counts + 5)).sum()) for counts in (sizes, ties)
    )
    variance = first / 72 + sum_of(sizes, 0, 1) * sum_of(ties, 0, 1) / (8 * n * (n - 1))
    triples = sum_of(sizes, 0, 1, 2) * sum_of(ties, 0, 1, 2)
    return variance + (triples / (36 * n * (n - 1) * (n - 2)) if triples else 0.0)


def _exact_p(sizes: list[int], j: int, alternative: str) -> float:
    """Return p without ties: J is a sum of independent Mann-Whitney counts, each group against all before."""
    chances = np.ones(1)
    for i in range(1, len(sizes)):
        m, before = sizes[i], sum(sizes[:i])
        counts = rank_sum_distribution(np.arange(1.0, m + before + 1), m)[m * (m + 1) :: 2]
        chances = np.convolve(chances, counts[: m * before + 1])
    return exact_p(chances, j, alternative=alternative, two_sided="doubled")
