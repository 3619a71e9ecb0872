"""Stratified Wilson and Newcombe intervals of Yan and Su (docs/methods/stratified.md, eq. 16-19)."""

from __future__ import annotations

import math

import numpy as np

from lupustrial.errors import StatisticsError
from lupustrial.stats._arguments import Floats, Values, check_choice, checked_values, refuse
from lupustrial.stats._one_proportion import normal_quantile, wilson_limits
from lupustrial.stats.stratified._results import StratifiedEstimate
from lupustrial.stats.stratified._strata import (
    Counts,
    Strata,
    checked_counts,
    checked_strata,
    joined,
    range_faults,
)

WEIGHTINGS = ("mantel-haenszel", "wilson")
ROUNDS = 40


def _stratum_quantile(x: Floats, n: Floats, weights: Floats, z: float) -> float:
    """Return the quantile for each stratum's limits that makes their weighted sum one of level z (eq. 16).

    Where no stratum varies, the limit for one small common proportion is taken.
    """
    variances = x * (n - x) / n**3
    if not (weights * variances).any():
        variances = 1 / n
    spread = weights * np.sqrt(variances)
    return z * math.sqrt(float((spread**2).sum())) / float(spread.sum())


def _wilson_weights(x: Floats, n: Floats, z: float) -> Floats:
    """Iterate the weights that make the stratified Wilson interval short (eq. 17)."""
    weights = np.full(n.size, 1 / n.size)
    for _ in range(ROUNDS):
        inner = _stratum_quantile(x, n, weights, z)
        precision = (1 + inner**2 / n) ** 2 / (x * (n - x) / n**3 + inner**2 / (4 * n**2))
        weights = precision / precision.sum()
    return weights


def _wilson(x: Floats, n: Floats, weights: Floats, z: float) -> tuple[float, float]:
    """Return the weighted sum of the strata's Wilson limits (eq. 18)."""
    inner = _stratum_quantile(x, n, weights, z)
    limits = np.array([wilson_limits(int(a), int(b), inner) for a, b in zip(x, n, strict=True)])
    lower, upper = weights @ limits
    return float(lower), float(upper)


def stratified_wilson(
    *, x: Counts, n: Counts, weights: Values | None = None, confidence_level: float = 0.95
) -> StratifiedEstimate:
    """Estimate a proportion common to strata with the stratified Wilson interval (stratified.md, eq. 16-18).

    Args:
        x: Events, one number a stratum.
        n: Participants, at least one in each stratum.
        weights: A weight of at least 0 for each stratum, scaled here to add up to 1; by default those that
            make the interval short (``"wilson"``).
        confidence_level: Nominal coverage.

    Returns:
        Weighted proportion and limits.

    Raises:
        StatisticsError: Counts that do not fit (STAT-001), weights that are not finite (STAT-002), lists of
            different length (STAT-003), level outside (0, 1), weights below 0 or all 0 (STAT-007).
    """
    z = normal_quantile(confidence_level)
    columns = checked_counts(x=x, n=n)
    faults = range_faults(columns["x"], columns["n"], x_name="x", n_name="n")
    if faults:
        raise StatisticsError(faults)
    xs, ns = columns["x"].astype(np.float64), columns["n"].astype(np.float64)
    if not ns.all():
        raise refuse("STAT-001", "a stratum of nobody has no proportion", "n", "leave the stratum out")
    if weights is None:
        used = _wilson_weights(xs, ns, z)
    else:
        (used,) = checked_values(least=1, weights=weights)
        if used.size != xs.size:
            message = f"{used.size} weights for {xs.size} strata"
            raise refuse("STAT-003", message, "weights", "give one weight a stratum")
        if (used < 0).any() or not used.any():
            message = "a weight below 0, or all weights 0"
            raise refuse("STAT-007", message, "weights", "give weights of at least 0")
        used = used / used.sum()
    lower, upper = _wilson(xs, ns, used, z)
    return StratifiedEstimate(
        method="stratified_wilson",
        measure="proportion",
        weighting="wilson" if weights is None else "given",
        weights=tuple(float(weight) for weight in used),
        estimate=float((used * xs / ns).sum()),
        lower=lower,
        upper=upper,
        confidence_level=confidence_level,
        strata=xs.size,
        n=int(ns.sum()),
    )


def _note(strata: Strata) -> str:
    still = [
        name
        for name, x, n in (("first", strata.x1, strata.n1), ("second", strata.x2, strata.n2))
        if not (x * (n - x)).any()
    ]
    return f"no variation within strata of the {' and the '.join(still)} group" if still else ""


def stratified_newcombe(
    *,
    x1: Counts,
    n1: Counts,
    x2: Counts,
    n2: Counts,
    weighting: str = "mantel-haenszel",
    confidence_level: float = 0.95,
) -> StratifiedEstimate:
    """Estimate a weighted risk difference with the stratified Newcombe interval of Yan and Su (eq. 19).

    Args:
        x1: Events in the first group, one number a stratum.
        n1: Participants in the first group.
        x2: Events in the second group.
        n2: Participants in the second group.
        weighting: ``"mantel-haenszel"`` (as SAS) or ``"wilson"``: the weights that make the stratified Wilson
            interval of both groups together short.
        confidence_level: Nominal coverage.

    Returns:
        Estimate and limits. With one stratum it is Newcombe's interval.

    Raises:
        StatisticsError: Counts that do not fit (STAT-001), lists of different length or no stratum with both
            groups (STAT-003), unknown weighting (STAT-006), level outside (0, 1) (STAT-007).
    """
    check_choice("weighting", weighting, WEIGHTINGS)
    z = normal_quantile(confidence_level)
    strata = checked_strata(x1=x1, n1=n1, x2=x2, n2=n2)
    weights = strata.mantel_haenszel / strata.mantel_haenszel.sum()
    if weighting == "wilson":
        weights = _wilson_weights(strata.events, strata.total, z)
    low1, high1 = _wilson(strata.x1, strata.n1, weights, z)
    low2, high2 = _wilson(strata.x2, strata.n2, weights, z)
    scale1, scale2 = float((weights**2 / strata.n1).sum()), float((weights**2 / strata.n2).sum())
    estimate = float((weights * (strata.p1 - strata.p2)).sum())
    down = scale1 * low1 * (1 - low1) + scale2 * high2 * (1 - high2)
    up = scale1 * high1 * (1 - high1) + scale2 * low2 * (1 - low2)
    return StratifiedEstimate(
        method="stratified_newcombe",
        measure="risk difference",
        weighting=weighting,
        weights=strata.spread(weights),
        estimate=estimate,
        lower=estimate - z * math.sqrt(down),
        upper=estimate + z * math.sqrt(up),
        confidence_level=confidence_level,
        strata=strata.places.size,
        n=strata.n,
        note=joined(strata.note, _note(strata)),
    )
