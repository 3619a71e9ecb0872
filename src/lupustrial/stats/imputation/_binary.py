"""Missing responses shifted on the odds scale; non-responder imputation is the extreme (eq. 41-45)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lupustrial.stats._arguments import Floats, check_probabilities, checked_table, refuse
from lupustrial.stats._t_limits import t_limits, t_p_value
from lupustrial.stats.imputation._arrays import check_arm, check_count, check_seed, covariate_matrix, labels
from lupustrial.stats.imputation._streams import streams
from lupustrial.stats.imputation._univariate import draw_logistic, probability


@dataclass(frozen=True, kw_only=True, slots=True)
class ShiftedDifference:
    """A risk difference with missing responses at stated odds.

    Attributes:
        method: ``"odds shift"``.
        estimate: First minus second rate, of all participants.
        standard_error: By the delta method.
        statistic: estimate / standard error.
        p_value: Two-sided, normal.
        lower: Lower confidence limit.
        upper: Upper confidence limit.
        confidence_level: Nominal coverage.
        rate1: Rate of all participants of the first group.
        rate2: Rate of all participants of the second group.
        missing_rate1: Rate assumed for the missing of the first group.
        missing_rate2: Rate assumed for the missing of the second group.
    """

    method: str
    estimate: float
    standard_error: float
    statistic: float
    p_value: float
    lower: float
    upper: float
    confidence_level: float
    rate1: float
    rate2: float
    missing_rate1: float
    missing_rate2: float


def shifted_difference(
    *,
    x1: int,
    n1: int,
    missing1: int,
    x2: int,
    n2: int,
    missing2: int,
    delta1: float = 0.0,
    delta2: float = 0.0,
    confidence_level: float = 0.95,
) -> ShiftedDifference:
    """Compare two rates, the missing having other odds of response than the observed (eq. 41-44).

    Args:
        x1: Responders among the observed of the first group.
        n1: Observed participants of the first group, at least 1.
        missing1: Missing participants of the first group.
        x2: Responders among the observed of the second group.
        n2: Observed participants of the second group, at least 1.
        missing2: Missing participants of the second group.
        delta1: Log odds ratio of response, missing against observed, in the first group. 0: missing at random
            within the group; ``-math.inf``: non-responder imputation; ``math.inf``: all missing respond.
        delta2: The same in the second group.
        confidence_level: Nominal coverage of the Wald interval.

    Returns:
        Difference first minus second. At 0 the Wald analysis of the observed, at minus infinity the Wald
        analysis of non-responder imputation, exactly.

    Raises:
        StatisticsError: Not counts (STAT-001), no variance (STAT-004), NaN delta or level (STAT-007).

    Source: White, Higgins and Wood, Stat Med 2008;27:711 (informative missingness odds ratio).
    """
    check_probabilities(confidence_level=confidence_level)
    checked = checked_table(x1=x1, n1=n1, x2=x2, n2=n2)
    gaps = [check_count(name, m, least=0) for name, m in (("missing1", missing1), ("missing2", missing2))]
    for name, delta in (("delta1", delta1), ("delta2", delta2)):
        if math.isnan(delta):
            raise refuse("STAT-007", "not a number", name, "give a log odds ratio; it may be infinite")
    rate1, missing_rate1, variance1 = _shifted_rate(checked.x1, checked.n1, gaps[0], delta1)
    rate2, missing_rate2, variance2 = _shifted_rate(checked.x2, checked.n2, gaps[1], delta2)
    error = math.sqrt(variance1 + variance2)
    if error == 0:
        hint = "use an exact method or a score interval on the extreme tables"
        raise refuse("STAT-004", "both groups are without variance", str(checked), hint)
    estimate = rate1 - rate2
    lower, upper = t_limits(estimate, error, None, confidence_level)
    return ShiftedDifference(
        method="odds shift",
        estimate=estimate,
        standard_error=error,
        statistic=estimate / error,
        p_value=t_p_value(estimate / error),
        lower=lower,
        upper=upper,
        confidence_level=confidence_level,
        rate1=rate1,
        rate2=rate2,
        missing_rate1=missing_rate1,
        missing_rate2=missing_rate2,
    )


def _shifted_rate(x: int, n: int, missing: int, delta: float) -> tuple[float, float, float]:
    """Return rate of all, rate of the missing, and variance of the former (eq. 41-43)."""
    p, share = x / n, missing / (n + missing)
    if math.isinf(delta):
        other, slope = float(delta > 0), 0.0
    elif p in {0.0, 1.0}:  # any finite odds ratio leaves them; their variance is 0
        other, slope = p, 0.0
    else:  # one of the two factors is 1, so that neither overflows
        up, down = math.exp(min(delta, 0.0)), math.exp(-max(delta, 0.0))
        whole = p * up + (1 - p) * down
        other, slope = p * up / whole, up * down / whole**2
    rate = (1 - share) * p + share * other
    variance = ((1 - share) + share * slope) ** 2 * p * (1 - p) / n
    variance += (other - p) ** 2 * share * (1 - share) / (n + missing)
    return rate, other, variance


def impute_binary(
    response: Sequence[float] | Floats,
    arm: Sequence[Any] | NDArray[Any],
    *,
    imputations: int,
    seed: int,
    covariates: Sequence[Sequence[float]] | Floats | None = None,
    delta: float | Mapping[Any, float] = 0.0,
    first: int = 0,
) -> Floats:
    """Impute a 0/1 response by logistic regression within each arm, shifted on the log odds (eq. 31, 45).

    Args:
        response: One a participant: 0, 1, NaN where missing.
        arm: One label a participant.
        imputations: Number of imputed data sets.
        seed: Whole number of at least 0. The same seed gives the same random numbers at every delta, so that
            responses change in one direction along a series of deltas.
        covariates: Complete predictors, shape (participants, covariates).
        delta: Added to the log odds of those missing, for all or by arm (arms not named: 0);
            ``-math.inf`` is non-responder imputation.
        first: Number of the first imputation.

    Returns:
        Shape (imputations, participants), 0 or 1.

    Raises:
        StatisticsError: Incomplete covariates (STAT-002), an arm with fewer observed than predictors
            (STAT-003), count, seed or delta (STAT-007), responses other than 0, 1, NaN, labels (STAT-010),
            no convergence (STAT-013).
    """
    y = np.asarray(response, dtype=np.float64)
    if y.ndim != 1 or not (np.isnan(y) | np.isin(y, (0, 1))).all():
        raise refuse("STAT-010", "values other than 0, 1 and missing", "response", "give one a participant")
    check_count("imputations", imputations, least=1)
    check_count("first", first, least=0)
    arms, index = labels("arm", arm, n=len(y))
    z = covariate_matrix(covariates, rows=len(y))
    x = np.column_stack([np.ones(len(y)), z])
    shifts = _shifts(delta, arms)
    gap = np.isnan(y)
    result = np.tile(y, (imputations, 1))
    for k, generator in enumerate(
        streams(check_seed(seed), use="binary", imputations=range(first, first + imputations))
    ):
        for a in range(len(arms)):
            known, wanted = np.flatnonzero((index == a) & ~gap), np.flatnonzero((index == a) & gap)
            if not wanted.size:
                continue
            if len(known) <= x.shape[1]:
                message = f"{len(known)} observed responses for {x.shape[1]} predictors"
                raise refuse("STAT-003", message, f"arm {arms[a]}", "use fewer covariates")
            beta = draw_logistic(y[known], x[known], generator=generator)
            chance = probability(x[wanted] @ beta + shifts[a])
            result[k, wanted] = generator.random(len(wanted)) < chance
    return result


def _shifts(delta: float | Mapping[Any, float], arms: tuple[Any, ...]) -> list[float]:
    named = delta if isinstance(delta, Mapping) else dict.fromkeys(arms, delta)
    for arm, shift in named.items():
        check_arm("delta", arm, arms)
        if math.isnan(shift):
            raise refuse("STAT-007", "not a number", "delta", "give a log odds ratio; it may be infinite")
    return [float(named.get(arm, 0.0)) for arm in arms]
