"""What a trial says of each dose: means, adjusted means, log odds (dose-finding.md, eq. 12, 16)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lupustrial.stats._arguments import Counts, Floats, Values, checked_tables, checked_values, refuse
from lupustrial.stats._linear_functions import check_independent
from lupustrial.stats.dose_finding._checks import Matrix, checked_covariance, checked_doses

_NOTHING = 1e-12  # residuals below this part of the greatest response are rounding


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class DoseEstimates:
    """Estimates at each dose, all that the tests and fits need of the data.

    Attributes:
        method: ``"means"``, ``"adjusted_means"`` (at covariates of 0), ``"logits"`` or ``"given"``.
        doses: The K doses, rising for data of participants.
        estimates: Shape (K,).
        covariance: Of the estimates, (K, K).
        unscaled: For means, the covariance over the variance of a response, (K, K); else ``None``.
        df: Residual degrees of freedom of means; ``None`` where the estimates are taken as normal.
        residual: Residual sum of squares about the means; 0 for other estimates.
        n: Participants used, where they are known.
    """

    method: str
    doses: Floats
    estimates: Floats
    covariance: Floats
    unscaled: Floats | None
    df: float | None
    residual: float
    n: int | None


def checked_participants(
    dose: Values, response: Values, covariates: Matrix | None
) -> tuple[Floats, Floats, Floats]:
    """Return dose (n,), response (n,) and covariates (n, q) (STAT-002, STAT-003, STAT-071)."""
    doses, values = checked_values(least=2, dose=dose, response=response)
    table = np.empty((values.size, 0)) if covariates is None else np.asarray(covariates, dtype=np.float64)
    table = table[:, None] if table.ndim == 1 else table
    if doses.size != values.size or len(table) != values.size:
        message = f"{doses.size} doses, {values.size} responses and {len(table)} rows of covariates"
        raise refuse("STAT-071", message, "response", "give one of each for every participant")
    if table.ndim != 2 or not np.isfinite(table).all():  # noqa: PLR2004 - rows and columns
        hint = "give n rows and q columns of finite numbers"
        raise refuse("STAT-002", "not a table of finite numbers", "covariates", hint)
    if doses.min() < 0:
        raise refuse("STAT-071", "a dose below 0", "dose", "give doses of 0 or more")
    return doses, values, table


def dose_means(*, dose: Values, response: Values, covariates: Matrix | None = None) -> DoseEstimates:
    """Return the mean response at each dose, adjusted for covariates by a linear model.

    Args:
        dose: Dose of each participant, (n,).
        response: (n,), none missing.
        covariates: Coded columns without intercept, (n, q) or (n,). The means are at covariates of 0; their
            differences do not depend on where they are taken.

    Raises:
        StatisticsError: Missing values (STAT-002), fewer than 2 participants or doses or nobody to spare for
            the variance (STAT-003), responses that do not vary within doses (STAT-004), columns that depend
            on each other (STAT-011), different lengths or a dose below 0 (STAT-071).
    """
    doses, values, table = checked_participants(dose, response, covariates)
    levels, place = np.unique(doses, return_inverse=True)
    groups = levels.size
    if groups == 1:
        raise refuse("STAT-003", "all participants have one dose", "dose", "give at least 2 doses")
    design = np.column_stack((np.eye(groups)[place], table))
    names = [f"dose {level:g}" for level in levels] + [f"x{i}" for i in range(1, table.shape[1] + 1)]
    df = values.size - design.shape[1]
    if df < 1:
        message = f"{values.size} participants for {design.shape[1]} coefficients"
        hint = "the variance cannot be estimated; test estimates with a known covariance"
        raise refuse("STAT-003", message, "response", hint)
    check_independent(design, tuple(names))
    q, r = np.linalg.qr(design)
    coefficients = np.linalg.solve(r, q.T @ values)
    left = values - design @ coefficients
    residual = float(left @ left)
    if np.sqrt(residual / values.size) <= _NOTHING * float(np.abs(values).max()):
        hint = "report the values; a test needs spread within doses"
        raise refuse("STAT-004", "the responses do not vary within doses", "response", hint)
    root = np.linalg.inv(r)[:groups]
    unscaled = root @ root.T
    return DoseEstimates(
        method="adjusted_means" if table.shape[1] else "means",
        doses=levels,
        estimates=coefficients[:groups],
        covariance=unscaled * (residual / df),
        unscaled=unscaled,
        df=float(df),
        residual=residual,
        n=values.size,
    )


def dose_logits(*, doses: Values, x: Counts, n: Counts) -> DoseEstimates:
    """Return the log odds of response at each dose with their large-sample variances (eq. 16).

    Args:
        doses: The K doses.
        x: Responders at each dose.
        n: Participants at each dose.

    Raises:
        StatisticsError: Counts (STAT-001) or doses (STAT-002, STAT-003, STAT-071) at fault, a dose at which
            nobody or everybody responds (STAT-005).
    """
    levels = checked_doses(doses)
    events, size, _, _ = checked_tables(x1=x, n1=n, x2=0, n2=1)
    if events.shape != levels.shape:
        raise refuse("STAT-071", f"counts of shape {events.shape} for {levels.size} doses", "x", "one a dose")
    wrong = levels[(events == 0) | (events == size)]
    if wrong.size:
        message = f"nobody or everybody responds at dose {', '.join(f'{dose:g}' for dose in wrong)}"
        hint = "pool doses, or give estimates of a penalised or Bayesian model with their covariance"
        raise refuse("STAT-005", message, "x", hint)
    return DoseEstimates(
        method="logits",
        doses=levels,
        estimates=np.log(events / (size - events)),
        covariance=np.diag(1 / events + 1 / (size - events)),
        unscaled=None,
        df=None,
        residual=0.0,
        n=int(size.sum()),
    )


def dose_estimates(*, doses: Values, estimates: Values, covariance: Matrix) -> DoseEstimates:
    """Return estimates given by the caller after the checks of their shapes (STAT-002 to STAT-071)."""
    levels = checked_doses(doses)
    (values,) = checked_values(least=1, estimates=estimates)
    if values.size != levels.size:
        raise refuse(
            "STAT-071", f"{values.size} estimates for {levels.size} doses", "estimates", "one a dose"
        )
    return DoseEstimates(
        method="given",
        doses=levels,
        estimates=values,
        covariance=checked_covariance(covariance, levels.size),
        unscaled=None,
        df=None,
        residual=0.0,
        n=None,
    )
