"""Rates of imputed 0/1 responses, pooled (imputation.md, eq. 37-40)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lupustrial.stats._arguments import Floats, check_choice, refuse
from lupustrial.stats._one_proportion import clopper_pearson
from lupustrial.stats.imputation._arrays import check_arm, labels
from lupustrial.stats.imputation._results import PooledEstimate
from lupustrial.stats.imputation._rubin import pool_rubin

SCALES = ("identity", "logit", "cloglog")
MEASURES = ("risk difference", "log risk ratio", "log odds ratio")


@dataclass(frozen=True, kw_only=True, slots=True)
class PooledRate:
    """Response rate of one arm.

    Attributes:
        arm: Its label.
        n: Participants.
        estimate: Pooled rate.
        lower: Lower confidence limit.
        upper: Upper confidence limit.
        scale: Scale on which it was pooled.
        standard_error: On that scale.
        df: Barnard-Rubin degrees of freedom on that scale (complete data: normal).
        fmi: Fraction of missing information.
        note: That the limits are exact where every imputed data set has the rate 0 or 1; else empty.
    """

    arm: Any
    n: int
    estimate: float
    lower: float
    upper: float
    scale: str
    standard_error: float
    df: float
    fmi: float
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class PooledResponses:
    """Rates by arm and their comparison with the reference arm.

    Attributes:
        rates: One an arm, sorted by label.
        comparisons: Arm (all but the reference) to its pooled comparison, arm against reference.
        reference: The reference arm.
        measure: What is compared.
    """

    rates: tuple[PooledRate, ...]
    comparisons: dict[Any, PooledEstimate]
    reference: Any
    measure: str


def pool_responses(
    responses: Sequence[Sequence[float]] | NDArray[np.generic],
    arm: Sequence[Any] | NDArray[Any],
    *,
    reference: Any,
    measure: str = "risk difference",
    scale: str = "identity",
    confidence_level: float = 0.95,
) -> PooledResponses:
    """Pool rates and their comparison over imputed data sets (imputation.md, eq. 37-40).

    Args:
        responses: Shape (imputations, participants), 0 or 1, at least 2 imputed data sets.
        arm: One label a participant.
        reference: The arm that the others are compared with.
        measure: ``"risk difference"``, ``"log risk ratio"`` or ``"log odds ratio"``.
        scale: Scale on which the rate of each arm is pooled, ``"identity"``, ``"logit"`` or ``"cloglog"``
            (log of minus log of the rate of non-response); estimate and limits are given as rates.
        confidence_level: Nominal coverage.

    Returns:
        Rates and comparisons.

    Raises:
        StatisticsError: Values other than 0 and 1 (STAT-002), one imputed data set (STAT-003), a comparison
            without variance (STAT-004), a rate of 0 or 1 in some imputed data sets that the scale or ratio
            cannot take (STAT-005), unknown option (STAT-006), unknown arm (STAT-010).
    """
    check_choice("measure", measure, MEASURES)
    check_choice("scale", scale, SCALES)
    table = np.asarray(responses, dtype=np.float64)
    if table.ndim != 2 or not np.isin(table, (0, 1)).all():  # noqa: PLR2004 - a table
        hint = "give 0 and 1 of shape (imputations, participants)"
        raise refuse("STAT-002", "not a table of 0 and 1", "responses", hint)
    arms, index = labels("arm", arm, n=table.shape[1])
    check_arm("reference", reference, arms)
    sizes = np.bincount(index)
    p = np.stack([table[:, index == a].mean(axis=1) for a in range(len(arms))], axis=1)
    base = arms.index(reference)
    return PooledResponses(
        rates=tuple(
            _rate(name, p[:, a], int(sizes[a]), scale=scale, confidence_level=confidence_level)
            for a, name in enumerate(arms)
        ),
        comparisons={
            name: pool_rubin(
                *_compare(p[:, a], p[:, base], int(sizes[a]), int(sizes[base]), measure=measure),
                confidence_level=confidence_level,
            )
            for a, name in enumerate(arms)
            if a != base
        },
        reference=reference,
        measure=measure,
    )


def _rate(arm: Any, p: Floats, n: int, *, scale: str, confidence_level: float) -> PooledRate:
    """Pool one rate on a scale and bring it back (eq. 38, 39)."""
    if p.min() == p.max() and p[0] in {0.0, 1.0}:
        return _constant_rate(arm, float(p[0]), n, scale=scale, confidence_level=confidence_level)
    if scale != "identity":
        _inner(p, f"rate of {arm}", "pool the rate on the identity scale")
    to, slope, back = _TRANSFORMS[scale]
    pooled = pool_rubin(to(p), np.sqrt(p * (1 - p) / n) * slope(p), confidence_level=confidence_level)
    return PooledRate(
        arm=arm,
        n=n,
        estimate=back(pooled.estimate),
        lower=back(pooled.lower),
        upper=back(pooled.upper),
        scale=scale,
        standard_error=pooled.standard_error,
        df=pooled.df,
        fmi=pooled.fmi,
    )


def _constant_rate(arm: Any, p: float, n: int, *, scale: str, confidence_level: float) -> PooledRate:
    """Return a rate of 0 or 1 that no imputed data set doubts, with exact limits."""
    exact = clopper_pearson(x=round(p * n), n=n, confidence_level=confidence_level)
    return PooledRate(
        arm=arm,
        n=n,
        estimate=p,
        lower=exact.lower,
        upper=exact.upper,
        scale=scale,
        standard_error=0.0,
        df=math.inf,
        fmi=0.0,
        note="the same in every imputed data set; exact limits (Clopper-Pearson)",
    )


def _compare(p1: Floats, p2: Floats, n1: int, n2: int, *, measure: str) -> tuple[Floats, Floats]:
    """Return the comparison and its standard error in each imputed data set (eq. 37, 40)."""
    if measure == "risk difference":
        return p1 - p2, np.sqrt(p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2)
    _inner(np.concatenate([p1, p2]), measure, "take the risk difference")
    if measure == "log risk ratio":
        return np.log(p1 / p2), np.sqrt((1 - p1) / (n1 * p1) + (1 - p2) / (n2 * p2))
    return _logit(p1) - _logit(p2), np.sqrt(1 / (n1 * p1 * (1 - p1)) + 1 / (n2 * p2 * (1 - p2)))


def _inner(p: Floats, place: str, hint: str) -> None:
    if ((p <= 0) | (p >= 1)).any():
        raise refuse("STAT-005", "a rate of 0 or 1 in an imputed data set", place, hint)


def _logit(p: Floats) -> Floats:
    return np.log(p) - np.log1p(-p)


_Transform = tuple[Callable[[Floats], Floats], Callable[[Floats], Floats], Callable[[float], float]]
#: To the scale, its derivative, and back.
_TRANSFORMS: dict[str, _Transform] = {
    "identity": (lambda p: p, np.ones_like, lambda value: value),
    "logit": (_logit, lambda p: 1 / (p * (1 - p)), lambda value: 1 / (1 + math.exp(-value))),
    "cloglog": (
        lambda p: np.log(-np.log1p(-p)),
        lambda p: 1 / ((p - 1) * np.log1p(-p)),
        lambda value: -math.expm1(-math.exp(value)),
    ),
}
