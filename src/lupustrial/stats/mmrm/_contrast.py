"""Tests of coefficients of a fitted model (docs/methods/mmrm.md, eq. 21-23)."""

# ruff: noqa: PT028 - test_contrast is a statistical test, not one of pytest

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lupustrial.stats._arguments import Floats, check_choice, check_probabilities, refuse
from lupustrial.stats._linear_functions import dependent_columns
from lupustrial.stats._t_limits import f_p_value, t_limits, t_p_value
from lupustrial.stats.mmrm._degrees import between_within, joint_satterthwaite, satterthwaite
from lupustrial.stats.mmrm._kenward_roger import INFORMATIONS, PARAMETRISATIONS, adjusted, scaled_f
from lupustrial.stats.mmrm._result import MMRM
from lupustrial.stats.mmrm._sandwich import ROBUST, Robust, robust

DEGREES = ("satterthwaite", "kenward_roger", "between_within", "residual", "asymptotic")
COVARIANCES_OF_BETA = ("model", *ROBUST)
#: Part of the model's variance that is only rounding.
NO_VARIANCE = 1e-12


@dataclass(frozen=True, kw_only=True, slots=True)
class ContrastTest:
    """A test of one or several linear functions of the coefficients.

    Attributes:
        df_method: How the degrees of freedom were had, e.g. ``"satterthwaite"``.
        vcov: Covariance of the coefficients: ``"model"``, ``"kenward_roger"`` or an empirical one.
        estimate: Value of one function; ``None`` for several.
        standard_error: Of the estimate; ``None`` for several.
        statistic: t (estimate minus hypothesis over its error) for one function, F for several.
        numerator_df: Number of functions.
        df: Degrees of freedom of t, or below F; ``math.inf`` for ``"asymptotic"``.
        p_value: Two-sided.
        lower: Lower confidence limit; ``None`` for several.
        upper: Upper confidence limit; ``None`` for several.
        confidence_level: Nominal coverage.
        note: What a reader must know; usually empty.
    """

    df_method: str
    vcov: str
    estimate: float | None
    standard_error: float | None
    statistic: float
    numerator_df: int
    df: float
    p_value: float
    lower: float | None
    upper: float | None
    confidence_level: float
    note: str = ""


def test_contrast(
    fit: MMRM,
    rows: Sequence[float] | Sequence[Sequence[float]] | Floats,
    *,
    df: str = "satterthwaite",
    vcov: str = "model",
    parametrisation: str = "linear",
    information: str = "observed",
    value: float | Sequence[float] | Floats = 0.0,
    confidence_level: float = 0.95,
) -> ContrastTest:
    """Test that linear functions of the coefficients equal ``value``: t for one row, F for several.

    Args:
        fit: The fitted model.
        rows: (p,) one function, or (r, p) several independent ones, e.g. from `lsmean_rows`.
        df: ``"satterthwaite"``; ``"kenward_roger"`` (REML with the model covariance only), which also
            corrects the standard error; ``"between_within"``; ``"residual"`` (rows less columns);
            ``"asymptotic"``.
        vcov: ``"model"``, or the sandwich ``"empirical"`` (HC0), ``"empirical_jackknife"`` (CR3) or
            ``"empirical_bias_reduced"`` (CR2).
        parametrisation: Of Kenward-Roger: ``"linear"`` leaves the second derivatives of the covariance out,
            which makes it the same for every parametrisation; ``"natural"`` has those of SAS's parameters
            (its DDFM=KR).
        information: ``"observed"`` (SAS, mmrm) or ``"expected"`` (pbkrtest) information of the covariance.
        value: Hypothesis, one number or one for each row.
        confidence_level: Nominal coverage of the interval.

    Raises:
        StatisticsError: Rows that do not fit the model or are not finite (STAT-002, STAT-003); unknown option
            (STAT-006); a level out of range (STAT-007); rows that are zero or depend on each other
            (STAT-011); a fit that did not converge (STAT-013); a combination that is not defined (STAT-022).
    """
    check_choice("df", df, DEGREES)
    check_choice("vcov", vcov, COVARIANCES_OF_BETA)
    check_choice("parametrisation", parametrisation, PARAMETRISATIONS)
    check_choice("information", information, INFORMATIONS)
    check_probabilities(confidence_level=confidence_level)
    table = _checked_rows(fit, rows)
    _check_defined(fit, df=df, vcov=vcov)
    difference = table @ fit.beta - np.broadcast_to(np.asarray(value, dtype=np.float64), len(table))
    ask = _Ask(fit, table, df, vcov, parametrisation, information, confidence_level)
    return _one(ask, float(difference[0])) if len(table) == 1 else _several(ask, difference)


def test_coefficients(fit: MMRM, **options: Any) -> dict[str, ContrastTest]:
    """Return the test of every coefficient by the name of its column.

    Options and errors are those of `test_contrast`.
    """
    each = np.eye(len(fit.beta))
    return {name: test_contrast(fit, row, **options) for name, row in zip(fit.names, each, strict=True)}


# pytest would take these names for tests of its own.
test_contrast.__test__ = False  # type: ignore[attr-defined]
test_coefficients.__test__ = False  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class _Ask:
    fit: MMRM
    rows: Floats
    df: str
    vcov: str
    parametrisation: str
    information: str
    level: float

    @property
    def corrected(self) -> bool:
        return self.df == "kenward_roger"

    @property
    def spread(self) -> str:
        return "kenward_roger" if self.corrected else self.vcov

    def robust(self) -> Robust | None:
        return None if self.vcov == "model" else robust(self.fit, self.vcov)

    def covariance(self, sandwich: Robust | None) -> Floats:
        """Covariance of the functions."""
        if self.corrected:
            every = adjusted(self.fit, parametrisation=self.parametrisation, information=self.information)
        else:
            every = self.fit.vcov if sandwich is None else sandwich.vcov
        return self.rows @ every @ self.rows.T

    def simple_degrees(self) -> float:
        """Degrees of freedom that depend on the design only."""
        if self.df == "residual":
            return float(self.fit.n_obs - len(self.fit.beta))
        return between_within(self.fit, self.rows) if self.df == "between_within" else math.inf


def _one(ask: _Ask, difference: float) -> ContrastTest:
    sandwich = ask.robust()
    variance = float(ask.covariance(sandwich)[0, 0])
    _refuse_no_variance(ask, np.array([[variance]]))
    error = math.sqrt(variance)
    if ask.df in {"satterthwaite", "kenward_roger"}:
        row = ask.rows[0]
        df = sandwich.degrees(row) if sandwich else satterthwaite(ask.fit, row, information=ask.information)
    else:
        df = ask.simple_degrees()
    t = difference / error
    estimate = float(ask.rows[0] @ ask.fit.beta)
    lower, upper = t_limits(estimate, error, df, ask.level)
    return ContrastTest(
        df_method=ask.df,
        vcov=ask.spread,
        estimate=estimate,
        standard_error=error,
        statistic=t,
        numerator_df=1,
        df=df,
        p_value=t_p_value(t, df),
        lower=lower,
        upper=upper,
        confidence_level=ask.level,
    )


def _several(ask: _Ask, difference: Floats) -> ContrastTest:
    sandwich, r = ask.robust(), len(ask.rows)
    covariance = ask.covariance(sandwich)
    _refuse_no_variance(ask, covariance)
    f = float(difference @ np.linalg.solve(covariance, difference)) / r
    if ask.corrected:
        df, scale = scaled_f(ask.fit, ask.rows, information=ask.information)
        f *= scale
    elif ask.df == "satterthwaite":
        df = joint_satterthwaite(ask.fit, ask.rows, covariance, sandwich, information=ask.information)
    else:
        df = ask.simple_degrees()
    return ContrastTest(
        df_method=ask.df,
        vcov=ask.spread,
        estimate=None,
        standard_error=None,
        statistic=f,
        numerator_df=r,
        df=df,
        p_value=f_p_value(f, r, df),
        lower=None,
        upper=None,
        confidence_level=ask.level,
    )


def _refuse_no_variance(ask: _Ask, covariance: Floats) -> None:
    """Refuse functions, or combinations of them, without variance next to that of the model (STAT-004)."""
    factor = np.linalg.inv(np.linalg.cholesky(ask.rows @ ask.fit.vcov @ ask.rows.T))
    if not np.linalg.eigvalsh(factor @ covariance @ factor.T)[0] > NO_VARIANCE:
        what = (
            "estimate has no variance" if len(covariance) == 1 else "covariance of the functions is singular"
        )
        hint = "test fewer functions at once, or use the model covariance"
        raise refuse("STAT-004", f"the {what}", "rows", hint)


def _checked_rows(fit: MMRM, rows: object) -> Floats:
    try:
        table = np.atleast_2d(np.asarray(rows, dtype=np.float64))
    except (TypeError, ValueError):
        table = np.full((1, len(fit.beta)), np.nan)
    if table.ndim != 2 or not np.isfinite(table).all():  # noqa: PLR2004 - a table has two dimensions
        raise refuse("STAT-002", "not a table of finite numbers", "rows", "one number for each coefficient")
    if table.shape[1] != len(fit.beta) or not len(table):
        hint = "give one number for each coefficient, in the order of names"
        raise refuse("STAT-003", f"{table.shape} for {len(fit.beta)} coefficients", "rows", hint)
    lost = dependent_columns(table.T)
    if lost:
        places = ", ".join(str(k) for k in lost)
        hint = "drop them: they test nothing, or what other rows test"
        raise refuse("STAT-011", f"rows that are zero or follow from earlier ones: {places}", "rows", hint)
    return table


def _check_defined(fit: MMRM, *, df: str, vcov: str) -> None:
    if not fit.converged:
        raise refuse(
            "STAT-013", f"the fit did not converge: {fit.notes[0]}", "fit", "use fit_mmrm_with_fallback"
        )
    if df == "kenward_roger" and (vcov != "model" or fit.method != "reml"):
        hint = "use df='satterthwaite', or fit by REML and use vcov='model'"
        raise refuse("STAT-022", f"Kenward-Roger with {fit.method} and vcov {vcov}", "df", hint)
