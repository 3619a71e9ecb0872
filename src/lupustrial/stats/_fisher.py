"""Fisher's exact test and its mid-p forms, in whole numbers; equations in docs/methods/proportions.md.

Probabilities are ratios of binomial coefficients kept as Python integers until the last division. So ties
between tables are exact, and no tolerance is needed to find "as likely or less likely" tables.
"""

from __future__ import annotations

import math
from functools import lru_cache

from lupustrial.stats._arguments import ALTERNATIVES, Table, check_choice, checked_table
from lupustrial.stats._results import HypothesisTest


@lru_cache(maxsize=8192)
def hypergeometric(n1: int, n2: int, events: int) -> tuple[int, tuple[int, ...]]:
    """Count the ways to each table with the given margins (proportions.md, eq. 5).

    Returns:
        The least possible ``x1``, and the number of ways for it and each following ``x1``.
    """
    low, high = max(0, events - n2), min(n1, events)
    ways = [math.comb(n1, low) * math.comb(n2, events - low)]
    for x in range(low, high):
        ways.append(ways[-1] * (n1 - x) * (events - x) // ((x + 1) * (n2 - events + x + 1)))
    return low, tuple(ways)


def _tails(table: Table) -> tuple[int, int, int, int, int]:
    """Return ways of: x1 or more, x1 or fewer, as likely or less, exactly x1, all."""
    low, ways = hypergeometric(table.n1, table.n2, table.events)
    at = table.x1 - low
    observed = ways[at]
    likely = sum(w for w in ways if w <= observed)
    return sum(ways[at:]), sum(ways[: at + 1]), likely, observed, sum(ways)


def fisher(*, x1: int, n1: int, x2: int, n2: int, alternative: str = "two-sided") -> HypothesisTest:
    """Test equal proportions by Fisher's exact test (proportions.md, eq. 5).

    Args:
        x1: Events in the first group.
        n1: Participants in the first group.
        x2: Events in the second group.
        n2: Participants in the second group.
        alternative: ``"two-sided"`` sums all tables that are no likelier than the one seen (as R and SAS do);
            ``"greater"`` is the tail in which the first group has more events, ``"less"`` the other.

    Returns:
        The p value; 1 for a degenerate table. There is no statistic.

    Raises:
        StatisticsError: Counts that do not fit (STAT-001), unknown alternative (STAT-006).
    """
    check_choice("alternative", alternative, ALTERNATIVES)
    greater, less, likely, _, total = _tails(checked_table(x1=x1, n1=n1, x2=x2, n2=n2))
    ways = {"two-sided": likely, "greater": greater, "less": less}[alternative]
    return HypothesisTest(method="fisher", p_value=ways / total, alternative=alternative)


def fisher_midp(
    *,
    x1: int,
    n1: int,
    x2: int,
    n2: int,
    alternative: str = "two-sided",
    two_sided: str = "likelihood",
) -> HypothesisTest:
    """Test equal proportions by Fisher's test with mid-p: half the weight for the table seen (eq. 6, 7).

    Args:
        x1: Events in the first group.
        n1: Participants in the first group.
        x2: Events in the second group.
        n2: Participants in the second group.
        alternative: ``"two-sided"``, ``"greater"`` or ``"less"``.
        two_sided: ``"likelihood"`` takes half the observed table from Fisher's two-sided p (eq. 6);
            ``"doubled"`` doubles the smaller one-sided mid-p (eq. 7).

    Returns:
        The p value; method ``"fisher_midp"`` or ``"fisher_midp_doubled"``.

    Raises:
        StatisticsError: Counts that do not fit (STAT-001), unknown option (STAT-006).
    """
    check_choice("alternative", alternative, ALTERNATIVES)
    check_choice("two_sided", two_sided, ("likelihood", "doubled"))
    greater, less, likely, observed, total = _tails(checked_table(x1=x1, n1=n1, x2=x2, n2=n2))
    if alternative == "two-sided" and two_sided == "doubled":
        p_value = min(1.0, (2 * min(greater, less) - observed) / total)
        return HypothesisTest(method="fisher_midp_doubled", p_value=p_value)
    ways = {"two-sided": likely, "greater": greater, "less": less}[alternative]
    p_value = (2 * ways - observed) / (2 * total)
    return HypothesisTest(method="fisher_midp", p_value=p_value, alternative=alternative)


def fisher_blaker(*, x1: int, n1: int, x2: int, n2: int) -> HypothesisTest:
    """Test equal proportions by Blaker's exact test (proportions.md, eq. 20).

    To the smaller tail comes the largest opposite tail that is no likelier (Blaker 2000, Can J Stat 28:783).
    Never above twice the smaller tail.

    Args:
        x1: Events in the first group.
        n1: Participants in the first group.
        x2: Events in the second group.
        n2: Participants in the second group.

    Returns:
        The two-sided p value; 1 for a degenerate table. There is no statistic.

    Raises:
        StatisticsError: Counts that do not fit (STAT-001).
    """
    table = checked_table(x1=x1, n1=n1, x2=x2, n2=n2)
    low, ways = hypergeometric(table.n1, table.n2, table.events)
    at = table.x1 - low
    greater, less, total = sum(ways[at:]), sum(ways[: at + 1]), sum(ways)
    own, opposite = min(greater, less), 0
    for w in ways if greater <= less else reversed(ways):
        if opposite + w > own:
            break
        opposite += w
    return HypothesisTest(method="fisher_blaker", p_value=min(1.0, (own + opposite) / total))
