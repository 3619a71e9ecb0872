"""Checks of doses, candidate models and estimates by dose."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from lupustrial.stats._arguments import Floats, Values, checked_values, refuse
from lupustrial.stats.dose_finding._models import DoseModel, standardised

DIRECTIONS = ("increasing", "decreasing")
Matrix = Sequence[Sequence[float]] | np.ndarray[Any, np.dtype[np.generic]]
_ROUNDING = 1e-8
_FLAT = 1e-10  # spread of a shape over the doses, against its size


def checked_doses(doses: Values, *, least: int = 2) -> Floats:
    """Return distinct doses of 0 or more as an array (STAT-002, STAT-003, STAT-071)."""
    (array,) = checked_values(least=least, doses=doses)
    if array.min() < 0 or np.unique(array).size < array.size:
        hint = "give each dose once, 0 or more, in the order of the estimates"
        raise refuse("STAT-071", "a dose below 0 or given twice", "doses", hint)
    return array


def checked_models(models: Sequence[DoseModel], doses: Floats) -> tuple[tuple[str, ...], Floats]:
    """Return names of candidates told apart, and their standardised shapes (k, K) (STAT-070)."""
    if not models or not all(isinstance(model, DoseModel) for model in models):
        raise refuse("STAT-070", "no candidate models", "models", "give a list of dose_model(...)")
    top = float(doses.max())
    rows = []
    for model in models:
        with np.errstate(over="ignore"):
            row = standardised(model, doses, top)
        if not np.isfinite(row).all() or np.ptp(row) <= _FLAT * np.abs(row).max():
            message = f"{model.name} {model.parameters} is flat or not finite at these doses"
            hint = "guess parameters on the scale of the doses"
            raise refuse("STAT-070", message, "models", hint)
        rows.append(row)
    return told_apart([model.name for model in models]), np.array(rows)


def told_apart(names: Sequence[str]) -> tuple[str, ...]:
    """Return the names with a number behind those that occur more than once: emax1, emax2."""
    seen: dict[str, int] = {}
    result = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        result.append(f"{name}{seen[name]}" if names.count(name) > 1 else name)
    return tuple(result)


def checked_covariance(covariance: Matrix, size: int) -> Floats:
    """Return a symmetric positive definite matrix (size, size) (STAT-064)."""
    matrix = np.asarray(covariance, dtype=np.float64)
    fault = ""
    if matrix.shape != (size, size):
        fault = f"shape {matrix.shape} for {size} doses"
    elif not np.isfinite(matrix).all() or np.abs(matrix - matrix.T).max() > _ROUNDING * np.abs(matrix).max():
        fault = "the matrix has missing values or is not symmetric"
    elif float(np.linalg.eigvalsh(matrix)[0]) <= 0:
        fault = "the matrix is not positive definite"
    if fault:
        hint = "give the covariance of the estimates, one row and one column a dose"
        raise refuse("STAT-064", fault, "covariance", hint)
    return (matrix + matrix.T) / 2


def checked_weights(weights: Values | None, size: int) -> Floats:
    """Return positive weights, one a dose; equal where none are given (STAT-002, STAT-071)."""
    if weights is None:
        return np.ones(size)
    (array,) = checked_values(least=1, weights=weights)
    if array.size != size or array.min() <= 0:
        hint = "give one weight above 0 a dose, e.g. the group sizes"
        raise refuse("STAT-071", f"{array.size} weights for {size} doses, or one of 0", "weights", hint)
    return array
