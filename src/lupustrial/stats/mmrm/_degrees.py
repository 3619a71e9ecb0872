"""Denominator degrees of freedom (docs/methods/mmrm.md, eq. 21-23)."""

from __future__ import annotations

import numpy as np

from lupustrial.stats._arguments import Floats, refuse
from lupustrial.stats.mmrm._result import MMRM
from lupustrial.stats.mmrm._sandwich import Robust

#: Degrees of freedom below F where those of a single function are no more than this.
LEAST = 2.0
EQUAL = 1e-8


def asymptotic_covariance(fit: MMRM, information: str) -> Floats:
    """Return the covariance of the covariance parameters that was asked for."""
    chosen = fit.theta_vcov if information == "observed" else fit.theta_vcov_expected
    if chosen is None:
        hint = "use a simpler covariance, or df='residual'"
        raise refuse("STAT-022", f"the {information} information is singular", "df", hint)
    return chosen


def whitened(fit: MMRM, rows: Floats) -> Floats:
    """Return rows (r, p) of the caller's columns in columns where the model covariance is the identity."""
    return rows @ fit.inside.back @ fit.inside.point.root


def satterthwaite(fit: MMRM, row: Floats, *, information: str) -> float:
    """Return 2 v^2 / var(v) for the variance v of one linear function (eq. 21)."""
    w = whitened(fit, row)
    change = np.einsum("i,kij,j->k", w, fit.inside.slopes.b, w, optimize=True)
    return float(2 * (w @ w) ** 2 / (change @ asymptotic_covariance(fit, information) @ change))


def joint_satterthwaite(
    fit: MMRM, rows: Floats, covariance: Floats, sandwich: Robust | None, *, information: str
) -> float:
    """Return the degrees of freedom below F from those of uncorrelated functions (eq. 22)."""
    _, vectors = np.linalg.eigh(covariance)
    turned = vectors.T @ rows
    each = np.array(
        [
            sandwich.degrees(row) if sandwich else satterthwaite(fit, row, information=information)
            for row in turned
        ]
    )
    r = len(rows)
    if np.ptp(each) < EQUAL * each.mean():
        return float(each.mean())
    if (each <= LEAST).any():
        return LEAST
    expected = float((each / (each - 2)).sum())
    return 2 * expected / (expected - r)


def between_within(fit: MMRM, rows: Floats) -> float:
    """Return the smallest of the degrees of freedom of the coefficients that the rows use (eq. 23).

    A column that is constant within every participant is between participants, except one that is the same
    in all rows (the intercept), which has the degrees of freedom within, as in SAS and nlme.
    """
    x, member = fit.inside.long
    first = np.unique(member, return_index=True)[1]
    within = (x != x[first][member]).any(0)
    intercept = (x == x[0]).all(0)
    between = ~within & ~intercept
    has_intercept = int(intercept.any())
    n_between = fit.n_subjects - has_intercept - int(between.sum())
    n_within = fit.n_obs - fit.n_subjects - int(within.sum())
    used = (rows != 0).any(0)
    degrees = np.where(between, n_between, n_within)[used]
    return float(degrees.min())
