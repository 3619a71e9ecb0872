"""Mantel-Haenszel estimates common to all strata (docs/methods/stratified.md, eq. 4-7)."""

from __future__ import annotations

import math

from lupustrial.stats._arguments import check_choice, refuse
from lupustrial.stats._one_proportion import normal_quantile
from lupustrial.stats.stratified._results import StratifiedEstimate
from lupustrial.stats.stratified._strata import Counts, Strata, checked_strata, joined

WEIGHTING = "mantel-haenszel"
VARIANCES = ("sato", "greenland-robins", "klingenberg")
NO_WIDTH = "width 0: the variance is 0; use stratified_miettinen_nurminen"


def _ratio(
    strata: Strata, measure: str, above: float, below: float, error: float, confidence_level: float
) -> StratifiedEstimate:
    """Make the result of a ratio whose logarithm has the given standard error."""
    half = normal_quantile(confidence_level) * error
    estimate = above / below
    return StratifiedEstimate(
        method="mantel_haenszel",
        measure=measure,
        weighting=WEIGHTING,
        weights=strata.spread(strata.mantel_haenszel),
        estimate=estimate,
        lower=estimate * math.exp(-half),
        upper=estimate * math.exp(half),
        confidence_level=confidence_level,
        standard_error=error,
        strata=strata.places.size,
        n=strata.n,
        note=strata.note,
    )


def mantel_haenszel_odds_ratio(
    *, x1: Counts, n1: Counts, x2: Counts, n2: Counts, confidence_level: float = 0.95
) -> StratifiedEstimate:
    """Estimate a common odds ratio with the interval of Robins, Breslow and Greenland (stratified.md, eq. 4).

    It holds for few large strata and for many small ones. SAS and R print the same.

    Args:
        x1: Events in the first group, one number a stratum.
        n1: Participants in the first group.
        x2: Events in the second group.
        n2: Participants in the second group.
        confidence_level: Nominal coverage.

    Returns:
        Estimate and limits; ``standard_error`` is that of the logarithm, ``weights`` are n1 n2 / N.

    Raises:
        StatisticsError: Counts that do not fit (STAT-001), lists of different length or no stratum with both
            groups (STAT-003), an estimate of 0, infinity or 0/0 (STAT-005), level outside (0, 1) (STAT-007).
    """
    strata = checked_strata(x1=x1, n1=n1, x2=x2, n2=n2)
    n = strata.total
    b, d = strata.n1 - strata.x1, strata.n2 - strata.x2
    r, s = strata.x1 * d / n, b * strata.x2 / n
    p, q = (strata.x1 + d) / n, (b + strata.x2) / n
    above, below = float(r.sum()), float(s.sum())
    if not (above and below):
        message = "the Mantel-Haenszel odds ratio is 0, infinite or 0/0"
        raise refuse("STAT-005", message, "x1, x2", "use conditional_odds_ratio, whose limits are exact")
    variance = float(
        (p * r).sum() / (2 * above**2)
        + (p * s + q * r).sum() / (2 * above * below)
        + (q * s).sum() / (2 * below**2)
    )
    return _ratio(strata, "odds ratio", above, below, math.sqrt(variance), confidence_level)


def mantel_haenszel_risk_ratio(
    *, x1: Counts, n1: Counts, x2: Counts, n2: Counts, confidence_level: float = 0.95
) -> StratifiedEstimate:
    """Estimate a common risk ratio with the interval of Greenland and Robins (stratified.md, eq. 5).

    Arguments, result and errors are as for `mantel_haenszel_odds_ratio`.
    """
    strata = checked_strata(x1=x1, n1=n1, x2=x2, n2=n2)
    n = strata.total
    above, below = float((strata.x1 * strata.n2 / n).sum()), float((strata.x2 * strata.n1 / n).sum())
    if not (above and below):
        message = "the Mantel-Haenszel risk ratio is 0, infinite or 0/0"
        hint = "use stratified_miettinen_nurminen(measure='risk ratio')"
        raise refuse("STAT-005", message, "x1, x2", hint)
    terms = (strata.n1 * strata.n2 * strata.events - strata.x1 * strata.x2 * n) / n**2
    # it is a sum of variances, but may fall below 0 by rounding where everybody has the event
    variance = max(0.0, float(terms.sum()) / (above * below))
    return _ratio(strata, "risk ratio", above, below, math.sqrt(variance), confidence_level)


def _sato(strata: Strata, weight: float) -> tuple[float, float]:
    """Return Sato's sums P and Q (eq. 7), scaled so that the variance at a difference d is d P + Q."""
    n1, n2, n = strata.n1, strata.n2, strata.total
    p = (n1**2 * strata.x2 - n2**2 * strata.x1 + n1 * n2 * (n2 - n1) / 2) / n**2
    q = (strata.x1 * (n2 - strata.x2) + strata.x2 * (n1 - strata.x1)) / (2 * n)
    return float(p.sum()) / weight**2, float(q.sum()) / weight**2


def _greenland_robins(strata: Strata, weight: float) -> float:
    n1, n2, n = strata.n1, strata.n2, strata.total
    first = strata.x1 * (n1 - strata.x1) * n2**3
    second = strata.x2 * (n2 - strata.x2) * n1**3
    return float(((first + second) / (n1 * n2 * n**2)).sum()) / weight**2


def mantel_haenszel_difference(
    *,
    x1: Counts,
    n1: Counts,
    x2: Counts,
    n2: Counts,
    variance: str = "sato",
    confidence_level: float = 0.95,
) -> StratifiedEstimate:
    """Estimate a common risk difference with Mantel-Haenszel weights (stratified.md, eq. 6-7).

    Args:
        x1: Events in the first group, one number a stratum.
        n1: Participants in the first group.
        x2: Events in the second group.
        n2: Participants in the second group.
        variance: ``"sato"`` (as SAS) holds for few large strata and for many small ones;
            ``"greenland-robins"`` is for large strata; ``"klingenberg"`` is Sato's variance at the limit
            instead of the estimate, which covers better near -1, 0 events and 1.
        confidence_level: Nominal coverage.

    Returns:
        Estimate and limits; limits are not cut at -1 and 1. A width of 0 is noted.

    Raises:
        StatisticsError: Counts that do not fit (STAT-001), lists of different length or no stratum with both
            groups (STAT-003), unknown variance (STAT-006), level outside (0, 1) (STAT-007).
    """
    check_choice("variance", variance, VARIANCES)
    z = normal_quantile(confidence_level)
    strata = checked_strata(x1=x1, n1=n1, x2=x2, n2=n2)
    weight = float(strata.mantel_haenszel.sum())
    estimate = float((strata.mantel_haenszel * (strata.p1 - strata.p2)).sum()) / weight
    p, q = _sato(strata, weight)
    # by rounding Sato's variance may fall below 0 where each group is all or none
    squared = max(0.0, estimate * p + q)
    if variance == "greenland-robins":
        squared = _greenland_robins(strata, weight)
    middle, half = estimate, z * math.sqrt(squared)
    if variance == "klingenberg":
        middle = estimate + z * z * p / 2
        half = math.sqrt(max(0.0, middle**2 - estimate**2 + z * z * q))
    return StratifiedEstimate(
        method=f"mantel_haenszel_{variance.replace('-', '_')}",
        measure="risk difference",
        weighting=WEIGHTING,
        weights=strata.spread(strata.mantel_haenszel),
        estimate=estimate,
        lower=middle - half,
        upper=middle + half,
        confidence_level=confidence_level,
        standard_error=math.sqrt(squared),
        strata=strata.places.size,
        n=strata.n,
        note=joined(strata.note, "" if half else NO_WIDTH),
    )
