"""Scores of a value common to all strata, stratum by stratum (docs/methods/stratified.md, eq. 20-22).

For each stratum: the most likely pair of proportions when the measure is held at the value, then the score,
its variance (without the factor N/(N-1)) and its third central moment.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lupustrial.stats._arguments import Floats
from lupustrial.stats.stratified._strata import Strata

TINY = 1e-300
Pair = tuple[Floats, Floats]
Score = tuple[Floats, Floats, Floats]


def difference_pair(strata: Strata, difference: float) -> Pair:
    """Solve the cubic of Miettinen and Nurminen for p1 = p2 + difference (intervals.md, eq. 7)."""
    n, s = strata.total, strata.events
    c2 = ((strata.n1 + 2 * strata.n2) * difference - n - s) / (3 * n)
    c1 = ((strata.n2 * difference - n - 2 * strata.x2) * difference + s) / (3 * n)
    c0 = strata.x2 * difference * (1 - difference) / n
    q = c2**3 - 1.5 * c1 * c2 + c0 / 2
    p = np.copysign(np.sqrt(np.maximum(0.0, c2**2 - c1)), q)
    ratio = np.divide(q, p**3, out=np.ones_like(q), where=np.abs(p) > TINY ** (1 / 3))
    angle = (np.pi + np.arccos(np.clip(ratio, -1.0, 1.0))) / 3
    p2 = np.clip(2 * p * np.cos(angle) - c2, max(0.0, -difference), min(1.0, 1 - difference))
    return p2 + difference, p2


def ratio_pair(strata: Strata, ratio: float) -> Pair:
    """Solve the quadratic for p1 = ratio p2 (intervals.md, eq. 8)."""
    b = strata.n1 * ratio + strata.x1 + strata.n2 + strata.x2 * ratio
    inside = np.maximum(0.0, b * b - 4 * strata.total * ratio * strata.events)
    p2 = 2 * strata.events / (b + np.sqrt(inside))
    return np.minimum(1.0, p2 * ratio), p2


def _positive_root(a: Floats, b: Floats, c: Floats) -> Floats:
    """Solve a x^2 + b x = c for the root above 0 without loss of digits; c is at least 0."""
    spread = np.sqrt(np.maximum(0.0, b * b + 4 * a * c))
    direct = np.divide(spread - b, 2 * a, out=np.zeros_like(b), where=(b < 0) & (a > 0))
    return np.where((b < 0) & (a > 0), direct, 2 * c / np.where(b < 0, 1.0, b + spread))


def odds_pair(strata: Strata, odds: float) -> tuple[Floats, Floats, Floats, Floats]:
    """Solve the quadratic for an odds ratio (intervals.md, eq. 9): p1, 1 - p1, p2, 1 - p2.

    The complements come from the same equation for participants without an event, since 1 - p has no digits
    left where p is nearly 1.
    """
    n1, n2, s = strata.n1, strata.n2, strata.events
    none = strata.total - s
    p2 = _positive_root(n2 * (odds - 1), n1 * odds + n2 - s * (odds - 1), s)
    q2 = _positive_root(n2 * (1 - odds), n1 + n2 * odds - none * (1 - odds), none * odds)
    both = q2 + odds * p2
    return odds * p2 / both, q2 / both, p2, q2


def _moments(pair: Pair, strata: Strata, factor: float) -> tuple[Floats, Floats]:
    """Return variance and third moment of the first proportion minus ``factor`` times the second."""
    p1, p2 = pair
    v1, v2 = p1 * (1 - p1) / strata.n1, p2 * (1 - p2) / strata.n2
    third = v1 * (1 - 2 * p1) / strata.n1 - factor**3 * v2 * (1 - 2 * p2) / strata.n2
    return v1 + factor**2 * v2, third


def difference_score(strata: Strata, difference: float) -> Score:
    """Score of a risk difference (eq. 20)."""
    variance, third = _moments(difference_pair(strata, difference), strata, 1.0)
    return strata.p1 - strata.p2 - difference, variance, third


def ratio_score(strata: Strata, ratio: float) -> Score:
    """Score of a risk ratio (eq. 21)."""
    variance, third = _moments(ratio_pair(strata, ratio), strata, ratio)
    return strata.p1 - ratio * strata.p2, variance, third


def scaled_ratio_score(strata: Strata, ratio: float) -> Score:
    """Score of a risk ratio over p2, for weights of inverse variance (eq. 21)."""
    _, p2 = ratio_pair(strata, ratio)
    score, variance, third = ratio_score(strata, ratio)
    return score / p2, variance / p2**2, third / p2**3


def odds_score(strata: Strata, odds: float) -> Score:
    """Score of an odds ratio (eq. 22); the margins hold, so one count tells all."""
    p1, q1, p2, q2 = odds_pair(strata, odds)
    v1, v2 = p1 * q1 * strata.n1, p2 * q2 * strata.n2
    variance = 1 / np.maximum(v1, TINY) + 1 / np.maximum(v2, TINY)
    return (strata.x1 - strata.n1 * p1) * variance, variance, np.zeros_like(variance)


SCORES: dict[str, Callable[[Strata, float], Score]] = {
    "risk difference": difference_score,
    "risk ratio": ratio_score,
    "odds ratio": odds_score,
}
