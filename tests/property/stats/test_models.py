"""What must hold for designs, linear models and logistic regression whatever the data."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lupustrial import stats
from lupustrial.errors import StatisticsError
from lupustrial.stats.adjustment._separation import separation

SEEDS = st.integers(0, 10_000)
NUMBERS = st.integers(-40, 40).map(float)


def _data(seed: int, n: int = 40) -> dict[str, Any]:
    draw = np.random.default_rng(seed)
    data: dict[str, Any] = {
        "arm": draw.permutation(["A", "B", "C"] * (n // 3) + ["A"] * (n % 3)).tolist(),
        "sex": draw.permutation(["F", "M"] * (n // 2)).tolist(),
        "base": draw.normal(10, 3, n),
    }
    effect = np.array([{"A": 0.0, "B": 1.0, "C": 2.0}[arm] for arm in data["arm"]])
    data["y"] = data["base"] + effect + draw.normal(0, 2, n)
    data["event"] = (data["y"] + draw.normal(0, 3, n) > 11).astype(float)
    return data


def _has_estimates(design: stats.Design) -> bool:
    """Return whether the logistic regression is finite: one seed in some 2,000 separates the events."""
    return design.y is not None and separation(design.matrix, design.y) is None


def _fit(formula: str, data: dict[str, Any], **options: Any) -> stats.LinearFit:
    return stats.linear_model(stats.model_design(formula, data, **options))


@settings(max_examples=25, deadline=None)
@given(seed=SEEDS)
def test_nothing_depends_on_the_reference_level_or_on_the_order_of_rows(seed: int) -> None:
    data, formula = _data(seed), "y ~ arm*sex*base"
    first = _fit(formula, data)
    order = np.random.default_rng(seed).permutation(40)
    moved = {name: np.array(values, dtype=object)[order] for name, values in data.items()}
    second = _fit(formula, moved, reference={"arm": "C", "sex": "M"})
    assert second.residual_sd == pytest.approx(first.residual_sd, rel=1e-9)
    for weights in ("equal", "proportional"):
        means = [
            stats.linear_estimates(fit, stats.lsmean_rows(fit.design, ["arm"], weights=weights))
            for fit in (first, second)
            if fit.design
        ]
        found = [{one.label: (one.estimate, one.standard_error) for one in some} for some in means]
        assert {label: pytest.approx(pair, rel=1e-7) for label, pair in found[0].items()} == found[1]
    for kind in ("II", "III"):
        for term in ("arm", "sex", "base", "arm:sex", "arm:sex:base"):
            tests = [stats.term_test(fit, term, kind=kind).statistic for fit in (first, second)]
            assert tests[0] == pytest.approx(tests[1], rel=1e-6)


@settings(max_examples=25, deadline=None)
@given(seed=SEEDS)
def test_the_last_term_is_tested_alike_by_both_types_and_by_comparison_of_models(seed: int) -> None:
    data = _data(seed)
    whole, part = _fit("y ~ base + sex + arm", data), _fit("y ~ base + sex", data)
    squares = [fit.df * fit.residual_sd**2 for fit in (whole, part)]
    expected = (squares[1] - squares[0]) / 2 / whole.residual_sd**2
    for kind in ("II", "III"):
        test = stats.term_test(whole, "arm", kind=kind)
        assert test.statistic == pytest.approx(expected, rel=1e-8, abs=1e-10)
        assert test.df == 2


@settings(max_examples=40, deadline=None)
@given(x=st.lists(NUMBERS, min_size=3, max_size=9), y=st.lists(NUMBERS, min_size=3, max_size=9))
def test_without_covariates_ancova_is_the_pooled_t_and_hc2_has_the_error_of_welch(
    x: list[float], y: list[float]
) -> None:
    assume(len(set(x)) > 1 and len(set(y)) > 1)
    columns = {"arm": ["x"] * len(x) + ["y"] * len(y), "value": [*x, *y]}
    adjusted = stats.ancova("value ~ arm", columns, treatment="arm", reference="y")
    plain = stats.t_test(x, y, variances="pooled")
    (difference,) = adjusted.differences
    assert (difference.estimate, difference.standard_error) == pytest.approx(
        (plain.estimate, plain.standard_error), rel=1e-9, abs=1e-12
    )
    assert (difference.p_value, difference.df) == pytest.approx((plain.p_value, plain.df), rel=1e-7)
    assert (difference.lower, difference.upper) == pytest.approx(
        (plain.lower, plain.upper), rel=1e-7, abs=1e-9
    )
    robust = stats.ancova("value ~ arm", columns, treatment="arm", reference="y", covariance="HC2")
    welch = stats.t_test(x, y)
    assert robust.differences[0].standard_error == pytest.approx(welch.standard_error, rel=1e-9)


@settings(max_examples=25, deadline=None)
@given(seed=SEEDS)
def test_hc3_is_the_jackknife_and_errors_grow_from_hc0_to_hc3(seed: int) -> None:
    data = _data(seed, 24)
    design = stats.model_design("y ~ arm + base", data)
    fits = {kind: stats.linear_model(design, covariance=kind) for kind in ("HC0", "HC2", "HC3")}
    without = []
    for row in range(design.n):
        kept = np.arange(design.n) != row
        without.append(np.linalg.lstsq(design.matrix[kept], design.y[kept], rcond=None)[0])  # type: ignore[index]
    moved = np.array(without) - fits["HC3"].coefficients
    assert fits["HC3"].covariance == pytest.approx(moved.T @ moved, rel=1e-7)
    errors = [fits[kind].standard_errors for kind in ("HC0", "HC2", "HC3")]
    assert (errors[0] <= errors[1]).all()
    assert (errors[1] <= errors[2]).all()


@settings(max_examples=25, deadline=None)
@given(seed=SEEDS, shift=NUMBERS, scale=st.sampled_from([0.01, -3.0, 1000.0]))
def test_differences_do_not_depend_on_how_a_covariate_is_measured(
    seed: int, shift: float, scale: float
) -> None:
    data = _data(seed)
    moved = data | {"base": data["base"] * scale + shift}
    for formula in ("y ~ arm + base", "y ~ arm*base"):
        first, second = (stats.ancova(formula, some, treatment="arm") for some in (data, moved))
        for one, two in zip(first.differences, second.differences, strict=True):
            assert (one.estimate, one.p_value) == pytest.approx((two.estimate, two.p_value), rel=1e-6)
    assert second.note.startswith("the difference varies with arm:base")
    assert first.note.startswith("the difference varies")


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(st.tuples(st.integers(0, 8), st.integers(0, 1)), min_size=4, max_size=14),
)
def test_one_covariate_is_separated_exactly_when_the_ranges_of_the_groups_do_not_overlap(
    rows: list[tuple[int, int]],
) -> None:
    x, y = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    assume(len(set(x)) > 1 and 0 < y.sum() < y.size)
    ones, zeros = x[y == 1], x[y == 0]
    apart = zeros.max() < ones.min() or ones.max() < zeros.min()
    touching = zeros.max() <= ones.min() or ones.max() <= zeros.min()
    found = separation(np.column_stack([np.ones(y.size), x]), y)
    assert (found is not None) == touching
    assert found is None or found.complete == apart
    design = stats.model_design("y ~ x", {"x": x, "y": y})
    if not touching:
        fit = stats.logistic_regression(design)
        assert np.abs(design.matrix.T @ (y - fit.fitted)).max() < 1e-6
        return
    with pytest.raises(StatisticsError, match="STAT-012 complete" if apart else "STAT-012 quasi-complete"):
        stats.logistic_regression(design)


@settings(max_examples=25, deadline=None)
@given(seed=SEEDS)
def test_risks_without_covariates_are_the_observed_ones(seed: int) -> None:
    data = _data(seed, 60)
    design = stats.model_design("event ~ arm", data)
    observed = [np.array(data["event"])[np.array(data["arm"]) == arm] for arm in "ABC"]
    assume(all(0 < some.mean() < 1 for some in observed))
    ye = stats.g_computation(design, "arm")
    ge = stats.g_computation(design, "arm", variance="ge", covariance="model")
    risks = np.array([some.mean() for some in observed])
    sizes = np.array([some.size for some in observed])
    assert ye.risks == pytest.approx(risks, rel=1e-8)
    # n p(1-p) is the sum of squares of 0 and 1 about their mean
    assert ye.covariance == pytest.approx(np.diag(risks * (1 - risks) / (sizes - 1)), abs=1e-9)
    assert ge.covariance == pytest.approx(np.diag(risks * (1 - risks) / sizes), abs=1e-9)
    wald = stats.wald_interval(
        x1=int(observed[1].sum()), n1=int(sizes[1]), x2=int(observed[0].sum()), n2=int(sizes[0])
    )
    assert (ge.contrasts[0].lower, ge.contrasts[0].upper) == pytest.approx((wald.lower, wald.upper), abs=1e-8)


@settings(max_examples=15, deadline=None)
@given(seed=SEEDS)
def test_contrasts_of_risks_turn_with_the_arms_and_agree_across_scales(seed: int) -> None:
    data = _data(seed, 60)
    design = stats.model_design("event ~ arm + base", data)
    assume(_has_estimates(design))
    for measure, sign in (("risk difference", 1), ("log risk ratio", 1), ("log odds ratio", 1)):
        first = stats.g_computation(design, "arm", measure=measure).contrasts[0]
        second = stats.g_computation(design, "arm", measure=measure, reference="B").contrasts[0]
        assert first.arms == second.arms[::-1]
        assert first.estimate == pytest.approx(-sign * second.estimate, rel=1e-9)
        assert first.p_value == pytest.approx(second.p_value, rel=1e-8)
    for measure in ("risk ratio", "odds ratio"):
        plain = stats.g_computation(design, "arm", measure=measure).contrasts[0]
        logs = stats.g_computation(design, "arm", measure=f"log {measure}").contrasts[0]
        assert (plain.lower, plain.estimate, plain.upper) == pytest.approx(
            tuple(np.exp([logs.lower, logs.estimate, logs.upper])), rel=1e-12
        )
        assert plain.standard_error == pytest.approx(plain.estimate * logs.standard_error, rel=1e-12)
        assert plain.p_value == logs.p_value


@settings(max_examples=15, deadline=None)
@given(seed=SEEDS)
def test_allocation_within_strata_never_makes_the_variance_greater(seed: int) -> None:
    data = _data(seed, 60)
    design = stats.model_design("event ~ arm + base", data)
    assume(_has_estimates(design))
    plain = stats.g_computation(design, "arm")
    strata = stats.g_computation(design, "arm", strata=data["sex"])
    for one, two in zip(plain.contrasts, strata.contrasts, strict=True):
        assert two.standard_error <= one.standard_error + 1e-12
    one_stratum = stats.g_computation(design, "arm", strata=["all"] * 60)
    assert one_stratum.covariance == pytest.approx(plain.covariance, abs=1e-12)


@settings(max_examples=10, deadline=None)
@given(seed=SEEDS)
def test_gee_of_one_visit_each_is_the_linear_model_with_hc0_and_bias_reduced_hc3(seed: int) -> None:
    design = stats.model_design("y ~ arm + base", _data(seed, 30))
    who = [f"P{row}" for row in range(30)]
    for covariance, kind in (("robust", "HC0"), ("bias_reduced", "HC3")):
        marginal = stats.gee(design, participant=who, family="gaussian", covariance=covariance)
        linear = stats.linear_model(design, covariance=kind)
        assert marginal.coefficients == pytest.approx(linear.coefficients, rel=1e-8)
        assert marginal.covariance == pytest.approx(linear.covariance, rel=1e-7)
    assert marginal.alpha is None
    event = stats.model_design("event ~ base", _data(seed, 30))
    assume(_has_estimates(event))
    marginal = stats.gee(event, participant=who)
    assert marginal.covariance == pytest.approx(
        stats.logistic_regression(event, covariance="HC0").covariance, rel=1e-6
    )
