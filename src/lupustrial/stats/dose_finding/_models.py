"""The shapes of dose response, their parameters and derivatives (dose-finding.md, eq. 1-8)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from lupustrial.stats._arguments import Floats, check_choice, refuse

OFFSET = 0.01  # of the largest dose: default of linlog
SCALE = 1.2  # of the largest dose: default of betaMod


@dataclass(frozen=True, slots=True)
class Family:
    """One family of shapes.

    Attributes:
        linear: Names of the parameters that enter linearly; the first is the intercept.
        nonlinear: Names of the others.
        shape: Standardised response f0 at doses (K,), given the nonlinear parameters (q,) and the constant.
        gradient: Derivatives of f0 by the nonlinear parameters of a fit, (K, q).
        slope: Derivative of f0 by the dose, (K,).
        bounds: Smallest and largest value of each nonlinear parameter where the largest dose is 1.
        scaled: Which nonlinear parameters are doses, so that their bounds grow with the largest dose.
    """

    linear: tuple[str, ...]
    nonlinear: tuple[str, ...]
    shape: Callable[[Floats, Floats, float], Floats]
    gradient: Callable[[Floats, Floats, float], Floats]
    slope: Callable[[Floats, Floats, float], Floats]
    bounds: tuple[tuple[float, float], ...] = ()
    scaled: tuple[bool, ...] = ()


def _nothing(dose: Floats, _shape: Floats, _constant: float) -> Floats:
    return np.empty((dose.size, 0))


def _rise(dose: Floats, ed50: float, h: float) -> tuple[Floats, Floats]:
    """Return the share of the maximal effect of an Emax shape and log(dose / ed50)."""
    with np.errstate(divide="ignore"):
        logs = np.log(dose / ed50)
    return np.asarray(special.expit(h * logs)), logs


def _sig_emax(dose: Floats, shape: Floats, _constant: float) -> Floats:
    return _rise(dose, shape[0], shape[1])[0]


def _sig_emax_gradient(dose: Floats, shape: Floats, _constant: float) -> Floats:
    share, logs = _rise(dose, shape[0], shape[1])
    spread = share * (1 - share)
    by_h = spread * np.where(dose > 0, logs, 0.0)
    return np.column_stack((-spread * shape[1] / shape[0], by_h))


def _sig_emax_slope(dose: Floats, shape: Floats, _constant: float) -> Floats:
    share, _ = _rise(dose, shape[0], shape[1])
    return np.asarray(share * (1 - share) * shape[1] / np.maximum(dose, np.finfo(float).tiny))


def _emax(dose: Floats, shape: Floats, _constant: float) -> Floats:
    return np.asarray(dose / (shape[0] + dose))


def _emax_gradient(dose: Floats, shape: Floats, _constant: float) -> Floats:
    return np.asarray((-dose / (shape[0] + dose) ** 2)[:, None])


def _emax_slope(dose: Floats, shape: Floats, _constant: float) -> Floats:
    return np.asarray(shape[0] / (shape[0] + dose) ** 2)


def _logistic(dose: Floats, shape: Floats, _constant: float) -> Floats:
    return np.asarray(special.expit((dose - shape[0]) / shape[1]))


def _logistic_gradient(dose: Floats, shape: Floats, constant: float) -> Floats:
    slope = _logistic_slope(dose, shape, constant)
    return np.column_stack((-slope, -slope * (dose - shape[0]) / shape[1]))


def _logistic_slope(dose: Floats, shape: Floats, constant: float) -> Floats:
    share = _logistic(dose, shape, constant)
    return np.asarray(share * (1 - share) / shape[1])


def _exponential(dose: Floats, shape: Floats, _constant: float) -> Floats:
    return np.asarray(np.expm1(dose / shape[0]))


def _exponential_gradient(dose: Floats, shape: Floats, _constant: float) -> Floats:
    return np.asarray((-np.exp(dose / shape[0]) * dose / shape[0] ** 2)[:, None])


def _exponential_slope(dose: Floats, shape: Floats, _constant: float) -> Floats:
    return np.asarray(np.exp(dose / shape[0]) / shape[0])


def _beta(dose: Floats, shape: Floats, scale: float) -> Floats:
    first, second = shape
    x = dose / scale
    top = special.xlogy(first + second, first + second) - special.xlogy(first, first)
    top = top - special.xlogy(second, second)
    return np.asarray(np.exp(top + special.xlogy(first, x) + special.xlog1py(second, -x)))


def _beta_gradient(dose: Floats, shape: Floats, scale: float) -> Floats:
    value = _beta(dose, shape, scale)
    x = np.clip(dose / scale, np.finfo(float).tiny, 1 - np.finfo(float).eps)
    both = np.log(shape.sum())
    by_first = value * (np.log(x) + both - np.log(shape[0]))
    by_second = value * (np.log1p(-x) + both - np.log(shape[1]))
    return np.column_stack((by_first, by_second))


def _beta_slope(dose: Floats, shape: Floats, scale: float) -> Floats:
    x = np.clip(dose / scale, np.finfo(float).tiny, 1 - np.finfo(float).eps)
    return np.asarray(_beta(x * scale, shape, scale) * (shape[0] / x - shape[1] / (1 - x)) / scale)


_WIDE = (0.001, 1.5)
FAMILIES: dict[str, Family] = {
    "linear": Family(("e0", "delta"), (), lambda d, _s, _c: d, _nothing, lambda d, _s, _c: np.ones_like(d)),
    "linlog": Family(
        ("e0", "delta"), (), lambda d, _s, off: np.log(d + off), _nothing, lambda d, _s, off: 1 / (d + off)
    ),
    "quadratic": Family(
        ("e0", "b1", "b2"),
        ("delta",),
        lambda d, s, _c: d + s[0] * d**2,
        _nothing,
        lambda d, s, _c: 1 + 2 * s[0] * d,
    ),
    "emax": Family(("e0", "eMax"), ("ed50",), _emax, _emax_gradient, _emax_slope, (_WIDE,), (True,)),
    "sigEmax": Family(
        ("e0", "eMax"),
        ("ed50", "h"),
        _sig_emax,
        _sig_emax_gradient,
        _sig_emax_slope,
        (_WIDE, (0.5, 10.0)),
        (True, False),
    ),
    "exponential": Family(
        ("e0", "e1"),
        ("delta",),
        _exponential,
        _exponential_gradient,
        _exponential_slope,
        ((0.1, 2.0),),
        (True,),
    ),
    "logistic": Family(
        ("e0", "eMax"),
        ("ed50", "delta"),
        _logistic,
        _logistic_gradient,
        _logistic_slope,
        (_WIDE, (0.01, 0.5)),
        (True, True),
    ),
    "betaMod": Family(
        ("e0", "eMax"),
        ("delta1", "delta2"),
        _beta,
        _beta_gradient,
        _beta_slope,
        ((0.05, 4.0), (0.05, 4.0)),
        (False, False),
    ),
}
MODELS = tuple(FAMILIES)


@dataclass(frozen=True, kw_only=True, slots=True)
class DoseModel:
    """A candidate shape.

    Attributes:
        model: One of the eight families.
        parameters: Guesses of the nonlinear parameters in the order of the family: emax (ed50), sigEmax
            (ed50, h), exponential (delta), logistic (ed50, delta), betaMod (delta1, delta2), quadratic
            (b2 / |b1|); none for linear and linlog.
        offset: Added to the dose in linlog; ``None`` is a hundredth of the largest dose.
        scale: Dose at which betaMod is back at 0; ``None`` is 1.2 times the largest dose.
        name: How results name it.
    """

    model: str
    parameters: tuple[float, ...] = ()
    offset: float | None = None
    scale: float | None = None
    name: str = ""


def dose_model(
    model: str,
    parameters: Sequence[float] | float = (),
    *,
    offset: float | None = None,
    scale: float | None = None,
    name: str | None = None,
) -> DoseModel:
    """Make a candidate shape (dose-finding.md, table 1).

    Args:
        model: ``"linear"``, ``"linlog"``, ``"emax"``, ``"sigEmax"``, ``"quadratic"``, ``"exponential"``,
            ``"logistic"`` or ``"betaMod"``.
        parameters: Guesses of its nonlinear parameters; `guess_parameters` makes them from a share of the
            effect. Above 0, but negative for a quadratic shape that bends down.
        offset: For linlog, above 0, in units of dose.
        scale: For betaMod, at least the largest dose.
        name: How results name it; else the family.

    Raises:
        StatisticsError: Unknown model (STAT-006), parameters at fault (STAT-070).
    """
    check_choice("model", model, MODELS)
    family = FAMILIES[model]
    values = tuple(float(value) for value in np.atleast_1d(np.asarray(parameters, dtype=np.float64)))
    wanted = ", ".join(family.nonlinear) or "none"
    if len(values) != len(family.nonlinear):
        message = f"{len(values)} parameters for {model}"
        raise refuse("STAT-070", message, "parameters", f"give: {wanted}")
    at_fault = not np.isfinite(values).all() or (model != "quadratic" and min(values, default=1.0) <= 0)
    if at_fault:
        hint = f"give finite numbers above 0 for {wanted}"
        raise refuse("STAT-070", f"{model} with parameters {values}", "parameters", hint)
    check_constants(offset=offset, scale=scale)
    return DoseModel(model=model, parameters=values, offset=offset, scale=scale, name=name or model)


def check_constants(**constants: float | None) -> None:
    """Raise on a constant that is given and no finite dose above 0 (STAT-070)."""
    for place, value in constants.items():
        if value is not None and not 0 < value < np.inf:
            raise refuse("STAT-070", f"{value!r} is no {place}", place, "give a finite dose above 0")


def constant_of(model: str, top: float, *, offset: float | None, scale: float | None) -> float:
    """Return the constant of linlog or betaMod, by default from the largest dose (STAT-070)."""
    if model == "linlog":
        return OFFSET * top if offset is None else offset
    if model != "betaMod":
        return 0.0
    if scale is not None and scale < top:
        message = f"scale {scale:g} lies below the largest dose {top:g}"
        raise refuse(
            "STAT-070", message, "scale", "betaMod ends at its scale: give at least the largest dose"
        )
    return SCALE * top if scale is None else scale


def standardised(model: DoseModel, doses: Floats, top: float) -> Floats:
    """Return f0 at doses (eq. 1)."""
    constant = constant_of(model.model, top, offset=model.offset, scale=model.scale)
    return FAMILIES[model.model].shape(doses, np.array(model.parameters), constant)


def peak_of(model: str, shape: Floats, constant: float) -> float:
    """Return the dose at which f0 turns; infinite where it never does."""
    if model == "quadratic" and shape[0] < 0:
        return float(-0.5 / shape[0])
    if model == "betaMod":
        return float(shape[0] / shape.sum() * constant)
    return float("inf")
