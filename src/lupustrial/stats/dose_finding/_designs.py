"""Optimal shares of participants by dose (dose-finding.md, eq. 31-34)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import optimize

from lupustrial.stats._arguments import Floats, Values, check_choice, checked_values, refuse
from lupustrial.stats.dose_finding._checks import DIRECTIONS, checked_doses, checked_models
from lupustrial.stats.dose_finding._effects import first_dose
from lupustrial.stats.dose_finding._fit import response_gradient
from lupustrial.stats.dose_finding._models import DoseModel, constant_of, peak_of
from lupustrial.stats.dose_finding._power import span

CRITERIA = ("target_dose", "determinant")
_STEPS = 100_000
_LOSS = 1e-4  # of the efficiency, at which the search ends
_LEAST = 1e-12  # a share, so that the information stays regular
_DROPPED = 1e-9  # a share below is nobody
_INSIDE = 1e-9  # relative residual with which a combination of doses gives a direction


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class DoseDesign:
    """Shares of participants by dose.

    Attributes:
        criterion: ``"target_dose"`` or ``"determinant"``.
        names: The candidates.
        doses: The K doses.
        weights: Optimal shares, (K,), sum 1; some may be 0.
        target_doses: Target dose of each candidate, (k,); ``None`` for the determinant.
        variances: Variance of the contrast that gives the target dose, for one participant with variance 1,
            (k,); ``None`` for the determinant.
        efficiency_bound: The design is at least so efficient; 1 where it is exact.
    """

    criterion: str
    names: tuple[str, ...]
    doses: Floats
    weights: Floats
    target_doses: Floats | None
    variances: Floats | None
    efficiency_bound: float


def optimal_design(
    models: Sequence[DoseModel],
    doses: Values,
    *,
    maximum: float,
    criterion: str = "target_dose",
    target: float | None = None,
    direction: str = "increasing",
    probabilities: Values | None = None,
) -> DoseDesign:
    """Return the shares of participants by dose that determine the target dose or the curve best.

    Local optimality (Dette, Bretz, Pepelyshev and Pinheiro 2008): the candidates' parameters are taken as
    true. Of several candidates the mean log variance (or determinant) is minimised.

    Args:
        models: Candidates.
        doses: The K doses that may be given.
        maximum: Greatest effect over placebo up to the largest dose; not 0.
        criterion: ``"target_dose"`` (variance of the target dose) or ``"determinant"`` (of all parameters).
        target: Effect over placebo at the target dose, above 0 and below the size of ``maximum``.
        direction: ``"increasing"`` where ``maximum`` is above 0, else ``"decreasing"``.
        probabilities: Weight of each candidate; equal where none are given.

    Raises:
        StatisticsError: Doses (STAT-002, STAT-003, STAT-071), models (STAT-070), option (STAT-006), maximum,
            target or probabilities (STAT-071) at fault; doses that do not determine what is asked (STAT-070);
            no convergence (STAT-013).
    """
    check_choice("criterion", criterion, CRITERIA)
    check_choice("direction", direction, DIRECTIONS)
    array = checked_doses(doses)
    names, _ = checked_models(models, array)
    sign = 1.0 if direction == "increasing" else -1.0
    if not 0 < sign * maximum < np.inf:
        hint = "give an effect above 0, below 0 where direction is decreasing"
        raise refuse("STAT-071", f"maximum {maximum!r}", "maximum", hint)
    shares = _probabilities(probabilities, len(models))
    gradients = [_gradient(model, array, float(array.max()), maximum) for model in models]
    if criterion == "determinant":
        return _determinant(names, array, gradients, shares)
    if target is None or not 0 < target < abs(maximum):
        hint = "give an effect above 0 that the candidates reach before their greatest"
        raise refuse("STAT-071", f"target {target!r} of a greatest effect {maximum!r}", "target", hint)
    places = np.array([_target_dose(model, float(array.max()), maximum, sign * target) for model in models])
    directions = [
        _effect_gradient(model, place, float(array.max()), maximum)
        for model, place in zip(models, places.tolist(), strict=True)
    ]
    exact = [_elfving(gradient, way) for gradient, way in zip(gradients, directions, strict=True)]
    if len(exact) == 1:
        weights, bound = exact[0], 1.0
    else:
        weights, bound = _compound(gradients, directions, shares)
    variances = [_variance(weights, f, way) for f, way in zip(gradients, directions, strict=True)]
    return DoseDesign(
        criterion=criterion,
        names=names,
        doses=array,
        weights=weights,
        target_doses=places,
        variances=np.array(variances),
        efficiency_bound=bound,
    )


def _probabilities(probabilities: Values | None, count: int) -> Floats:
    if probabilities is None:
        return np.full(count, 1 / count)
    (array,) = checked_values(least=1, probabilities=probabilities)
    if array.size != count or array.min() < 0 or array.sum() <= 0:
        hint = "give one weight of 0 or more for each candidate"
        raise refuse("STAT-071", f"{array.size} weights for {count} candidates", "probabilities", hint)
    return np.asarray(array / array.sum())


def _parameters(model: DoseModel, top: float, maximum: float) -> tuple[Floats, float]:
    """Return the parameters of a fit with response 0 at dose 0 (eq. 2), and the constant."""
    zero, height = span(model, top)
    slope = maximum / height
    constant = constant_of(model.model, top, offset=model.offset, scale=model.scale)
    shape = np.array(model.parameters)
    if model.model == "quadratic":
        shape = slope * shape
    return np.concatenate(([-slope * zero, slope], shape)), constant


def _gradient(model: DoseModel, doses: Floats, top: float, maximum: float) -> Floats:
    parameters, constant = _parameters(model, top, maximum)
    return response_gradient(model.model, parameters, doses, constant)


def _target_dose(model: DoseModel, top: float, maximum: float, change: float) -> float:
    parameters, constant = _parameters(model, top, maximum)
    place = first_dose(model.model, parameters, constant, change, top)
    peak = min(top, peak_of(model.model, np.array(model.parameters), constant))
    return peak if place is None else place  # rounding only: the target lies below the greatest effect


def _effect_gradient(model: DoseModel, dose: float, top: float, maximum: float) -> Floats:
    at_zero, at_dose = _gradient(model, np.array([0.0, dose]), top, maximum)
    return np.asarray(at_dose - at_zero)


def _elfving(gradient: Floats, way: Floats) -> Floats:
    """Return the exact c-optimal shares: least Σ|z| with Σ z_i f_i = c is a linear programme (eq. 33)."""
    scale = np.abs(gradient).max(axis=0)
    scale = np.where(scale > 0, scale, 1.0)
    rows, wanted = (gradient / scale).T, way / scale
    size = np.abs(wanted).max()
    found = optimize.linprog(
        np.ones(2 * rows.shape[1]), A_eq=np.hstack((rows, -rows)), b_eq=wanted / size, method="highs-ds"
    )
    if found.status != 0:
        hint = "add doses around the target dose: as many as the model has parameters suffice"
        raise refuse("STAT-070", "these doses do not determine the target dose", "doses", hint)
    use = np.abs(found.x[: rows.shape[1]] - found.x[rows.shape[1] :])
    return np.asarray(use / use.sum())


def _variance(weights: Floats, gradient: Floats, way: Floats) -> float:
    """Return c'M⁻c of a design that determines c (eq. 32)."""
    used = weights > 0
    root = np.sqrt(weights[used])[:, None] * gradient[used]
    solution = np.linalg.lstsq(root.T, way, rcond=1e-12)[0]
    return float(solution @ solution)


def _compound(gradients: Sequence[Floats], ways: Sequence[Floats], shares: Floats) -> tuple[Floats, float]:
    """Minimise the mean log variance by the multiplicative algorithm with exponent 1/2 (eq. 34)."""

    def sensitivity(weights: Floats) -> Floats:
        total = np.zeros(weights.size)
        for share, gradient, way in zip(shares, gradients, ways, strict=True):
            solution = np.linalg.lstsq((np.sqrt(weights)[:, None] * gradient).T, way, rcond=None)[0]
            total += share * (solution**2 / (solution @ solution)) / weights
        return total

    return _multiplied(sensitivity, gradients[0].shape[0], 0.5)


def _determinant(
    names: tuple[str, ...], doses: Floats, gradients: Sequence[Floats], shares: Floats
) -> DoseDesign:
    scaled = [gradient / np.linalg.norm(gradient, axis=0) for gradient in gradients]
    for name, gradient in zip(names, scaled, strict=True):
        if np.linalg.matrix_rank(gradient, tol=_INSIDE) < gradient.shape[1]:
            hint = "add doses: at least as many as parameters, spread over the curve"
            raise refuse("STAT-070", f"these doses do not determine {name}", "doses", hint)

    def sensitivity(weights: Floats) -> Floats:
        total = np.zeros(weights.size)
        for share, gradient in zip(shares, scaled, strict=True):
            q, _ = np.linalg.qr(np.sqrt(weights)[:, None] * gradient)
            total += share * (q**2).sum(axis=1) / weights / gradient.shape[1]
        return total

    weights, bound = _multiplied(sensitivity, doses.size, 1.0)
    return DoseDesign(
        criterion="determinant",
        names=names,
        doses=doses,
        weights=weights,
        target_doses=None,
        variances=None,
        efficiency_bound=bound,
    )


def _multiplied(sensitivity: Callable[[Floats], Floats], size: int, exponent: float) -> tuple[Floats, float]:
    """Return weights with a greatest sensitivity of 1 and the bound of their efficiency."""
    weights = np.full(size, 1 / size)
    for _ in range(_STEPS):
        found = sensitivity(weights)
        highest = float(found.max())
        if highest <= 1 + _LOSS:
            weights = np.where(weights > _DROPPED, weights, 0.0)
            return weights / weights.sum(), 1 / highest
        weights = np.maximum(weights * found**exponent, _LEAST)
        weights /= weights.sum()
    message = f"no convergence in {_STEPS} steps"
    raise refuse("STAT-013", message, "models", "leave out candidates that are nearly alike")
