"""What must hold of imputation whatever the data."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from incomplete import Trial, trial

from lupustrial import stats

FINITE = st.floats(-100, 100)
VISITS = ("w4", "w8", "w12", "w24")


def _analysis(made: Trial) -> stats.Analysis:
    return stats.ancova_by_visit(
        made.arm, reference="arm 0", covariates=made.baseline, visits=VISITS[: made.outcome.shape[1]]
    )


def _jackknife(made: Trial, strategy: Any = "MAR", **more: Any) -> dict[str, stats.JackknifeEstimate]:
    data = stats.longitudinal_data(**made.options(strategy=strategy, reference="arm 0", **more))
    return stats.analyse_conditional_mean(stats.impute_conditional_mean(data), _analysis(made))


def _numbers(results: Mapping[str, Any]) -> np.ndarray[Any, Any]:
    return np.array([[r.estimate, r.standard_error] for r in results.values()])


@given(
    st.lists(st.tuples(FINITE, st.floats(0.01, 50)), min_size=2, max_size=12),
    st.floats(3, 500),
    st.floats(-5, 5),
)
@settings(max_examples=50, deadline=None)
def test_pooling_follows_shift_and_scale_and_its_df_lie_below_both_limits(
    pairs: list[tuple[float, float]], df: float, shift: float
) -> None:
    q, se = np.array(pairs).T
    pooled = stats.pool_rubin(q, se, df_complete=df)
    assert pooled.df <= df
    assert pooled.df <= stats.pool_rubin(q, se).df
    assert pooled.standard_error**2 >= pooled.within_variance * (1 - 1e-12)
    moved = stats.pool_rubin(3 * q + shift, 3 * se, df_complete=df)
    assert moved.estimate == pytest.approx(3 * pooled.estimate + shift, abs=1e-9)
    assert moved.standard_error == pytest.approx(3 * pooled.standard_error)
    mirrored = stats.pool_rubin(-q[::-1], se[::-1], df_complete=df)
    assert mirrored.p_value == pytest.approx(pooled.p_value, rel=1e-6, abs=1e-300)
    if pooled.df > 0.1:  # below, the limits lie beyond 1e12 standard errors
        limit = stats.pool_rubin(q, se, df_complete=df, null=pooled.upper)
        assert limit.p_value == pytest.approx(0.05, abs=1e-6)  # test and interval agree


def test_pooled_wald_does_not_depend_on_the_parametrisation() -> None:
    rng = np.random.default_rng(2)
    q, root = rng.standard_normal((8, 3)), rng.standard_normal((8, 3, 3))
    u = root @ np.swapaxes(root, 1, 2) + np.eye(3)
    turn = rng.standard_normal((3, 3))
    for df in (math.inf, 200.0, 12.0):
        one = stats.pool_wald(q, u, df_complete=df)
        other = stats.pool_wald(q @ turn.T, turn @ u @ turn.T, df_complete=df)
        assert one.statistic == pytest.approx(other.statistic)
        assert one.df2 == pytest.approx(other.df2)
    sizes = [stats.pool_wald(q, u, df_complete=df).df2 for df in (4.0, 10.0, 50.0, 500.0, 1e7, math.inf)]
    assert sizes == sorted(sizes)
    assert sizes[-2] == pytest.approx(sizes[-1], rel=1e-4)


def test_pooled_wald_of_one_parameter_is_the_square_of_rubins_t() -> None:
    q, se = [1.0, 1.4, 0.7, 1.9], [0.5, 0.6, 0.4, 0.5]
    wald = stats.pool_wald(np.array(q)[:, None], np.square(se)[:, None, None])
    rubin = stats.pool_rubin(q, se)
    assert wald.statistic == pytest.approx(rubin.statistic**2)
    assert wald.df2 == pytest.approx(rubin.df)  # m - 1 <= 4: the same formula for one parameter


def test_no_difference_between_imputed_sets_loses_nothing() -> None:
    u = np.tile(np.eye(2), (4, 1, 1))
    assert stats.pool_wald(np.ones((4, 2)), u).df2 == math.inf
    assert stats.pool_wald(np.ones((4, 2)), u, df_complete=30).df2 == pytest.approx(31 / 33 * 30)
    pooled = stats.pool_rubin([2, 2, 2], [1, 1, 1])
    assert (pooled.df, pooled.fmi, pooled.riv, pooled.lambda_) == (math.inf, 0, 0, 0)
    assert "do not differ" in pooled.note
    assert pooled.p_value == pytest.approx(math.erfc(2 / math.sqrt(2)))


def test_nothing_missing_gives_the_analysis_itself() -> None:
    made = trial(n=30, gaps=0)._replace()
    outcome = np.where(np.isnan(made.outcome), 1.5, made.outcome)
    whole = made._replace(outcome=outcome)
    analysis = _analysis(whole)
    estimates, errors = analysis.function(outcome, np.arange(30))
    for strategy in ("MAR", "J2R", "LMCF"):
        found = _numbers(_jackknife(whole, strategy))
        assert np.array_equal(found[:, 0], estimates)
    data = stats.longitudinal_data(**whole.options())
    pooled = stats.analyse_multiple(stats.impute_multiple(data, imputations=3, seed=1, burn_in=2), analysis)
    assert np.allclose(_numbers(pooled), np.column_stack([estimates, errors]), rtol=1e-13)
    result = pooled["difference arm 1 - arm 0, visit w24"]
    alone = stats.linear_model(np.column_stack([np.ones(30), _dummy(made), made.baseline]), y=outcome[:, 3])
    assert result.df == alone.df == 27
    assert (result.estimate, result.standard_error) == (
        pytest.approx(alone.coefficients[1]),
        pytest.approx(math.sqrt(alone.covariance[1, 1])),
    )
    assert "nothing is missing" in result.note


def _dummy(made: Trial) -> list[float]:
    return [float(arm == "arm 1") for arm in made.arm]


def test_without_intercurrent_events_all_strategies_are_missing_at_random() -> None:
    made = trial(n=40)
    none = [None] * 40
    base = _numbers(_jackknife(made))
    for strategy in stats.STRATEGIES:
        assert np.array_equal(_numbers(_jackknife(made, strategy, event_visit=none)), base)


def test_reference_arm_is_imputed_at_random_by_jump_and_copy() -> None:
    made = trial(n=45, arms=3)
    rows = np.array(made.arm) == "arm 0"

    def filled(strategy: Any) -> np.ndarray[Any, Any]:
        data = stats.longitudinal_data(**made.options(strategy=strategy, reference="arm 0"))
        return stats.impute_conditional_mean(data, covariance_by_arm=False).completed

    base = filled("MAR")
    for strategy in ("J2R", "CR", "CIR"):
        other = filled(strategy)
        assert np.allclose(other[rows], base[rows], rtol=1e-12, atol=1e-12)
        assert np.abs(other[~rows] - base[~rows]).max() > 0.1
    mapped = stats.longitudinal_data(**made.options(strategy="J2R", reference={"arm 1": "arm 0"}))
    only = stats.impute_conditional_mean(mapped).completed
    second = np.array(made.arm) == "arm 2"
    assert np.allclose(only[second], base[second], rtol=1e-12, atol=1e-12)


def test_strategies_differ_between_participants() -> None:
    made = trial(n=40)
    each = ["J2R" if i % 4 == 1 else "MAR" for i in range(40)]
    mixed = stats.impute_conditional_mean(
        stats.longitudinal_data(**made.options(strategy=each, reference="arm 0"))
    ).completed
    for strategy in ("J2R", "MAR"):
        alone = stats.impute_conditional_mean(
            stats.longitudinal_data(**made.options(strategy=strategy, reference="arm 0"))
        ).completed
        rows = [name == strategy for name in each]
        assert np.allclose(mixed[rows], alone[rows], rtol=1e-12, atol=1e-12)


def test_values_after_the_event_are_kept_but_do_not_train_the_model() -> None:
    made = trial(n=40, gaps=0.05)
    outcome = np.where(np.isnan(made.outcome), 2.0, made.outcome)
    outcome[5, 1:3] = 40.0  # after the event, extreme
    outcome[5, 3] = math.nan
    events: list[int | None] = [None] * 40
    events[5] = 1
    strategies = ["MAR"] * 40
    strategies[5] = "CIR"
    whole = made._replace(outcome=outcome)
    data = stats.longitudinal_data(
        **whole.options(strategy=strategies, event_visit=events, reference="arm 0")
    )
    assert np.isnan(data.modelled[5, 1:]).all()
    assert not np.isnan(data.modelled[[4, 6]]).any()
    completed = stats.impute_conditional_mean(data).completed
    assert completed[5, 1:3].tolist() == [40, 40]
    random = stats.longitudinal_data(**whole.options(event_visit=events))
    assert np.array_equal(random.modelled, outcome, equal_nan=True)


def test_delta_zero_changes_nothing_and_the_estimate_is_linear_in_delta() -> None:
    made = trial(n=40)
    data = stats.longitudinal_data(**made.options())
    means, analysis = stats.impute_conditional_mean(data), _analysis(made)

    def estimates(delta: float) -> np.ndarray[Any, Any]:
        shift = stats.delta_adjustment(data, {"arm 1": delta})
        return _numbers(stats.analyse_conditional_mean(means, analysis, delta=shift))[:, 0]

    plain = _numbers(stats.analyse_conditional_mean(means, analysis))[:, 0]
    assert np.array_equal(estimates(0), plain)
    assert np.allclose(estimates(3) - plain, 3 * (estimates(1) - plain))
    drawn = stats.impute_multiple(data, imputations=4, seed=1, burn_in=10)
    zero = stats.analyse_multiple(drawn, analysis, delta=stats.delta_adjustment(data, 0))
    assert zero == stats.analyse_multiple(drawn, analysis)


def test_order_of_participants_does_not_matter() -> None:
    made = trial(n=40)
    order = np.random.default_rng(1).permutation(40)
    other = Trial(
        made.outcome[order], [made.arm[i] for i in order], made.baseline[order], made.stratum[order]
    )
    for strategy in ("MAR", "CIR"):
        assert np.allclose(
            _numbers(_jackknife(made, strategy)), _numbers(_jackknife(other, strategy)), atol=1e-9
        )


def test_shift_and_scale_of_the_outcome_carry_over() -> None:
    made = trial(n=40)
    other = made._replace(outcome=100 - 2 * made.outcome)
    for strategy in ("J2R", "LMCF"):
        one, two = _jackknife(made, strategy), _jackknife(other, strategy)
        for name in one:
            expected = -2 * one[name].estimate + (100 if name.startswith("mean") else 0)
            assert two[name].estimate == pytest.approx(expected, abs=1e-6)
            assert two[name].standard_error == pytest.approx(2 * one[name].standard_error, rel=1e-6)


def test_designs_of_the_caller_replace_arm_by_visit() -> None:
    made = trial(n=40)
    usual = stats.longitudinal_data(**made.options(strategy="J2R", reference="arm 0"))
    given = stats.longitudinal_data(
        made.outcome,
        made.arm,
        strategy="J2R",
        reference="arm 0",
        designs=(usual.design, usual.reference_design),
    )
    assert np.array_equal(
        stats.impute_conditional_mean(usual).completed, stats.impute_conditional_mean(given).completed
    )


@pytest.mark.parametrize("method", ["posterior", "bootstrap"])
def test_pieces_of_imputations_are_the_whole(method: str) -> None:
    data = stats.longitudinal_data(**trial(n=40).options(strategy="CIR", reference="arm 0"))
    options: dict[str, Any] = {"seed": 9, "method": method, "burn_in": 5}
    whole = stats.impute_multiple(data, imputations=5, **options)
    pieces = [
        stats.impute_multiple(data, imputations=3, first=2, **options).cells,
        stats.impute_multiple(data, imputations=2, **options).cells,
    ]
    assert np.array_equal(whole.cells, np.vstack(pieces[::-1]))
    other = stats.impute_multiple(data, imputations=5, **options | {"seed": 10})
    assert not np.isclose(whole.cells, other.cells).any()
    kept = ~np.isnan(data.outcome)
    assert np.array_equal(whole.completed(4)[kept], data.outcome[kept])


def test_pieces_of_conditional_and_binary_imputations_are_the_whole() -> None:
    made = trial(n=40)
    whole = stats.impute_conditional(made.outcome, imputations=4, seed=3, group=made.arm, sweeps=2)
    last = stats.impute_conditional(made.outcome, imputations=1, seed=3, group=made.arm, sweeps=2, first=3)
    assert np.array_equal(whole[3], last[0])
    response = (made.outcome[:, 3] < 0).astype(float)
    response[np.isnan(made.outcome[:, 3])] = math.nan
    binary = stats.impute_binary(response, made.arm, imputations=4, seed=3, covariates=made.baseline)
    again = stats.impute_binary(response, made.arm, imputations=2, seed=3, covariates=made.baseline, first=2)
    assert np.array_equal(binary[2:], again)
    seen = np.where(np.array(made.arm) == "arm 1", np.nan_to_num(response, nan=0.0), response)
    one_arm = stats.impute_binary(seen, made.arm, imputations=4, seed=3, covariates=made.baseline)
    rows = np.array(made.arm) == "arm 0"
    assert np.array_equal(one_arm[:, rows], binary[:, rows])
    assert np.array_equal(one_arm[0, ~rows], seen[~rows])
    normal = stats.impute_normal(made.outcome, imputations=4, seed=3, group=made.arm, burn_in=5)
    assert np.array_equal(
        normal[3:],
        stats.impute_normal(made.outcome, imputations=1, seed=3, group=made.arm, burn_in=5, first=3),
    )


@pytest.mark.parametrize("strategy", ["MAR", "J2R", "CR", "CIR", "LMCF"])
@pytest.mark.parametrize("method", ["posterior", "bootstrap"])
def test_conditional_means_are_the_means_of_many_draws(strategy: str, method: str) -> None:
    made = trial(n=60, visits=3, gaps=0.1)
    data = stats.longitudinal_data(**made.options(strategy=strategy, reference="arm 0"))
    m = 80
    drawn = stats.impute_multiple(data, imputations=m, seed=2, method=method, burn_in=30)
    pooled = stats.analyse_multiple(drawn, _analysis(made))
    means = stats.analyse_conditional_mean(stats.impute_conditional_mean(data), _analysis(made))
    for name, result in pooled.items():
        error = math.sqrt(result.between_variance / m)
        assert abs(result.estimate - means[name].estimate) < 5 * error + 0.02 * result.standard_error


def test_joint_and_sequential_draws_agree() -> None:
    made = trial(n=200, visits=3, gaps=0.15)
    outcome = made.outcome[~np.isnan(made.outcome[:, 0])]
    gaps = np.maximum.accumulate(np.isnan(outcome), axis=1)
    outcome[gaps] = math.nan
    m = 120
    joint = stats.impute_normal(outcome, imputations=m, seed=1, burn_in=30)
    one = stats.impute_conditional(outcome, imputations=m, seed=1, sequential=True)
    chained = stats.impute_conditional(outcome, imputations=m, seed=2, sweeps=6)
    for function in (np.mean, np.std):
        numbers = [function(sets, axis=1) for sets in (joint, one, chained)]
        for other in numbers[1:]:
            error = np.sqrt((numbers[0].var(axis=0) + other.var(axis=0)) / m)
            assert (np.abs(numbers[0].mean(axis=0) - other.mean(axis=0))[1:] < 5 * error[1:] + 0.01).all()


@given(st.integers(0, 12), st.integers(0, 12), st.integers(0, 9), st.integers(0, 9))
@settings(max_examples=60, deadline=None)
def test_odds_shift_has_complete_cases_and_non_responders_as_its_ends(
    x1: int, x2: int, missing1: int, missing2: int
) -> None:
    table: dict[str, Any] = {
        "x1": x1,
        "n1": 12,
        "missing1": missing1,
        "x2": x2,
        "n2": 12,
        "missing2": missing2,
    }
    if {x1, x2} - {0, 12}:
        at_random = stats.shifted_difference(**table)
        wald = stats.wald_interval(x1=x1, n1=12, x2=x2, n2=12)
        assert at_random.estimate == pytest.approx(wald.estimate)
        assert (at_random.lower, at_random.upper) == (pytest.approx(wald.lower), pytest.approx(wald.upper))
    counts = {"x1": x1, "n1": 12 + missing1, "x2": x2, "n2": 12 + missing2}
    if counts["x1"] not in {0, counts["n1"]} or counts["x2"] not in {0, counts["n2"]}:
        nri = stats.shifted_difference(**table, delta1=-math.inf, delta2=-math.inf)
        wald = stats.wald_interval(**counts)
        assert nri.estimate == pytest.approx(wald.estimate)
        assert (nri.lower, nri.upper) == (pytest.approx(wald.lower), pytest.approx(wald.upper))
        if x1 < 12 and x2 < 12:
            near = stats.shifted_difference(**table, delta1=-40, delta2=-800)
            assert near.estimate == pytest.approx(nri.estimate, abs=1e-12)


def test_imputed_odds_shift_agrees_with_the_closed_form() -> None:
    response = np.array([1.0] * 60 + [0] * 40 + [math.nan] * 50 + [1.0] * 30 + [0] * 70 + [math.nan] * 30)
    arm = ["a"] * 150 + ["b"] * 130
    m = 200
    for delta in (0.0, -1.0, 1.5):
        drawn = stats.impute_binary(response, arm, imputations=m, seed=4, delta={"a": delta})
        pooled = stats.pool_responses(drawn, arm, reference="b").comparisons["a"]
        closed = stats.shifted_difference(
            x1=60, n1=100, missing1=50, x2=30, n2=100, missing2=30, delta1=delta
        )
        assert abs(pooled.estimate - closed.estimate) < 5 * math.sqrt(pooled.between_variance / m) + 0.003
        assert pooled.standard_error == pytest.approx(closed.standard_error, rel=0.08)


def test_responses_fall_with_delta_and_end_at_non_responder_imputation() -> None:
    made = trial(n=60)
    response = (made.outcome[:, 3] < np.nanmedian(made.outcome[:, 3])).astype(float)
    response[np.isnan(made.outcome[:, 3])] = math.nan
    series = [
        stats.impute_binary(response, made.arm, imputations=5, seed=1, covariates=made.baseline, delta=delta)
        for delta in (math.inf, 2.0, 0.0, -1.0, -math.inf)
    ]
    assert all((later <= earlier).all() for earlier, later in pairwise(series))
    assert np.array_equal(series[-1], np.tile(np.nan_to_num(response, nan=0.0), (5, 1)))
    assert np.array_equal(series[0], np.tile(np.nan_to_num(response, nan=1.0), (5, 1)))


def test_composite_follows_its_components() -> None:
    made = trial(n=60)
    score = np.round(made.outcome + 10)
    worse = np.where(np.isnan(made.outcome), math.nan, (made.outcome > 2).astype(float))
    baseline = np.full(60, 11.0)

    def derive(parts: Mapping[str, np.ndarray[Any, Any]]) -> np.ndarray[Any, Any]:
        return (parts["score"] <= baseline[:, None] - 4) & (parts["worse"] == 0)

    rule = np.zeros(60, dtype=bool)
    rule[:6] = True
    found = stats.impute_composite(
        {"score": score, "worse": worse},
        derive,
        imputations=6,
        seed=2,
        kinds={"worse": "logistic"},
        covariates=made.baseline,
        non_responders=rule,
        predictors="near",
        sweeps=3,
    )
    assert found.responses.shape == (6, 60, 4)
    assert not found.responses[:, :6].any()
    observed = ~(np.isnan(score) | np.isnan(worse))
    expected = derive({"score": score, "worse": worse})[6:]
    assert (found.responses[:, 6:] == expected)[:, observed[6:]].all()
    assert not found.undecided[observed].any()
    assert found.undecided.any()
    assert np.array_equal(found.imputed, ~observed.all(axis=1))
    last = stats.impute_composite(
        {"score": score}, lambda parts: parts["score"][:, -1] < 11, imputations=2, seed=2, arm=made.arm
    )
    pooled = stats.pool_responses(last.responses, made.arm, reference="arm 0")
    assert set(pooled.comparisons) == {"arm 1"}
    assert not last.non_responders.any()


def test_tipping_point_of_a_straight_line_is_where_z_meets_its_bound() -> None:
    def evaluate(delta: float) -> stats.ShiftedDifference:
        estimate = 3 - delta
        return _result(estimate)

    curve = stats.tipping_curve(evaluate, [0, 1, 2, 5])
    assert curve.tipping == pytest.approx(3 - 1.959963985, abs=1e-5)
    assert (curve.first_not_significant, curve.note) == (2, "")
    assert curve.estimates == (3, 2, 1, -2)
    # a leap to significance on the other side is no comfort
    leap = stats.tipping_curve(evaluate, [0, 6])
    assert leap.tipping == pytest.approx(3 - 1.959963985, abs=1e-5)
    assert stats.tipping_curve(evaluate, [0, 1]).note.startswith("significant at every")
    never = stats.tipping_curve(evaluate, [2, 3])
    assert (never.tipping, never.first_not_significant) == (None, 2)
    assert "no conclusion to tip" in never.note
    falling = stats.tipping_curve(lambda delta: _result(3 + delta), [0, -math.inf])
    assert falling.tipping == pytest.approx(-(3 - 1.959963985), abs=1e-4)


def _result(estimate: float) -> stats.ShiftedDifference:
    estimate = max(min(estimate, 1e6), -1e6)
    return stats.ShiftedDifference(
        method="made up",
        estimate=estimate,
        standard_error=1,
        statistic=estimate,
        p_value=math.erfc(abs(estimate) / math.sqrt(2)),
        lower=estimate - 1.96,
        upper=estimate + 1.96,
        confidence_level=0.95,
        rate1=0,
        rate2=0,
        missing_rate1=0,
        missing_rate2=0,
    )


def test_tipping_of_responses_down_to_non_responders() -> None:
    table: dict[str, Any] = {"x1": 15, "n1": 24, "missing1": 9, "x2": 8, "n2": 28, "missing2": 2}
    curve = stats.tipping_curve(
        lambda delta: stats.shifted_difference(**table, delta1=delta), [0, -1, -2, -math.inf]
    )
    assert curve.tipping is not None
    at = stats.shifted_difference(**table, delta1=curve.tipping)
    assert at.p_value == pytest.approx(0.05, abs=1e-4)
    grid = stats.tipping_grid(
        lambda first, second: stats.shifted_difference(**table, delta1=first, delta2=second),
        [0, -1, -math.inf],
        [0, 1, math.inf],
    )
    assert grid.significant[0][0]
    assert grid.p_values[2][0] == pytest.approx(curve.p_values[-1])
    assert grid.boundary[-1] == 0
    for row in grid.significant:  # once lost, lost
        assert list(row) == sorted(row, reverse=True)
    sure = stats.tipping_grid(lambda first, second: _result(9 + first + second), [0], [0, 1])
    assert sure.boundary == (None,)
