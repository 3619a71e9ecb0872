"""Analysis of covariance: adjusted means of arms and their differences; docs/methods/models.md, eq. 17."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lupustrial.stats._design import model_design
from lupustrial.stats._linear_functions import contrast_rows, lsmean_rows
from lupustrial.stats._linear_model import LinearFit, linear_model
from lupustrial.stats._model_estimates import LinearEstimate, linear_estimates
from lupustrial.stats._variables import Columns


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Ancova:
    """Adjusted means of arms and their differences.

    Attributes:
        method: ``"ancova"``.
        covariance_type: ``"model"`` or the sandwich used.
        weights: How levels of other factors were weighted in the means.
        reference: Arm that is subtracted.
        means: Least-squares mean of each arm.
        differences: Each other arm minus the reference.
        fit: The linear model, for its coefficients and `term_test`.
        n: Rows used.
        n_by_arm: Rows used in each arm.
        n_dropped: Rows left out because a value was missing.
        note: What a reader must know; empty unless the arm interacts with another variable.
    """

    method: str
    covariance_type: str
    weights: str
    reference: str
    means: tuple[LinearEstimate, ...]
    differences: tuple[LinearEstimate, ...]
    fit: LinearFit
    n: int
    n_by_arm: Mapping[str, int]
    n_dropped: int
    note: str = ""


def ancova(
    formula: str,
    columns: Columns,
    *,
    treatment: str,
    reference: str | None = None,
    levels: Mapping[str, Sequence[str]] | None = None,
    covariance: str = "model",
    weights: str = "equal",
    at: Mapping[str, str | float] | None = None,
    missing: str = "refuse",
    confidence_level: float = 0.95,
) -> Ancova:
    """Compare arms by a linear model with baseline covariates (models.md, eq. 17).

    Assumes a mean that is linear in the covariates; with a sandwich covariance the variance may differ
    between participants. In a randomised trial the difference is consistent even if the mean is not linear.

    Args:
        formula: As for `model_design`, e.g. ``"CHG ~ ARM + BASE + STRATUM"``; it names the treatment.
        columns: As for `model_design`.
        treatment: The factor of arms.
        reference: The arm that is subtracted; else the first level.
        levels: Order of levels by factor.
        covariance: As for `linear_model`.
        weights: ``"equal"`` or ``"proportional"``, as for `lsmean_rows`.
        at: Values at which other variables are held; else covariates stand at their mean.
        missing: ``"refuse"`` or ``"drop"`` rows with missing values.
        confidence_level: Nominal coverage of each interval; not simultaneous.

    Returns:
        Means, differences and the fitted model.

    Raises:
        StatisticsError: As `model_design`, `linear_model` and `lsmean_rows`.
    """
    chosen = None if reference is None else {treatment: reference}
    design = model_design(formula, columns, reference=chosen, levels=levels, missing=missing)
    differences = contrast_rows(design, treatment, at=at, weights=weights)
    means = lsmean_rows(design, [treatment], at=at, weights=weights)
    fit = linear_model(design, covariance=covariance)
    arms = design.levels[treatment]
    counts = {arm: int((design.codes[treatment] == place).sum()) for place, arm in enumerate(arms)}
    mixed = [term.name for term in design.terms if treatment in term.variables and len(term.variables) > 1]
    note = f"the difference varies with {', '.join(mixed)}; it is given at the mean" if mixed else ""
    return Ancova(
        method="ancova",
        covariance_type=covariance,
        weights=weights,
        reference=arms[0],
        means=linear_estimates(fit, means, confidence_level=confidence_level),
        differences=linear_estimates(fit, differences, confidence_level=confidence_level),
        fit=fit,
        n=fit.n,
        n_by_arm=counts,
        n_dropped=fit.n_dropped,
        note=note,
    )
