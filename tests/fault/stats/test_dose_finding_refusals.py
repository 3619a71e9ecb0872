"""What dose finding refuses, and what it answers at the edges."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from refusals import check_refusal, each_of

from lupustrial import stats
from lupustrial.errors import StatisticsError

EMAX = stats.dose_model("emax", 0.2)
DOSES = [0, 0.5, 1]
GENERAL = {"doses": DOSES, "estimates": [0, 1, 1.2], "covariance": np.eye(3) / 10}
TRIAL = {"dose": [0, 0, 1, 1, 2, 2], "response": [0, 1, 1, 3, 2, 5]}
FIT = stats.fit_dose_response("linear", **TRIAL)
BETA = stats.fit_dose_response_general(
    "betaMod", doses=[0, 1, 2, 3, 4], estimates=[0, 1, 2, 2.1, 1.5], covariance=np.eye(5) / 50, scale=5
)
CONTRASTS = stats.optimal_contrasts([EMAX, stats.dose_model("linear")], DOSES)


def _trial(**changes: object) -> Callable[[], object]:
    given: dict[str, object] = {**TRIAL, **changes}
    return lambda: stats.dose_means(**given)  # type: ignore[arg-type]


def _general(**changes: object) -> Callable[[], object]:
    given: dict[str, object] = {**GENERAL, **changes}
    return lambda: stats.multiple_contrast_test_general([EMAX], **given)  # type: ignore[arg-type]


def _design(**changes: object) -> Callable[[], object]:
    given: dict[str, object] = {"maximum": 1, "target": 0.5, **changes}
    models = given.pop("models", [EMAX])
    doses = given.pop("doses", [0, 0.2, 1])
    return lambda: stats.optimal_design(models, doses, **given)  # type: ignore[arg-type]


REFUSALS: list[tuple[str, Callable[[], object]]] = [
    ("STAT-006", lambda: stats.dose_model("emaxx", 1)),
    ("STAT-070", lambda: stats.dose_model("emax")),
    ("STAT-070", lambda: stats.dose_model("emax", -1)),
    ("STAT-070", lambda: stats.dose_model("sigEmax", (1, math.inf))),
    ("STAT-070", lambda: stats.dose_model("quadratic", math.nan)),
    ("STAT-070", lambda: stats.dose_model("linlog", offset=0)),
    ("STAT-070", lambda: stats.dose_model("betaMod", (1, 1), scale=-2)),
    # contrasts
    ("STAT-070", lambda: stats.optimal_contrasts([], DOSES)),
    ("STAT-070", lambda: stats.optimal_contrasts(["emax"], DOSES)),  # type: ignore[list-item]
    ("STAT-070", lambda: stats.optimal_contrasts([stats.dose_model("exponential", 1e-4)], DOSES)),
    ("STAT-070", lambda: stats.optimal_contrasts([stats.dose_model("logistic", (9, 1e-3))], DOSES)),
    ("STAT-070", lambda: stats.optimal_contrasts([stats.dose_model("betaMod", (1, 1), scale=0.9)], DOSES)),
    ("STAT-071", lambda: stats.optimal_contrasts([EMAX], [0, 1, 1])),
    ("STAT-071", lambda: stats.optimal_contrasts([EMAX], [-1, 0, 1])),
    ("STAT-003", lambda: stats.optimal_contrasts([EMAX], [0])),
    ("STAT-002", lambda: stats.optimal_contrasts([EMAX], [0, math.nan])),
    ("STAT-071", lambda: stats.optimal_contrasts([EMAX], DOSES, weights=[1, 1])),
    ("STAT-071", lambda: stats.optimal_contrasts([EMAX], DOSES, weights=[1, 0, 1])),
    ("STAT-006", lambda: stats.optimal_contrasts([EMAX], DOSES, weights=[1, 1, 1], covariance=np.eye(3))),
    ("STAT-006", lambda: stats.optimal_contrasts([EMAX], DOSES, direction="up")),
    ("STAT-064", lambda: stats.optimal_contrasts([EMAX], DOSES, covariance=np.eye(2))),
    ("STAT-064", lambda: stats.optimal_contrasts([EMAX], DOSES, covariance=np.ones((3, 3)))),
    ("STAT-064", lambda: stats.optimal_contrasts([EMAX], DOSES, covariance=np.triu(np.ones((3, 3))))),
    ("STAT-064", lambda: stats.optimal_contrasts([EMAX], DOSES, covariance=np.full((3, 3), math.nan))),
    # estimates by dose
    ("STAT-002", _trial(response=[0, 1, 1, 3, 2, math.nan])),
    ("STAT-071", _trial(response=[0, 1, 1, 3, 2])),
    ("STAT-071", _trial(covariates=[1.0, 2.0])),
    ("STAT-002", _trial(covariates=[0, 0, 0, 0, 0, math.nan])),
    ("STAT-071", _trial(dose=[-1, 0, 1, 1, 2, 2])),
    ("STAT-003", _trial(dose=[1, 1, 1, 1, 1, 1])),
    ("STAT-003", _trial(dose=[0, 1, 2, 3, 4, 5])),
    ("STAT-004", _trial(response=[1, 1, 2, 2, 2, 2])),
    ("STAT-011", _trial(covariates=[0, 0, 1, 1, 2, 2])),
    ("STAT-001", lambda: stats.dose_logits(doses=DOSES, x=[1, 2, 5], n=[4, 4, 4])),
    ("STAT-071", lambda: stats.dose_logits(doses=DOSES, x=[1, 2], n=[4, 4])),
    ("STAT-005", lambda: stats.dose_logits(doses=DOSES, x=[0, 2, 3], n=[4, 4, 4])),
    ("STAT-005", lambda: stats.dose_logits(doses=DOSES, x=[1, 2, 4], n=[4, 4, 4])),
    # tests
    ("STAT-071", _general(estimates=[0, 1])),
    ("STAT-007", _general(df=0.5)),
    ("STAT-007", _general(alpha=0)),
    ("STAT-006", _general(alternative="greater")),
    # fits
    ("STAT-006", lambda: stats.fit_dose_response("cubic", **TRIAL)),
    ("STAT-070", lambda: stats.fit_dose_response("emax", **TRIAL, bounds=[1, 0.5])),
    ("STAT-070", lambda: stats.fit_dose_response("emax", **TRIAL, bounds=[0, 0.5])),
    ("STAT-070", lambda: stats.fit_dose_response("emax", **TRIAL, bounds="wide")),  # type: ignore[arg-type]
    ("STAT-070", lambda: stats.fit_dose_response("emax", **TRIAL, bounds=[[0.1, 1], [1, 2]])),
    ("STAT-070", lambda: stats.fit_dose_response("sigEmax", **TRIAL)),
    ("STAT-070", lambda: stats.fit_dose_response("linlog", **TRIAL, offset=math.inf)),
    # effects and target doses
    ("STAT-071", lambda: stats.dose_effects(FIT, [-1])),
    ("STAT-071", lambda: stats.dose_effects(BETA, [5.1])),
    ("STAT-007", lambda: stats.dose_effects(FIT, [1], confidence_level=1)),
    ("STAT-071", lambda: stats.target_dose(FIT, 0)),
    ("STAT-071", lambda: stats.target_dose(FIT, 1, highest=math.inf)),
    ("STAT-071", lambda: stats.target_dose(BETA, 1, highest=6)),
    ("STAT-006", lambda: stats.target_dose(FIT, 1, direction="up")),
    ("STAT-071", lambda: stats.model_weights([])),
    ("STAT-071", lambda: stats.model_weights([FIT, BETA])),
    # power
    ("STAT-071", lambda: stats.candidate_means([EMAX], DOSES, placebo=0, maximum=math.inf)),
    ("STAT-071", lambda: stats.power_multiple_contrast(CONTRASTS, [1, 2], covariance=np.eye(3))),
    ("STAT-071", lambda: stats.power_multiple_contrast(CONTRASTS, [1, 2, math.nan], covariance=np.eye(3))),
    (
        "STAT-071",
        lambda: stats.power_multiple_contrast(CONTRASTS, DOSES, covariance=np.eye(3), names=["a", "b"]),
    ),
    (
        "STAT-007",
        lambda: stats.power_multiple_contrast_binary(
            [EMAX], DOSES, n=[9] * 3, placebo_rate=0, highest_rate=0.5
        ),
    ),
    (
        "STAT-071",
        lambda: stats.power_multiple_contrast_binary(
            [EMAX], DOSES, n=[9], placebo_rate=0.1, highest_rate=0.5
        ),
    ),
    # guesses
    ("STAT-006", lambda: stats.guess_parameters("linear", doses=1, shares=0.5)),
    ("STAT-070", lambda: stats.guess_parameters("emax", doses=0, shares=0.5)),
    ("STAT-070", lambda: stats.guess_parameters("emax", doses=1, shares=1)),
    ("STAT-070", lambda: stats.guess_parameters("sigEmax", doses=1, shares=0.5)),
    ("STAT-070", lambda: stats.guess_parameters("logistic", doses=[1, 2], shares=[0.5, 0.4])),
    ("STAT-070", lambda: stats.guess_parameters("exponential", doses=1, shares=0.4)),
    ("STAT-070", lambda: stats.guess_parameters("exponential", doses=1, shares=0.6, highest=2)),
    ("STAT-070", lambda: stats.guess_parameters("betaMod", doses=1, shares=0.6, peak=1, scale=4)),
    ("STAT-070", lambda: stats.guess_parameters("betaMod", doses=1, shares=0.6)),
    # designs
    ("STAT-006", _design(criterion="A")),
    ("STAT-071", _design(maximum=-1)),
    ("STAT-071", _design(target=1)),
    ("STAT-071", _design(target=None)),
    ("STAT-071", _design(models=[EMAX, EMAX], probabilities=[1])),
    ("STAT-071", _design(models=[EMAX, EMAX], probabilities=[1, -1])),
    ("STAT-070", _design(doses=[0.5, 1])),
    ("STAT-070", _design(doses=[0, 1], criterion="determinant")),
]


@each_of(REFUSALS)
def test_it_refuses_with_a_stable_id_and_says_what_to_do(fault: str, call: Callable[[], object]) -> None:
    check_refusal(fault, call)


def test_a_target_that_the_curve_does_not_reach_has_no_dose_and_says_so() -> None:
    found = stats.target_dose(FIT, 100)
    assert (found.dose, found.standard_error) == (None, None)
    assert "not reached" in found.note
    assert stats.target_dose(FIT, 1, direction="decreasing").dose is None


def test_a_curve_without_effect_has_no_standard_errors_and_says_so() -> None:
    fit = stats.fit_dose_response_general("emax", doses=DOSES, estimates=[1, 1, 1], covariance=np.eye(3))
    assert fit.covariance is None
    assert "no standard errors" in fit.note
    found = stats.dose_effects(fit, [1])
    assert found.effects == pytest.approx(np.zeros(1), abs=1e-12)
    assert (found.standard_errors, found.lower, found.upper) == (None, None, None)
    assert stats.average_effects([fit], [1]).standard_errors is None
    assert stats.target_dose(fit, 0.5).dose is None
    quadratic = stats.fit_dose_response_general(
        "quadratic", doses=DOSES, estimates=[0, 0, 0], covariance=np.eye(3)
    )
    assert stats.target_dose(quadratic, 0.5).dose is None


def test_a_step_between_doses_has_a_target_dose_without_standard_error() -> None:
    fit = stats.fit_dose_response_general(
        "logistic",
        doses=[0, 0.5, 1, 2],
        estimates=[0, 0, 1, 1],
        covariance=np.eye(4),
        bounds=[[0.1, 5], [1e-6, 2e-6]],
    )
    assert fit.covariance is None
    found = stats.target_dose(fit, 0.5)
    assert found.dose is not None
    assert 0.5 < found.dose < 1
    assert found.standard_error is None
    assert "do not determine" in found.note


def test_a_curve_that_is_all_but_straight_has_no_standard_errors() -> None:
    fit = stats.fit_dose_response_general("emax", **GENERAL, bounds=[1e7, 1e8])
    assert fit.covariance is None
    assert "do not determine" in fit.note


def test_a_design_that_is_not_found_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lupustrial.stats.dose_finding._designs._STEPS", 1)
    with pytest.raises(StatisticsError, match="STAT-013"):
        _design(models=[EMAX, stats.dose_model("logistic", (0.3, 0.1))], doses=[0, 0.1, 0.2, 0.5, 1])()


def test_a_parameter_on_its_bound_is_named() -> None:
    fit = stats.fit_dose_response_general("emax", **GENERAL, bounds=[2, 3])
    assert fit.at_bound == ("ed50",)
    assert "on a bound" in fit.note
    assert "on a bound" in stats.target_dose(fit, 0.5).note
    assert stats.average_effects([fit], [1]).note.startswith("emax: ")
