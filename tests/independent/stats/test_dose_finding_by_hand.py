"""Dose finding against derivations of its own: integrals over the sphere, grids, simulation, designs."""

from __future__ import annotations

import math

import numpy as np
import pytest
import reference_cases
from cases_dose_finding import KNOWN_DIFFERENCES, METHODS
from dose_trials import SIFALIMUMAB, made_trial
from scipy import integrate, special
from scipy.stats import qmc

from lupustrial import stats

Rows = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


def _sphere(correlation: Rows, limit: float, df: float | None) -> float:
    """Return P(max > limit): given its direction u the radius must exceed limit / max_i a_i'u."""
    values, vectors = np.linalg.eigh(correlation)
    keep = values > 1e-9
    rows = vectors[:, keep] * np.sqrt(values[keep])
    rank = int(keep.sum())
    means = []
    for seed in (1, 2):
        z = special.ndtri(qmc.Sobol(rank, seed=seed).random_base2(17))
        largest = (z / np.linalg.norm(z, axis=1)[:, None] @ rows.T).max(axis=1)
        square = np.where(largest > 0, (limit / np.maximum(largest, 1e-9)) ** 2, np.inf)
        if df is None:
            tail = special.gammaincc(rank / 2, np.minimum(square, 1e6) / 2)
        else:
            tail = special.fdtrc(rank, df, np.minimum(square, 1e9) / rank)
        means.append(float(tail.mean()))
    return float(np.mean(means))


def test_singular_contrasts_of_one_trial_agree_with_the_integral_over_the_sphere() -> None:
    logits = stats.dose_logits(**SIFALIMUMAB)
    models = [
        stats.dose_model("emax", 50),
        stats.dose_model("emax", 400),
        stats.dose_model("linear"),
        stats.dose_model("sigEmax", (300, 3)),
        stats.dose_model("betaMod", (0.5, 1)),
    ]
    found = stats.multiple_contrast_test_general(
        models, doses=logits.doses, estimates=logits.estimates, covariance=logits.covariance
    )
    for statistic, adjusted in zip(found.statistics.tolist(), found.adjusted.tolist(), strict=True):
        assert adjusted == pytest.approx(_sphere(found.contrasts.correlation, statistic, None), rel=3e-4)


def test_numbers_of_the_reference_that_differ_are_off_by_its_random_error() -> None:
    found = {case.id: case for case in reference_cases.shared_cases() if case.method.startswith("mct_normal")}
    if not found:
        pytest.skip("the shared reference vectors are absent")
    for case_id, quantity in KNOWN_DIFFERENCES:
        case = found[case_id]
        expected = next(number for number in case.numbers if number.quantity == quantity)
        test = METHODS[case.method](case)
        statistic = test[quantity.replace("adj_p", "t")]
        assert statistic is not None
        ours = test[quantity]
        assert ours is not None
        models = {"mcp_biom_test": _biom, "mcp_ibs_test": _ibs}[case_id](case)
        exact = _sphere(models.contrasts.correlation, statistic, models.df)
        assert ours == pytest.approx(exact, rel=2e-4)
        assert not expected.agrees(exact)
        assert abs(expected.expected - exact) < 2e-5


def _biom(case: reference_cases.Case) -> stats.MultipleContrastTest:
    data = {name: [float(value) for value in case.columns[name]] for name in ("dose", "resp")}
    models = [
        stats.dose_model("linear"),
        stats.dose_model("emax", 0.05),
        stats.dose_model("emax", 0.2),
        stats.dose_model("sigEmax", (0.3, 4)),
        stats.dose_model("quadratic", -0.8),
    ]
    return stats.multiple_contrast_test(models, dose=data["dose"], response=data["resp"])


def _ibs(case: reference_cases.Case) -> stats.MultipleContrastTest:
    data = {name: [float(value) for value in case.columns[name]] for name in ("dose", "resp", "gender")}
    models = [
        stats.dose_model("emax", 0.2),
        stats.dose_model("linear"),
        stats.dose_model("linlog", offset=1),
        stats.dose_model("logistic", (2, 0.5)),
    ]
    return stats.multiple_contrast_test(
        models, dose=data["dose"], response=data["resp"], covariates=np.array(data["gender"])
    )


@pytest.mark.parametrize("sides", ["one-sided", "two-sided"])
@pytest.mark.parametrize("df", [None, 6.0])
def test_three_doses_agree_with_an_integral_over_the_circle(sides: str, df: float | None) -> None:
    models = [
        stats.dose_model("linear"),
        stats.dose_model("emax", 0.1),
        stats.dose_model("exponential", 0.3),
        stats.dose_model("quadratic", -0.95),
    ]
    found = stats.multiple_contrast_test_general(
        models,
        doses=[0, 0.5, 1],
        estimates=[0, 0.8, 0.9],
        covariance=np.diag([0.1, 0.14, 0.12]),
        df=df,
        alternative=sides,
    )
    values, vectors = np.linalg.eigh(found.contrasts.correlation)
    rows = vectors[:, -2:] * np.sqrt(values[-2:])

    def tail(angle: float, statistic: float) -> float:
        along = rows @ np.array([math.cos(angle), math.sin(angle)])
        largest = float(np.abs(along).max() if sides == "two-sided" else along.max())
        if largest <= 0:
            return 0.0
        square = (abs(statistic) / largest) ** 2
        return math.exp(-square / 2) if df is None else (1 + square / df) ** (-df / 2)

    for statistic, adjusted in zip(found.statistics.tolist(), found.adjusted.tolist(), strict=True):
        around = {"limit": 2000, "points": np.linspace(-3, 3, 25)}
        whole = integrate.quad(tail, -math.pi, math.pi, args=(statistic,), **around)[0]
        assert adjusted == pytest.approx(whole / (2 * math.pi), rel=2e-4)


def test_a_linear_candidate_of_equal_groups_is_the_slope_over_the_error_within_doses() -> None:
    rng = np.random.Generator(np.random.Philox(2))
    dose = np.repeat([0.0, 1.0, 2.0, 4.0], 7)
    response = dose / 5 + rng.normal(size=dose.size)
    found = stats.multiple_contrast_test([stats.dose_model("linear")], dose=dose, response=response)
    centred = dose - dose.mean()
    slope = centred @ response / (centred @ centred)
    within = sum(
        float(((response[dose == d] - response[dose == d].mean()) ** 2).sum()) for d in set(dose.tolist())
    )
    t = slope / math.sqrt(within / 24 / (centred @ centred))
    assert found.statistics[0] == pytest.approx(t, rel=1e-12)
    assert found.adjusted[0] == found.p_values[0] == pytest.approx(special.stdtr(24, -t), rel=1e-12)
    assert found.critical_value == pytest.approx(special.stdtrit(24, 0.975), rel=1e-12)


@pytest.mark.parametrize("df", [None, 12.0])
@pytest.mark.parametrize("sides", ["one-sided", "two-sided"])
def test_power_agrees_with_a_simulation(df: float | None, sides: str) -> None:
    doses = [0, 1, 2, 4]
    models = [
        stats.dose_model("linear"),
        stats.dose_model("emax", 0.5),
        stats.dose_model("betaMod", (1, 1), scale=5),
        stats.dose_model("sigEmax", (2, 4)),
    ]
    contrasts = stats.optimal_contrasts(models, doses, weights=[2, 1, 1, 2])
    _, means = stats.candidate_means(models, doses, placebo=0.3, maximum=-1.1)
    spread = np.diag([0.1, 0.2, 0.2, 0.1])
    found = stats.power_multiple_contrast(
        contrasts, -means[:2], covariance=spread, df=df, alternative=sides, alpha=0.05
    )
    rng = np.random.Generator(np.random.Philox(8))
    errors = rng.normal(size=(200_000, 4)) * np.sqrt(np.diag(spread))
    scale = np.sqrt(np.diag(contrasts.contrasts @ spread @ contrasts.contrasts.T))
    s = np.ones(len(errors)) if df is None else np.sqrt(rng.chisquare(df, len(errors)) / df)
    for row, power in zip(-means[:2], found.power.tolist(), strict=True):
        t = (errors + row) @ contrasts.contrasts.T / scale / s[:, None]
        largest = np.abs(t).max(axis=1) if sides == "two-sided" else t.max(axis=1)
        simulated = float((largest > found.critical_values[0]).mean())
        assert power == pytest.approx(simulated, abs=4 * math.sqrt(power * (1 - power) / len(errors)))


@pytest.mark.parametrize("model", ["emax", "exponential"])
def test_no_point_of_a_fine_grid_fits_better(model: str) -> None:
    trial = made_trial()
    fit = stats.fit_dose_response(model, dose=trial["dose"], response=trial["response"])
    dose, y = np.array(trial["dose"]), np.array(trial["response"])
    low, high = fit.bounds[0]
    least = math.inf
    for value in np.linspace(low, high, 3001).tolist():
        shape = dose / (value + dose) if model == "emax" else np.expm1(dose / value)
        design = np.column_stack((np.ones_like(dose), shape))
        left = y - design @ np.linalg.lstsq(design, y, rcond=None)[0]
        least = min(least, float(left @ left))
    assert fit.rss <= least * (1 + 1e-12)
    assert fit.rss == pytest.approx(least, rel=1e-6)


def test_an_emax_target_dose_needs_placebo_and_itself_alone() -> None:
    model = stats.dose_model("emax", 25)
    found = stats.optimal_design([model], [0, 18.75, 40, 150], maximum=0.4, target=0.2)
    assert found.target_doses == pytest.approx(np.array([18.75]))
    assert found.weights == pytest.approx(np.array([0.5, 0.5, 0, 0]), abs=1e-12)
    assert found.variances == pytest.approx(np.array([4.0]))  # of a difference of two halves


def test_the_determinant_of_a_straight_line_is_best_with_halves_at_the_ends() -> None:
    found = stats.optimal_design(
        [stats.dose_model("linear")], [0, 1, 2, 4], maximum=1, criterion="determinant"
    )
    assert found.weights == pytest.approx(np.array([0.5, 0, 0, 0.5]), abs=2e-4)
    assert found.efficiency_bound >= 0.9999
    assert found.variances is None
