"""The (restricted) likelihood, its gradient and its information (docs/methods/mmrm.md, eq. 1-5, 15-19).

Covariances are made and inverted once for each pattern of missing visits; sums over participants are matrix
products of H = W Z, with W the inverse of the pattern's covariance.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from lupustrial.stats._arguments import Floats
from lupustrial.stats.mmrm._data import Packed
from lupustrial.stats.mmrm._shared import SharedCovariance
from lupustrial.stats.mmrm._spatial import SpatialCovariance

#: Square of the part of a column that is left after those before it, below which they depend on each other.
DEPENDENT = 1e-14
Covariance = SharedCovariance | SpatialCovariance


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """Packed data with orthonormal columns, the covariance over patterns, and the method.

    Attributes:
        data: ``data.z`` holds orthonormal columns and the residual of ordinary least squares.
        covariance: Covariance of each pattern and its derivatives.
        reml: Restricted (True) or full likelihood.
        members: Where the participants of each group stand.
        constant: Added to the objective to give -2 log L.
    """

    data: Packed
    covariance: Covariance
    reml: bool
    members: list[slice]
    constant: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """The likelihood at one theta.

    Attributes:
        theta: Parameters of the covariance.
        objective: -2 log L.
        w: (P, m, m) inverse covariances, 0 at visits not seen.
        h: (n, m, p + 1) W Z.
        c: (p, p) inverse of X' V^-1 X.
        root: (p, p) with ``root @ root.T == c``.
        beta: (p,) generalised least squares.
    """

    theta: Floats
    objective: float
    w: Floats
    h: Floats
    c: Floats
    root: Floats
    beta: Floats


@dataclass(frozen=True, kw_only=True, slots=True)
class Slopes:
    """First derivatives of -2 log L and the observed information (of log L) at a point.

    Attributes:
        gradient: (k,) of -2 log L.
        observed: (k, k) minus the second derivatives of log L.
        u: (n, m, p + 1) W X in columns where the covariance of the coefficients is the identity, then
            W (y - X beta).
        b: (k, p, p) X' W V_s W X in those columns.
        slopes: First derivatives of the covariance, as its class keeps them.
    """

    gradient: Floats
    observed: Floats
    u: Floats
    b: Floats
    slopes: list[Floats]


def evaluate(problem: Problem, theta: Floats) -> Point | None:
    """Return the likelihood at ``theta``; ``None`` where a covariance is not positive definite (eq. 1-3)."""
    data, cov = problem.data, problem.covariance
    try:
        if not cov.inside(theta):
            return None
        sigma = cov.patterned(theta)
        factor = np.linalg.cholesky(sigma)
        w = np.linalg.inv(sigma) * cov.mask
        n, m, width = data.z.shape
        h = w[data.pattern] @ data.z
        total = data.z.reshape(n * m, width).T @ h.reshape(n * m, width)
        p = width - 1
        lower = np.linalg.cholesky(total[:p, :p])
    except np.linalg.LinAlgError:
        return None
    if (np.diag(lower) ** 2 < DEPENDENT * np.diag(total)[:p]).any():
        return None
    root = np.linalg.inv(lower).T
    c = root @ root.T
    beta = c @ total[:p, p]
    log_sigma = 2.0 * float(np.log(np.diagonal(factor, axis1=1, axis2=2)).sum(1) @ data.count)
    log_x = 2.0 * float(np.log(np.diag(lower)).sum()) if problem.reml else 0.0
    objective = problem.constant + log_sigma + log_x + float(total[p, p] - beta @ total[:p, p])
    if not math.isfinite(objective):
        return None
    return Point(theta=theta, objective=objective, w=w, h=h, c=c, root=root, beta=beta)


def differentiate(problem: Problem, point: Point) -> Slopes:
    """Return gradient and observed information at a point (eq. 15-18)."""
    data, cov, w = problem.data, problem.covariance, point.w
    p = data.p
    u = np.empty_like(point.h)
    np.matmul(point.h[..., :p], point.root, out=u[..., :p])
    u[..., p] = point.h[..., p] - point.h[..., :p] @ point.beta
    used = u if problem.reml else u[..., p:]
    spread = np.add.reduceat(used @ used.transpose(0, 2, 1), data.first)
    counted = data.count[:, None, None] * w
    slopes = cov.slopes(point.theta)
    crossed = cov.crossed(slopes, u, problem.members)
    b, f = crossed[:, :p, :p], crossed[:, :p, p]
    observed = cov.pairs(slopes, w, spread - counted / 2) - f @ f.T
    if problem.reml:
        observed -= _products(b) / 2
    curved = cov.curved(point.theta, counted - spread)
    if curved is not None:
        observed += curved / 2
    gradient = cov.gradient(slopes, counted - spread)
    return Slopes(gradient=gradient, observed=observed, u=u, b=b, slopes=slopes)


def expected_information(problem: Problem, point: Point, slopes: Slopes) -> Floats:
    """Return the expectation of the observed information (eq. 19)."""
    data, cov = problem.data, problem.covariance
    half = data.count[:, None, None] * point.w / 2
    if not problem.reml:
        return cov.pairs(slopes.slopes, point.w, half)
    design = slopes.u[..., : data.p]
    leverage = np.add.reduceat(design @ design.transpose(0, 2, 1), data.first)
    return cov.pairs(slopes.slopes, point.w, half - leverage) + _products(slopes.b) / 2


def _products(b: Floats) -> Floats:
    """Return tr(B_s B_t) for every pair."""
    flat = b.reshape(len(b), -1)
    return flat @ flat.T
