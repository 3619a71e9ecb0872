"""Effects over placebo and target doses of a fit, with standard errors (dose-finding.md, eq. 23, 25-27)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import optimize

from lupustrial.stats._arguments import (
    Floats,
    Values,
    check_choice,
    check_probabilities,
    checked_values,
    refuse,
)
from lupustrial.stats._t_limits import quantile
from lupustrial.stats.dose_finding._checks import DIRECTIONS
from lupustrial.stats.dose_finding._fit import (
    DoseResponseFit,
    mean_response,
    response_gradient,
    response_slope,
)
from lupustrial.stats.dose_finding._models import peak_of

_PRECISION = 1e-13
_FLAT = 1e-6  # of target over highest dose: a slope below is none


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class DoseEffects:
    """Differences of the response from dose 0.

    Attributes:
        model: The family.
        doses: Shape (m,).
        effects: Response minus that at dose 0, (m,).
        standard_errors: By the delta method, (m,); ``None`` where the fit has no covariance.
        lower: Lower confidence limits, (m,); ``None`` likewise. Each by itself, not simultaneous.
        upper: Upper confidence limits.
        confidence_level: Nominal coverage.
        df: Degrees of freedom of t; ``None`` for normal limits.
        note: What a reader must know; usually that of the fit.
    """

    model: str
    doses: Floats
    effects: Floats
    standard_errors: Floats | None
    lower: Floats | None
    upper: Floats | None
    confidence_level: float
    df: float | None
    note: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TargetDose:
    """The smallest dose with a given effect over placebo.

    Attributes:
        model: The family.
        target: The effect asked for, above 0.
        direction: Whether the response must rise or fall by it.
        dose: The dose; ``None`` where the effect is not reached up to ``highest``.
        standard_error: By the delta method; ``None`` without dose or covariance, or where the curve is flat.
        highest: The largest dose that was looked at.
        note: Why there is no dose or standard error, or that of the fit; usually empty.
    """

    model: str
    target: float
    direction: str
    dose: float | None
    standard_error: float | None
    highest: float
    note: str


def dose_effects(fit: DoseResponseFit, doses: Values, *, confidence_level: float = 0.95) -> DoseEffects:
    """Return effects over placebo along the curve (dose-finding.md, eq. 23).

    Args:
        fit: A fit.
        doses: Doses of 0 or more, (m,); for betaMod up to its scale.
        confidence_level: Nominal coverage of each interval.

    Raises:
        StatisticsError: Doses (STAT-002, STAT-003, STAT-071) or level (STAT-007) at fault.
    """
    check_probabilities(confidence_level=confidence_level)
    (array,) = checked_values(least=1, doses=doses)
    if array.min() < 0 or (fit.model == "betaMod" and array.max() > fit.constant):
        hint = "give doses of 0 or more, for betaMod up to its scale"
        raise refuse("STAT-071", "a dose where the curve is not defined", "doses", hint)
    effects, gradient = _effect(fit, array)
    errors = lower = upper = None
    if fit.covariance is not None:
        errors = np.sqrt(np.maximum(np.einsum("ij,jk,ik->i", gradient, fit.covariance, gradient), 0.0))
        width = -quantile((1 - confidence_level) / 2, fit.df) * errors
        lower, upper = effects - width, effects + width
    return DoseEffects(
        model=fit.model,
        doses=array,
        effects=effects,
        standard_errors=errors,
        lower=lower,
        upper=upper,
        confidence_level=confidence_level,
        df=fit.df,
        note=fit.note,
    )


def _effect(fit: DoseResponseFit, doses: Floats) -> tuple[Floats, Floats]:
    """Return f(d) - f(0) and its derivatives by the parameters."""
    with_zero = np.concatenate(([0.0], doses))
    response = mean_response(fit.model, fit.coefficients, with_zero, fit.constant)
    gradient = response_gradient(fit.model, fit.coefficients, with_zero, fit.constant)
    return response[1:] - response[0], gradient[1:] - gradient[0]


def target_dose(
    fit: DoseResponseFit, target: float, *, direction: str = "increasing", highest: float | None = None
) -> TargetDose:
    """Return the smallest dose with an effect of at least ``target`` over placebo (eq. 25-27).

    Args:
        fit: A fit.
        target: Above 0, on the scale of the response.
        direction: ``"increasing"`` where the response must rise by it, ``"decreasing"`` where it must fall.
        highest: Largest dose to look at; else the largest dose of the data. Beyond the data it extrapolates.

    Raises:
        StatisticsError: Unknown option (STAT-006), target or highest dose at fault (STAT-071).
    """
    check_choice("direction", direction, DIRECTIONS)
    end = float(fit.doses.max()) if highest is None else float(highest)
    if not 0 < target < np.inf or not 0 < end < np.inf or (fit.model == "betaMod" and end > fit.constant):
        hint = "give a target and a dose above 0, for betaMod at most its scale"
        raise refuse("STAT-071", f"target {target!r} up to dose {end!r}", "target, highest", hint)
    sign = 1.0 if direction == "increasing" else -1.0
    dose = first_dose(fit.model, fit.coefficients, fit.constant, sign * target, end)
    error, notes = None, [fit.note] if fit.note else []
    if dose is None:
        notes.append(f"the effect is not reached up to dose {end:g}")
    else:
        error = _target_error(fit, dose, target / end)
    return TargetDose(
        model=fit.model,
        target=target,
        direction=direction,
        dose=dose,
        standard_error=error,
        highest=end,
        note="; ".join(notes),
    )


def _target_error(fit: DoseResponseFit, dose: float, mean_slope: float) -> float | None:
    """Return the standard error of the target dose (eq. 27); ``None`` at the top of the curve."""
    at = np.array([dose])
    slope = float(response_slope(fit.model, fit.coefficients, at, fit.constant)[0])
    gradient = _effect(fit, at)[1][0]
    if abs(slope) <= _FLAT * mean_slope or fit.covariance is None:
        return None
    return math.sqrt(max(float(gradient @ fit.covariance @ gradient), 0.0)) / abs(slope)


def first_dose(model: str, parameters: Floats, constant: float, change: float, end: float) -> float | None:
    """Return the smallest dose up to ``end`` at which the response has changed by ``change`` (eq. 26).

    All families are monotone up to their peak, so that there is one root before it.
    """
    if model == "quadratic":
        ratio = parameters[2] / parameters[1] if parameters[1] else 0.0
        peak = peak_of(model, np.array([ratio]), constant)
    else:
        peak = peak_of(model, parameters[2:], constant)
    ends = [min(peak, end)] + ([end] if model == "quadratic" else [])
    start = 0.0
    zero = float(mean_response(model, parameters, np.zeros(1), constant)[0])

    def short(dose: float) -> float:
        response = float(mean_response(model, parameters, np.array([dose]), constant)[0])
        return (response - zero) / change - 1

    for stop in ends:
        if short(stop) >= 0:
            return float(optimize.brentq(short, start, stop, xtol=_PRECISION * end, rtol=_PRECISION))
        start = stop
    return None
