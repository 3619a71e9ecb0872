"""Several fits together: weights by AIC and averaged effects (dose-finding.md, eq. 28-30)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lupustrial.stats._arguments import Floats, Values, refuse
from lupustrial.stats.dose_finding._effects import dose_effects
from lupustrial.stats.dose_finding._fit import DoseResponseFit


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class AveragedEffects:
    """Effects over placebo averaged over models.

    Attributes:
        models: The models.
        weights: Weight of each, by AIC, (k,), sum 1.
        doses: Shape (m,).
        effects: Weighted mean of the models' effects, (m,).
        standard_errors: With the spread between models (Buckland et al. 1997), (m,); ``None`` where a model
            has none.
        note: Which models have no standard errors or lie on a bound; usually empty.
    """

    models: tuple[str, ...]
    weights: Floats
    doses: Floats
    effects: Floats
    standard_errors: Floats | None
    note: str


def model_weights(fits: Sequence[DoseResponseFit]) -> Floats:
    """Return weights exp(-AIC / 2), scaled to sum 1, (k,) (dose-finding.md, eq. 28).

    Args:
        fits: Fits of different models to the same data.

    Raises:
        StatisticsError: No fits, or fits to different data (STAT-071).
    """
    same = len(fits) > 0 and all(
        fit.method == fits[0].method
        and fit.n == fits[0].n
        and np.array_equal(fit.doses, fits[0].doses)
        and np.array_equal(fit.estimates, fits[0].estimates)
        for fit in fits
    )
    if not same:
        raise refuse(
            "STAT-071", "no fits, or fits to different data", "fits", "fit all models to the same data"
        )
    aic = np.array([fit.aic for fit in fits])
    weights = np.exp(-(aic - aic.min()) / 2)
    return np.asarray(weights / weights.sum())


def average_effects(fits: Sequence[DoseResponseFit], doses: Values) -> AveragedEffects:
    """Return effects over placebo averaged by AIC (dose-finding.md, eq. 29-30).

    Args:
        fits: Fits of different models to the same data.
        doses: Doses of 0 or more, (m,).

    Raises:
        StatisticsError: As `model_weights` and `dose_effects`.
    """
    weights = model_weights(fits)
    each = [dose_effects(fit, doses) for fit in fits]
    effects = np.array([found.effects for found in each])
    mean = weights @ effects
    errors = None
    spreads = [found.standard_errors for found in each if found.standard_errors is not None]
    if len(spreads) == len(each):
        errors = weights @ np.sqrt(np.array(spreads) ** 2 + (effects - mean) ** 2)
    return AveragedEffects(
        models=tuple(fit.model for fit in fits),
        weights=weights,
        doses=each[0].doses,
        effects=mean,
        standard_errors=errors,
        note="; ".join(f"{fit.model}: {fit.note}" for fit in fits if fit.note),
    )
