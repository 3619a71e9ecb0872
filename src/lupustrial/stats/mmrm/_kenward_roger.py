"""Kenward and Roger's covariance and F of small samples (docs/methods/mmrm.md, eq. 24-28)."""

from __future__ import annotations

import math

import numpy as np

from lupustrial.stats._arguments import Floats, refuse
from lupustrial.stats.mmrm._degrees import asymptotic_covariance, whitened
from lupustrial.stats.mmrm._result import MMRM

PARAMETRISATIONS = ("linear", "natural")
INFORMATIONS = ("observed", "expected")
#: So close to 2 degrees of freedom the factor of F is 0/0.
NEAR_TWO = 1e-4


def adjusted(fit: MMRM, *, parametrisation: str, information: str) -> Floats:
    """Return the adjusted covariance of the coefficients (eq. 24-25)."""
    memo, key = fit.inside.memo, f"{parametrisation} {information}"
    if key not in memo:
        half = fit.inside.back @ fit.inside.point.root
        correction = _correction(fit, parametrisation=parametrisation, information=information)
        memo[key] = fit.vcov + 2 * half @ correction @ half.T
    found: Floats = memo[key]
    return found


def _correction(fit: MMRM, *, parametrisation: str, information: str) -> Floats:
    """Return the sum over s, t of cov_st (Q_st - P_s C P_t - R_st / 4), whitened."""
    inside = fit.inside
    problem, point, slopes = inside.problem, inside.point, inside.slopes
    spread = asymptotic_covariance(fit, information)
    middle = problem.covariance.sandwiched(slopes.slopes, spread, point.w)
    if parametrisation == "natural":
        bent = problem.covariance.bent(point.theta, spread)
        middle = middle if bent is None else middle - bent / 4
    p = problem.data.p
    u = slopes.u[..., :p]
    second = u.reshape(-1, p).T @ (middle[problem.data.pattern] @ u).reshape(-1, p)
    b = slopes.b
    mixed = (spread @ b.reshape(len(b), -1)).reshape(b.shape)
    first = np.tensordot(b, mixed, ((0, 2), (0, 1)))
    correction = second - first
    return (correction + correction.T) / 2


def scaled_f(fit: MMRM, rows: Floats, *, information: str) -> tuple[float, float]:
    """Return the degrees of freedom below F and the factor of F (eq. 26-28)."""
    w, r = whitened(fit, rows), len(rows)
    basis = np.linalg.qr(w.T)[0]
    inner = np.einsum("ia,kij,jb->kab", basis, fit.inside.slopes.b, basis, optimize=True)
    spread = asymptotic_covariance(fit, information)
    traces = np.trace(inner, axis1=1, axis2=2)
    a1 = float(traces @ spread @ traces)
    flat = inner.reshape(len(inner), -1)
    a2 = float(((spread @ flat) * flat).sum())
    b = (a1 + 6 * a2) / (2 * r)
    g = ((r + 1) * a1 - (r + 4) * a2) / ((r + 2) * a2)
    below = 3 * r + 2 * (1 - g)
    c1, c2, c3 = g / below, (r - g) / below, (r + 2 - g) / below
    shrink = 1 - a2 / r
    variance = 2 / r * (1 + c1 * b) / ((1 - c2 * b) ** 2 * (1 - c3 * b))
    ratio = variance * shrink**2 / 2
    df = 4 + (r + 2) / (r * ratio - 1)
    scale = df * shrink / (df - 2) if abs(df - 2) > NEAR_TWO else math.nan
    if not (0 < df < math.inf and scale > 0):
        hint = (
            "the sample is too small for this test: test fewer functions at once, or use df='satterthwaite'"
        )
        raise refuse("STAT-022", "Kenward-Roger's approximation of F does not exist", "df", hint)
    return df, scale
