"""The multiple contrast test for a dose-response signal (dose-finding.md, eq. 12-15)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lupustrial.stats._arguments import Floats, Values, check_choice, check_probabilities
from lupustrial.stats.dose_finding._checks import Matrix
from lupustrial.stats.dose_finding._contrasts import DoseContrasts, errors_of, optimal_contrasts
from lupustrial.stats.dose_finding._estimates import DoseEstimates, dose_estimates, dose_means
from lupustrial.stats.dose_finding._joint_limits import adjusted_p, critical_value, p_values_of
from lupustrial.stats.dose_finding._models import DoseModel
from lupustrial.stats.multiplicity._local import check_df

SIDES = ("one-sided", "two-sided")


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class MultipleContrastTest:
    """Tests of the candidate contrasts, adjusted for having chosen among them.

    Attributes:
        method: ``"multiple_contrast_t"`` or ``"multiple_contrast_z"``.
        names: The k candidates.
        estimates: Contrasts of the estimates, (k,).
        standard_errors: Of the contrasts, (k,).
        statistics: t or z, (k,).
        p_values: Of each contrast alone, (k,).
        adjusted: P values adjusted by the joint distribution (single step), (k,).
        critical_value: What the largest statistic must exceed.
        alpha: Familywise level.
        df: Degrees of freedom of t; ``None`` for z.
        alternative: ``"one-sided"`` (in the direction of the contrasts) or ``"two-sided"``.
        signal: Whether some candidate is significant.
        best: Name of the candidate with the largest statistic (in absolute value if two-sided).
        contrasts: The contrasts used, optimal for the covariance of the estimates.
        n: Participants used, where they are known.
    """

    method: str
    names: tuple[str, ...]
    estimates: Floats
    standard_errors: Floats
    statistics: Floats
    p_values: Floats
    adjusted: Floats
    critical_value: float
    alpha: float
    df: float | None
    alternative: str
    signal: bool
    best: str
    contrasts: DoseContrasts
    n: int | None


def multiple_contrast_test(
    models: Sequence[DoseModel],
    *,
    dose: Values,
    response: Values,
    covariates: Matrix | None = None,
    direction: str = "increasing",
    alternative: str = "one-sided",
    alpha: float = 0.025,
) -> MultipleContrastTest:
    """Test for a dose-response signal of a normal response (Bretz, Pinheiro and Branson 2005).

    Assumes independent normal responses of one variance, and covariates that shift the mean alike at all
    doses. The familywise error is kept whatever the true shape.

    Args:
        models: Candidates, of `dose_model`.
        dose: Dose of each participant, (n,).
        response: (n,), none missing.
        covariates: Coded columns without intercept, (n, q) or (n,).
        direction: ``"increasing"`` or ``"decreasing"``: which change of response is a benefit.
        alternative: ``"one-sided"`` or ``"two-sided"``.
        alpha: Familywise level.

    Raises:
        StatisticsError: As `dose_means` and `optimal_contrasts`; option (STAT-006), level (STAT-007).
    """
    means = dose_means(dose=dose, response=response, covariates=covariates)
    return _test(models, means, df=means.df, direction=direction, alternative=alternative, alpha=alpha)


def multiple_contrast_test_general(
    models: Sequence[DoseModel],
    *,
    doses: Values,
    estimates: Values,
    covariance: Matrix,
    df: float | None = None,
    direction: str = "increasing",
    alternative: str = "one-sided",
    alpha: float = 0.025,
) -> MultipleContrastTest:
    """Test for a dose-response signal of estimates by dose, e.g. log odds (Pinheiro et al. 2014).

    Assumes estimates that are jointly normal with the covariance given (t with ``df``).

    Args:
        models: Candidates; the shape is that of the estimates, e.g. on the logit scale.
        doses: The K doses.
        estimates: Estimate at each dose, (K,), e.g. of `dose_logits`.
        covariance: Of the estimates, (K, K).
        df: Degrees of freedom; normal where ``None``.
        direction: ``"increasing"`` or ``"decreasing"``.
        alternative: ``"one-sided"`` or ``"two-sided"``.
        alpha: Familywise level.

    Raises:
        StatisticsError: As `optimal_contrasts`; estimates of another length (STAT-071), option (STAT-006),
            level or df (STAT-007).
    """
    check_df(df)
    given = dose_estimates(doses=doses, estimates=estimates, covariance=covariance)
    return _test(models, given, df=df, direction=direction, alternative=alternative, alpha=alpha)


def _test(
    models: Sequence[DoseModel],
    given: DoseEstimates,
    *,
    df: float | None,
    direction: str,
    alternative: str,
    alpha: float,
) -> MultipleContrastTest:
    check_choice("alternative", alternative, SIDES)
    check_probabilities(alpha=alpha)
    two_sided = alternative == "two-sided"
    contrasts = optimal_contrasts(models, given.doses, covariance=given.covariance, direction=direction)
    values = contrasts.contrasts @ given.estimates
    errors = errors_of(contrasts.contrasts, given.covariance)
    statistics = values / errors
    p_values = p_values_of(statistics, df=df, two_sided=two_sided)
    best = int(np.argmax(np.abs(statistics) if two_sided else statistics))
    adjusted = adjusted_p(p_values, contrasts.correlation, df=df, two_sided=two_sided)
    return MultipleContrastTest(
        method="multiple_contrast_z" if df is None else "multiple_contrast_t",
        names=contrasts.names,
        estimates=values,
        standard_errors=errors,
        statistics=statistics,
        p_values=p_values,
        adjusted=adjusted,
        critical_value=critical_value(contrasts.correlation, alpha=alpha, df=df, two_sided=two_sided),
        alpha=alpha,
        df=df,
        alternative=alternative,
        signal=bool(adjusted[best] <= alpha),
        best=contrasts.names[best],
        contrasts=contrasts,
        n=given.n,
    )
