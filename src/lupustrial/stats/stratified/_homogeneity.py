"""Whether a measure is the same in all strata (docs/methods/stratified.md, eq. 27-29)."""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from lupustrial.stats._arguments import refuse
from lupustrial.stats._results import HypothesisTest
from lupustrial.stats._score_functions import TINY, odds_and_rests
from lupustrial.stats.stratified._mantel_haenszel import mantel_haenszel_odds_ratio
from lupustrial.stats.stratified._score import score_model
from lupustrial.stats.stratified._strata import Counts, checked_strata, joined

ONE_STRATUM = "fewer than two strata say anything; there is nothing to compare"
COMPARABLE = 2


def _result(method: str, statistic: float, strata: int, note: str) -> HypothesisTest:
    df = strata - 1.0
    p_value = float(special.chdtrc(df, max(0.0, statistic)))
    return HypothesisTest(method=method, p_value=p_value, statistic=max(0.0, statistic), df=df, note=note)


def breslow_day(*, x1: Counts, n1: Counts, x2: Counts, n2: Counts, tarone: bool = True) -> HypothesisTest:
    """Test whether the odds ratio is the same in all strata, by Breslow and Day (stratified.md, eq. 27).

    The common odds ratio is that of Mantel and Haenszel. The test needs large strata: with fewer than about 5
    expected in most cells, do not use it.

    Args:
        x1: Events in the first group, one number a stratum.
        n1: Participants in the first group.
        x2: Events in the second group.
        n2: Participants in the second group.
        tarone: Apply Tarone's correction (eq. 28), without which the statistic is slightly too large; SAS
            prints the test without it by default.

    Returns:
        Statistic, with one degree of freedom fewer than there are strata in which the outcome varies; p = 1
        with a note where fewer than two do.

    Raises:
        StatisticsError: As for `mantel_haenszel_odds_ratio`.
    """
    method = "breslow_day_tarone" if tarone else "breslow_day"
    strata = checked_strata(x1=x1, n1=n1, x2=x2, n2=n2)
    used = strata.kept(strata.varied, "all have the same outcome")
    if used.places.size < COMPARABLE:
        return HypothesisTest(method=method, p_value=1.0, note=joined(used.note, ONE_STRATUM))
    odds = mantel_haenszel_odds_ratio(x1=x1, n1=n1, x2=x2, n2=n2).estimate
    p1, q1, p2, q2 = odds_and_rests(*used.counts, np.array(odds))
    precision = 1 / (used.n1 * p1 * q1) + 1 / (used.n2 * p2 * q2)
    distance = used.x1 - used.n1 * p1
    statistic = float((distance**2 * precision).sum())
    if tarone:
        statistic -= float(distance.sum()) ** 2 / float((1 / precision).sum())
    return _result(method, statistic, used.places.size, used.note)


def score_homogeneity(
    *,
    x1: Counts,
    n1: Counts,
    x2: Counts,
    n2: Counts,
    measure: str = "risk difference",
    weighting: str = "mantel-haenszel",
    variance_correction: bool = True,
    skewness_correction: bool = False,
) -> HypothesisTest:
    """Test whether a measure is the same in all strata by their scores at the common estimate (eq. 29).

    The test of Gart and Nam that belongs to `stratified_miettinen_nurminen`; arguments are as there. It has
    little power: look at the strata themselves as well.

    Returns:
        Q, with one degree of freedom fewer than there are strata that say anything; p = 1 with a note where
        fewer than two do.

    Raises:
        StatisticsError: As for `stratified_miettinen_nurminen`; a common ratio of 0 or infinity (STAT-005).
    """
    strata = checked_strata(x1=x1, n1=n1, x2=x2, n2=n2)
    model = score_model(
        strata,
        measure,
        weighting,
        variance_correction=variance_correction,
        skewness_correction=skewness_correction,
    )
    count = model.strata.places.size
    if count < COMPARABLE:
        note = joined(model.strata.note, ONE_STRATUM)
        return HypothesisTest(method="score_homogeneity", p_value=1.0, note=note)
    common = model.solve(0.0)
    if model.ratio and not 0 < common < math.inf:
        message = f"the common {measure} is {common:g}; the strata cannot be compared with it"
        raise refuse("STAT-005", message, "x1, x2", "use measure='risk difference'")
    excess, variance, _ = model.scores(common)
    statistic = float((excess**2 / np.maximum(variance, TINY)).sum())
    return _result("score_homogeneity", statistic, count, model.strata.note)
