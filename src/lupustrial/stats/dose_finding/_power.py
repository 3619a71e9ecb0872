"""Power of the multiple contrast test under given responses (dose-finding.md, eq. 24)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from lupustrial.stats._arguments import (
    Floats,
    Values,
    check_choice,
    check_probabilities,
    refuse,
)
from lupustrial.stats.dose_finding._checks import (
    Matrix,
    checked_covariance,
    checked_doses,
    checked_models,
    checked_weights,
)
from lupustrial.stats.dose_finding._contrasts import (
    DoseContrasts,
    correlation_of,
    errors_of,
    optimal_contrasts,
)
from lupustrial.stats.dose_finding._joint_limits import critical_value, exceedance
from lupustrial.stats.dose_finding._models import (
    DoseModel,
    constant_of,
    peak_of,
    standardised,
)
from lupustrial.stats.dose_finding._test import SIDES
from lupustrial.stats.multiplicity._local import check_df


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class ContrastPower:
    """Power of the multiple contrast test under several true curves.

    Attributes:
        method: ``"multiple_contrast_power"``.
        names: The true curves, (m,).
        power: Chance of a signal under each, (m,).
        least: The smallest of them.
        mean: Their mean.
        critical_values: What the largest statistic must exceed under each, (m,).
        alpha: Familywise level.
        df: Degrees of freedom; ``None`` for normal statistics.
        alternative: ``"one-sided"`` or ``"two-sided"``.
    """

    method: str
    names: tuple[str, ...]
    power: Floats
    least: float
    mean: float
    critical_values: Floats
    alpha: float
    df: float | None
    alternative: str


def candidate_means(
    models: Sequence[DoseModel], doses: Values, *, placebo: float, maximum: float
) -> tuple[tuple[str, ...], Floats]:
    """Return the response of each candidate at the doses, (k, K) (dose-finding.md, eq. 2).

    Args:
        models: Candidates.
        doses: The K doses.
        placebo: Response at dose 0.
        maximum: Greatest change of it up to the largest dose; negative where the response falls.

    Raises:
        StatisticsError: Models (STAT-070), doses (STAT-002, STAT-003, STAT-071) or responses (STAT-071) at
            fault.
    """
    array = checked_doses(doses)
    names, shapes = checked_models(models, array)
    if not np.isfinite(placebo) or not np.isfinite(maximum):
        raise refuse("STAT-071", f"{placebo!r} and {maximum!r}", "placebo, maximum", "give finite numbers")
    rows = []
    for model, row in zip(models, shapes, strict=True):
        zero, height = span(model, float(array.max()))
        rows.append(placebo + maximum * (row - zero) / height)
    return names, np.array(rows)


def span(model: DoseModel, top: float) -> tuple[float, float]:
    """Return f0(0), and how far f0 rises from there up to the largest dose or its peak before."""
    constant = constant_of(model.model, top, offset=model.offset, scale=model.scale)
    highest = min(top, peak_of(model.model, np.array(model.parameters), constant))
    zero, end = standardised(model, np.array([0.0, highest]), top)
    return float(zero), float(end - zero)


def power_multiple_contrast(
    contrasts: DoseContrasts,
    means: Matrix,
    *,
    covariance: Matrix,
    df: float | None = None,
    alternative: str = "one-sided",
    alpha: float = 0.025,
    names: Sequence[str] | None = None,
) -> ContrastPower:
    """Return the power of given contrasts under each row of means (dose-finding.md, eq. 24).

    Args:
        contrasts: Of `optimal_contrasts`.
        means: True response at the doses, (m, K) or (K,), e.g. of `candidate_means`.
        covariance: Of the estimates, (K, K); for a normal response with n_k participants a dose
            diag(σ² / n_k), with df = Σ n_k - K.
        df: Degrees of freedom of t; normal where ``None``.
        alternative: ``"one-sided"`` or ``"two-sided"``.
        alpha: Familywise level.
        names: Names of the m curves.

    Raises:
        StatisticsError: Option (STAT-006), level or df (STAT-007), covariance (STAT-064), means of another
            length or missing, or names (STAT-071) at fault.
    """
    check_choice("alternative", alternative, SIDES)
    check_probabilities(alpha=alpha)
    check_df(df)
    size = contrasts.doses.size
    table = np.atleast_2d(np.asarray(means, dtype=np.float64))
    if table.shape[1:] != (size,) or not np.isfinite(table).all():
        hint = "give one finite mean a dose, in the order of the contrasts"
        raise refuse("STAT-071", f"means of shape {table.shape} for {size} doses", "means", hint)
    called = tuple(names or (f"curve {i}" for i in range(1, len(table) + 1)))
    if len(called) != len(table):
        raise refuse("STAT-071", f"{len(called)} names for {len(table)} curves", "names", "one a curve")
    spread = checked_covariance(covariance, size)
    correlation = correlation_of(contrasts.contrasts, spread)
    errors = errors_of(contrasts.contrasts, spread)
    two_sided = alternative == "two-sided"
    limit = critical_value(correlation, alpha=alpha, df=df, two_sided=two_sided)
    power = np.array(
        [
            exceedance(limit, contrasts.contrasts @ row / errors, correlation, df=df, two_sided=two_sided)
            for row in table
        ]
    )
    limits = np.full(len(power), limit)
    return _result(called, power, limits, alpha=alpha, df=df, alternative=alternative)


def power_multiple_contrast_binary(
    models: Sequence[DoseModel],
    doses: Values,
    *,
    n: Values,
    placebo_rate: float,
    highest_rate: float,
    alternative: str = "one-sided",
    alpha: float = 0.025,
) -> ContrastPower:
    """Return the power on the logit scale when each candidate is true in turn (Pinheiro et al. 2014).

    Under each candidate the covariance of the log odds is that at its true rates, and contrasts and critical
    value follow from it. It is large-sample: with cells of few events the log odds are far from normal.

    Args:
        models: Candidates, as shapes on the logit scale.
        doses: The K doses.
        n: Participants at each dose.
        placebo_rate: Response rate at dose 0.
        highest_rate: Response rate at the dose of the greatest effect; below ``placebo_rate`` where the rate
            falls with the dose.
        alternative: ``"one-sided"`` in the direction of the candidates, or ``"two-sided"``.
        alpha: Familywise level.

    Raises:
        StatisticsError: As `optimal_contrasts`; option (STAT-006), level or rates (STAT-007), n (STAT-071).
    """
    check_choice("alternative", alternative, SIDES)
    check_probabilities(alpha=alpha, placebo_rate=placebo_rate, highest_rate=highest_rate)
    array = checked_doses(doses)
    sizes = checked_weights(n, array.size)
    low, high = special.logit([placebo_rate, highest_rate])
    names, logits = candidate_means(models, array, placebo=low, maximum=high - low)
    direction = "increasing" if high >= low else "decreasing"
    two_sided = alternative == "two-sided"
    power, limits = [], []
    for row in logits:
        rates = special.expit(row)
        spread = np.diag(1 / (sizes * rates * (1 - rates)))
        contrasts = optimal_contrasts(models, array, covariance=spread, direction=direction)
        limit = critical_value(contrasts.correlation, alpha=alpha, df=None, two_sided=two_sided)
        shift = contrasts.contrasts @ row / errors_of(contrasts.contrasts, spread)
        power.append(exceedance(limit, shift, contrasts.correlation, df=None, two_sided=two_sided))
        limits.append(limit)
    return _result(names, np.array(power), np.array(limits), alpha=alpha, df=None, alternative=alternative)


def _result(
    names: tuple[str, ...], power: Floats, limits: Floats, *, alpha: float, df: float | None, alternative: str
) -> ContrastPower:
    return ContrastPower(
        method="multiple_contrast_power",
        names=names,
        power=power,
        least=float(power.min()),
        mean=float(power.mean()),
        critical_values=limits,
        alpha=alpha,
        df=df,
        alternative=alternative,
    )
