"""Standardised risks of arms from a logistic regression; docs/methods/adjustment.md, eq. 6 to 14."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from lupustrial.stats._arguments import Floats, Values, check_choice, check_probabilities, refuse
from lupustrial.stats._design import Design
from lupustrial.stats.adjustment._kept_rows import any_missing, of_kept_rows
from lupustrial.stats.adjustment._logistic import LogisticFit, logistic_regression
from lupustrial.stats.adjustment._risk_contrasts import MEASURES, RiskContrast, risk_contrast
from lupustrial.stats.adjustment._risk_variance import Predicted, ge_covariance, ye_covariance

VARIANCES = ("ye", "ge")
RESIDUAL_VARIANCES = ("decomposed", "direct")
_UNBIASED = 1e-6


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class GComputation:
    """Standardised risks and their contrasts.

    Attributes:
        method: ``"g_computation"``.
        variance: ``"ye"``, ``"ye, stratified randomisation"``, or ``"ge"`` with the type of covariance.
        arms: The reference first.
        risks: Mean predicted risk of all participants in each arm, shape (arms,).
        covariance: Of the risks, shape (arms, arms).
        contrasts: Each other arm against the reference.
        fit: The logistic regression.
        n: Participants used.
        n_by_arm: Participants used in each arm.
        n_dropped: Participants left out because a value was missing.
    """

    method: str
    variance: str
    arms: tuple[str, ...]
    risks: Floats
    covariance: Floats
    contrasts: tuple[RiskContrast, ...]
    fit: LogisticFit
    n: int
    n_by_arm: Mapping[str, int]
    n_dropped: int


def g_computation(
    design: Design,
    treatment: str,
    *,
    y: Values | None = None,
    measure: str = "risk difference",
    reference: str | None = None,
    variance: str = "ye",
    covariance: str = "HC0",
    residual_variance: str = "decomposed",
    strata: Sequence[Hashable] | None = None,
    confidence_level: float = 0.95,
) -> GComputation:
    """Estimate the risks that all participants would have in each arm, and compare them.

    A logistic regression predicts everybody's risk in every arm; the mean risks are compared (adjustment.md,
    eq. 6, 7). In a randomised trial the contrast is consistent even if the regression is wrong.

    Args:
        design: A design of `model_design` with the treatment; its other variables are baseline covariates.
        treatment: The factor of arms.
        y: Outcome, 1 or 0, of the rows kept; else the response of the design.
        measure: ``"risk difference"``, ``"risk ratio"``, ``"odds ratio"``, ``"log risk ratio"`` or
            ``"log odds ratio"``. Ratios are tested, and their limits found, on the logarithmic scale.
        reference: The arm against which others are compared; else the reference level of the design.
        variance: ``"ye"`` (participants are a sample of a population, model may be wrong; eq. 9 to 11) or
            ``"ge"`` (covariates fixed, delta method; eq. 8).
        covariance: Of the coefficients, for ``"ge"``: ``"model"``, ``"HC0"`` to ``"HC5"``.
        residual_variance: For ``"ye"``: ``"decomposed"`` as in RobinCar and beeca, or ``"direct"`` as in the
            paper (eq. 10).
        strata: For ``"ye"``: the stratum of every row of the input, within which the arms were balanced
            by design (permuted blocks, minimisation); it makes the variance smaller (eq. 12).
        confidence_level: Nominal coverage of each interval; not simultaneous.

    Returns:
        Risks with their covariance, and contrasts.

    Raises:
        StatisticsError: As `logistic_regression`; missing strata (STAT-002), a variance of 0 (STAT-004), a
            stratum without one of the arms (STAT-005), strata with ``"ge"`` (STAT-006), level outside
            (0, 1) (STAT-007), a treatment that is not in the model or has no main effect (STAT-009), an
            unknown reference or strata of another length (STAT-010).
    """
    check_choice("measure", measure, MEASURES)
    check_choice("variance", variance, VARIANCES)
    check_choice("residual_variance", residual_variance, RESIDUAL_VARIANCES)
    check_probabilities(confidence_level=confidence_level)
    if variance == "ge" and strata is not None:
        hint = "use variance='ye', or leave strata out"
        raise refuse("STAT-006", "Ge's variance does not know how arms were allocated", "strata", hint)
    arms = _arms(design, treatment, reference)
    fit = logistic_regression(design, y=y, covariance=covariance if variance == "ge" else "model")
    predicted = _predict(design, treatment, arms, fit, y)
    if variance == "ge":
        spread, name = ge_covariance(predicted, fit.covariance), f"ge, {covariance}"
    else:
        _check_unbiased(predicted, treatment)
        kept = None if strata is None else _kept_strata(design, strata)
        spread = ye_covariance(predicted, residual_variance=residual_variance, strata=kept)
        name = "ye" if strata is None else "ye, stratified randomisation"
    risks = predicted.risk.mean(axis=1)
    return GComputation(
        method="g_computation",
        variance=name,
        arms=arms,
        risks=risks,
        covariance=spread,
        contrasts=tuple(
            risk_contrast(
                measure,
                label=(arms[place], arms[0]),
                risks=(float(risks[place]), float(risks[0])),
                covariance=spread[np.ix_([place, 0], [place, 0])],
                confidence_level=confidence_level,
            )
            for place in range(1, len(arms))
        ),
        fit=fit,
        n=fit.n,
        n_by_arm={arm: int((predicted.arm == place).sum()) for place, arm in enumerate(arms)},
        n_dropped=fit.n_dropped,
    )


def _arms(design: Design, treatment: str, reference: str | None) -> tuple[str, ...]:
    if treatment not in design.levels:
        hint = f"factors of the model: {', '.join(design.levels) or 'none'}; give arms as texts"
        raise refuse("STAT-009", f"{treatment!r} is not a factor of {design.formula!r}", "treatment", hint)
    levels = design.levels[treatment]
    first = levels[0] if reference is None else reference
    design.share_at(treatment, first)
    return (first, *(level for level in levels if level != first))


def _predict(
    design: Design, treatment: str, arms: Sequence[str], fit: LogisticFit, y: Values | None
) -> Predicted:
    levels = design.levels[treatment]
    place = np.array([arms.index(level) for level in levels])
    x = np.array([design.matrix_at({treatment: arm}) for arm in arms])
    outcome = np.asarray(design.y if y is None else y, dtype=np.float64)
    return Predicted(outcome, place[design.codes[treatment]], special.expit(x @ fit.coefficients), x)


def _check_unbiased(predicted: Predicted, treatment: str) -> None:
    """Raise if mean prediction and mean outcome of an arm differ, which Ye's variance rests on (STAT-009)."""
    for place, risk in enumerate(predicted.risk):
        own = predicted.arm == place
        if abs((predicted.y[own] - risk[own]).mean()) > _UNBIASED:
            hint = f"put the main effect of {treatment} and the intercept into the formula"
            raise refuse("STAT-009", "predictions are off the mean outcome of an arm", "design", hint)


def _kept_strata(design: Design, strata: Sequence[Hashable]) -> list[Hashable]:
    kept = of_kept_rows(strata, design, design.n, "strata", what="strata")
    if any_missing(kept):
        raise refuse("STAT-002", "a stratum is missing", "strata", "every randomised participant has one")
    return kept
