"""The mixed model against the textbook's formulas over all rows at once, and exact small-sample answers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from dense_mmrm import Dense, kenward_roger_f, whole

from lupustrial import stats

N, M = 14, 4
COVARIANCES = ("us", "toep", "toeph", "ar1", "arh1", "cs", "csh", "ad", "adh", "sp_exp", "sp_gau")


def _trial(seed: int, n: int = N) -> dict[str, Any]:
    """Long data of two arms with missing outcomes, weights and uneven visit times."""
    draw = np.random.default_rng(seed)
    root = np.tril(np.full((M, M), 0.45)) + np.diag([1.0, 1.3, 0.9, 1.6])
    subject, visit = np.repeat(np.arange(n), M), np.tile(np.arange(M), n)
    arm = np.repeat(np.arange(n) % 2, M).astype(float)
    base = np.repeat(draw.normal(10, 2, n), M)
    y = (draw.normal(size=(n, M)) @ root.T).ravel() + 0.4 * base + arm * visit * 0.3
    y[draw.random(n * M) < 0.15] = np.nan
    x = np.column_stack([np.ones(n * M), base, arm, *[visit == k for k in range(1, M)], arm * visit])
    return {
        "y": y,
        "x": x.astype(float),
        "subject": subject,
        "visit": visit,
        "weights": draw.uniform(0.5, 2, n * M),
        "time": visit * 1.5 + draw.uniform(0, 0.4, n * M),
        "arm": np.where(arm > 0, "TRT", "PBO"),
    }


def _matrix(covariance: str, theta: np.ndarray[Any, Any], time: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Write each structure out as its definition says, over the visits (or times) of all rows."""
    lag = np.abs(np.subtract.outer(np.arange(M), np.arange(M)))
    if covariance.startswith("sp_"):
        away = np.abs(np.subtract.outer(time, time)) / theta[1]
        return theta[0] * np.exp(-(away if covariance == "sp_exp" else away**2))
    if covariance == "us":
        sigma = np.zeros((M, M))
        sigma[np.tril_indices(M)] = theta
        return sigma + np.tril(sigma, -1).T
    if covariance == "cs":
        return theta[0] + theta[1] * np.eye(M)
    if covariance == "toep":
        return theta[lag]
    many = covariance[-1] == "h" or covariance == "arh1"
    variances = theta[:M] if many else np.full(M, theta[0])
    rho = theta[M:] if many else theta[1:]
    if covariance == "csh":
        correlation = np.where(lag > 0, rho[0], 1.0)
    elif covariance.startswith("toep"):
        correlation = np.concatenate([[1.0], rho])[lag]
    elif covariance.startswith("ar"):
        correlation = rho[0] ** lag
    else:
        correlation = np.array(
            [[np.prod(rho[min(i, j) : max(i, j)]) for j in range(M)] for i in range(M)], dtype=float
        )
    return np.sqrt(np.outer(variances, variances)) * correlation


def _dense(trial: dict[str, Any], covariance: str, *, grouped: bool, weighted: bool) -> Dense:
    kept = ~np.isnan(trial["y"])
    subject, visit, time, arm = (trial[name][kept] for name in ("subject", "visit", "time", "arm"))
    weights = trial["weights"][kept] if weighted else np.ones(kept.sum())
    groups = sorted(set(arm)) if grouped else [None]

    def v(theta: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        pairs = np.zeros((len(visit), len(visit)))
        for group, part in zip(groups, np.split(theta, len(groups)), strict=True):
            full = _matrix(covariance, part, time)
            one = full if covariance.startswith("sp_") else full[np.ix_(visit, visit)]
            pairs += one if group is None else np.where(arm == group, one, 0.0)
        return whole(pairs, subject, weights)

    return Dense(y=trial["y"][kept], x=trial["x"][kept], subject=subject, v=v)


def _fit(trial: dict[str, Any], covariance: str, **options: Any) -> stats.MMRM:
    if covariance.startswith("sp_"):
        options["coordinates"] = trial["time"]
    names = ("y", "x", "subject", "visit")
    return stats.fit_mmrm(*[trial[name] for name in names], covariance=covariance, **options)


@pytest.fixture(scope="module", params=COVARIANCES)
def pair(request: pytest.FixtureRequest) -> tuple[stats.MMRM, Dense]:
    trial = _trial(7)
    return _fit(trial, request.param), _dense(trial, request.param, grouped=False, weighted=False)


def test_likelihood_and_coefficients_are_those_of_the_dense_formulas(pair: tuple[stats.MMRM, Dense]) -> None:
    fit, dense = pair
    beta, c = dense.fixed(fit.theta)
    assert fit.minus2_log_likelihood == pytest.approx(dense.minus2(fit.theta), rel=1e-11)
    assert fit.beta == pytest.approx(beta, rel=1e-8)
    assert fit.vcov == pytest.approx(c, rel=1e-8, abs=1e-10)


def test_no_neighbouring_covariance_is_more_likely(pair: tuple[stats.MMRM, Dense]) -> None:
    fit, dense = pair
    best = dense.minus2(fit.theta)
    for size in (1e-3, -1e-3):
        for k in range(len(fit.theta)):
            aside = fit.theta.copy()
            aside[k] *= 1 + size
            assert dense.minus2(aside) > best


def test_both_informations_are_those_of_the_dense_formulas(pair: tuple[stats.MMRM, Dense]) -> None:
    fit, dense = pair
    assert fit.theta_vcov is not None
    assert fit.theta_vcov_expected is not None
    assert np.linalg.inv(fit.theta_vcov_expected) == pytest.approx(
        dense.expected(fit.theta), rel=1e-5, abs=1e-5
    )
    assert np.linalg.inv(fit.theta_vcov) == pytest.approx(dense.observed(fit.theta), rel=2e-4, abs=2e-4)


@pytest.mark.parametrize("parametrisation", ["linear", "natural"])
def test_kenward_roger_is_what_the_paper_prints(pair: tuple[stats.MMRM, Dense], parametrisation: str) -> None:
    fit, dense = pair
    assert fit.theta_vcov is not None
    curved = parametrisation == "natural"
    adjusted = dense.kenward_roger(fit.theta, fit.theta_vcov, curved=curved)
    inverse = np.linalg.inv(dense.v(fit.theta))
    p = [-dense.x.T @ inverse @ s @ inverse @ dense.x for s in dense.slopes(fit.theta)]
    rows = np.eye(7)[[2, 6]]
    f, df = kenward_roger_f(fit.beta, fit.vcov, adjusted, rows, (fit.theta_vcov, p))
    joint = stats.test_contrast(fit, rows, df="kenward_roger", parametrisation=parametrisation)
    single = stats.test_contrast(fit, rows[1], df="kenward_roger", parametrisation=parametrisation)
    assert single.standard_error == pytest.approx(np.sqrt(adjusted[6, 6]), rel=1e-6)
    assert (joint.statistic, joint.df) == pytest.approx((f, df), rel=1e-5)


def test_satterthwaite_is_two_squared_variances_over_the_variance_of_the_variance(
    pair: tuple[stats.MMRM, Dense],
) -> None:
    fit, dense = pair
    assert fit.theta_vcov is not None
    row = np.array([0.0, 0, 1, 0, 0, 0.5, 2])

    def variance(theta: np.ndarray[Any, Any]) -> float:
        return float(row @ dense.fixed(theta)[1] @ row)

    size = 1e-5
    slopes = [
        (variance(fit.theta + size * d) - variance(fit.theta - size * d)) / (2 * size)
        for d in np.eye(len(fit.theta))
    ]
    expected = 2 * variance(fit.theta) ** 2 / (np.array(slopes) @ fit.theta_vcov @ np.array(slopes))
    assert stats.test_contrast(fit, row).df == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("covariance", ["us", "ar1", "adh", "sp_exp"])
@pytest.mark.parametrize("method", ["reml", "ml"])
def test_weights_groups_and_maximum_likelihood_follow_the_dense_formulas(
    covariance: str, method: str
) -> None:
    trial = _trial(2, 26)
    fit = _fit(trial, covariance, weights=trial["weights"], group=trial["arm"], method=method)
    dense = _dense(trial, covariance, grouped=True, weighted=True)
    reml = method == "reml"
    assert fit.minus2_log_likelihood == pytest.approx(dense.minus2(fit.theta, reml=reml), rel=1e-11)
    assert fit.beta == pytest.approx(dense.fixed(fit.theta)[0], rel=1e-7)
    free = len(fit.theta) + (0 if reml else 7)
    assert fit.aic == pytest.approx(fit.minus2_log_likelihood + 2 * free)
    assert fit.bic == pytest.approx(fit.minus2_log_likelihood + np.log(26) * free)
    assert fit.weighted
    for k in range(len(fit.theta)):
        for size in (1e-3, -1e-3):
            aside = fit.theta.copy()
            aside[k] *= 1 + size
            assert dense.minus2(aside, reml=reml) > fit.minus2_log_likelihood
    assert fit.theta_vcov is not None
    if covariance == "us":  # 20 parameters: their 400 second differences take too long
        return
    scale = np.sqrt(np.diag(fit.theta_vcov))
    information = dense.observed(fit.theta, reml=reml) * np.outer(scale, scale)
    ours = np.linalg.inv(fit.theta_vcov) * np.outer(scale, scale)
    assert ours == pytest.approx(information, abs=2e-3)


def test_sandwiches_are_the_dense_formulas_and_the_jackknife_leaves_one_out() -> None:
    trial = _trial(11)
    fit, dense = _fit(trial, "us"), _dense(trial, "us", grouped=False, weighted=False)
    v = dense.v(fit.theta)
    inverse, (beta, c) = np.linalg.inv(v), dense.fixed(fit.theta)
    rest = dense.y - dense.x @ beta
    meat, meat2, left_out = np.zeros_like(c), np.zeros_like(c), np.zeros_like(c)
    for i in range(N):
        at = dense.subject == i
        others = ~at
        xi, wi = dense.x[at], inverse[np.ix_(at, at)]
        values, vectors = np.linalg.eigh(wi)
        root = vectors @ np.diag(np.sqrt(values)) @ vectors.T
        hat = root @ xi @ c @ xi.T @ root
        values, vectors = np.linalg.eigh(np.eye(at.sum()) - hat)
        half = vectors @ np.diag(values**-0.5) @ vectors.T
        meat += np.outer(xi.T @ wi @ rest[at], xi.T @ wi @ rest[at])
        score = xi.T @ root @ half @ root @ rest[at]
        meat2 += np.outer(score, score)
        wo = inverse[np.ix_(others, others)]
        beta_i = np.linalg.solve(
            dense.x[others].T @ wo @ dense.x[others], dense.x[others].T @ wo @ dense.y[others]
        )
        left_out += np.outer(beta - beta_i, beta - beta_i)
    expected = {
        "empirical": c @ meat @ c,
        "empirical_bias_reduced": c @ meat2 @ c,
        "empirical_jackknife": left_out,
    }
    for vcov, matrix in expected.items():
        for k in range(7):
            test = stats.test_contrast(fit, np.eye(7)[k], vcov=vcov)
            assert test.standard_error == pytest.approx(np.sqrt(matrix[k, k]), rel=1e-9)


def test_bell_and_mccaffrey_degrees_come_from_the_trace_of_the_whole_quadratic_form() -> None:
    trial = _trial(11)
    fit, dense = _fit(trial, "ar1"), _dense(trial, "ar1", grouped=False, weighted=False)
    v = dense.v(fit.theta)
    factor = np.linalg.cholesky(np.linalg.inv(v)).T
    x, (_, c) = factor @ dense.x, dense.fixed(fit.theta)
    left = np.eye(len(x)) - x @ c @ x.T
    row = np.eye(7)[6]
    g = []
    for i in range(N):
        at = dense.subject == i
        values, vectors = np.linalg.eigh(left[np.ix_(at, at)])
        half = vectors @ np.diag(values**-0.5) @ vectors.T
        g.append(left[:, at] @ half @ x[at] @ c @ row)
    gram = np.array(g) @ np.array(g).T
    expected = np.trace(gram) ** 2 / np.trace(gram @ gram)
    test = stats.test_contrast(fit, row, vcov="empirical_bias_reduced")
    assert test.df == pytest.approx(expected, rel=1e-9)


COMPLETE = np.random.default_rng(5).normal(size=(11, M)) @ (np.eye(M) + 0.3) + 0.4
SUBJECT, VISIT = np.repeat(np.arange(11), M), np.tile(np.arange(M), 11)


@pytest.mark.parametrize("covariance", ["us", "cs", "toep"])
@pytest.mark.parametrize("df", ["satterthwaite", "kenward_roger"])
def test_two_visits_of_everybody_are_the_paired_t(covariance: str, df: str) -> None:
    before, after = COMPLETE[:, 0], COMPLETE[:, 1]
    exact = stats.paired_t(before, after)
    y, visit = np.concatenate([before, after]), np.repeat([0, 1], 11)
    x = np.column_stack([np.ones(22), visit])
    fit = stats.fit_mmrm(y, x, np.tile(np.arange(11), 2), visit, covariance=covariance)
    test = stats.test_contrast(fit, [0, 1], df=df)
    ours = (test.estimate, test.standard_error, test.df, test.p_value, test.lower, test.upper)
    theirs = (exact.estimate, exact.standard_error, exact.df, exact.p_value, exact.lower, exact.upper)
    assert ours == pytest.approx(theirs, rel=1e-10)


@pytest.mark.parametrize(("n", "m"), [(11, 4), (9, 3), (5, 2), (3, 2)])
def test_kenward_roger_is_hotelling_for_a_complete_unstructured_profile(n: int, m: int) -> None:
    y = COMPLETE[:n, :m]
    fit = stats.fit_mmrm(y.ravel(), np.tile(np.eye(m), (n, 1)), np.repeat(range(n), m), np.tile(range(m), n))
    mean, spread = y.mean(0), np.cov(y.T)
    t2 = n * mean @ np.linalg.solve(spread, mean)
    test = stats.test_contrast(fit, np.eye(m), df="kenward_roger")
    assert test.statistic == pytest.approx((n - m) / (m * (n - 1)) * t2, rel=1e-7)
    assert test.df == pytest.approx(n - m, rel=1e-7)
    assert fit.covariances[None] == pytest.approx(spread, rel=1e-8)


def test_joint_satterthwaite_combines_the_degrees_of_uncorrelated_functions() -> None:
    """Fai and Cornelius: E = sum of v / (v - 2), degrees 2 E / (E - rows); 2 where a v is at most 2."""
    trial = _trial(7)
    fit = _fit(trial, "us")
    rows = np.eye(7)[[1, 2, 6]]
    _, vectors = np.linalg.eigh(rows @ fit.vcov @ rows.T)
    each = [stats.test_contrast(fit, v @ rows).df for v in vectors.T]
    e = sum(v / (v - 2) for v in each)
    assert stats.test_contrast(fit, rows).df == pytest.approx(2 * e / (e - 3), rel=1e-9)
    y = np.array([0.3, np.nan, -0.8, 1.1, 0.4, -0.2, 1.9, 0.6])
    x = np.column_stack([np.tile(np.eye(2), (4, 1)), np.repeat([0, 1, 0, 1], 2)])
    tiny = stats.fit_mmrm(y, x, np.repeat(range(4), 2), np.tile(range(2), 4), covariance="cs")
    _, vectors = np.linalg.eigh(tiny.vcov)
    each = [stats.test_contrast(tiny, v).df for v in vectors.T]
    assert min(each) < 2 < max(each)
    assert stats.test_contrast(tiny, np.eye(3)).df == 2


@pytest.mark.parametrize("df", ["satterthwaite", "kenward_roger", "between_within"])
def test_compound_symmetry_of_complete_data_is_the_analysis_of_variance(df: str) -> None:
    fit = stats.fit_mmrm(COMPLETE.ravel(), np.eye(M)[VISIT], SUBJECT, VISIT, covariance="cs")
    rows = np.eye(M)[:-1] - np.eye(M)[1:]
    mean, grand = COMPLETE.mean(0), COMPLETE.mean()
    visits = 11 * ((mean - grand) ** 2).sum() / (M - 1)
    error = ((COMPLETE - COMPLETE.mean(1)[:, None] - mean + grand) ** 2).sum() / (10 * (M - 1))
    test = stats.test_contrast(fit, rows, df=df)
    assert test.statistic == pytest.approx(visits / error, rel=1e-9)
    # The visits' own columns leave no intercept: 44 rows - 11 participants - 4 columns within.
    assert test.df == pytest.approx(29 if df == "between_within" else 30, rel=1e-9)


def test_each_visit_of_two_complete_arms_is_the_pooled_t_test() -> None:
    arm = np.repeat([0, 1], [5, 6])
    x = np.column_stack([np.eye(M)[VISIT], np.eye(M)[VISIT] * arm[SUBJECT, None]])
    fit = stats.fit_mmrm(COMPLETE.ravel(), x, SUBJECT, VISIT)
    for k in range(M):
        exact = stats.t_test(COMPLETE[arm == 1, k], COMPLETE[arm == 0, k], variances="pooled")
        for df in ("satterthwaite", "kenward_roger"):
            test = stats.test_contrast(fit, np.eye(2 * M)[M + k], df=df)
            assert (test.standard_error, test.df) == pytest.approx((exact.standard_error, 9), rel=1e-9)
            assert test.p_value == pytest.approx(exact.p_value, rel=1e-8)


def test_one_visit_is_ordinary_least_squares() -> None:
    x = np.column_stack([np.ones(11), COMPLETE[:, 1]])
    fit = stats.fit_mmrm(COMPLETE[:, 0], x, np.arange(11), np.zeros(11))
    beta, rest = np.linalg.lstsq(x, COMPLETE[:, 0], rcond=None)[:2]
    assert fit.beta == pytest.approx(beta, rel=1e-9)
    assert fit.theta == pytest.approx(rest / 9, rel=1e-9)
    for df in ("satterthwaite", "kenward_roger", "residual"):
        assert stats.test_contrast(fit, [0, 1], df=df).df == pytest.approx(9, rel=1e-8)


def test_between_within_degrees_are_counted_by_hand() -> None:
    """20 participants, 4 visits: intercept, arm and baseline between, 3 visits and 3 interactions within."""
    n = 20
    draw = np.random.default_rng(1)
    subject, visit = np.repeat(np.arange(n), M), np.tile(np.arange(M), n)
    arm, base = (subject % 2).astype(float), np.repeat(draw.normal(size=n), M)
    steps = np.eye(M)[visit][:, 1:]
    x = np.column_stack([np.ones(n * M), arm, base, steps, steps * arm[:, None]])
    weights = draw.uniform(0.5, 2, n * M)
    fit = stats.fit_mmrm(draw.normal(size=n * M), x, subject, visit, covariance="cs", weights=weights)
    within, between = 80 - 20 - 6, 20 - 1 - 2
    found = [stats.test_contrast(fit, row, df="between_within").df for row in np.eye(9)]
    assert found == [within, between, between, *[within] * 6]
    assert stats.test_contrast(fit, np.eye(9)[1] + np.eye(9)[6], df="between_within").df == between
    assert stats.test_contrast(fit, np.eye(9)[0], df="residual").df == 80 - 9
    normal = stats.test_contrast(fit, np.eye(9)[0], df="asymptotic")
    assert (normal.df, normal.upper - normal.lower) == pytest.approx(
        (np.inf, 2 * 1.959963984540054 * normal.standard_error)
    )
    joint = stats.test_contrast(fit, np.eye(9)[[1, 2]], df="asymptotic")
    assert joint.p_value == pytest.approx(np.exp(-joint.statistic), rel=1e-12)  # chi-square of 2 df
