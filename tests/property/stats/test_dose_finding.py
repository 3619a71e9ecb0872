"""What must hold of dose finding whatever the data."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from dose_trials import BINARY, DOSES, covariates_of, made_trial

from lupustrial import stats
from lupustrial.stats.dose_finding._fit import mean_response, response_gradient, response_slope

MODELS = {
    "linear": stats.dose_model("linear"),
    "linlog": stats.dose_model("linlog", offset=0.05),
    "quadratic": stats.dose_model("quadratic", -0.7),
    "emax": stats.dose_model("emax", 0.2),
    "sigEmax": stats.dose_model("sigEmax", (0.3, 3)),
    "exponential": stats.dose_model("exponential", 0.5),
    "logistic": stats.dose_model("logistic", (0.4, 0.1)),
    "betaMod": stats.dose_model("betaMod", (0.8, 0.5), scale=1.3),
}
ALL = list(MODELS.values())


def _truth(model: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    shape = np.array(MODELS[model].parameters)
    linear = [0.5, 1.2]
    return np.concatenate((linear, 1.2 * shape if model == "quadratic" else shape))


def _constant(model: str) -> float:
    return {"linlog": 0.05, "betaMod": 1.3}.get(model, 0.0)


def _fit_of_truth(model: str) -> stats.DoseResponseFit:
    doses = np.array([0, 0.1, 0.2, 0.35, 0.5, 0.8, 1.0])
    mean = mean_response(model, _truth(model), doses, _constant(model))
    return stats.fit_dose_response_general(
        model,
        doses=doses,
        estimates=mean,
        covariance=np.diag(np.linspace(0.01, 0.02, 7)),
        offset=MODELS[model].offset,
        scale=MODELS[model].scale,
    )


@pytest.mark.parametrize("direction", ["increasing", "decreasing"])
def test_contrasts_sum_to_zero_have_length_one_and_no_other_has_more_power(direction: str) -> None:
    rng = np.random.Generator(np.random.Philox(5))
    root = rng.normal(size=(5, 5))
    spread = root @ root.T + np.eye(5)
    found = stats.optimal_contrasts(ALL, DOSES, covariance=spread, direction=direction)
    sign = 1 if direction == "increasing" else -1
    _, means = stats.candidate_means(ALL, DOSES, placebo=1, maximum=sign)
    assert found.contrasts.sum(axis=1) == pytest.approx(np.zeros(8), abs=1e-12)
    assert np.linalg.norm(found.contrasts, axis=1) == pytest.approx(np.ones(8))
    for row, mean in zip(found.contrasts, means, strict=True):
        best = row @ mean / math.sqrt(row @ spread @ row)
        others = rng.normal(size=(500, 5))
        others -= others.mean(axis=1, keepdims=True)
        noncentral = others @ mean / np.sqrt(np.einsum("ij,jk,ik->i", others, spread, others))
        assert best >= noncentral.max()


def test_contrasts_do_not_depend_on_the_unit_of_dose_or_the_scale_of_weights() -> None:
    here = stats.optimal_contrasts([MODELS["emax"], MODELS["logistic"]], DOSES, weights=[2, 1, 1, 1, 2])
    grams = [stats.dose_model("emax", 200), stats.dose_model("logistic", (400, 100))]
    there = stats.optimal_contrasts(grams, [1000 * d for d in DOSES], weights=[20, 10, 10, 10, 20])
    assert there.contrasts == pytest.approx(here.contrasts)
    assert there.correlation == pytest.approx(here.correlation)


def test_names_of_one_family_are_numbered() -> None:
    models = [
        MODELS["emax"],
        stats.dose_model("emax", 0.5),
        MODELS["linear"],
        stats.dose_model("emax", 1, name="x"),
    ]
    assert stats.optimal_contrasts(models, DOSES).names == ("emax1", "emax2", "linear", "x")


def _test(models: list[stats.DoseModel], **options: Any) -> stats.MultipleContrastTest:
    trial = made_trial()
    data = {"dose": trial["dose"], "response": trial["response"]} | options
    return stats.multiple_contrast_test(models, **data)


def test_adjusted_p_lie_between_raw_and_bonferroni_and_agree_with_the_critical_value() -> None:
    found = _test(ALL[:6])
    assert (found.adjusted >= found.p_values).all()
    assert (found.adjusted <= np.minimum(1, 6 * found.p_values) + 1e-12).all()
    order = np.argsort(found.statistics)
    assert (np.diff(found.adjusted[order]) <= 0).all()
    level = float(found.adjusted[2])
    again = _test(ALL[:6], alpha=level)
    assert again.critical_value == pytest.approx(found.statistics[2], abs=1e-6)
    assert found.signal == bool(found.statistics.max() >= found.critical_value)
    assert found.best == found.names[int(np.argmax(found.statistics))]


@pytest.mark.parametrize("df", [None, 30.0])
def test_p_values_of_effects_in_the_wrong_direction_rise_to_one(df: float | None) -> None:
    smallest = 0.0
    for effect in (0.0, 0.5, 1.0, 2.0, 3.0, 5.0, 6.0, 9.0, 40.0):
        found = stats.multiple_contrast_test_general(
            ALL, doses=[0, 0.3, 1], estimates=[0, -effect, -effect], covariance=np.eye(3) / 2, df=df
        )
        assert not found.signal
        assert smallest - 1e-3 <= found.adjusted.min() <= 1
        smallest = float(found.adjusted.min())
    assert smallest == pytest.approx(1)


@pytest.mark.parametrize("df", [None, 30.0])
def test_estimates_that_hardly_differ_have_p_of_one(df: float | None) -> None:
    found = stats.multiple_contrast_test_general(
        ALL[:4],
        doses=[0, 0.3, 1],
        estimates=[0, 1e-9, 2e-9],
        covariance=np.eye(3) / 2,
        df=df,
        alternative="two-sided",
    )
    assert found.adjusted == pytest.approx(np.ones(4), abs=1e-9)


def test_a_candidate_given_twice_changes_nothing() -> None:
    once = _test(ALL[:4])
    twice = _test([*ALL[:4], ALL[1]])
    assert twice.adjusted[:4] == pytest.approx(once.adjusted, rel=2e-4)
    assert twice.critical_value == pytest.approx(once.critical_value, rel=1e-4)


@pytest.mark.parametrize("df", [None, 5.0])
def test_opposite_candidates_on_one_side_are_a_two_sided_test(df: float | None) -> None:
    up, down = stats.dose_model("quadratic", -0.9), stats.dose_model("quadratic", -1000)
    given = {"doses": [0, 1], "estimates": [0, 1.5], "covariance": np.eye(2) / 5, "df": df}
    both = stats.multiple_contrast_test_general([up, down], **given)
    sides = stats.multiple_contrast_test_general([up], **given, alternative="two-sided")
    assert both.adjusted[0] == pytest.approx(sides.adjusted[0], rel=1e-9)
    again = stats.multiple_contrast_test_general([up, down], **given, alternative="two-sided")
    assert again.adjusted == pytest.approx(np.repeat(sides.adjusted, 2), rel=1e-9)


def test_the_test_does_not_depend_on_unit_origin_or_direction_of_the_response() -> None:
    trial = made_trial()
    here = _test(ALL[:4])
    y = np.array(trial["response"])
    turned = _test(ALL[:4], response=7 - 3 * y, direction="decreasing")
    assert turned.statistics == pytest.approx(here.statistics)
    assert turned.adjusted == pytest.approx(here.adjusted, rel=1e-6)


def test_order_of_participants_and_origin_of_covariates_do_not_matter() -> None:
    trial = made_trial()
    table = covariates_of(trial)
    here = _test(ALL[:3], covariates=table)
    back = slice(None, None, -1)
    there = _test(
        ALL[:3], dose=trial["dose"][back], response=trial["response"][back], covariates=(table + 4)[back]
    )
    assert there.statistics == pytest.approx(here.statistics)


@pytest.mark.parametrize("model", MODELS)
def test_derivatives_are_those_of_differences(model: str) -> None:
    truth, constant = _truth(model), _constant(model)
    doses = np.array([0.0, 0.1, 0.4, 0.9])
    gradient = response_gradient(model, truth, doses, constant)
    for place in range(truth.size):
        step = np.zeros_like(truth)
        step[place] = 1e-6
        difference = mean_response(model, truth + step, doses, constant)
        difference = difference - mean_response(model, truth - step, doses, constant)
        assert gradient[:, place] == pytest.approx(difference / 2e-6, abs=1e-7)
    inside = doses[1:]
    difference = mean_response(model, truth, inside + 1e-6, constant)
    difference = difference - mean_response(model, truth, inside - 1e-6, constant)
    assert response_slope(model, truth, inside, constant) == pytest.approx(difference / 2e-6, rel=1e-6)


@pytest.mark.parametrize("model", MODELS)
def test_a_fit_finds_the_curve_that_made_the_means(model: str) -> None:
    fit = _fit_of_truth(model)
    assert fit.coefficients == pytest.approx(_truth(model), rel=1e-5)
    assert fit.rss == pytest.approx(0, abs=1e-10)
    assert fit.at_bound == ()
    assert fit.note == ""


@pytest.mark.parametrize("model", MODELS)
def test_the_effect_at_the_target_dose_is_the_target(model: str) -> None:
    fit = _fit_of_truth(model)
    target = 0.6 * float(stats.dose_effects(fit, [0.5]).effects[0])
    found = stats.target_dose(fit, target)
    assert found.dose is not None
    assert found.dose < 0.5
    at = stats.dose_effects(fit, [found.dose])
    assert at.effects[0] == pytest.approx(target, rel=1e-9)
    assert at.lower is not None
    assert at.upper is not None
    assert at.lower[0] < target < at.upper[0]
    assert found.standard_error is not None
    assert at.standard_errors is not None
    slope = response_slope(model, fit.coefficients, np.array([found.dose]), fit.constant)[0]
    assert found.standard_error == pytest.approx(at.standard_errors[0] / slope, rel=1e-6)


def test_a_curve_that_turns_falls_below_placebo_after_its_peak() -> None:
    fit = stats.fit_dose_response_general(
        "quadratic", doses=[0, 1, 2, 3], estimates=[0, 2, 0, -6], covariance=np.eye(4)
    )
    found = stats.target_dose(fit, 6, direction="decreasing")
    assert found.dose == pytest.approx(3)
    assert stats.target_dose(fit, 6).dose is None


def test_a_target_at_the_top_of_the_curve_has_no_standard_error() -> None:
    fit = stats.fit_dose_response_general(
        "quadratic", doses=[0, 1, 2, 3], estimates=[0, 3, 4, 3], covariance=np.eye(4)
    )
    peak = -fit.coefficients[1] / (2 * fit.coefficients[2])
    top = float(stats.dose_effects(fit, [peak]).effects[0])
    found = stats.target_dose(fit, top * (1 - 1e-15))
    assert found.dose is None or found.dose == pytest.approx(peak, rel=1e-6)
    assert found.standard_error is None
    near = stats.target_dose(fit, top * (1 - 1e-13))
    assert near.dose == pytest.approx(peak, rel=1e-5)
    assert near.standard_error is None


def test_participants_and_their_means_give_one_curve() -> None:
    trial = made_trial()
    means = stats.dose_means(dose=trial["dose"], response=trial["response"])
    one = stats.fit_dose_response("sigEmax", dose=trial["dose"], response=trial["response"])
    two = stats.fit_dose_response_general(
        "sigEmax", doses=means.doses, estimates=means.estimates, covariance=means.covariance
    )
    assert two.coefficients == pytest.approx(one.coefficients, rel=1e-4)
    assert two.df is None
    assert one.df == 86


def test_residuals_of_a_fit_with_covariates_do_not_depend_on_the_covariates() -> None:
    trial = made_trial()
    table = covariates_of(trial)
    data = {"dose": trial["dose"], "response": trial["response"]}
    fit = stats.fit_dose_response("emax", **data, covariates=table)
    curve = np.interp(trial["dose"], fit.doses, fit.fitted)
    left = np.array(trial["response"]) - curve - table @ fit.covariate_coefficients
    assert table.T @ left == pytest.approx(np.zeros(2), abs=1e-6)
    assert left @ left == pytest.approx(fit.rss, rel=1e-9)
    shifted = stats.fit_dose_response("emax", **data, covariates=table - 3)
    assert shifted.coefficients[1:] == pytest.approx(fit.coefficients[1:], rel=1e-6)


def test_weights_of_models_follow_aic_and_average_their_effects() -> None:
    logits = stats.dose_logits(**BINARY)
    given = {"doses": logits.doses, "estimates": logits.estimates, "covariance": logits.covariance}
    fits = [stats.fit_dose_response_general(model, **given) for model in ("linear", "emax", "linlog")]
    weights = stats.model_weights(fits)
    assert weights.sum() == pytest.approx(1)
    assert weights[0] / weights[1] == pytest.approx(math.exp((fits[1].aic - fits[0].aic) / 2))
    found = stats.average_effects(fits, [0.5, 1])
    each = np.array([stats.dose_effects(fit, [0.5, 1]).effects for fit in fits])
    assert found.effects == pytest.approx(weights @ each)
    alone = stats.average_effects(fits[:1], [0.5, 1])
    assert alone.standard_errors == pytest.approx(stats.dose_effects(fits[0], [0.5, 1]).standard_errors)


@pytest.mark.parametrize("maximum", [2.0, -2.0])
def test_candidates_reach_their_greatest_change_and_start_at_placebo(maximum: float) -> None:
    fine = np.linspace(0, 1, 2001)
    names, means = stats.candidate_means(ALL, fine, placebo=5, maximum=maximum)
    assert names == tuple(MODELS)
    assert means[:, 0] == pytest.approx(np.full(8, 5.0))
    largest = ((means - 5) / maximum).max(axis=1)
    assert largest == pytest.approx(np.ones(8), abs=1e-5)


@pytest.mark.parametrize("df", [None, 3.0, 40.0])
def test_power_without_effect_is_the_level_and_grows_with_the_effect(df: float | None) -> None:
    contrasts = stats.optimal_contrasts(ALL[:5], DOSES)
    _, means = stats.candidate_means(ALL[:1], DOSES, placebo=0, maximum=1)
    rows = np.array([0, 0.5, 1])[:, None] * means
    found = stats.power_multiple_contrast(
        contrasts, rows, covariance=np.eye(5) / 10, df=df, names=["none", "half", "whole"]
    )
    assert found.power[0] == pytest.approx(0.025, rel=2e-4)
    assert (np.diff(found.power) > 0).all()
    assert found.least == found.power[0]
    assert found.names == ("none", "half", "whole")


def test_power_of_rates_that_fall_is_that_of_the_complement() -> None:
    options: dict[str, Any] = {"n": [25, 20, 20, 20, 25], "alpha": 0.05}
    up = stats.power_multiple_contrast_binary(ALL[:4], DOSES, placebo_rate=0.3, highest_rate=0.6, **options)
    down = stats.power_multiple_contrast_binary(ALL[:4], DOSES, placebo_rate=0.7, highest_rate=0.4, **options)
    both = stats.power_multiple_contrast_binary(
        ALL[:4], DOSES, placebo_rate=0.3, highest_rate=0.6, alternative="two-sided", n=options["n"], alpha=0.1
    )
    assert down.power == pytest.approx(up.power, rel=1e-6)
    assert both.power == pytest.approx(up.power, abs=2e-3)


@pytest.mark.parametrize(
    ("model", "given", "top"),
    [
        ("emax", {"doses": 10, "shares": 0.3}, None),
        ("sigEmax", {"doses": [10, 40], "shares": [0.3, 0.9]}, None),
        ("logistic", {"doses": [40, 10], "shares": [0.9, 0.3]}, None),
        ("exponential", {"doses": 10, "shares": 0.02, "highest": 100}, 100),
        ("exponential", {"doses": 10, "shares": 0.0999, "highest": 100}, 100),
        ("exponential", {"doses": 10, "shares": 1e-30, "highest": 100}, 100),
        ("quadratic", {"doses": 10, "shares": 0.3}, None),
        ("betaMod", {"doses": 10, "shares": 0.3, "peak": 30, "scale": 120}, 30),
        ("betaMod", {"doses": 90, "shares": 0.3, "peak": 30, "scale": 120}, 30),
    ],
)
def test_guessed_parameters_give_the_shares_back(
    model: str, given: dict[str, Any], top: float | None
) -> None:
    guess = stats.guess_parameters(model, **given)
    doses = np.atleast_1d(np.array(given["doses"], dtype=float))
    if model == "quadratic":
        top = -0.5 / guess[0]
    whole = np.append(doses, 1e12 if top is None else top)
    parameters = np.concatenate(([0.0, 1.0], guess))
    response = mean_response(model, parameters, whole, given.get("scale", 0.0))
    assert response[:-1] / response[-1] == pytest.approx(np.atleast_1d(given["shares"]), rel=1e-9)


def test_no_other_shares_determine_the_target_dose_better() -> None:
    rng = np.random.Generator(np.random.Philox(3))
    doses = [0, 0.1, 0.25, 0.5, 0.75, 1]
    for names in (["sigEmax"], ["betaMod"], ["emax", "logistic", "quadratic"]):
        models = [MODELS[name] for name in names]
        found = stats.optimal_design(models, doses, maximum=1, target=0.4)
        assert found.weights.sum() == pytest.approx(1)
        assert found.variances is not None
        mine = float(np.log(found.variances).mean())
        assert found.target_doses is not None
        targets = dict(zip(models, found.target_doses.tolist(), strict=True))
        for other in rng.dirichlet(np.ones(6), 300):
            theirs = [_log_variance(model, doses, other, target) for model, target in targets.items()]
            assert mine <= np.mean(theirs) + 2e-4


def test_a_design_for_one_candidate_of_two_is_that_of_the_one() -> None:
    doses = [0, 0.1, 0.25, 0.5, 1]
    models = [MODELS["emax"], MODELS["logistic"]]
    both = stats.optimal_design(models, doses, maximum=1, target=0.4, probabilities=[0, 2])
    alone = stats.optimal_design(models[1:], doses, maximum=1, target=0.4)
    assert both.variances is not None
    assert alone.variances is not None
    assert both.variances[1] == pytest.approx(alone.variances[0], rel=2e-4)
    falling = stats.optimal_design(models[1:], doses, maximum=-1, target=0.4, direction="decreasing")
    assert falling.weights == pytest.approx(alone.weights)


@pytest.mark.parametrize("model", MODELS)
def test_a_target_that_is_all_but_the_greatest_effect_still_has_a_dose(model: str) -> None:
    target = math.nextafter(1.0, 0.0)
    found = stats.optimal_design([MODELS[model]], [0, 0.1, 0.25, 0.5, 0.9, 1], maximum=1, target=target)
    assert found.target_doses is not None
    doses = sorted({0.0, float(found.target_doses[0]), 1.0})
    _, means = stats.candidate_means([MODELS[model]], doses, placebo=0, maximum=1)
    assert means[0, 1] == pytest.approx(1, abs=1e-9)


def _log_variance(
    model: stats.DoseModel, doses: list[float], weights: np.ndarray[Any, np.dtype[np.float64]], target: float
) -> float:
    fine = np.linspace(0, 1, 4001)
    constant = 1.3 if model.model == "betaMod" else 0.0
    start = np.concatenate(([0.0, 1.0], model.parameters))
    raw = mean_response(model.model, start, fine, constant)
    slope = 1 / (raw.max() - raw[0])
    truth = np.array([0.0, slope, *model.parameters])
    if model.model == "quadratic":
        truth[2] *= slope
    gradient = response_gradient(model.model, truth, np.array(doses), constant)
    zero, there = response_gradient(model.model, truth, np.array([0.0, target]), constant)
    way = there - zero
    return math.log(way @ np.linalg.solve(gradient.T @ (weights[:, None] * gradient), way))
