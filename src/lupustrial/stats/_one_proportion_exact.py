"""Mid-p and Blaker's intervals for one proportion; equations in docs/methods/intervals.md."""

from __future__ import annotations

import numpy as np
from scipy import optimize, special

from lupustrial.stats._arguments import Floats, check_probabilities, checked_count
from lupustrial.stats._results import Estimate

HALVINGS = 60
PRECISION = 1e-14


def midp(*, x: int, n: int, confidence_level: float = 0.95) -> Estimate:
    """Estimate a proportion with the mid-p interval (intervals.md, eq. 11).

    Clopper-Pearson with half the weight for the count seen: close to nominal coverage on average, not
    guaranteed.

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
    check_probabilities(confidence_level=confidence_level)
    tail = (1 - confidence_level) / 2
    lower, upper = _midp_lower(x, n, tail), 1 - _midp_lower(n - x, n, tail)
    return _estimate("midp", x, n, lower, upper, confidence_level)


def _midp_lower(x: int, n: int, tail: float) -> float:
    """Return p where P(X > x) + P(X = x) / 2 is ``tail``; half of it lies above x - 1, half above x."""
    if x == 0:
        return 0.0

    def excess(p: float) -> float:
        above = special.betainc(x + 1, n - x, p) if x < n else 0.0
        return float(special.betainc(x, n - x + 1, p) + above) / 2 - tail

    return float(optimize.brentq(excess, 0.0, 1.0, xtol=PRECISION))


def blaker(*, x: int, n: int, confidence_level: float = 0.95) -> Estimate:
    """Estimate a proportion with Blaker's exact interval (intervals.md, eq. 12-13).

    Blaker 2000, Can J Stat 28:783. It covers at least nominally, lies inside Clopper-Pearson's, and narrows
    as the level falls. Values not rejected can leave gaps; the interval is the smallest that holds them all.

    Arguments, result and errors are as for `midp`.
    """
    x, n = checked_count(x=x, n=n)
    check_probabilities(confidence_level=confidence_level)
    alpha = 1 - confidence_level
    lower, upper = _blaker_lower(x, n, alpha), 1 - _blaker_lower(n - x, n, alpha)
    return _estimate("blaker", x, n, lower, upper, confidence_level)


def _blaker_lower(x: int, n: int, alpha: float) -> float:
    """Return the least p whose acceptability exceeds alpha.

    While p rises, the other tail takes in 0, 1, 2, ... events at the p_k where P(X <= k) = P(X >= x). Between
    two of these the acceptability P(X >= x) + P(X <= k) falls first and then rises. So it first exceeds
    alpha either at a p_k, where it jumps to twice P(X >= x), or on the way up to the next.
    """
    if x == 0:
        return 0.0
    k = np.arange(float(x))
    jumps = _equal_tails(k, x, n)
    upper = special.betainc(x, n - x + 1, jumps)
    # at the end of each stretch, before the next count joins: its own tail and all of P(X >= x)
    last = np.concatenate([[0.0], special.bdtr(k[:-1], n, jumps[1:])]) + upper
    # at the last jump both tails are 1/2, so the acceptability is 1 there
    place = int(np.argmax(2 * upper > alpha))
    if last[place] <= alpha:
        return float(jumps[place])
    start = float(jumps[place - 1]) if place else 0.0
    args = (x, n, place - 1, alpha)
    return float(optimize.brentq(_acceptability, start, jumps[place], args=args, xtol=PRECISION))


def _acceptability(p: float, x: int, n: int, k: int, alpha: float) -> float:
    below = special.bdtr(k, n, p) if k >= 0 else 0.0
    return float(special.betainc(x, n - x + 1, p) + below) - alpha


def _equal_tails(k: Floats, x: int, n: int) -> Floats:
    """Return for each k the p at which P(X <= k) = P(X >= x), by halving."""
    low, high = np.zeros(k.shape), np.ones(k.shape)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        rising = special.betainc(x, n - x + 1, middle) < special.bdtr(k, n, middle)
        low, high = np.where(rising, middle, low), np.where(rising, high, middle)
    return low


def _estimate(method: str, x: int, n: int, lower: float, upper: float, confidence_level: float) -> Estimate:
    return Estimate(
        method=method,
        measure="proportion",
        estimate=x / n,
        lower=min(lower, x / n),
        upper=max(upper, x / n),
        confidence_level=confidence_level,
    )
