"""Pooled test of several parameters: D1 (imputation.md, eq. 8-11)."""

from __future__ import annotations

import math

import numpy as np

from lupustrial.errors import Fault, StatisticsError
from lupustrial.stats._arguments import Floats, refuse
from lupustrial.stats._t_limits import f_p_value
from lupustrial.stats.imputation._results import PooledWald
from lupustrial.stats.imputation._rubin import df_faults

_NEEDED = "(imputations, parameters) and (imputations, parameters, parameters)"


def pool_wald(
    estimates: Floats, covariances: Floats, *, df_complete: float = math.inf, null: Floats | float = 0.0
) -> PooledWald:
    """Test that several parameters equal ``null``, over imputed data sets (imputation.md, eq. 8-11).

    Args:
        estimates: Shape (imputations, parameters), at least 2 imputed data sets.
        covariances: Shape (imputations, parameters, parameters).
        df_complete: Degrees of freedom of the analysis had nothing been missing. Infinite: Li, Raghunathan
            and Rubin; finite: Reiter.
        null: Values under the null hypothesis, one or one a parameter.

    Returns:
        D1 with its degrees of freedom and p.

    Raises:
        StatisticsError: Missing values or shapes that do not fit (STAT-002), fewer than 2 imputed data sets
            (STAT-003), a mean covariance that is not positive definite (STAT-004), df (STAT-007).

    Source: Li, Raghunathan and Rubin, JASA 1991;86:1065; Reiter, Biometrika 2007;94:502.
    """
    q, u = np.asarray(estimates, dtype=np.float64), np.asarray(covariances, dtype=np.float64)
    _check(q, u, df_complete=df_complete)
    m, k = q.shape
    within = u.mean(axis=0)
    between = np.atleast_2d(np.cov(q, rowvar=False))
    try:
        root = np.linalg.cholesky(within)
    except np.linalg.LinAlgError:
        hint = "leave out parameters that the others determine"
        message = "the mean covariance is not positive definite"
        raise refuse("STAT-004", message, "covariances", hint) from None
    riv = (1 + 1 / m) * float(np.trace(np.linalg.solve(within, between))) / k
    z = np.linalg.solve(root, q.mean(axis=0) - null)
    statistic = float(z @ z) / (k * (1 + riv))
    df2 = _denominator(riv, parameters=k, imputations=m, df_complete=df_complete)
    p_value = f_p_value(statistic, k, df2)
    return PooledWald(
        method="d1", statistic=statistic, df1=k, df2=df2, p_value=p_value, riv=riv, imputations=m
    )


def _check(q: Floats, u: Floats, *, df_complete: float) -> None:
    faults = []
    fits = q.ndim == 2 and u.shape == (*q.shape, q.shape[1]) and q.shape[1] > 0  # noqa: PLR2004 - a matrix
    if not fits or not (np.isfinite(q).all() and np.isfinite(u).all()):
        message = f"shapes {q.shape} and {u.shape}, or values that are missing or infinite"
        faults.append(Fault(id="STAT-002", message=message, place="estimates", hint=f"give finite {_NEEDED}"))
    elif len(q) < 2:  # noqa: PLR2004 - a variance between needs two
        hint = "impute more often"
        faults.append(Fault(id="STAT-003", message="one imputed data set", place="estimates", hint=hint))
    faults += df_faults(df_complete)
    if faults:
        raise StatisticsError(faults)


def _denominator(riv: float, *, parameters: int, imputations: int, df_complete: float) -> float:
    """Return the denominator degrees of freedom (eq. 10 for infinite, eq. 11 for finite df_complete)."""
    t = parameters * (imputations - 1)
    few = t <= 4  # noqa: PLR2004 - the bound of Li, Raghunathan and Rubin
    corrected = (
        (df_complete + 1) / (df_complete + 3) * df_complete if math.isfinite(df_complete) else math.inf
    )
    if riv <= 0:
        return corrected
    if few:
        return min(corrected, t * (1 + 1 / parameters) * (1 + 1 / riv) ** 2 / 2)
    large = 4 + (t - 4) * (1 + (1 - 2 / t) / riv) ** 2
    if math.isinf(df_complete):
        return large
    a = riv * t / (t - 2)
    up, low = corrected - 2 * (1 + a), corrected - 4 * (1 + a)
    if low <= 0:  # Reiter's expansion does not exist for so few; both bounds hold
        return min(corrected / (1 + a), large)
    inner = (
        (a**2 * up) / ((1 + a) ** 2 * low)
        + 8 * a**2 * up / ((1 + a) * low**2)
        + 4 * a**2 / ((1 + a) * low)
        + 4 * a**2 / ((1 + a) * low)
        + 16 * a**2 * up / low**3
        + 8 * a**2 / low**2
    )
    return 4 + 1 / (1 / low + inner / (t - 4))
