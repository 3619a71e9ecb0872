"""Optimal contrasts of candidate shapes (dose-finding.md, eq. 9-11)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lupustrial.stats._arguments import Floats, Values, check_choice, refuse
from lupustrial.stats.dose_finding._checks import (
    DIRECTIONS,
    Matrix,
    checked_covariance,
    checked_doses,
    checked_models,
    checked_weights,
)
from lupustrial.stats.dose_finding._models import DoseModel


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class DoseContrasts:
    """Contrasts of dose groups, one for each candidate shape.

    Attributes:
        names: The k candidates; those of one family are numbered.
        doses: The K doses.
        contrasts: Coefficients, (k, K); each row sums to 0 and has length 1.
        covariance: Covariance of the estimates that the contrasts are optimal for, up to a factor, (K, K).
        correlation: Of the contrast statistics, (k, k); singular where k is K or more.
        direction: ``"increasing"`` or ``"decreasing"``: the sign of an effect that is looked for.
    """

    names: tuple[str, ...]
    doses: Floats
    contrasts: Floats
    covariance: Floats
    correlation: Floats
    direction: str


def optimal_contrasts(
    models: Sequence[DoseModel],
    doses: Values,
    *,
    weights: Values | None = None,
    covariance: Matrix | None = None,
    direction: str = "increasing",
) -> DoseContrasts:
    """Return the contrasts with the greatest power against each candidate (dose-finding.md, eq. 9-10).

    Args:
        models: Candidates, of `dose_model`.
        doses: The K doses, all different; 0 is placebo.
        weights: Weight of each dose, e.g. group sizes; the covariance is then diagonal, 1 / weight. Equal
            where neither weights nor covariance are given.
        covariance: Covariance of the estimates by dose, in place of weights.
        direction: ``"increasing"`` where a benefit is a greater response, else ``"decreasing"``.

    Raises:
        StatisticsError: Doses (STAT-002, STAT-003, STAT-071), models (STAT-070), option or both weights and
            covariance (STAT-006), covariance (STAT-064) or weights (STAT-071) at fault.
    """
    check_choice("direction", direction, DIRECTIONS)
    if weights is not None and covariance is not None:
        raise refuse("STAT-006", "weights and a covariance", "weights", "give one of the two")
    array = checked_doses(doses)
    names, shapes = checked_models(models, array)
    if covariance is None:
        spread = np.diag(1 / checked_weights(weights, array.size))
    else:
        spread = checked_covariance(covariance, array.size)
    sign = 1.0 if direction == "increasing" else -1.0
    contrasts = sign * _optimal(shapes, spread)
    return DoseContrasts(
        names=names,
        doses=array,
        contrasts=contrasts,
        covariance=spread,
        correlation=correlation_of(contrasts, spread),
        direction=direction,
    )


def _optimal(shapes: Floats, spread: Floats) -> Floats:
    """Return rows c ∝ S⁻¹(f0 - its S-weighted mean), of length 1 (eq. 9)."""
    ones = np.ones(len(spread))
    inverse_ones = np.linalg.solve(spread, ones)
    means = shapes @ inverse_ones / (ones @ inverse_ones)
    rows = np.linalg.solve(spread, (shapes - means[:, None]).T).T
    rows -= rows.mean(axis=1, keepdims=True)  # rounding only
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))


def errors_of(contrasts: Floats, spread: Floats) -> Floats:
    """Return the standard errors of the contrasts of the estimates, (k,)."""
    return np.asarray(np.sqrt(np.einsum("ij,jk,ik->i", contrasts, spread, contrasts)))


def correlation_of(contrasts: Floats, spread: Floats) -> Floats:
    """Return the correlations of the contrast statistics (eq. 11)."""
    product = contrasts @ spread @ contrasts.T
    scale = np.sqrt(np.diag(product))
    correlation = np.clip(product / np.outer(scale, scale), -1.0, 1.0)
    np.fill_diagonal(correlation, 1.0)
    return np.asarray((correlation + correlation.T) / 2)
