"""The score of a difference, ratio or odds ratio, on arrays (docs/methods/intervals.md, eq. 7-9).

Each measure has a *constrained estimate*: the pair of proportions that is most likely when the measure is
held at a value. The score of that value is the observed excess over its standard error at the constrained
estimate; it falls steadily as the value grows. Counts and values may be any arrays that broadcast.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lupustrial.stats._arguments import Floats

MEASURES = ("risk difference", "risk ratio", "odds ratio")
TINY = 1e-300
Constrained = Callable[[Floats, Floats, Floats, Floats, Floats], tuple[Floats, Floats]]
Score = Callable[[Floats, Floats, Floats, Floats, Floats], Floats]
#: Excess, variance and third central moment.
Moments = tuple[Floats, Floats, Floats]


def constrained_difference(
    x1: Floats, n1: Floats, x2: Floats, n2: Floats, difference: Floats
) -> tuple[Floats, Floats]:
    """Solve the cubic of Miettinen and Nurminen for p1 = p2 + difference (eq. 7)."""
    n, events = n1 + n2, x1 + x2
    l2 = (n1 + 2 * n2) * difference - n - events
    l1 = (n2 * difference - n - 2 * x2) * difference + events
    l0 = x2 * difference * (1 - difference)
    third = l2 / (3 * n)
    q = third * third * third - l1 * third / (2 * n) + l0 / (2 * n)
    p = np.copysign(np.sqrt(np.maximum(0.0, third * third - l1 / (3 * n))), q)
    cosine = np.clip(q / np.where(p == 0, 1.0, p * p * p), -1.0, 1.0)
    p2 = 2 * p * np.cos((np.pi + np.arccos(cosine)) / 3) - third
    # at no difference two roots may meet, and the cubic keeps half the digits only
    p2 = np.where(difference == 0, events / n, p2)
    p2 = np.minimum(np.maximum(p2, np.maximum(0.0, -difference)), np.minimum(1.0, 1.0 - difference))
    return np.clip(p2 + difference, 0.0, 1.0), p2


def constrained_ratio(x1: Floats, n1: Floats, x2: Floats, n2: Floats, ratio: Floats) -> tuple[Floats, Floats]:
    """Solve the quadratic for p1 = ratio * p2 (eq. 8)."""
    events = x1 + x2
    b = n1 * ratio + x1 + n2 + x2 * ratio
    p2 = 2 * events / (b + np.sqrt(np.maximum(0.0, b * b - 4 * (n1 + n2) * ratio * events)))
    p2 = np.minimum(p2, 1 / np.maximum(ratio, 1.0))
    return np.minimum(1.0, p2 * ratio), p2


def constrained_odds(x1: Floats, n1: Floats, x2: Floats, n2: Floats, odds: Floats) -> tuple[Floats, Floats]:
    """Solve the quadratic for p1 / (1 - p1) = odds * p2 / (1 - p2) (eq. 9)."""
    events = x1 + x2
    return _odds_root(n1, n2, events, odds), _odds_root(n2, n1, events, 1 / odds)


def odds_and_rests(
    x1: Floats, n1: Floats, x2: Floats, n2: Floats, odds: Floats
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return p1, 1 - p1, p2 and 1 - p2 of eq. 9.

    The complements come from the same equation for participants without an event, since 1 - p has no digits
    left where p is nearly 1.
    """
    p1, p2 = constrained_odds(x1, n1, x2, n2, odds)
    q1, q2 = constrained_odds(n1 - x1, n1, n2 - x2, n2, 1 / odds)
    return p1, q1, p2, q2


def _odds_root(n: Floats, others: Floats, events: Floats, odds: Floats) -> Floats:
    """Return the proportion in a group whose odds are ``odds`` times those of the others.

    Of the two forms of the root, and of its square, the one without cancellation is taken.
    """
    b = others + n * odds - events * (1 - odds)
    product = 4 * n * events * odds * (1 - odds)
    square = np.where(
        odds < 1,
        b * b + product,
        others * (others + 2 * (n * odds + events * (odds - 1))) + (n * odds - events * (odds - 1)) ** 2,
    )
    root = np.sqrt(square)
    positive = b > 0
    p = np.where(
        positive,
        2 * events * odds / np.where(positive, b + root, 1.0),
        (root - b) / np.where(positive, 1.0, 2 * n * (1 - odds)),
    )
    return np.minimum(p, 1.0)


def _over(excess: Floats, variance: Floats) -> Floats:
    """Divide by the standard error; where it is 0 (edges of the square) the score is huge, or 0 for 0."""
    return np.asarray(excess / np.sqrt(np.maximum(variance, TINY)))


def score_difference(x1: Floats, n1: Floats, x2: Floats, n2: Floats, value: Floats) -> Floats:
    """Return the score of a risk difference (eq. 7)."""
    p1, p2 = constrained_difference(x1, n1, x2, n2, value)
    variance = p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2
    return _over(x1 / n1 - x2 / n2 - value, np.maximum(variance, least_variance(n1, n2, value)))


def least_variance(n1: Floats, n2: Floats, difference: Floats) -> Floats:
    """Return the least variance of two proportions with a difference, which rounding must not undercut."""
    size = np.abs(difference)
    return np.asarray(size * (1 - size) / np.maximum(n1, n2))


def score_ratio(x1: Floats, n1: Floats, x2: Floats, n2: Floats, value: Floats) -> Floats:
    """Return the score of a risk ratio (eq. 8)."""
    p1, p2 = constrained_ratio(x1, n1, x2, n2, value)
    return _over(x1 / n1 - value * x2 / n2, p1 * (1 - p1) / n1 + value * value * p2 * (1 - p2) / n2)


def score_odds(x1: Floats, n1: Floats, x2: Floats, n2: Floats, value: Floats) -> Floats:
    """Return the score of an odds ratio (eq. 9)."""
    p1, q1, p2, q2 = odds_and_rests(x1, n1, x2, n2, value)
    v1, v2 = n1 * p1 * q1, n2 * p2 * q2
    # excess * sqrt(1/v1 + 1/v2) written so that it is 0 or huge, never 0/0, at the edges
    return _over((x1 * q1 - (n1 - x1) * p1) * np.sqrt(v1 + v2), v1 * v2)


def difference_moments(x1: Floats, n1: Floats, x2: Floats, n2: Floats, value: Floats) -> Moments:
    """Return the moments of the score of a risk difference (eq. 7, 14)."""
    p1, p2 = constrained_difference(x1, n1, x2, n2, value)
    return _moments(x1 / n1 - x2 / n2 - value, (p1, n1), (p2, n2), 1.0)


def ratio_moments(x1: Floats, n1: Floats, x2: Floats, n2: Floats, value: Floats) -> Moments:
    """Return the moments of the score of a risk ratio (eq. 8, 16)."""
    p1, p2 = constrained_ratio(x1, n1, x2, n2, value)
    return _moments(x1 / n1 - value * x2 / n2, (p1, n1), (p2, n2), value)


def _moments(
    excess: Floats, first: tuple[Floats, Floats], second: tuple[Floats, Floats], factor: Floats | float
) -> Moments:
    """Add the variance and third moment of the first proportion minus ``factor`` times the second."""
    (p1, n1), (p2, n2) = first, second
    v1, v2 = p1 * (1 - p1) / n1, p2 * (1 - p2) / n2
    third = v1 * (1 - 2 * p1) / n1 - factor**3 * (v2 * (1 - 2 * p2) / n2)
    return excess, v1 + factor**2 * v2, third


CONSTRAINED: dict[str, Constrained] = {
    "risk difference": constrained_difference,
    "risk ratio": constrained_ratio,
    "odds ratio": constrained_odds,
}
SCORES: dict[str, Score] = {
    "risk difference": score_difference,
    "risk ratio": score_ratio,
    "odds ratio": score_odds,
}
