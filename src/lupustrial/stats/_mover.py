"""Intervals put together from two one-group intervals: MOVER-J (docs/methods/intervals.md, eq. 18-20)."""

from __future__ import annotations

import math

from scipy import special

from lupustrial.stats._arguments import check_choice, check_probabilities, checked_table
from lupustrial.stats._results import Estimate
from lupustrial.stats._score_functions import MEASURES

#: Lower limit, centre and upper limit of one group.
Group = tuple[float, float, float]


def mover_jeffreys(
    *,
    x1: int,
    n1: int,
    x2: int,
    n2: int,
    measure: str = "risk difference",
    confidence_level: float = 0.95,
) -> Estimate:
    """Estimate a difference, ratio or odds ratio by recovering variances from Jeffreys intervals (MOVER-J).

    Each group's proportion has its posterior median and equal tails under Jeffreys' prior Beta(1/2, 1/2);
    Donner and Zou (2012, Stat Methods Med Res 21:347) put them together. Newcombe's interval is the same with
    Wilson's limits.

    Args:
        x1: Events in the first group.
        n1: Participants in the first group.
        x2: Events in the second group.
        n2: Participants in the second group.
        measure: ``"risk difference"``, ``"risk ratio"`` or ``"odds ratio"``, first group against second.
        confidence_level: Nominal coverage.

    Returns:
        The measure *of the posterior medians*, around which the interval is built (the sample value can lie
        outside: 10/10 v 0/20 gives 0.96, not 1), and limits, always finite.

    Raises:
        StatisticsError: Counts that do not fit (STAT-001), unknown measure (STAT-006), level outside (0, 1)
            (STAT-007).
    """
    check_choice("measure", measure, MEASURES)
    check_probabilities(confidence_level=confidence_level)
    table = checked_table(x1=x1, n1=n1, x2=x2, n2=n2)
    first, second = (
        _jeffreys(x, n, confidence_level) for x, n in ((table.x1, table.n1), (table.x2, table.n2))
    )
    if measure == "risk difference":
        estimate, lower, upper = _difference(first, second)
    else:
        odds = measure == "odds ratio"
        estimate, lower, upper = _ratio(_odds(first) if odds else first, _odds(second) if odds else second)
    return Estimate(
        method="mover_jeffreys",
        measure=measure,
        estimate=estimate,
        lower=lower,
        upper=upper,
        confidence_level=confidence_level,
    )


def _jeffreys(x: int, n: int, confidence_level: float) -> Group:
    """Return the equal-tailed limits and the median of Beta(x + 1/2, n - x + 1/2)."""
    tail = (1 - confidence_level) / 2
    low, centre, high = (float(special.betaincinv(x + 0.5, n - x + 0.5, p)) for p in (tail, 0.5, 1 - tail))
    return low, centre, high


def _odds(group: Group) -> Group:
    low, centre, high = (p / (1 - p) for p in group)
    return low, centre, high


def _difference(first: Group, second: Group) -> tuple[float, float, float]:
    (l1, p1, u1), (l2, p2, u2) = first, second
    return p1 - p2, p1 - p2 - math.hypot(p1 - l1, u2 - p2), p1 - p2 + math.hypot(u1 - p1, p2 - l2)


def _ratio(first: Group, second: Group) -> tuple[float, float, float]:
    """Solve the quadratic of eq. 20, in the form that stays finite where 2 p2 is near u2."""
    (l1, p1, u1), (l2, p2, u2) = first, second
    product = p1 * p2
    low1, high1 = l1 * (2 * p1 - l1), u1 * (2 * p1 - u1)
    low2, high2 = l2 * (2 * p2 - l2), u2 * (2 * p2 - u2)
    lower = low1 / (product + math.sqrt(max(0.0, product**2 - low1 * high2)))
    upper = (product + math.sqrt(max(0.0, product**2 - high1 * low2))) / low2
    return p1 / p2, lower, upper
