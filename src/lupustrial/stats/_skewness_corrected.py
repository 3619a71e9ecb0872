"""The score interval corrected for skewness (docs/methods/intervals.md, eq. 14-17)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lupustrial.stats._arguments import Floats, check_choice, checked_table
from lupustrial.stats._miettinen_nurminen import columns, defined_measure, score_limits
from lupustrial.stats._one_proportion import normal_quantile
from lupustrial.stats._results import Estimate
from lupustrial.stats._score_functions import (
    MEASURES,
    TINY,
    Moments,
    Score,
    difference_moments,
    odds_and_rests,
    ratio_moments,
)

FAR = 1e3


def skewness_corrected(
    *,
    x1: int,
    n1: int,
    x2: int,
    n2: int,
    measure: str = "risk difference",
    confidence_level: float = 0.95,
) -> Estimate:
    """Estimate a difference, ratio or odds ratio with the skewness-corrected score interval.

    Known as SCAS (Laud 2017, Pharm Stat 16:334; Gart and Nam 1988): Miettinen and Nurminen's interval with
    the score's third moment taken into account, so that it misses equally often on both sides. For odds
    ratios the bias of the score is taken out too (eq. 17).

    Args:
        x1: Events in the first group.
        n1: Participants in the first group.
        x2: Events in the second group.
        n2: Participants in the second group.
        measure: ``"risk difference"``, ``"risk ratio"`` or ``"odds ratio"``, first group against second.
        confidence_level: Nominal coverage.

    Returns:
        Sample value (not the median-unbiased one) and limits; a ratio's upper limit is ``math.inf`` when the
        data set none.

    Raises:
        StatisticsError: Counts that do not fit (STAT-001), a ratio that is 0/0 (STAT-005), unknown measure
            (STAT-006), level outside (0, 1) (STAT-007).
    """
    check_choice("measure", measure, MEASURES)
    table = checked_table(x1=x1, n1=n1, x2=x2, n2=n2)
    z = np.array([normal_quantile(confidence_level)])
    counts = columns(table)
    estimate = defined_measure(*counts, measure)
    lower, upper = score_limits(
        counts, estimate, _corrected_score(measure), z, ratio=measure != "risk difference"
    )
    return Estimate(
        method="skewness_corrected",
        measure=measure,
        estimate=float(estimate[0]),
        lower=float(lower[0]),
        upper=float(upper[0]),
        confidence_level=confidence_level,
    )


def _corrected_score(measure: str) -> Score:
    """Return the z for which the score is z + (z^2 - 1) times a sixth of its skewness (eq. 15)."""

    def score(x1: Floats, n1: Floats, x2: Floats, n2: Floats, value: Floats) -> Floats:
        excess, variance, third = MOMENTS[measure](x1, n1, x2, n2, value)
        variance = np.maximum(variance * (n1 + n2) / (n1 + n2 - 1), TINY)
        z = excess / np.sqrt(variance)
        bend = third / (6 * variance * np.sqrt(variance))
        square = 1 + 4 * bend * (z + bend)
        # the root that is z itself where there is no skewness, written without cancellation
        corrected = 2 * (z + bend) / (1 + np.sqrt(np.maximum(square, 0.0)))
        return np.where(square < 0, np.copysign(FAR, z), corrected)

    return score


def _odds_moments(x1: Floats, n1: Floats, x2: Floats, n2: Floats, value: Floats) -> Moments:
    """Return the moments of the score of an odds ratio, its bias taken out (eq. 17)."""
    p1, q1, p2, q2 = odds_and_rests(x1, n1, x2, n2, value)
    w1, w2 = n1 * p1 * q1, n2 * p2 * q2
    total = np.maximum(w1 + w2, TINY)
    first_share, second_share = w2 / total, w1 / total
    variance = w1 * first_share
    bias = (p1 - p2) * first_share * second_share
    third = variance * ((1 - 2 * p1) * first_share**2 - (1 - 2 * p2) * second_share**2)
    return x1 * q1 - (n1 - x1) * p1 - bias, variance, third


MOMENTS: dict[str, Callable[[Floats, Floats, Floats, Floats, Floats], Moments]] = {
    "risk difference": difference_moments,
    "risk ratio": ratio_moments,
    "odds ratio": _odds_moments,
}
