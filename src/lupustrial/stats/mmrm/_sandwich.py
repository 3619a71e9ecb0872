"""Sandwich covariances of the coefficients, clustered by participant (docs/methods/mmrm.md, eq. 29-31)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lupustrial.stats._arguments import Floats, refuse
from lupustrial.stats.mmrm._result import MMRM

ROBUST = ("empirical", "empirical_jackknife", "empirical_bias_reduced")
NEARLY_ZERO = 1e-10


@dataclass(frozen=True, kw_only=True, slots=True)
class Robust:
    """A sandwich covariance and what its degrees of freedom need.

    Attributes:
        vcov: (p, p) covariance in the caller's columns.
        spread: (n, m, p) A_i X_i in whitened rows and columns.
        reach: (n, p, p) X_i' A_i X_i in whitened rows and columns.
        half: (p, p) whitened to the caller's columns.
    """

    vcov: Floats
    spread: Floats
    reach: Floats
    half: Floats

    def degrees(self, row: Floats) -> float:
        """Return Bell and McCaffrey's degrees of freedom; the working model is the fitted (eq. 31)."""
        w = row @ self.half
        square = ((self.spread @ w) ** 2).sum(1)
        across = self.reach @ w
        gram = across.T @ across
        crossed = (across**2).sum(1)
        first = float(square.sum() - crossed.sum())
        second = float((square**2).sum() - 2 * (square * crossed).sum() + (gram**2).sum())
        return first**2 / second


def robust(fit: MMRM, kind: str) -> Robust:
    """Return the sandwich covariance: HC0, CR3 (jackknife) or CR2 (bias-reduced)."""
    memo = fit.inside.memo
    if kind not in memo:
        memo[kind] = _made(fit, kind)
    found: Robust = memo[kind]
    return found


def _made(fit: MMRM, kind: str) -> Robust:
    problem, point = fit.inside.problem, fit.inside.point
    data, p = problem.data, problem.data.p
    if (data.count > np.bincount(data.pattern)).any():
        hint = "fit rows of their own for a participant drawn twice"
        raise refuse("STAT-022", "a participant counts more than once", "vcov", hint)
    factor = np.linalg.inv(np.linalg.cholesky(problem.covariance.patterned(point.theta)))
    white = factor[data.pattern] @ data.z
    design = white[..., :p] @ point.root
    rest = white[..., p] - white[..., :p] @ point.beta
    adjusted = design
    if kind != "empirical":
        adjusted = _adjustment(design, kind) @ design
    scores = (rest[:, None, :] @ adjusted)[:, 0]
    half = fit.inside.back @ point.root
    return Robust(
        vcov=half @ (scores.T @ scores) @ half.T,
        spread=adjusted,
        reach=design.transpose(0, 2, 1) @ adjusted,
        half=half,
    )


def _adjustment(design: Floats, kind: str) -> Floats:
    """Return (I - H_ii)^-1 for the jackknife or its root for the bias-reduced covariance (eq. 30)."""
    left = np.eye(design.shape[1]) - design @ design.transpose(0, 2, 1)
    values, vectors = np.linalg.eigh(left)
    small = values < NEARLY_ZERO
    if kind == "empirical_jackknife" and small.any():
        hint = "one participant alone determines a coefficient; use the bias-reduced or the model covariance"
        raise refuse("STAT-022", "the jackknife covariance does not exist", "vcov", hint)
    power = -1.0 if kind == "empirical_jackknife" else -0.5
    # The generalised inverse leaves out what a participant's own coefficient fits exactly.
    scale = np.where(small, 0.0, np.where(small, 1.0, values) ** power)
    adjustment: Floats = (vectors * scale[:, None, :]) @ vectors.transpose(0, 2, 1)
    return adjustment
