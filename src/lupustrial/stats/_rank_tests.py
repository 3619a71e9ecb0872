"""Mann-Whitney and Wilcoxon signed-rank tests; equations in docs/methods/means-and-ranks.md."""

from __future__ import annotations

import math

import numpy as np

from lupustrial.stats._arguments import ALTERNATIVES, Values, check_choice, checked_values, refuse
from lupustrial.stats._rank_distributions import (
    check_exact_size,
    exact_p,
    midranks,
    pairs_won,
    rank_sum_distribution,
    signed_rank_distribution,
    tie_sizes,
)
from lupustrial.stats._results import HypothesisTest
from lupustrial.stats._t_limits import t_p_value

METHODS = ("asymptotic", "exact")
ZEROS = ("wilcoxon", "pratt")
TWO_SIDED = ("doubled", "distance")


def _asymptotic_p(excess: float, variance: float, *, continuity: bool, alternative: str) -> float:
    """Return the normal p; the correction moves by 1/2 against the alternative, as R's does."""
    nearer = math.copysign(0.5, excess) if excess else 0.0
    shift = {"greater": 0.5, "less": -0.5}.get(alternative, nearer) if continuity else 0.0
    return t_p_value((excess - shift) / math.sqrt(variance), None, alternative)


def _check(*, method: str, alternative: str, two_sided: str) -> None:
    check_choice("method", method, METHODS)
    check_choice("alternative", alternative, ALTERNATIVES)
    check_choice("two_sided", two_sided, TWO_SIDED)


def mann_whitney(
    x: Values,
    y: Values,
    *,
    method: str = "asymptotic",
    continuity: bool = True,
    alternative: str = "two-sided",
    two_sided: str = "doubled",
) -> HypothesisTest:
    """Compare two independent groups by the Mann-Whitney (Wilcoxon rank-sum) test.

    Args:
        x: Values of the first group, at least 1, none missing.
        y: Values of the second group, at least 1, none missing.
        method: ``"asymptotic"`` uses the normal distribution with variance corrected for ties (eq. 6, 7);
            ``"exact"`` counts all allocations of the ranks seen, ties included (eq. 8).
        continuity: Whether the asymptotic form moves U by 1/2 towards its mean. R does; SPSS does not.
        alternative: ``"two-sided"``, ``"greater"`` (first group higher) or ``"less"``.
        two_sided: Exact two-sided p: ``"doubled"`` smaller tail, or every sum as far from its mean
            (``"distance"``, as R's coin). They differ only with ties and unequal groups.

    Returns:
        Statistic U of x (pairs in which x is larger, ties a half; R's W) and p. Method
        ``"mann_whitney_asymptotic"`` or ``"mann_whitney_exact"``. When all values are equal p is 1 with a
        note.

    Raises:
        StatisticsError: Missing values (STAT-002), empty group (STAT-003), unknown option (STAT-006), more
            than 200 values for the exact form (STAT-008).
    """
    _check(method=method, alternative=alternative, two_sided=two_sided)
    a, b = checked_values(least=1, x=x, y=y)
    together = np.concatenate((a, b))
    ranks, n = midranks(together), together.size
    u = float(ranks[: a.size].sum()) - a.size * (a.size + 1) / 2
    ties = tie_sizes(together)
    note = ""
    if ties.size == 1:
        p_value, note = 1.0, "all values are equal"
    elif method == "exact":
        check_exact_size(n, "x, y")
        chances, seen = rank_sum_distribution(ranks, a.size), round(2 * float(ranks[: a.size].sum()))
        p_value = exact_p(chances, seen, alternative=alternative, two_sided=two_sided)
    else:
        variance = a.size * b.size / 12 * (n + 1 - float((ties**3 - ties).sum()) / (n * (n - 1)))
        excess = u - a.size * b.size / 2
        p_value = _asymptotic_p(excess, variance, continuity=continuity, alternative=alternative)
    return HypothesisTest(
        method=f"mann_whitney_{method}", p_value=p_value, statistic=u, alternative=alternative, note=note
    )


def win_probability(x: Values, y: Values) -> float:
    """Return the chance that a value of x exceeds one of y, ties counted a half: U / (m n) (eq. 9).

    Args:
        x: Values of the first group, at least 1, none missing.
        y: Values of the second group, at least 1, none missing.

    Raises:
        StatisticsError: Missing values (STAT-002), empty group (STAT-003).
    """
    a, b = checked_values(least=1, x=x, y=y)
    return pairs_won(a, b) / (a.size * b.size)


def wilcoxon_signed_rank(
    changes: Values,
    *,
    method: str = "asymptotic",
    continuity: bool = True,
    alternative: str = "two-sided",
    zeros: str = "wilcoxon",
) -> HypothesisTest:
    """Test whether changes within participants centre on zero by Wilcoxon's signed-rank test.

    Args:
        changes: After minus before, at least 1 value, none missing.
        method: ``"asymptotic"`` (eq. 10, 11) or ``"exact"``, which counts all signs of the ranks seen (eq.
            12).
        continuity: Whether the asymptotic form moves V by 1/2 towards its mean.
        alternative: ``"two-sided"``, ``"greater"`` (changes above zero) or ``"less"``.
        zeros: ``"wilcoxon"`` drops zero changes before ranking (R and SAS alike); ``"pratt"`` ranks them and
            then drops their ranks.

    Returns:
        Statistic V (sum of the ranks of positive changes) and p.

    Raises:
        StatisticsError: Missing values (STAT-002), no values (STAT-003), all changes zero (STAT-004), unknown
            option (STAT-006), more than 200 changes that are not zero for the exact form (STAT-008).
    """
    _check(method=method, alternative=alternative, two_sided="doubled")
    check_choice("zeros", zeros, ZEROS)
    (array,) = checked_values(least=1, changes=changes)
    moved = array != 0
    if not moved.any():
        raise refuse("STAT-004", "every change is zero", "changes", "report that nobody changed")
    ranks = midranks(np.abs(array))[moved] if zeros == "pratt" else midranks(np.abs(array[moved]))
    v = float(ranks[array[moved] > 0].sum())
    if method == "exact":
        check_exact_size(ranks.size, "changes")
        chances = signed_rank_distribution(ranks)
        p_value = exact_p(chances, round(2 * v), alternative=alternative, two_sided="doubled")
    else:
        excess, variance = v - float(ranks.sum()) / 2, float((ranks**2).sum()) / 4
        p_value = _asymptotic_p(excess, variance, continuity=continuity, alternative=alternative)
    ending = "" if zeros == "wilcoxon" else "_pratt"
    return HypothesisTest(
        method=f"wilcoxon_signed_rank_{method}{ending}", p_value=p_value, statistic=v, alternative=alternative
    )
