"""Multiple imputation of one outcome by visit and its analysis (imputation.md, eq. 20-24)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lupustrial.errors import StatisticsError
from lupustrial.stats._arguments import Floats, check_choice, check_probabilities, refuse
from lupustrial.stats._t_limits import t_limits, t_p_value
from lupustrial.stats.imputation._analysis import Analysis
from lupustrial.stats.imputation._arrays import Integers, check_count, check_seed, visit_table
from lupustrial.stats.imputation._conditional_mean import checked_delta
from lupustrial.stats.imputation._fill import completed, fill_missing
from lupustrial.stats.imputation._gibbs import PRIORS, draw_parameters
from lupustrial.stats.imputation._longitudinal import LongitudinalData, longitudinal_data
from lupustrial.stats.imputation._model import VisitModel, prepare_model
from lupustrial.stats.imputation._results import PooledEstimate
from lupustrial.stats.imputation._rubin import pooled_columns
from lupustrial.stats.imputation._streams import streams

METHODS = ("posterior", "bootstrap")
_TRIES = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Imputations:
    """Draws of the missing values; made by `impute_multiple`.

    Attributes:
        data: What was imputed.
        cells: Shape (imputations, missing cells), by participant then visit.
        method: ``"posterior"`` or ``"bootstrap"``.
        seed: As given.
        refitted: Bootstrap samples that were drawn again because the model did not converge.
    """

    data: LongitudinalData
    cells: Floats
    method: str
    seed: int
    refitted: int = 0

    def completed(self, imputation: int) -> Floats:
        """Return one completed outcome, shape (participants, visits)."""
        return completed(self.data, self.cells[imputation])


def impute_multiple(
    data: LongitudinalData,
    *,
    imputations: int,
    seed: int,
    method: str = "posterior",
    covariance_by_arm: bool = False,
    prior: str = "jeffreys",
    burn_in: int = 200,
    first: int = 0,
) -> Imputations:
    """Draw the missing values from their distribution given what was observed (imputation.md, eq. 12-24).

    Args:
        data: Made by `longitudinal_data`.
        imputations: Number of imputed data sets.
        seed: Whole number of at least 0; imputation k depends on (seed, k) alone.
        method: ``"posterior"``: parameters by data augmentation, a chain an imputation; ``"bootstrap"``: REML
            of participants drawn with replacement within arms (approximate Bayesian).
        covariance_by_arm: Whether each arm has its own covariance.
        prior: Of the covariance, for the posterior: ``"jeffreys"``, or ``"weak"``, an inverse Wishart with
            visits + 2 degrees of freedom around the residual variances.
        burn_in: Iterations of each chain.
        first: Number of the first imputation, to make them in several pieces.

    Returns:
        Draws for each missing cell under the participants' strategies.

    Raises:
        StatisticsError: Too few observed together for the covariance (STAT-003), no variation (STAT-004),
            unknown option (STAT-006), a count or the seed (STAT-007), a visit or arm without observed values
            (STAT-010), dependent covariates (STAT-011), no convergence (STAT-013).

    Source: Schafer 1997, ch. 5; Carpenter, Roger and Kenward, J Biopharm Stat 2013;23:1352.
    """
    check_choice("method", method, METHODS)
    check_choice("prior", prior, PRIORS)
    check_count("imputations", imputations, least=1)
    check_count("burn_in", burn_in, least=1)
    numbers = range(check_count("first", first, least=0), first + imputations)
    use = "normal" if method == "posterior" else "bootstrap"
    generators = streams(check_seed(seed), use=use, imputations=numbers)
    refitted = 0
    if method == "posterior":
        betas, covariances = draw_parameters(
            data.modelled,
            data.design,
            data.arm,
            arms=len(data.arms),
            by_arm=covariance_by_arm,
            prior=prior,
            burn_in=burn_in,
            generators=generators,
        )
    else:
        betas, covariances, refitted = _resampled(data, generators, by_arm=covariance_by_arm)
    size = int(data.missing.sum())
    noise = np.stack([generator.standard_normal(size) for generator in generators])
    cells = fill_missing(data, betas, covariances, noise=noise)
    return Imputations(data=data, cells=cells, method=method, seed=int(seed), refitted=refitted)


def _resampled(
    data: LongitudinalData, generators: list[np.random.Generator], *, by_arm: bool
) -> tuple[Floats, Floats, int]:
    """Return REML parameters of a bootstrap sample for each generator, and how many were drawn again."""
    model = prepare_model(data, covariance_by_arm=by_arm)
    start = model.prepared.fit().theta
    arms = data.arm[model.rows]
    members = [np.flatnonzero(arms == arm) for arm in range(len(data.arms))]
    drawn, again = [], 0
    for generator in generators:
        fitted, failed = _one_sample(model, members, start, generator)
        drawn.append(fitted)
        again += failed
    return np.stack([beta for beta, _ in drawn]), np.stack([sigma for _, sigma in drawn]), again


def _one_sample(
    model: VisitModel, members: list[Integers], start: Floats, generator: np.random.Generator
) -> tuple[tuple[Floats, Floats], int]:
    """Return the parameters of one bootstrap sample, and how many before it did not converge."""
    failed = 0
    while True:
        times = np.zeros(len(model.rows))
        for rows in members:
            np.add.at(times, generator.choice(rows, size=len(rows)), 1.0)
        try:
            return model.parameters(model.prepared.fit(times=times, start=start)), failed
        except StatisticsError:
            failed += 1
            if failed == _TRIES:
                raise


def analyse_multiple(
    imputations: Imputations,
    analysis: Analysis,
    *,
    delta: Floats | None = None,
    confidence_level: float = 0.95,
) -> dict[str, PooledEstimate]:
    """Analyse each imputed data set and pool by Rubin's rules (imputation.md, eq. 1-7).

    Args:
        imputations: Made by `impute_multiple`, at least 2.
        analysis: E.g. made by `ancova_by_visit`, of the same participants in the same order.
        delta: Added to imputed values, shape (participants, visits), made by `delta_adjustment`.
        confidence_level: Nominal coverage.

    Returns:
        A pooled estimate for each name of the analysis. Where nothing is missing, the analysis itself.

    Raises:
        StatisticsError: What `pool_rubin` and the analysis refuse; a delta of another shape (STAT-002).
    """
    check_probabilities(confidence_level=confidence_level)
    shift = checked_delta(delta, imputations.data)
    rows = np.arange(len(imputations.data.outcome))
    if len(imputations.cells) < 2:  # noqa: PLR2004 - a variance between needs two
        raise refuse("STAT-003", "one imputed data set", "imputations", "impute more often")
    results = [
        analysis.function(completed(imputations.data, cells + shift), rows) for cells in imputations.cells
    ]
    pooled = pooled_columns(
        np.stack([estimates for estimates, _ in results]),
        np.stack([errors for _, errors in results]),
        df_complete=analysis.df_complete,
        confidence_level=confidence_level,
    )
    if not shift.size:
        pooled = tuple(_complete(estimate) for estimate in pooled)
    return dict(zip(analysis.names, pooled, strict=True))


def _complete(pooled: PooledEstimate) -> PooledEstimate:
    """Return the analysis of data without gaps: its own degrees of freedom, not those of the pooling."""
    df = pooled.df_complete
    lower, upper = t_limits(pooled.estimate, pooled.standard_error, df, pooled.confidence_level)
    return replace(
        pooled,
        df=df,
        p_value=t_p_value(pooled.statistic, df),
        lower=lower,
        upper=upper,
        note="nothing is missing; the analysis of the data as they are",
    )


def impute_normal(
    values: Sequence[Sequence[float]] | Floats,
    *,
    imputations: int,
    seed: int,
    covariates: Sequence[Sequence[float]] | Floats | None = None,
    group: Sequence[Any] | NDArray[Any] | None = None,
    covariance_by_group: bool = True,
    prior: str = "jeffreys",
    burn_in: int = 200,
    first: int = 0,
) -> Floats:
    """Impute continuous variables from a joint normal distribution (imputation.md, eq. 20-24).

    Args:
        values: Shape (participants, variables), NaN where missing; two variables or more.
        imputations: Number of imputed data sets.
        seed: Whole number of at least 0; imputation k depends on (seed, k) alone.
        covariates: Complete covariates with a slope for each variable, common to the groups.
        group: Label of each participant; each group has its own means.
        covariance_by_group: Whether each group also has its own covariance.
        prior: ``"jeffreys"`` or ``"weak"``, see `impute_multiple`.
        burn_in: Iterations of each chain.
        first: Number of the first imputation, to make them in several pieces.

    Returns:
        Shape (imputations, participants, variables); what was observed is unchanged.

    Raises:
        StatisticsError: As `longitudinal_data` and `impute_multiple`.
    """
    checked = visit_table("values", values)
    labels = np.zeros(len(checked), dtype=np.intp) if group is None else group
    data = longitudinal_data(checked, labels, covariates=covariates)
    drawn = impute_multiple(
        data,
        imputations=imputations,
        seed=seed,
        covariance_by_arm=covariance_by_group,
        prior=prior,
        burn_in=burn_in,
        first=first,
    )
    return np.stack([completed(data, cells) for cells in drawn.cells])
