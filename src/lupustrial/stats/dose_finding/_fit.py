"""Fits of one dose-response model, by least squares to participants or to estimates (eq. 17-22)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from lupustrial.stats._arguments import Floats, Values, check_choice, refuse
from lupustrial.stats.dose_finding._checks import Matrix
from lupustrial.stats.dose_finding._estimates import (
    DoseEstimates,
    checked_participants,
    dose_estimates,
    dose_means,
)
from lupustrial.stats.dose_finding._models import FAMILIES, MODELS, check_constants, constant_of
from lupustrial.stats.dose_finding._optimum import best_shape, profile

Bounds = Sequence[float] | Sequence[Sequence[float]]
_SINGULAR = 1e-10


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class DoseResponseFit:
    """A fitted dose-response model.

    Attributes:
        method: ``"least_squares"`` or ``"generalised_least_squares"``.
        model: The family.
        names: The p parameters, the linear ones first.
        coefficients: Shape (p,).
        covariance: Of the parameters, (p, p); ``None`` where the doses do not determine it.
        covariate_coefficients: Of the q covariates, (q,).
        doses: The K doses.
        estimates: Means (at covariates of 0) or estimates at the doses, (K,).
        fitted: Of the model at the doses, (K,).
        rss: Residual sum of squares, of the participants or, weighted by the covariance, of the estimates.
        aic: AIC of a normal model; of estimates ``rss`` + 2 p (the generalised AIC).
        df: Residual degrees of freedom; ``None`` where the estimates are taken as normal.
        residual_sd: Root of rss / df; ``None`` of estimates.
        constant: Offset of linlog, scale of betaMod, else 0.
        bounds: Bounds of the nonlinear parameters, (q, 2).
        at_bound: Names of parameters that lie on a bound.
        n: Participants used, where they are known.
        note: What a reader must know about this fit; usually empty.
    """

    method: str
    model: str
    names: tuple[str, ...]
    coefficients: Floats
    covariance: Floats | None
    covariate_coefficients: Floats
    doses: Floats
    estimates: Floats
    fitted: Floats
    rss: float
    aic: float
    df: float | None
    residual_sd: float | None
    constant: float
    bounds: Floats
    at_bound: tuple[str, ...]
    n: int | None
    note: str


def fit_dose_response(
    model: str,
    *,
    dose: Values,
    response: Values,
    covariates: Matrix | None = None,
    bounds: Bounds | None = None,
    offset: float | None = None,
    scale: float | None = None,
) -> DoseResponseFit:
    """Fit a dose-response model to normal responses by least squares (dose-finding.md, eq. 17-21).

    Args:
        model: A family of `dose_model`.
        dose: Dose of each participant, (n,).
        response: (n,), none missing.
        covariates: Coded columns without intercept that shift the response at all doses, (n, q) or (n,).
        bounds: Smallest and largest value of the nonlinear parameter, or one pair for each; else as table 1
            of dose-finding.md.
        offset: Of linlog; else a hundredth of the largest dose.
        scale: Of betaMod; else 1.2 times the largest dose.

    Raises:
        StatisticsError: As `dose_means`; unknown model (STAT-006), bounds, offset or scale at fault or fewer
            doses than parameters (STAT-070).
    """
    given = dose_means(dose=dose, response=response, covariates=covariates)
    doses, values, table = checked_participants(dose, response, covariates)
    fit = _fit(model, given, bounds=bounds, offset=offset, scale=scale)
    if table.shape[1] == 0:
        return fit
    left = values - fit.fitted[np.searchsorted(given.doses, doses)]
    found = np.linalg.lstsq(table, left, rcond=None)[0]
    return replace(fit, covariate_coefficients=np.asarray(found))


def fit_dose_response_general(
    model: str,
    *,
    doses: Values,
    estimates: Values,
    covariance: Matrix,
    bounds: Bounds | None = None,
    offset: float | None = None,
    scale: float | None = None,
) -> DoseResponseFit:
    """Fit a dose-response model to estimates by generalised least squares (dose-finding.md, eq. 17-22).

    Args:
        model: A family of `dose_model`.
        doses: The K doses.
        estimates: Estimate at each dose, (K,), e.g. of `dose_logits`.
        covariance: Of the estimates, (K, K).
        bounds: As for `fit_dose_response`.
        offset: Of linlog.
        scale: Of betaMod.

    Raises:
        StatisticsError: Estimates at fault (STAT-002, STAT-003, STAT-064, STAT-071), unknown model
            (STAT-006), bounds, offset or scale at fault or fewer doses than parameters (STAT-070).
    """
    given = dose_estimates(doses=doses, estimates=estimates, covariance=covariance)
    return _fit(model, given, bounds=bounds, offset=offset, scale=scale)


def _checked_bounds(model: str, bounds: Bounds | None, top: float) -> Floats:
    """Return (q, 2) bounds above 0, by default in proportion to the largest dose (STAT-070)."""
    family = FAMILIES[model]
    names = () if model == "quadratic" else family.nonlinear
    if not names:
        return np.empty((0, 2))
    if bounds is None:
        factor = np.where(family.scaled, top, 1.0)
        return np.array(family.bounds) * factor[:, None]
    try:
        array = np.atleast_2d(np.asarray(bounds, dtype=np.float64))
    except (TypeError, ValueError):
        array = np.empty((0, 0))
    good = array.shape == (len(names), 2) and np.isfinite(array).all()
    if not good or not (array[:, 0] > 0).all() or not (array[:, 0] < array[:, 1]).all():
        hint = f"give a pair 0 < low < high for each of {', '.join(names)}"
        raise refuse("STAT-070", f"{bounds!r} does not bound them", "bounds", hint)
    return array


def _fit(
    model: str, given: DoseEstimates, *, bounds: Bounds | None, offset: float | None, scale: float | None
) -> DoseResponseFit:
    check_choice("model", model, MODELS)
    check_constants(offset=offset, scale=scale)
    top = float(given.doses.max())
    constant = constant_of(model, top, offset=offset, scale=scale)
    box = _checked_bounds(model, bounds, top)
    names = parameter_names(model)
    if given.doses.size < len(names):
        message = f"{len(names)} parameters of {model} from {given.doses.size} doses"
        raise refuse("STAT-070", message, "model", "choose a model with fewer parameters")
    spread = given.covariance if given.unscaled is None else given.unscaled
    root = np.linalg.inv(np.linalg.cholesky(spread))
    shape = np.empty(0)
    if box.size:
        residuals = profile(model, given.doses, given.estimates, root, constant)
        shape = best_shape(residuals, box[:, 0], box[:, 1])
    columns = root @ linear_columns(model, given.doses, shape, constant)
    linear = np.linalg.lstsq(columns, root @ given.estimates, rcond=None)[0]
    return _result(model, given, np.concatenate((linear, shape)), root, constant, box)


def _result(
    model: str, given: DoseEstimates, found: Floats, root: Floats, constant: float, box: Floats
) -> DoseResponseFit:
    names = parameter_names(model)
    fitted = mean_response(model, found, given.doses, constant)
    left = root @ (given.estimates - fitted)
    rss = float(left @ left) + given.residual
    gradient = root @ response_gradient(model, found, given.doses, constant)
    flat = len(box) > 0 and float(np.ptp(fitted)) <= _SINGULAR * float(np.abs(given.estimates).max())
    covariance = None if flat else _inverse(gradient.T @ gradient)
    shape = found[len(found) - len(box) :]
    at_bound = tuple(
        name
        for name, value, pair in zip(names[len(names) - len(box) :], shape, box, strict=True)
        if value in pair
    )
    df, aic, sd = None, rss + 2 * found.size, None
    if given.df is not None and given.n is not None:
        n, covariates = given.n, given.n - given.doses.size - given.df
        df = n - found.size - covariates
        sd = math.sqrt(rss / df)
        aic = n * (math.log(2 * math.pi * rss / n) + 1) + 2 * (found.size + covariates + 1)
        covariance = None if covariance is None else covariance * (rss / df)
    return DoseResponseFit(
        method="generalised_least_squares" if df is None else "least_squares",
        model=model,
        names=names,
        coefficients=found,
        covariance=covariance,
        covariate_coefficients=np.empty(0),
        doses=given.doses,
        estimates=given.estimates,
        fitted=fitted,
        rss=rss,
        aic=aic,
        df=df,
        residual_sd=sd,
        constant=constant,
        bounds=box,
        at_bound=at_bound,
        n=given.n,
        note=_note(at_bound, covariance),
    )


def _note(at_bound: tuple[str, ...], covariance: Floats | None) -> str:
    notes = []
    if at_bound:
        notes.append(f"{', '.join(at_bound)} on a bound: standard errors are not to be relied on")
    if covariance is None:
        notes.append("the doses do not determine all parameters: no standard errors")
    return "; ".join(notes)


def _inverse(information: Floats) -> Floats | None:
    """Return the inverse, or ``None`` where the matrix is singular up to rounding."""
    scale = np.sqrt(np.diag(information))
    if not np.isfinite(scale).all() or scale.min() == 0:
        return None
    unit = information / np.outer(scale, scale)
    if float(np.linalg.eigvalsh(unit)[0]) <= _SINGULAR:
        return None
    return np.asarray(np.linalg.inv(unit) / np.outer(scale, scale))


def parameter_names(model: str) -> tuple[str, ...]:
    """Return the parameters of a fit, the linear ones first."""
    family = FAMILIES[model]
    return family.linear if model == "quadratic" else family.linear + family.nonlinear


def linear_columns(model: str, doses: Floats, shape: Floats, constant: float) -> Floats:
    """Return the derivatives of the response by the linear parameters, (K, 2 or 3)."""
    if model == "quadratic":
        return np.column_stack((np.ones_like(doses), doses, doses**2))
    return np.column_stack((np.ones_like(doses), FAMILIES[model].shape(doses, shape, constant)))


def mean_response(model: str, parameters: Floats, doses: Floats, constant: float) -> Floats:
    """Return the response of the model at doses, (K,) (eq. 17)."""
    count = len(FAMILIES[model].linear)
    columns = linear_columns(model, doses, parameters[count:], constant)
    return np.asarray(columns @ parameters[:count])


def response_gradient(model: str, parameters: Floats, doses: Floats, constant: float) -> Floats:
    """Return the derivatives of the response by all parameters, (K, p) (eq. 20)."""
    count = len(FAMILIES[model].linear)
    shape = parameters[count:]
    columns = linear_columns(model, doses, shape, constant)
    by_shape = parameters[1] * FAMILIES[model].gradient(doses, shape, constant)
    return np.column_stack((columns, by_shape))


def response_slope(model: str, parameters: Floats, doses: Floats, constant: float) -> Floats:
    """Return the derivative of the response by the dose, (K,)."""
    if model == "quadratic":
        return np.asarray(parameters[1] + 2 * parameters[2] * doses)
    count = len(FAMILIES[model].linear)
    return np.asarray(parameters[1] * FAMILIES[model].slope(doses, parameters[count:], constant))
