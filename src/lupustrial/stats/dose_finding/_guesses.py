"""Guesses of shape parameters from shares of the effect (dose-finding.md, eq. 3-8)."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from lupustrial.stats._arguments import check_choice, refuse

_PAIRS = {"emax": 1, "exponential": 1, "quadratic": 1, "betaMod": 1, "sigEmax": 2, "logistic": 2}
_SLOWEST = 1e-12


def guess_parameters(
    model: str,
    *,
    doses: Sequence[float] | float,
    shares: Sequence[float] | float,
    highest: float | None = None,
    peak: float | None = None,
    scale: float | None = None,
) -> tuple[float, ...]:
    """Return parameters of a shape with given shares of its effect at given doses (eq. 3-8).

    The share is of the effect at an infinite dose for emax, sigEmax and logistic (where it counts from minus
    infinity), of that at the peak for quadratic and betaMod, and of that at the highest dose for exponential.

    Args:
        model: ``"emax"``, ``"sigEmax"``, ``"exponential"``, ``"logistic"``, ``"quadratic"`` or ``"betaMod"``.
        doses: One dose above 0, two for sigEmax and logistic; before the peak for quadratic.
        shares: The share of the effect at each, strictly between 0 and 1, rising with the dose.
        highest: Highest dose, for exponential.
        peak: Dose of the greatest effect, for betaMod.
        scale: Scale of betaMod, above ``peak``.

    Raises:
        StatisticsError: A model without guesses (STAT-006); doses and shares that no shape has, or highest,
            peak or scale absent (STAT-070).
    """
    check_choice("model", model, tuple(_PAIRS))
    d = np.atleast_1d(np.asarray(doses, dtype=np.float64)).tolist()
    p = np.atleast_1d(np.asarray(shares, dtype=np.float64)).tolist()
    good = len(d) == len(p) == _PAIRS[model] and all(0 < dose < math.inf for dose in d)
    if (
        not good
        or not all(0 < share < 1 for share in p)
        or (len(d) > 1 and (d[0] - d[1]) * (p[0] - p[1]) <= 0)
    ):
        hint = f"give {_PAIRS[model]} of each, shares between 0 and 1 that rise with the dose"
        raise refuse("STAT-070", f"shares {p} at doses {d}", "doses, shares", hint)
    if model == "emax":
        return (d[0] * (1 - p[0]) / p[0],)
    if model == "quadratic":
        return (-(1 - math.sqrt(1 - p[0])) / (2 * d[0]),)
    if model == "exponential":
        return (_exponential(d[0], p[0], highest),)
    if model == "betaMod":
        return _beta(d[0], p[0], peak, scale)
    logits = [math.log(share / (1 - share)) for share in p]
    if model == "logistic":
        delta = (d[1] - d[0]) / (logits[1] - logits[0])
        return d[0] - delta * logits[0], delta
    h = (logits[1] - logits[0]) / math.log(d[1] / d[0])
    return d[0] * math.exp(-logits[0] / h), h


def _exponential(dose: float, share: float, highest: float | None) -> float:
    """Return delta with expm1(d / delta) / expm1(D / delta) = share: a share below d / D (eq. 5)."""
    if highest is None or not dose < highest < math.inf or share >= dose / highest * (1 - _SLOWEST):
        hint = "give highest above the dose, and a share below dose / highest, as the curve bends upwards"
        raise refuse("STAT-070", f"share {share} at dose {dose} of {highest}", "highest, shares", hint)
    low, high = -1.0, 1.0  # of log(D / delta)

    def share_at(log_rate: float) -> float:
        rate = math.exp(log_rate)
        near = dose / highest * rate
        return math.exp(near - rate) * -math.expm1(-near) / -math.expm1(-rate)

    while share_at(high) > share:
        high += 1
    while share_at(low) < share:
        low -= 1
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if share_at(middle) > share else (low, middle)
    return highest / math.exp((low + high) / 2)


def _beta(dose: float, share: float, peak: float | None, scale: float | None) -> tuple[float, float]:
    """Return delta1, delta2 of a curve with its peak at ``peak`` (eq. 8)."""
    if peak is None or scale is None or not 0 < peak < scale < math.inf or dose >= scale or dose == peak:
        hint = "give 0 < peak < scale, and a dose below scale that is not the peak"
        raise refuse("STAT-070", f"peak {peak}, scale {scale}, dose {dose}", "peak, scale", hint)
    ratio = peak / (scale - peak)
    height = ratio * math.log(dose / peak) + math.log((scale - dose) / (scale - peak))
    second = math.log(share) / height
    return ratio * second, second
