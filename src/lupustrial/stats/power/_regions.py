"""Which tables a test rejects, the searched exact unconditional tests included (power.md, eq. 9).

An unconditional test orders the tables by a statistic; its p value is the largest probability, over the
common rate, of a table at least as extreme. That p rises as the statistic becomes less extreme, so the
edge of the region is found by halving, and few p values have to be computed.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from lupustrial.stats._arguments import Floats
from lupustrial.stats._nuisance import common_rate_peaks, log_ways
from lupustrial.stats.power._tables import DIRECT, SIGNED, counts, margin_z, p_table, signed_z, significant

UNCONDITIONAL = ("barnard", "unconditional_score", "boschloo")
TESTS = (*DIRECT, *UNCONDITIONAL, "farrington_manning")
Region = NDArray[np.bool_]
PRECISION = 1e-11


@lru_cache(maxsize=32)
def rejection_region(n1: int, n2: int, test: str, alternative: str, alpha: float, margin: float) -> Region:
    """Return where p < alpha, shape (n1 + 1, n2 + 1); read-only."""
    if test == "farrington_manning":
        region = significant(margin_z(n1, n2, margin), alternative, alpha)
    elif test in SIGNED:
        region = significant(signed_z(n1, n2, test), alternative, alpha)
    elif test in UNCONDITIONAL:
        region = _unconditional(n1, n2, test, alternative, alpha)
    else:
        region = p_table(n1, n2, test, alternative) < alpha
    region.setflags(write=False)
    return region


def _unconditional(n1: int, n2: int, test: str, alternative: str, alpha: float) -> Region:
    if test == "barnard" or alternative != "two-sided":
        return _ordered(n1, n2, _order(n1, n2, test, alternative), alpha)
    greater = _ordered(n1, n2, _order(n1, n2, test, "greater"), alpha / 2)
    return np.asarray(greater | greater[::-1, ::-1])  # events and their absence change places


def _order(n1: int, n2: int, test: str, alternative: str) -> Floats:
    """Return a number for every table, smaller where it is more extreme; ties are equal to the last bit."""
    if test == "boschloo":
        return p_table(n1, n2, "fisher", alternative)
    x1, x2 = counts(n1, n2)
    n, events = n1 + n2, x1 + x2
    a, scale = x1 * n - events * n1, events * (n - events)
    # numerator and denominator are whole numbers below 2^53: the one division is rounded, ties stay ties
    squared = np.divide(a**2, scale, out=np.zeros_like(a), where=scale > 0)
    if alternative == "two-sided":
        return -squared
    return -np.copysign(squared, a) if alternative == "greater" else np.copysign(squared, a)


def _ordered(n1: int, n2: int, order: Floats, alpha: float) -> Region:
    """Return the tables up to the last value of the order that keeps the level."""
    shares = _shares(n1, n2)
    events = _events(n1, n2).ravel()
    values = np.unique(order)
    low, high = 0, len(values)  # how many values are inside: low are, high are not
    while high - low > 1:
        middle = (low + high) // 2
        inside = (order <= values[middle - 1]).ravel()
        weights = np.bincount(events[inside], weights=shares[inside], minlength=n1 + n2 + 1)
        if _keeps_level(weights.astype(np.float64), alpha):
            low = middle
        else:
            high = middle
    return np.asarray(order <= values[low - 1]) if low else np.zeros(order.shape, dtype=bool)


@lru_cache(maxsize=8)
def _shares(n1: int, n2: int) -> Floats:
    """Return the probability of every table given its events, as one row."""
    ways = log_ways(n1)[:, None] + log_ways(n2)[None, :] - log_ways(n1 + n2)[_events(n1, n2)]
    return np.asarray(np.exp(ways).ravel())


def _events(n1: int, n2: int) -> NDArray[np.intp]:
    """Return the events of both groups together, for every table."""
    return np.asarray(np.arange(n1 + 1)[:, None] + np.arange(n2 + 1)[None, :])


def _keeps_level(weights: Floats, alpha: float) -> bool:
    """Return whether the largest level over the rate lies below ``alpha``, as soon as it is certain."""
    peaks = common_rate_peaks(weights)
    return next(p.value < alpha for p in peaks if not p.value < alpha <= p.most or p.known_to(PRECISION))
