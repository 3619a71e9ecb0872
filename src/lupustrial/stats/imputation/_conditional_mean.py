"""Conditional mean imputation with the jackknife (imputation.md, eq. 19, 35-36)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lupustrial.stats._arguments import Floats, check_probabilities, refuse
from lupustrial.stats._t_limits import t_limits, t_p_value
from lupustrial.stats.imputation._analysis import Analysis
from lupustrial.stats.imputation._arrays import matrix
from lupustrial.stats.imputation._fill import completed, fill_missing
from lupustrial.stats.imputation._longitudinal import LongitudinalData
from lupustrial.stats.imputation._model import prepare_model
from lupustrial.stats.imputation._results import JackknifeEstimate

_LEAST = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class ConditionalMeans:
    """Imputed means, from all participants and with each left out; made by `impute_conditional_mean`.

    Attributes:
        data: What was imputed.
        cells: Shape (missing cells,), by participant then visit.
        replicates: Shape (participants, missing cells); row i from a model fitted without participant i.
        covariance_by_arm: Whether each arm had its own covariance.
    """

    data: LongitudinalData
    cells: Floats
    replicates: Floats
    covariance_by_arm: bool

    @property
    def completed(self) -> Floats:
        """The outcome with the means in place, shape (participants, visits)."""
        return completed(self.data, self.cells)


def impute_conditional_mean(data: LongitudinalData, *, covariance_by_arm: bool = False) -> ConditionalMeans:
    """Impute the mean given what was observed, deterministically (imputation.md, eq. 12-19).

    Args:
        data: Made by `longitudinal_data`.
        covariance_by_arm: Whether each arm has its own covariance.

    Returns:
        Imputed means of all and of each leave-one-out refit (REML, unstructured covariance).

    Raises:
        StatisticsError: Fewer than 3 participants (STAT-003), a visit or arm without observed values
            (STAT-010), dependent covariates (STAT-011), a fit that does not converge (STAT-013).

    Source: Wolbers et al., Pharm Stat 2022;21:1246.
    """
    n = len(data.outcome)
    if n < _LEAST:
        raise refuse("STAT-003", f"{n} participants", "outcome", "the jackknife needs at least 3")
    model = prepare_model(data, covariance_by_arm=covariance_by_arm)
    fit = model.prepared.fit()
    everybody = model.parameters(fit)
    betas, covariances = [everybody[0]] * n, [everybody[1]] * n
    for place, row in enumerate(model.rows):
        betas[row], covariances[row] = model.parameters(model.prepared.fit(without=place, start=fit.theta))
    filled = fill_missing(data, np.stack([everybody[0], *betas]), np.stack([everybody[1], *covariances]))
    return ConditionalMeans(
        data=data, cells=filled[0], replicates=filled[1:], covariance_by_arm=covariance_by_arm
    )


def analyse_conditional_mean(
    means: ConditionalMeans,
    analysis: Analysis,
    *,
    delta: Floats | None = None,
    confidence_level: float = 0.95,
) -> dict[str, JackknifeEstimate]:
    """Analyse conditional means; standard errors by the jackknife (imputation.md, eq. 35, 36).

    Args:
        means: Made by `impute_conditional_mean`.
        analysis: E.g. made by `ancova_by_visit`, of the same participants in the same order.
        delta: Added to imputed values, shape (participants, visits), made by `delta_adjustment`.
        confidence_level: Nominal coverage of the normal intervals.

    Returns:
        An estimate for each name of the analysis.

    Raises:
        StatisticsError: A delta of another shape (STAT-002), an estimate that does not vary (STAT-004),
            level out of range (STAT-007), what the analysis refuses.
    """
    check_probabilities(confidence_level=confidence_level)
    n = len(means.data.outcome)
    shift = checked_delta(delta, means.data)
    rows = np.arange(n)
    estimates, _ = analysis.function(completed(means.data, means.cells + shift), rows)
    replicates = np.empty((n, len(estimates)))
    for i in range(n):
        kept = np.delete(rows, i)
        values = completed(means.data, means.replicates[i] + shift)
        replicates[i], _ = analysis.function(values[kept], kept)
    errors = np.sqrt((n - 1) / n * ((replicates - replicates.mean(axis=0)) ** 2).sum(axis=0))
    return {
        name: _estimate(name, float(value), float(error), confidence_level, n)
        for name, value, error in zip(analysis.names, estimates, errors, strict=True)
    }


def checked_delta(delta: Floats | None, data: LongitudinalData) -> Floats:
    """Return the delta of each missing cell."""
    if delta is None:
        return np.zeros(int(data.missing.sum()))
    shift = matrix("delta", delta, rows=len(data.outcome))
    if shift.shape != data.outcome.shape:
        hint = "make it with delta_adjustment"
        raise refuse("STAT-002", f"a delta of shape {shift.shape}", "delta", hint)
    return shift[data.missing]


def _estimate(name: str, value: float, error: float, level: float, n: int) -> JackknifeEstimate:
    if not error > 1e-12 * abs(value):
        hint = "report the values; nothing varies between participants"
        raise refuse("STAT-004", "the jackknife standard error is zero", name, hint)
    lower, upper = t_limits(value, error, None, level)
    return JackknifeEstimate(
        method="conditional mean, jackknife",
        estimate=value,
        standard_error=error,
        statistic=value / error,
        p_value=t_p_value(value / error),
        lower=lower,
        upper=upper,
        confidence_level=level,
        n=n,
    )
