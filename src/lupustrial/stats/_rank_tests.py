"""Mann-Whitney and Wilcoxon signed-rank tests; equations in docs/methods/means-and-ranks.md."""

from __future__ import annotations

import math

import numpy as np

from lupustrial.stats._arguments import Values, check_choice, checked_values, refuse
from lupustrial.stats._rank_distributions import (
    check_exact_size,
    midranks,
    rank_sum_distribution,
    signed_rank_distribution,
    tie_sizes,
    two_sided,
)
from lupustrial.stats._results import HypothesisTest
from lupustrial.stats._wald import two_sided_normal

METHODS = ("asymptotic", "exact")


def _shrunk(excess: float, *, continuity: bool) -> float:
    """Move towards zero by 1/2, as R's correction does; zero stays zero."""
    return excess - math.copysign(0.5, excess) if continuity and excess else excess


def mann_whitney(
    x: Values, y: Values, *, method: str = "asymptotic", continuity: bool = True
) -> HypothesisTest:
    """Compare two independent groups by the Mann-Whitney (Wilcoxon rank-sum) test.

    Args:
        x: Values of the first group, at least 1, none missing.
        y: Values of the second group, at least 1, none missing.
        method: ``"asymptotic"`` uses the normal distribution with variance corrected for ties (eq. 6, 7);
            ``"exact"`` counts all allocations of the ranks seen, ties included (eq. 8).
        continuity: Whether the asymptotic form moves U by 1/2 towards its mean. R does; SPSS does not.

    Returns:
        Statistic U of x (pairs in which x is larger, ties a half; R's W) and the two-sided p. Method
        ``"mann_whitney_asymptotic"`` or ``"mann_whitney_exact"``. When all values are equal p is 1 with a
        note.

    Raises:
        StatisticsError: Missing values (STAT-002), empty group (STAT-003), unknown option (STAT-006), more
            than 200 values for the exact form (STAT-008).
    """
    check_choice("method", method, METHODS)
    a, b = checked_values(least=1, x=x, y=y)
    together = np.concatenate((a, b))
    ranks, n = midranks(together), together.size
    u = float(ranks[: a.size].sum()) - a.size * (a.size + 1) / 2
    name = f"mann_whitney_{method}"
    if method == "exact":
        check_exact_size(n, "x, y")
        chances = rank_sum_distribution(ranks, a.size)
        p_value = two_sided(chances, round(2 * float(ranks[: a.size].sum())))
        return HypothesisTest(method=name, p_value=p_value, statistic=u)
    ties = tie_sizes(together)
    variance = a.size * b.size / 12 * (n + 1 - float((ties**3 - ties).sum()) / (n * (n - 1)))
    if ties.size == 1:
        return HypothesisTest(method=name, p_value=1.0, statistic=u, note="all values are equal")
    z = _shrunk(u - a.size * b.size / 2, continuity=continuity) / math.sqrt(variance)
    return HypothesisTest(method=name, p_value=two_sided_normal(z), statistic=u)


def win_probability(x: Values, y: Values) -> float:
    """Return the chance that a value of x exceeds one of y, ties counted a half: U / (m n) (eq. 9).

    Args:
        x: Values of the first group, at least 1, none missing.
        y: Values of the second group, at least 1, none missing.

    Raises:
        StatisticsError: Missing values (STAT-002), empty group (STAT-003).
    """
    a, b = checked_values(least=1, x=x, y=y)
    ranks = midranks(np.concatenate((a, b)))
    return (float(ranks[: a.size].sum()) - a.size * (a.size + 1) / 2) / (a.size * b.size)


def wilcoxon_signed_rank(
    changes: Values, *, method: str = "asymptotic", continuity: bool = True
) -> HypothesisTest:
    """Test whether changes within participants centre on zero by Wilcoxon's signed-rank test.

    Zero changes are dropped before ranking (Wilcoxon's rule; R and SAS alike).

    Args:
        changes: After minus before, at least 1 value, none missing.
        method: ``"asymptotic"`` (eq. 10, 11) or ``"exact"``, which counts all signs of the ranks seen (eq.
            12).
        continuity: Whether the asymptotic form moves V by 1/2 towards its mean.

    Returns:
        Statistic V (sum of the ranks of positive changes) and the two-sided p.

    Raises:
        StatisticsError: Missing values (STAT-002), no values (STAT-003), all changes zero (STAT-004), unknown
            option (STAT-006), more than 200 values for the exact form (STAT-008).
    """
    check_choice("method", method, METHODS)
    (array,) = checked_values(least=1, changes=changes)
    array = array[array != 0]
    if array.size == 0:
        raise refuse("STAT-004", "every change is zero", "changes", "report that nobody changed")
    ranks, n = midranks(np.abs(array)), array.size
    v = float(ranks[array > 0].sum())
    name = f"wilcoxon_signed_rank_{method}"
    if method == "exact":
        check_exact_size(n, "changes")
        p_value = two_sided(signed_rank_distribution(ranks), round(2 * v))
        return HypothesisTest(method=name, p_value=p_value, statistic=v)
    ties = tie_sizes(np.abs(array))
    variance = n * (n + 1) * (2 * n + 1) / 24 - float((ties**3 - ties).sum()) / 48
    z = _shrunk(v - n * (n + 1) / 4, continuity=continuity) / math.sqrt(variance)
    return HypothesisTest(method=name, p_value=two_sided_normal(z), statistic=v)
