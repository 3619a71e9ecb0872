"""Scores of a value common to all strata, stratum by stratum (docs/methods/stratified.md, eq. 20-22).

For each stratum: the score at the most likely pair of proportions when the measure is held at the value, its
variance (without the factor N/(N-1)) and its third central moment.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lupustrial.stats._score_functions import (
    TINY,
    Moments,
    constrained_ratio,
    difference_moments,
    odds_and_rests,
    ratio_moments,
)
from lupustrial.stats.stratified._strata import Strata


def difference_score(strata: Strata, difference: float) -> Moments:
    """Score of a risk difference (eq. 20)."""
    return difference_moments(*strata.counts, np.array(difference))


def ratio_score(strata: Strata, ratio: float) -> Moments:
    """Score of a risk ratio (eq. 21)."""
    return ratio_moments(*strata.counts, np.array(ratio))


def scaled_ratio_score(strata: Strata, ratio: float) -> Moments:
    """Score of a risk ratio over p2, for weights of inverse variance (eq. 21)."""
    _, p2 = constrained_ratio(*strata.counts, np.array(ratio))
    score, variance, third = ratio_score(strata, ratio)
    return score / p2, variance / p2**2, third / p2**3


def odds_score(strata: Strata, odds: float) -> Moments:
    """Score of an odds ratio (eq. 22); the margins hold, so one count tells all."""
    p1, q1, p2, q2 = odds_and_rests(*strata.counts, np.array(odds))
    v1, v2 = p1 * q1 * strata.n1, p2 * q2 * strata.n2
    variance = 1 / np.maximum(v1, TINY) + 1 / np.maximum(v2, TINY)
    return (strata.x1 - strata.n1 * p1) * variance, variance, np.zeros_like(variance)


SCORES: dict[str, Callable[[Strata, float], Moments]] = {
    "risk difference": difference_score,
    "risk ratio": ratio_score,
    "odds ratio": odds_score,
}
