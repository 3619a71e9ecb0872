"""Intervals for one proportion; equations in docs/methods/intervals.md."""

from __future__ import annotations

import math

from scipy import special

from lupustrial.stats._arguments import check_probabilities, checked_count
from lupustrial.stats._results import Estimate


def normal_quantile(confidence_level: float) -> float:
    """Return the two-sided normal quantile of a confidence level, after checking it (STAT-007)."""
    check_probabilities(confidence_level=confidence_level)
    return float(special.ndtri((1 + confidence_level) / 2))


def wilson_limits(x: int, n: int, z: float) -> tuple[float, float]:
    """Return Wilson's score limits (intervals.md, eq. 1); exactly 0 at x = 0 and exactly 1 at x = n."""
    p, spread = x / n, z * math.sqrt(z * z / 4 + x * (n - x) / n)
    lower = 0.0 if x == 0 else (x + z * z / 2 - spread) / (n + z * z)
    upper = 1.0 if x == n else (x + z * z / 2 + spread) / (n + z * z)
    return min(lower, p), max(upper, p)


def wilson(*, x: int, n: int, confidence_level: float = 0.95) -> Estimate:
    """Estimate a proportion with Wilson's score interval (intervals.md, eq. 1).

    Args:
        x: Events.
        n: Participants.
        confidence_level: Nominal coverage.

    Returns:
        Proportion and limits within [0, 1].

    Raises:
        StatisticsError: Counts that do not fit (STAT-001), level outside (0, 1) (STAT-007).
    """
    x, n = checked_count(x=x, n=n)
    lower, upper = wilson_limits(x, n, normal_quantile(confidence_level))
    return Estimate(
        method="wilson",
        measure="proportion",
        estimate=x / n,
        lower=lower,
        upper=upper,
        confidence_level=confidence_level,
    )


def clopper_pearson(*, x: int, n: int, confidence_level: float = 0.95) -> Estimate:
    """Estimate a proportion with the exact interval of Clopper and Pearson (intervals.md, eq. 2).

    Arguments, result and errors are as for `wilson`.
    """
    x, n = checked_count(x=x, n=n)
    check_probabilities(confidence_level=confidence_level)
    tail = (1 - confidence_level) / 2
    return Estimate(
        method="clopper_pearson",
        measure="proportion",
        estimate=x / n,
        lower=float(special.betaincinv(x, n - x + 1, tail)) if x > 0 else 0.0,
        upper=float(special.betaincinv(x + 1, n - x, 1 - tail)) if x < n else 1.0,
        confidence_level=confidence_level,
    )
