"""What the methods for missing data return; equations in docs/methods/imputation.md."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class PooledEstimate:
    """One estimate from several imputed data sets.

    Attributes:
        method: ``"rubin"``, with the scale where it is not the identity, e.g. ``"rubin, logit scale"``.
        estimate: Mean of the estimates.
        standard_error: Root of the total variance; on the scale of pooling where that is not the identity.
        df: Barnard-Rubin degrees of freedom; ``math.inf`` where the normal distribution is used.
        statistic: (estimate - null) / standard error.
        p_value: Two-sided.
        lower: Lower confidence limit.
        upper: Upper confidence limit.
        confidence_level: Nominal coverage.
        imputations: Number of imputed data sets.
        within_variance: Mean of the squared standard errors.
        between_variance: Variance of the estimates between the imputed data sets.
        riv: Relative increase of the variance through missing data; ``math.inf`` without variance within.
        lambda_: Share of the total variance that is due to missing data.
        fmi: Fraction of missing information, with the correction for finitely many imputations.
        df_complete: Degrees of freedom that the analysis would have without missing data.
        note: What a reader must know about this result; usually empty.
    """

    method: str
    estimate: float
    standard_error: float
    df: float
    statistic: float
    p_value: float
    lower: float
    upper: float
    confidence_level: float
    imputations: int
    within_variance: float
    between_variance: float
    riv: float
    lambda_: float
    fmi: float
    df_complete: float
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class PooledWald:
    """A test of several parameters at once from several imputed data sets.

    Attributes:
        method: ``"d1"``.
        statistic: D1, an F statistic.
        df1: Number of parameters.
        df2: Denominator degrees of freedom; ``math.inf`` for the chi-square limit.
        p_value: Upper tail.
        riv: Mean relative increase of the variance.
        imputations: Number of imputed data sets.
    """

    method: str
    statistic: float
    df1: int
    df2: float
    p_value: float
    riv: float
    imputations: int


@dataclass(frozen=True, kw_only=True, slots=True)
class JackknifeEstimate:
    """An estimate from conditional means with the standard error of the jackknife.

    Attributes:
        method: ``"conditional mean, jackknife"``.
        estimate: From all participants.
        standard_error: Jackknife over participants.
        statistic: estimate / standard error.
        p_value: Two-sided, normal.
        lower: Lower confidence limit, normal.
        upper: Upper confidence limit, normal.
        confidence_level: Nominal coverage.
        n: Participants, each left out once.
    """

    method: str
    estimate: float
    standard_error: float
    statistic: float
    p_value: float
    lower: float
    upper: float
    confidence_level: float
    n: int
