"""Cochran-Mantel-Haenszel test of 2x2 tables (docs/methods/stratified.md, eq. 2-3)."""

from __future__ import annotations

import math

from scipy import special

from lupustrial.stats._arguments import ALTERNATIVES, check_choice
from lupustrial.stats._results import HypothesisTest
from lupustrial.stats.stratified._strata import Counts, checked_strata, joined

NO_VARIATION = "in every stratum all participants have the same outcome; no difference can be shown"
HALF = 0.5


def cmh(
    *,
    x1: Counts,
    n1: Counts,
    x2: Counts,
    n2: Counts,
    continuity: bool = False,
    alternative: str = "two-sided",
) -> HypothesisTest:
    """Test whether two groups differ in any stratum, by Cochran, Mantel and Haenszel (stratified.md, eq. 2).

    The test is best where the odds ratio is much the same in all strata; differences in opposite directions
    cancel. It equals the test of `stratified_miettinen_nurminen` with Mantel-Haenszel weights.

    Args:
        x1: Events in the first group, one number a stratum.
        n1: Participants in the first group.
        x2: Events in the second group.
        n2: Participants in the second group.
        continuity: Subtract 1/2 from the distance to expectation (eq. 3), as R does by default, SAS not.
        alternative: ``"two-sided"``, ``"greater"`` (first group higher) or ``"less"``.

    Returns:
        Statistic on 1 degree of freedom and p. Strata without a group, or in which everybody has the same
        outcome, add nothing; if no stratum is left, p is 1 with a note.

    Raises:
        StatisticsError: Counts that do not fit (STAT-001), lists of different length or no stratum with both
            groups (STAT-003), unknown alternative (STAT-006).
    """
    check_choice("alternative", alternative, ALTERNATIVES)
    strata = checked_strata(x1=x1, n1=n1, x2=x2, n2=n2)
    method = "cmh_corrected" if continuity else "cmh"
    if not strata.varied.any():
        note = joined(strata.note, NO_VARIATION)
        return HypothesisTest(method=method, p_value=1.0, df=1.0, alternative=alternative, note=note)
    used = strata.kept(strata.varied, "all have the same outcome")
    n, s = used.total, used.events
    distance = float((used.x1 - used.n1 * s / n).sum())
    variance = float((used.n1 * used.n2 * s * (n - s) / (n**2 * (n - 1))).sum())
    less = HALF if continuity and abs(distance) >= HALF else 0.0
    z = math.copysign((abs(distance) - less) / math.sqrt(variance), distance)
    two_sided = float(special.chdtrc(1.0, z * z))
    one_sided = float(special.ndtr(z if alternative == "less" else -z))
    return HypothesisTest(
        method=method,
        p_value=two_sided if alternative == "two-sided" else one_sided,
        statistic=z * z,
        df=1.0,
        alternative=alternative,
        note=used.note,
    )
