"""Weighted risk differences with intervals of Wald's form (docs/methods/stratified.md, eq. 12-15)."""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from lupustrial.stats._arguments import Floats, check_choice, refuse
from lupustrial.stats._one_proportion import normal_quantile
from lupustrial.stats.stratified._results import StratifiedEstimate
from lupustrial.stats.stratified._strata import Counts, Strata, checked_strata, joined

WEIGHTINGS = ("mantel-haenszel", "inverse variance", "sample size")
NO_WIDTH = "width 0: the groups do not vary; use stratified_miettinen_nurminen"


def _variances(strata: Strata) -> Floats:
    """Return the variance of each stratum's difference, from its two proportions."""
    p1, p2 = strata.p1, strata.p2
    return np.asarray(p1 * (1 - p1) / strata.n1 + p2 * (1 - p2) / strata.n2)


def _positive(variances: Floats, strata: Strata) -> Floats:
    """Return the variances, or refuse one of 0, whose weight would be infinite (STAT-004)."""
    if (variances <= 0).any():
        listed = ", ".join(str(place + 1) for place in strata.places[variances <= 0])
        message = f"the difference has variance 0 in stratum {listed}, so its weight would be infinite"
        raise refuse("STAT-004", message, "x1, x2", "use weighting='mantel-haenszel'")
    return variances


def _weights(strata: Strata, weighting: str) -> Floats:
    weights = strata.mantel_haenszel
    if weighting == "sample size":
        weights = strata.total
    elif weighting == "inverse variance":
        weights = 1 / _positive(_variances(strata), strata)
    return np.asarray(weights / weights.sum())


def stratified_wald(
    *,
    x1: Counts,
    n1: Counts,
    x2: Counts,
    n2: Counts,
    weighting: str = "mantel-haenszel",
    confidence_level: float = 0.95,
) -> StratifiedEstimate:
    """Estimate a weighted risk difference with Wald's interval (stratified.md, eq. 12-13).

    The variance is that of each stratum's own proportions, so it is for large strata; it does not assume that
    the difference is the same in all. Prefer `stratified_miettinen_nurminen` or `stratified_newcombe`.

    Args:
        x1: Events in the first group, one number a stratum.
        n1: Participants in the first group.
        x2: Events in the second group.
        n2: Participants in the second group.
        weighting: ``"mantel-haenszel"``, ``"inverse variance"`` or ``"sample size"``.
        confidence_level: Nominal coverage.

    Returns:
        Estimate, limits (not cut at -1 and 1) and the p value of the same z; a width of 0 is noted, and has
        no p value.

    Raises:
        StatisticsError: Counts that do not fit (STAT-001), lists of different length or no stratum with both
            groups (STAT-003), inverse variance where a stratum has variance 0 (STAT-004), unknown weighting
            (STAT-006), level outside (0, 1) (STAT-007).
    """
    check_choice("weighting", weighting, WEIGHTINGS)
    z = normal_quantile(confidence_level)
    strata = checked_strata(x1=x1, n1=n1, x2=x2, n2=n2)
    weights = _weights(strata, weighting)
    estimate = float((weights * (strata.p1 - strata.p2)).sum())
    error = math.sqrt(float((weights**2 * _variances(strata)).sum()))
    return StratifiedEstimate(
        method="stratified_wald",
        measure="risk difference",
        weighting=weighting,
        weights=strata.spread(weights),
        estimate=estimate,
        lower=estimate - z * error,
        upper=estimate + z * error,
        confidence_level=confidence_level,
        standard_error=error,
        p_value=float(2 * special.ndtr(-abs(estimate) / error)) if error else None,
        strata=strata.places.size,
        n=strata.n,
        note=joined(strata.note, "" if error else NO_WIDTH),
    )


def _minimum_risk_weights(strata: Strata) -> Floats:
    """Minimise variance plus squared bias against sample-size weights, with weights adding up to 1 (eq. 14).

    The Lagrangian gives w = (m - b d) / V, where b is the bias; both follow from two linear equations.
    """
    d = strata.p1 - strata.p2
    precision = 1 / _positive(_variances(strata), strata)
    whole = float((strata.total * d).sum()) / strata.n
    a, b, c = (float((precision * d**power).sum()) for power in (0, 1, 2))
    bias = (b / a - whole) / (1 + c - b * b / a)
    return np.asarray(precision * ((1 + b * bias) / a - bias * d))


def minimum_risk(
    *,
    x1: Counts,
    n1: Counts,
    x2: Counts,
    n2: Counts,
    continuity: bool = True,
    confidence_level: float = 0.95,
) -> StratifiedEstimate:
    """Estimate a risk difference with the minimum-risk weights of Mehrotra and Railkar (eq. 14-15).

    A compromise between weights of inverse variance and of sample size: least mean squared error for the
    difference in the population, whether or not the strata agree. A weight may be negative.

    Args:
        x1: Events in the first group, one number a stratum.
        n1: Participants in the first group.
        x2: Events in the second group.
        n2: Participants in the second group.
        continuity: Apply the correction of 3/16 of the authors to test and interval.
        confidence_level: Nominal coverage.

    Returns:
        Estimate, limits (not cut at -1 and 1) and p. The test takes the variance under no difference, the
        interval that of the proportions seen, so they may disagree near the level.

    Raises:
        StatisticsError: Counts that do not fit (STAT-001), lists of different length or no stratum with both
            groups (STAT-003), a stratum whose difference has variance 0 (STAT-004), level outside (0, 1)
            (STAT-007).
    """
    z = normal_quantile(confidence_level)
    strata = checked_strata(x1=x1, n1=n1, x2=x2, n2=n2)
    weights = _minimum_risk_weights(strata)
    estimate = float((weights * (strata.p1 - strata.p2)).sum())
    shift = 3 / (16 * float(strata.mantel_haenszel.sum())) if continuity else 0.0
    error = math.sqrt(float((weights**2 * _variances(strata)).sum()))
    pooled = strata.events / strata.total
    null = math.sqrt(float((weights**2 * pooled * (1 - pooled) / strata.mantel_haenszel).sum()))
    half = z * error + shift
    return StratifiedEstimate(
        method="minimum_risk_corrected" if continuity else "minimum_risk",
        measure="risk difference",
        weighting="minimum risk",
        weights=strata.spread(weights),
        estimate=estimate,
        lower=estimate - half,
        upper=estimate + half,
        confidence_level=confidence_level,
        standard_error=error,
        p_value=float(2 * special.ndtr(-max(0.0, abs(estimate) - shift) / null)),
        strata=strata.places.size,
        n=strata.n,
        note=strata.note,
    )
