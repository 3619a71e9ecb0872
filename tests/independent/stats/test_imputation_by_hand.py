"""Imputation against numbers derived by hand and distributions known in closed form."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import optimize
from scipy import stats as distributions

from lupustrial import stats
from lupustrial.stats.imputation import _gibbs, _strategies, _univariate
from lupustrial.stats.imputation._streams import streams

MEAN = np.array([1.0, 2.0, 4.0])
REFERENCE = np.array([0.5, 0.6, 0.9])
OWN = np.array([[4.0, 2.0, 1.0], [2.0, 5.0, 2.0], [1.0, 2.0, 6.0]])
OTHER = np.array([[2.0, 1.0, 0.5], [1.0, 3.0, 1.5], [0.5, 1.5, 4.0]])


@pytest.mark.parametrize(
    ("strategy", "before", "mean"),
    [
        ("MAR", 1, [1, 2, 4]),
        ("J2R", 1, [1, 0.6, 0.9]),
        ("J2R", 0, [0.5, 0.6, 0.9]),
        ("CR", 2, [0.5, 0.6, 0.9]),
        ("CIR", 1, [1, 1.1, 1.4]),  # 1 + (0.6 - 0.5), 1 + (0.9 - 0.5)
        ("CIR", 2, [1, 2, 2.3]),  # 2 + (0.9 - 0.6)
        ("CIR", 0, [0.5, 0.6, 0.9]),
        ("LMCF", 1, [1, 1, 1]),
        ("LMCF", 2, [1, 2, 2]),
        ("LMCF", 0, [1, 2, 4]),
        ("CIR", 3, [1, 2, 4]),
    ],
)
def test_means_of_the_strategies(strategy: str, before: int, mean: list[float]) -> None:
    found, _ = _strategies.strategy_distribution(
        strategy,
        mean=MEAN,
        covariance=OWN,
        mean_reference=REFERENCE,
        covariance_reference=OTHER,
        before=before,
    )
    assert found == pytest.approx(mean)


def test_spliced_covariance_has_the_references_regression_on_the_own_past() -> None:
    # one visit before: slope of visits 2 and 3 on visit 1 in the reference is 1/2 and 1/4,
    # residual covariance [[3 - .5, 1.5 - .25], [., 4 - .125]]; own variance at visit 1 is 4
    spliced = _strategies.spliced_covariance(OWN, OTHER, before=1)
    expected = [[4, 2, 1], [2, 2.5 + 1, 1.25 + 0.5], [1, 1.25 + 0.5, 3.875 + 0.25]]
    assert spliced == pytest.approx(np.array(expected))


def test_rubins_rules_by_hand() -> None:
    # mean 2, within (1 + 4) / 2, between 2, total 2.5 + 1.5 * 2
    pooled = stats.pool_rubin([1, 3], [1, 2])
    assert (pooled.estimate, pooled.within_variance, pooled.between_variance) == (2, 2.5, 2)
    assert pooled.standard_error == pytest.approx(math.sqrt(5.5))
    assert pooled.df == pytest.approx((1 + 2.5 / 3) ** 2)
    assert (pooled.riv, pooled.lambda_) == (pytest.approx(1.2), pytest.approx(3 / 5.5))
    assert pooled.p_value == pytest.approx(2 * distributions.t.sf(2 / math.sqrt(5.5), pooled.df))
    half = distributions.t.ppf(0.975, pooled.df) * math.sqrt(5.5)
    assert (pooled.lower, pooled.upper) == (pytest.approx(2 - half), pytest.approx(2 + half))
    finite = stats.pool_rubin([1, 3], [1, 2], df_complete=10, null=1)
    observed = 11 / 13 * 10 * (1 - 3 / 5.5)
    assert finite.df == pytest.approx(1 / (1 / pooled.df + 1 / observed))
    assert finite.statistic == pytest.approx(1 / math.sqrt(5.5))


def test_pooled_wald_by_hand() -> None:
    # two parameters, identity within; estimates (0, 0), (2, 0), (1, 3): mean (1, 1), between trace 1 + 3
    estimates = np.array([[0.0, 0], [2, 0], [1, 3]])
    covariances = np.tile(np.eye(2), (3, 1, 1))
    pooled = stats.pool_wald(estimates, covariances)
    riv = 4 / 3 * 4 / 2
    assert pooled.riv == pytest.approx(riv)
    assert pooled.statistic == pytest.approx(2 / (2 * (1 + riv)))
    assert (pooled.df1, pooled.df2) == (2, pytest.approx(4 * 1.5 * (1 + 1 / riv) ** 2 / 2))  # t = 4
    assert pooled.p_value == pytest.approx(distributions.f.sf(pooled.statistic, 2, pooled.df2))
    more = stats.pool_wald(np.vstack([estimates, estimates]), np.tile(np.eye(2), (6, 1, 1)))
    riv = 7 / 6 * (8 / 5) * 2 / 2
    assert more.riv == pytest.approx(riv)
    assert more.df2 == pytest.approx(4 + 6 * (1 + (1 - 2 / 10) / riv) ** 2)  # t = 10


def test_posterior_without_gaps_is_the_inverse_wishart_and_t_of_the_text_books() -> None:
    rng = np.random.default_rng(3)
    n, visits = 25, 3
    z = np.column_stack([np.ones(n), rng.standard_normal(n)])
    y = z @ np.array([[1.0, 2, 3], [0, 1, -1]]) + rng.standard_normal((n, visits)) @ np.linalg.cholesky(OWN).T
    fitted, *_ = np.linalg.lstsq(z, y, rcond=None)
    square = (y - z @ fitted).T @ (y - z @ fitted)
    design = np.einsum("ip,jk->ijkp", z, np.eye(visits)).reshape(n, visits, -1)
    draws = 2000
    beta, sigma = _gibbs.draw_parameters(
        y,
        design,
        np.zeros(n, dtype=np.intp),
        arms=1,
        by_arm=False,
        prior="jeffreys",
        burn_in=12,
        generators=streams(4, use="normal", imputations=range(draws)),
    )
    # Sigma | Y is inverse Wishart with n - p degrees of freedom: mean S / (n - p - visits - 1)
    mean = square / (n - 2 - visits - 1)
    error = sigma[:, 0].std(axis=0) / math.sqrt(draws)
    assert (np.abs(sigma[:, 0].mean(axis=0) - mean) < 4.5 * error).all()
    expected = np.kron(mean, np.linalg.inv(z.T @ z))
    found = np.cov(beta, rowvar=False)
    scale = np.sqrt(np.outer(np.diag(expected), np.diag(expected)))
    assert np.abs((found - expected) / scale).max() < 5 * math.sqrt(2 / draws)
    error = beta.std(axis=0) / math.sqrt(draws)
    assert (np.abs(beta.mean(axis=0) - fitted.T.ravel()) < 4.5 * error).all()


def test_linear_draws_have_the_posterior_of_the_regression() -> None:
    y, x = np.array([1.0, 3, 2, 6, 4]), np.column_stack([np.ones(5), [0.0, 1, 2, 3, 4]])
    # sums of squares by hand: slope 9 / 10, intercept 1.4, residual 6.7 on 3 degrees of freedom
    generator = np.random.default_rng(1)
    drawn = [_univariate._draw_linear(y, _univariate._rotated(x), generator=generator) for _ in range(4000)]
    assert drawn[0][0] == pytest.approx([1.4, 0.9])
    scale = np.array([beta for _, beta, _ in drawn])
    quartile = distributions.t.ppf(0.75, 3) * math.sqrt(6.7 / 3 / 10)
    assert np.quantile(scale[:, 1], 0.75) == pytest.approx(0.9 + quartile, abs=0.03)
    spread = np.median([spread**2 for *_, spread in drawn])
    assert spread == pytest.approx(6.7 / distributions.chi2.ppf(0.5, 3), rel=0.06)


def test_logistic_mode_of_one_group_adds_half_a_response_and_half_a_non_response() -> None:
    for responders, n in ((0, 6), (6, 6), (2, 9)):
        y = np.repeat([1.0, 0.0], [responders, n - responders])
        mode, information = _univariate.logistic_mode(y, np.ones((n, 1)))
        p = (responders + 0.5) / (n + 1)
        assert mode[0] == pytest.approx(math.log(p / (1 - p)), abs=1e-9)
        assert information[0, 0] == pytest.approx(n * p * (1 - p), rel=1e-6)


@pytest.mark.parametrize("kind", ["separated", "heavy tails", "ordinary"])
def test_logistic_mode_maximises_the_likelihood_with_jeffreys_prior(kind: str) -> None:
    rng = np.random.default_rng(11)
    x = rng.standard_t(1 if kind == "heavy tails" else 30, (34, 2))
    y = (rng.random(34) < 0.5).astype(float) if kind != "separated" else (x[:, 0] > 0).astype(float)
    z = np.column_stack([np.ones(34), x])

    def minus_penalised(beta: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> float:
        log_odds = z @ beta
        weight = 1 / (2 + np.exp(log_odds) + np.exp(-log_odds))
        information = z.T @ (z * weight[:, None])
        return float(np.logaddexp(0, log_odds).sum() - y @ log_odds - np.linalg.slogdet(information)[1] / 2)

    mode, _ = _univariate.logistic_mode(y, z)
    search = {"xatol": 1e-9, "fatol": 1e-13, "maxiter": 5000, "maxfev": 5000}
    found = optimize.minimize(minus_penalised, mode * 0.5, method="Nelder-Mead", options=search)
    assert minus_penalised(mode) <= found.fun + 1e-9
    assert mode == pytest.approx(found.x, abs=1e-4)


def test_matched_values_come_from_the_five_nearest_donors() -> None:
    known = np.arange(20.0)
    values = known * 10
    generator = np.random.default_rng(2)
    picked = {
        float(_univariate._match(values, known, np.array([7.1]), generator=generator)[0]) for _ in range(200)
    }
    assert picked == {50, 60, 70, 80, 90}
    level = {
        float(_univariate._match(values, np.ones(20), np.ones(1), generator=generator)[0]) for _ in range(400)
    }
    assert len(level) == 20  # all as near: each has its chance


def test_delta_by_visits_since_the_event() -> None:
    nan = math.nan
    outcome = [[1, 2, nan, nan], [1, nan, 3, 4], [nan, nan, nan, nan], [1, 2, 3, 4]]
    data = stats.longitudinal_data(outcome, ["a", "a", "b", "b"])
    plain = stats.delta_adjustment(data, {"a": 5})
    assert plain.tolist() == [[0, 0, 5, 5], [0, 5, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]
    # at the visits from the event: 7 * 1, then 7 * 1 + 8 * 2; the gap before an event gets nothing
    lagged = stats.delta_adjustment(data, {"a": [5, 6, 7, 8], "b": 1}, lag=[1, 2, 3, 4])
    assert lagged.tolist() == [[0, 0, 7, 23], [0, 0, 0, 0], [1, 3, 6, 10], [0, 0, 0, 0]]


def test_carried_values() -> None:
    nan = math.nan
    values = [[nan, 3, nan, 1, nan], [nan, nan, nan, nan, nan]]
    carried = stats.carry_forward(values)
    assert np.array_equal(carried, [[nan, 3, 3, 1, 1], [nan] * 5], equal_nan=True)
    with_baseline = stats.carry_forward(values, baseline=[2, 7])
    assert with_baseline.tolist() == [[2, 3, 3, 1, 1], [7] * 5]
    assert stats.carry_forward(values, rule="bocf", baseline=[2, 7]).tolist() == [[2, 3, 2, 1, 2], [7] * 5]
    assert stats.carry_forward(values, rule="wocf", baseline=[2, 7]).tolist()[0] == [2, 3, 3, 1, 3]
    lowest = stats.carry_forward(values, rule="wocf", worst="lowest")
    assert np.array_equal(lowest[0], [nan, 3, 3, 1, 1], equal_nan=True)


def test_shifted_odds_by_hand() -> None:
    # 6 of 10 respond, 5 missing at half the odds: 1.5 / 2 = 0.75, rate 3/7
    found = stats.shifted_difference(
        x1=6, n1=10, missing1=5, x2=4, n2=10, missing2=0, delta1=-math.log(2), delta2=3
    )
    assert found.missing_rate1 == pytest.approx(3 / 7)
    rate = (6 + 5 * 3 / 7) / 15
    assert (found.rate1, found.rate2) == (pytest.approx(rate), pytest.approx(0.4))
    slope = 0.5 / (0.4 + 0.6 * 0.5) ** 2
    variance = (2 / 3 + slope / 3) ** 2 * 0.6 * 0.4 / 10 + (3 / 7 - 0.6) ** 2 * (2 / 9) / 15
    assert found.standard_error == pytest.approx(math.sqrt(variance + 0.024))
    assert found.statistic == pytest.approx((rate - 0.4) / math.sqrt(variance + 0.024))


def test_rates_pooled_on_other_scales_by_hand() -> None:
    responses = np.array([[1, 1, 0, 0, 1, 0], [1, 0, 0, 0, 1, 0]])
    arm = ["a", "a", "a", "a", "b", "b"]
    logit = stats.pool_responses(responses, arm, reference="b", scale="logit")
    # logits of 2/4 and 1/4: 0 and -log 3
    assert logit.rates[0].estimate == pytest.approx(1 / (1 + math.sqrt(3)))
    assert logit.rates[0].standard_error == pytest.approx(
        math.sqrt((1 + 4 / 3) / 2 + 1.5 * math.log(3) ** 2 / 2)
    )
    cloglog = stats.pool_responses(responses, arm, reference="b", scale="cloglog")
    mean = (math.log(math.log(2)) + math.log(math.log(4 / 3))) / 2
    assert cloglog.rates[0].estimate == pytest.approx(1 - math.exp(-math.exp(mean)))
    first = 0.5 / (4 * 0.5 * math.log(2) ** 2)
    second = 0.25 / (4 * 0.75 * math.log(4 / 3) ** 2)
    between = (math.log(math.log(2)) - math.log(math.log(4 / 3))) ** 2 / 2
    assert cloglog.rates[0].standard_error == pytest.approx(math.sqrt((first + second) / 2 + 1.5 * between))
    plain = stats.pool_responses(responses, arm, reference="b")
    assert plain.comparisons["a"].estimate == pytest.approx(0.375 - 0.5)
    assert plain.comparisons["a"].within_variance == pytest.approx((0.25 / 4 + 0.1875 / 4) / 2 + 0.125)
    odds = stats.pool_responses(responses, arm, reference="b", measure="log odds ratio")
    assert odds.comparisons["a"].estimate == pytest.approx(-math.log(3) / 2)
    ratio = stats.pool_responses(responses, arm, reference="b", measure="log risk ratio")
    assert ratio.comparisons["a"].estimate == pytest.approx(math.log(0.5) / 2)
    assert ratio.comparisons["a"].within_variance == pytest.approx((1 / 4 + 3 / 4) / 2 + 0.5)
