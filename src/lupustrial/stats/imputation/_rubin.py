"""Rubin's rules for one estimate (imputation.md, eq. 1-7)."""

from __future__ import annotations

import math

import numpy as np

from lupustrial.errors import Fault, StatisticsError
from lupustrial.stats._arguments import Floats, Values, check_probabilities, checked_values, refuse
from lupustrial.stats._t_limits import t_limits, t_p_value
from lupustrial.stats.imputation._results import PooledEstimate


def pool_rubin(
    estimates: Values,
    standard_errors: Values,
    *,
    df_complete: float = math.inf,
    null: float = 0.0,
    confidence_level: float = 0.95,
) -> PooledEstimate:
    """Pool one estimate over imputed data sets (imputation.md, eq. 1-7).

    Args:
        estimates: One number an imputed data set, at least 2.
        standard_errors: Of the estimates, 0 or more and not all 0.
        df_complete: Degrees of freedom of the analysis had nothing been missing; ``math.inf`` for an
            analysis that uses the normal distribution (then Rubin's df of 1987 result).
        null: Value under the null hypothesis.
        confidence_level: Nominal coverage of the interval.

    Returns:
        Estimate, standard error, Barnard-Rubin df, p, interval and the shares of missing information.

    Raises:
        StatisticsError: Missing values (STAT-002), fewer than 2 imputed data sets or lists of different
            length (STAT-003), no variance within (STAT-004), df or level out of range (STAT-007).

    Source: Rubin 1987; Barnard and Rubin, Biometrika 1999;86:948.
    """
    q, se = checked_values(least=2, estimates=estimates, standard_errors=standard_errors)
    _check(q, se, df_complete=df_complete, null=null)
    check_probabilities(confidence_level=confidence_level)
    m = q.size
    within = float((se**2).mean())
    between = 0.0 if q.min() == q.max() else float(q.var(ddof=1))
    extra = (1 + 1 / m) * between
    total = within + extra
    df = barnard_rubin(share=extra / total, imputations=m, df_complete=df_complete)
    riv = extra / within
    estimate, error = float(q.mean()), math.sqrt(total)
    statistic = (estimate - null) / error
    lower, upper = t_limits(estimate, error, df, confidence_level)
    return PooledEstimate(
        method="rubin",
        estimate=estimate,
        standard_error=error,
        df=df,
        statistic=statistic,
        p_value=t_p_value(statistic, df),
        lower=lower,
        upper=upper,
        confidence_level=confidence_level,
        imputations=m,
        within_variance=within,
        between_variance=between,
        riv=riv,
        lambda_=extra / total,
        fmi=(riv + 2 / (df + 3)) / (riv + 1) if between else 0.0,
        df_complete=float(df_complete),
        note=_note(between, df),
    )


def _note(between: float, df: float) -> str:
    if not between:
        return "the imputed data sets do not differ; nothing is lost by missing data"
    few = "fewer than 1 degree of freedom: nearly all variance is missing information; impute more often"
    return few if df < 1 else ""


def _check(q: Floats, se: Floats, *, df_complete: float, null: float) -> None:
    """Raise with every fault of the arguments that are not lists of finite numbers."""
    faults = []
    if q.size != se.size:
        message = f"{q.size} estimates and {se.size} standard errors"
        hint = "give one pair an imputed data set"
        faults.append(Fault(id="STAT-003", message=message, place="standard_errors", hint=hint))
    if (se < 0).any():
        hint = "a standard error is 0 or more"
        faults.append(
            Fault(id="STAT-002", message="a negative standard error", place="standard_errors", hint=hint)
        )
    elif not se.any():
        hint = "look at the imputed data sets; an analysis without variance cannot be pooled"
        message = "every standard error is zero"
        faults.append(Fault(id="STAT-004", message=message, place="standard_errors", hint=hint))
    faults += df_faults(df_complete)
    if faults:
        raise StatisticsError(faults)
    if not math.isfinite(null):
        raise refuse("STAT-007", f"{null!r} is not a finite number", "null", "give a finite number")


def df_faults(df_complete: float) -> list[Fault]:
    """Return the fault of degrees of freedom that are not above 0 (STAT-007)."""
    if df_complete > 0:
        return []
    hint = "give the residual degrees of freedom of the analysis, or math.inf"
    message = f"{df_complete!r} is not above 0"
    return [Fault(id="STAT-007", message=message, place="df_complete", hint=hint)]


def barnard_rubin(*, share: float, imputations: int, df_complete: float) -> float:
    """Return the degrees of freedom (eq. 4-6); the limits at share 0 and df_complete infinite are exact."""
    old = (imputations - 1) / share**2 if share > 0 and share**2 > 0 else math.inf
    if math.isinf(df_complete):
        return old
    observed = (df_complete + 1) / (df_complete + 3) * df_complete * (1 - share)
    return observed if math.isinf(old) else old * observed / (old + observed)


def pooled_columns(
    estimates: Floats,
    standard_errors: Floats,
    *,
    df_complete: float,
    confidence_level: float,
) -> tuple[PooledEstimate, ...]:
    """Pool each column of (imputations x quantities)."""
    return tuple(
        pool_rubin(
            estimates[:, j],
            standard_errors[:, j],
            df_complete=df_complete,
            confidence_level=confidence_level,
        )
        for j in range(np.shape(estimates)[1])
    )
