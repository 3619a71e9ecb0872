"""Estimates and tests from the coefficients of a fitted model; docs/methods/models.md, eq. 15, 16."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy import special

from lupustrial.stats._arguments import Floats, check_probabilities, refuse
from lupustrial.stats._design import Design
from lupustrial.stats._linear_functions import LinearFunctions, hypothesis_rows
from lupustrial.stats._results import HypothesisTest
from lupustrial.stats._t_limits import t_limits, t_p_value


class Fit(Protocol):
    """What a fitted model has: coefficients, their covariance, and df (infinite: normal, chi-square)."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the coefficients."""

    @property
    def coefficients(self) -> Floats:
        """Shape (p,)."""

    @property
    def covariance(self) -> Floats:
        """Shape (p, p)."""

    @property
    def df(self) -> float:
        """Denominator degrees of freedom."""

    @property
    def design(self) -> Design | None:
        """The design, where there is one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LinearEstimate:
    """The estimate of a linear function of coefficients.

    Attributes:
        label: What it is, e.g. ``("TRT - PBO", "VIS4")`` or ``("ARMCDTRT",)``.
        estimate: On the scale of the linear predictor.
        standard_error: Of the estimate.
        statistic: t, or z where ``df`` is infinite.
        df: Degrees of freedom.
        p_value: Two-sided, of the hypothesis that it is 0.
        lower: Lower confidence limit.
        upper: Upper confidence limit.
        confidence_level: Nominal coverage.
    """

    label: tuple[str, ...]
    estimate: float
    standard_error: float
    statistic: float
    df: float
    p_value: float
    lower: float
    upper: float
    confidence_level: float


def linear_estimates(
    fit: Fit, functions: LinearFunctions | None = None, *, confidence_level: float = 0.95
) -> tuple[LinearEstimate, ...]:
    """Estimate linear functions of the coefficients with t (or z) tests and intervals (models.md, eq. 15).

    Args:
        fit: A fitted model.
        functions: Of `lsmean_rows` or `contrast_rows`; else the coefficients themselves.
        confidence_level: Nominal coverage of each interval; not simultaneous.

    Returns:
        One estimate a row.

    Raises:
        StatisticsError: A standard error of 0 (STAT-004), level outside (0, 1) (STAT-007), functions of
            another design (STAT-010).
    """
    check_probabilities(confidence_level=confidence_level)
    rows = np.eye(len(fit.names)) if functions is None else functions.matrix
    labels = tuple((name,) for name in fit.names) if functions is None else functions.labels
    if rows.shape[1] != len(fit.names):
        message = f"rows of {rows.shape[1]} for {len(fit.names)} coefficients"
        raise refuse("STAT-010", message, "functions", "make them from the design that was fitted")
    values = rows @ fit.coefficients
    errors = np.sqrt(np.einsum("ij,jk,ik->i", rows, fit.covariance, rows))
    return tuple(
        linear_estimate(label, float(value), float(error), fit.df, confidence_level)
        for label, value, error in zip(labels, values, errors, strict=True)
    )


def linear_estimate(
    label: tuple[str, ...], estimate: float, standard_error: float, df: float, confidence_level: float
) -> LinearEstimate:
    """Complete an estimate from its standard error and degrees of freedom (eq. 15); STAT-004 if it is 0."""
    if standard_error <= 0:
        hint = "it does not depend on the data: look at its row and at the type of covariance"
        raise refuse("STAT-004", "the standard error is zero", ", ".join(label) or "estimate", hint)
    statistic = estimate / standard_error
    lower, upper = t_limits(estimate, standard_error, df, confidence_level)
    return LinearEstimate(
        label=label,
        estimate=estimate,
        standard_error=standard_error,
        statistic=statistic,
        df=df,
        p_value=t_p_value(statistic, df),
        lower=lower,
        upper=upper,
        confidence_level=confidence_level,
    )


def term_test(fit: Fit, term: str, *, kind: str = "III") -> HypothesisTest:
    """Test a term of the model by F, or by Wald's chi-square where df is infinite (models.md, eq. 16).

    Args:
        fit: A fitted model that has a design.
        term: Name of a term, e.g. ``"ARMCD:AVISIT"``.
        kind: ``"II"`` or ``"III"``, see `hypothesis_rows`.

    Returns:
        Statistic, numerator df and p; the note names the type and the denominator df.

    Raises:
        StatisticsError: Singular covariance (STAT-004), unknown option (STAT-006), unknown term or no design
            (STAT-009).
    """
    if fit.design is None:
        raise refuse("STAT-009", "the model has no terms", "fit", "fit it to a design of a formula")
    rows = hypothesis_rows(fit.design, term, kind=kind)
    values = rows @ fit.coefficients
    spread = rows @ fit.covariance @ rows.T
    scale = np.sqrt(np.diag(spread))
    if not scale.all() or np.linalg.matrix_rank(spread / np.outer(scale, scale), hermitian=True) < len(rows):
        hint = "a robust covariance needs more rows than the term has columns; use another covariance"
        raise refuse("STAT-004", "the covariance of the hypothesis is singular", term, hint)
    wald = float(values @ np.linalg.solve(spread, values))
    count = len(rows)
    if math.isinf(fit.df):
        return HypothesisTest(
            method="wald_chi_square",
            statistic=wald,
            df=float(count),
            p_value=float(special.chdtrc(count, wald)),
            note=f"type {kind}",
        )
    return HypothesisTest(
        method="f_test",
        statistic=wald / count,
        df=float(count),
        p_value=float(special.fdtrc(count, fit.df, wald / count)),
        note=f"type {kind}; denominator df {fit.df:g}",
    )
