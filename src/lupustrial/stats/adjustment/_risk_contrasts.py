"""Difference and ratios of two standardised risks; docs/methods/adjustment.md, eq. 13, 14."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from lupustrial.stats._arguments import Floats
from lupustrial.stats._model_estimates import linear_estimate

MEASURES = ("risk difference", "risk ratio", "odds ratio", "log risk ratio", "log odds ratio")


@dataclass(frozen=True, kw_only=True, slots=True)
class RiskContrast:
    """A contrast of the standardised risks of two arms.

    Attributes:
        arms: The arm and the reference.
        measure: What is estimated.
        estimate: On the scale of the measure.
        standard_error: By the delta method, on the scale of the measure.
        statistic: z of no difference; that of the logarithm for ratios.
        p_value: Two-sided, by the normal distribution.
        lower: Lower confidence limit; for ratios that of the logarithm, transformed back.
        upper: Upper confidence limit.
        confidence_level: Nominal coverage.
    """

    arms: tuple[str, str]
    measure: str
    estimate: float
    standard_error: float
    statistic: float
    p_value: float
    lower: float
    upper: float
    confidence_level: float


def risk_contrast(
    measure: str,
    *,
    label: tuple[str, str],
    risks: tuple[float, float],
    covariance: Floats,
    confidence_level: float,
) -> RiskContrast:
    """Compare two risks, of which ``covariance`` is the covariance, shape (2, 2) (eq. 13, 14)."""
    scale = {"risk ratio": "log risk ratio", "odds ratio": "log odds ratio"}.get(measure, measure)
    value, gradient = _value(scale, *risks)
    variance = float(gradient @ covariance @ gradient)
    error = math.sqrt(max(variance, 0.0))
    one = linear_estimate(label, value, error, math.inf, confidence_level)
    estimate, lower, upper = one.estimate, one.lower, one.upper
    if scale != measure:
        estimate, lower, upper = math.exp(estimate), math.exp(lower), math.exp(upper)
        error *= estimate
    return RiskContrast(
        arms=label,
        measure=measure,
        estimate=estimate,
        standard_error=error,
        statistic=one.statistic,
        p_value=one.p_value,
        lower=lower,
        upper=upper,
        confidence_level=confidence_level,
    )


def _value(scale: str, first: float, second: float) -> tuple[float, Floats]:
    """Return the contrast of two risks and its derivatives."""
    if scale == "risk difference":
        return first - second, np.array([1.0, -1.0])
    if scale == "log risk ratio":
        return math.log(first / second), np.array([1 / first, -1 / second])
    odds = math.log(first / (1 - first)) - math.log(second / (1 - second))
    return odds, np.array([1 / (first * (1 - first)), -1 / (second * (1 - second))])
