"""What the methods for missing data refuse, each with its stable id."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from incomplete import trial

from lupustrial import stats
from lupustrial.errors import StatisticsError

NAN, INF = math.nan, math.inf
MADE = trial(n=24)
Y = MADE.outcome
ARM = MADE.arm
DATA = stats.longitudinal_data(Y, ARM)
EYE = np.tile(np.eye(2), (3, 1, 1))
BINARY = [1.0, 0, NAN, 1, 0, 1]
ARMS = ["a", "a", "a", "b", "b", "b"]
RATES: dict[str, Any] = {"responses": [[1, 0, 1, 0], [1, 1, 1, 0]], "arm": list("aabb"), "reference": "b"}
TABLE: dict[str, Any] = {"x1": 3, "n1": 9, "missing1": 1, "x2": 5, "n2": 9, "missing2": 2}


def _data(**changes: Any) -> stats.LongitudinalData:
    return stats.longitudinal_data(**{"outcome": Y, "arm": ARM} | changes)


def _multiple(data: stats.LongitudinalData = DATA, **changes: Any) -> stats.Imputations:
    return stats.impute_multiple(data, **{"imputations": 2, "seed": 1, "burn_in": 2} | changes)


def _conditional(values: Any = Y, **changes: Any) -> Any:
    return stats.impute_conditional(values, **{"imputations": 1, "seed": 1} | changes)


def _composite(derive: Callable[..., Any], **changes: Any) -> Any:
    given: dict[str, Any] = {"components": {"score": Y}, "imputations": 1, "seed": 1} | changes
    return stats.impute_composite(given.pop("components"), derive, **given)


def _without_third_visit() -> np.ndarray[Any, Any]:
    outcome = Y.copy()
    outcome[:, 2] = NAN
    return outcome


def _flat() -> np.ndarray[Any, Any]:
    outcome = np.random.default_rng(1).standard_normal((24, 3))
    outcome[:, 0] = 0.0
    outcome[3, 2] = NAN
    return outcome


def _twins() -> np.ndarray[Any, Any]:
    outcome = np.random.default_rng(1).standard_normal((24, 3))
    outcome[:, 1] = outcome[:, 0]
    outcome[:4, 1] = NAN
    return outcome


ANALYSIS = stats.ancova_by_visit(ARM, reference="arm 0", visits=range(4))
CONSTANT = stats.Analysis(
    names=("one",), function=lambda _values, _rows: (np.ones(1), np.ones(1)), df_complete=5.0
)

REFUSED: list[tuple[str, Callable[[], object]]] = [
    ("STAT-002", lambda: stats.pool_rubin([1, NAN], [1, 1])),
    ("STAT-002", lambda: stats.pool_rubin([1, 2], [1, -1])),
    ("STAT-003", lambda: stats.pool_rubin([1], [1])),
    ("STAT-003", lambda: stats.pool_rubin([1, 2], [1, 1, 1])),
    ("STAT-004", lambda: stats.pool_rubin([1, 2], [0, 0])),
    ("STAT-007", lambda: stats.pool_rubin([1, 2], [1, 1], df_complete=0)),
    ("STAT-007", lambda: stats.pool_rubin([1, 2], [1, 1], df_complete=NAN)),
    ("STAT-007", lambda: stats.pool_rubin([1, 2], [1, 1], null=INF)),
    ("STAT-007", lambda: stats.pool_rubin([1, 2], [1, 1], confidence_level=1)),
    ("STAT-002", lambda: stats.pool_wald(np.ones((3, 2)), np.ones((3, 2)))),
    ("STAT-002", lambda: stats.pool_wald(np.full((3, 2), NAN), EYE)),
    ("STAT-003", lambda: stats.pool_wald(np.ones((1, 2)), EYE[:1])),
    ("STAT-004", lambda: stats.pool_wald(np.ones((3, 2)), np.ones((3, 2, 2)))),
    ("STAT-007", lambda: stats.pool_wald(np.ones((3, 2)), EYE, df_complete=-1)),
    ("STAT-002", lambda: _data(outcome=[[1, 2], [1]])),
    ("STAT-002", lambda: _data(outcome=[[1, INF]] * 24)),
    ("STAT-002", lambda: _data(outcome="text")),
    ("STAT-003", lambda: _data(outcome=Y[:, :1])),
    ("STAT-003", lambda: _data(outcome=np.full((24, 3), NAN))),
    ("STAT-002", lambda: _data(covariates=[NAN] * 24)),
    ("STAT-002", lambda: _data(covariates=[1.0] * 23)),
    ("STAT-002", lambda: _data(covariates=["a"] * 24)),
    ("STAT-002", lambda: _data(designs=(np.ones((24, 3, 2)), np.ones((24, 4, 2))))),
    ("STAT-002", lambda: _data(designs=(np.full((24, 4, 2), NAN), np.ones((24, 4, 2))))),
    ("STAT-006", lambda: _data(strategy="JR")),
    ("STAT-010", lambda: _data(strategy=["MAR"])),
    ("STAT-010", lambda: _data(arm=ARM[:5])),
    ("STAT-010", lambda: _data(arm=[None, *ARM[1:]])),
    ("STAT-010", lambda: _data(arm=[NAN] * 24)),
    ("STAT-010", lambda: _data(event_visit=[1])),
    ("STAT-010", lambda: _data(event_visit=[9] * 24)),
    ("STAT-010", lambda: _data(event_visit=[True] * 24)),
    ("STAT-010", lambda: _data(event_visit=[1.5] * 24)),
    ("STAT-010", lambda: _data(strategy="J2R")),
    ("STAT-010", lambda: _data(strategy="J2R", reference="placebo")),
    ("STAT-010", lambda: _data(strategy="CR", reference={"arm 1": "placebo"})),
    ("STAT-003", lambda: stats.impute_conditional_mean(_data(outcome=Y[1:3], arm=["a", "a"]))),
    ("STAT-010", lambda: stats.impute_conditional_mean(_data(outcome=_without_third_visit()))),
    (
        "STAT-010",
        lambda: stats.impute_conditional_mean(_data(strategy="CR", reference="arm 0", event_visit=[0] * 24)),
    ),
    ("STAT-002", lambda: stats.analyse_conditional_mean(_means(), ANALYSIS, delta=np.ones((24, 3)))),
    ("STAT-004", lambda: stats.analyse_conditional_mean(_means(), CONSTANT)),
    ("STAT-007", lambda: stats.analyse_conditional_mean(_means(), ANALYSIS, confidence_level=0)),
    ("STAT-006", lambda: _multiple(method="bayes")),
    ("STAT-006", lambda: _multiple(prior="flat")),
    ("STAT-007", lambda: _multiple(imputations=0)),
    ("STAT-007", lambda: _multiple(seed=-1)),
    ("STAT-007", lambda: _multiple(seed=None)),
    ("STAT-007", lambda: _multiple(burn_in=0)),
    ("STAT-007", lambda: _multiple(first=-1)),
    ("STAT-003", lambda: stats.analyse_multiple(_multiple(imputations=1), ANALYSIS)),
    ("STAT-003", lambda: _multiple(_data(outcome=Y[:8], arm=ARM[:8]), covariance_by_arm=True)),
    ("STAT-004", lambda: _multiple(_data(outcome=_flat()))),
    ("STAT-004", lambda: _multiple(_data(outcome=_twins()), burn_in=60)),
    ("STAT-011", lambda: _multiple(_data(covariates=np.ones(24)))),
    ("STAT-002", lambda: stats.impute_normal([[1, "x"]], imputations=1, seed=1)),
    ("STAT-010", lambda: stats.ancova_by_visit(ARM, reference="arm 9", visits=range(4))),
    ("STAT-010", lambda: stats.ancova_by_visit(["a"] * 4, reference="a", visits=range(4))),
    ("STAT-002", lambda: stats.ancova_by_visit(ARM, reference="arm 0", covariates=[NAN] * 24, visits=[1])),
    (
        "STAT-011",
        lambda: stats.ancova_by_visit(
            ARM, reference="arm 0", covariates=[float(a == "arm 1") for a in ARM], visits=range(4)
        ).function(np.ones((24, 4)), np.arange(24)),
    ),
    ("STAT-011", lambda: ANALYSIS.function(np.ones((2, 4)), np.arange(2))),
    ("STAT-002", lambda: stats.delta_adjustment(DATA, [1, 2])),
    ("STAT-002", lambda: stats.delta_adjustment(DATA, NAN)),
    ("STAT-002", lambda: stats.delta_adjustment(DATA, 1, lag=[1])),
    ("STAT-010", lambda: stats.delta_adjustment(DATA, {"arm 7": 1})),
    ("STAT-003", lambda: _conditional([[1, 2, NAN], [2, 3, 1], [5, 2, 2]])),
    ("STAT-003", lambda: _conditional([[1, NAN], [2, NAN]])),
    ("STAT-003", lambda: _conditional([[1, NAN], [2, 1]], kinds=["normal", "logistic"])),
    ("STAT-006", lambda: _conditional(kinds="linear")),
    ("STAT-007", lambda: _conditional(sweeps=0)),
    ("STAT-007", lambda: _conditional(imputations=1.5)),
    ("STAT-010", lambda: _conditional(kinds=["pmm"])),
    ("STAT-010", lambda: _conditional(kinds="logistic")),
    ("STAT-010", lambda: _conditional(predictors=[[True]])),
    ("STAT-010", lambda: _conditional([[NAN, 1], [2, 1], [3, 4]], sequential=True)),
    ("STAT-002", lambda: stats.impute_composite({"a": np.empty((0, 2))}, np.any, imputations=1, seed=1)),
    ("STAT-010", lambda: _composite(lambda parts: parts["score"])),
    ("STAT-010", lambda: _composite(lambda _parts: [1, 0])),
    ("STAT-010", lambda: _composite(np.any, components={"a": Y, "b": Y[:, :2]})),
    ("STAT-010", lambda: _composite(np.any, components={})),
    ("STAT-010", lambda: _composite(np.any, kinds={"b": "pmm"})),
    ("STAT-006", lambda: _composite(np.any, predictors="some")),
    ("STAT-010", lambda: _composite(lambda parts: parts["score"] > 0, non_responders=[True])),
    ("STAT-010", lambda: _composite(lambda parts: parts["score"] > 0, non_responders=[0] * 24)),
    ("STAT-002", lambda: stats.pool_responses(**RATES | {"responses": [[1, 0, 2, 0]]})),
    ("STAT-003", lambda: stats.pool_responses(**RATES | {"responses": [[1, 0, 1, 0]]})),
    ("STAT-004", lambda: stats.pool_responses(**RATES | {"responses": [[1, 1, 0, 0]] * 2})),
    ("STAT-005", lambda: stats.pool_responses(**RATES, scale="logit")),
    ("STAT-005", lambda: stats.pool_responses(**RATES, measure="log odds ratio")),
    ("STAT-006", lambda: stats.pool_responses(**RATES, measure="risk ratio")),
    ("STAT-006", lambda: stats.pool_responses(**RATES, scale="probit")),
    ("STAT-010", lambda: stats.pool_responses(**RATES | {"reference": "c"})),
    ("STAT-001", lambda: stats.shifted_difference(**TABLE | {"n1": 0})),
    ("STAT-004", lambda: stats.shifted_difference(**TABLE | {"x1": 0, "x2": 0})),
    ("STAT-007", lambda: stats.shifted_difference(**TABLE, delta1=NAN)),
    ("STAT-007", lambda: stats.shifted_difference(**TABLE | {"missing2": -1})),
    ("STAT-003", lambda: stats.impute_binary([1, NAN, 0, 1], list("aabb"), imputations=1, seed=1)),
    ("STAT-007", lambda: stats.impute_binary(BINARY, ARMS, imputations=1, seed=1, delta=NAN)),
    ("STAT-010", lambda: stats.impute_binary(BINARY, ARMS, imputations=1, seed=1, delta={"c": 1})),
    ("STAT-010", lambda: stats.impute_binary([2.0] * 6, ARMS, imputations=1, seed=1)),
    ("STAT-006", lambda: stats.carry_forward(Y, rule="LOCF")),
    ("STAT-006", lambda: stats.carry_forward(Y, worst="high")),
    ("STAT-010", lambda: stats.carry_forward(Y, rule="bocf")),
    ("STAT-002", lambda: stats.carry_forward(Y, baseline=[NAN] * 24)),
    ("STAT-007", lambda: stats.tipping_curve(_never, [0, 1], alpha=0)),
    ("STAT-010", lambda: stats.tipping_curve(_never, [0])),
    ("STAT-010", lambda: stats.tipping_curve(_never, [0, 1, 1])),
    ("STAT-010", lambda: stats.tipping_curve(_never, [0, NAN])),
    ("STAT-010", lambda: stats.tipping_grid(lambda _a, b: _never(b), [], [1])),
]


def _never(delta: float) -> stats.ShiftedDifference:
    raise AssertionError(delta)


def _means() -> stats.ConditionalMeans:
    cells = np.zeros(int(DATA.missing.sum()))
    return stats.ConditionalMeans(
        data=DATA, cells=cells, replicates=np.tile(cells, (24, 1)), covariance_by_arm=False
    )


@pytest.mark.parametrize(("fault", "call"), REFUSED, ids=[f"{i}-{f}" for i, (f, _) in enumerate(REFUSED)])
def test_refused_with_a_stable_id_a_place_and_a_hint(fault: str, call: Callable[[], object]) -> None:
    with pytest.raises(StatisticsError) as caught:
        call()
    assert [found.id for found in caught.value.faults][:1] == [fault]
    assert all(found.place and found.hint for found in caught.value.faults)


def test_all_faults_of_the_pooling_come_together() -> None:
    with pytest.raises(StatisticsError) as caught:
        stats.pool_rubin([1, 2], [1, -1, 1], df_complete=-3)
    assert [found.id for found in caught.value.faults] == ["STAT-003", "STAT-002", "STAT-007"]


def test_bootstrap_samples_that_do_not_converge_are_drawn_again_and_then_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from lupustrial.stats.imputation import _multiple as module

    class Prepared:
        calls = 0

        def fit(self, **options: Any) -> Any:
            Prepared.calls += 1
            if "times" in options and Prepared.calls % 3:
                raise StatisticsError(_fault())
            return self

        theta = np.zeros(1)

    class Model:
        prepared = Prepared()
        rows = np.arange(24)

        def parameters(self, _fit: Any) -> tuple[Any, Any]:
            return np.zeros(8), np.tile(np.eye(4), (2, 1, 1))

    monkeypatch.setattr(module, "prepare_model", lambda *_args, **_options: Model())
    found = _multiple(method="bootstrap", imputations=2)
    assert found.refitted > 0
    monkeypatch.setattr(Prepared, "fit", _always_fails)
    with pytest.raises(StatisticsError, match="STAT-013"):
        _multiple(method="bootstrap", imputations=1)


def _fault() -> Any:
    from lupustrial.errors import Fault

    return Fault(id="STAT-013", message="no convergence", place="covariance", hint="simpler")


def _always_fails(self: Any, **options: Any) -> Any:
    if "times" in options:
        raise StatisticsError(_fault())
    return self


def test_a_logistic_model_that_does_not_come_to_rest_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from lupustrial.stats.imputation import _univariate

    monkeypatch.setattr(_univariate, "_STEPS", 1)
    with pytest.raises(StatisticsError, match="STAT-013"):
        _univariate.logistic_mode(np.array([1.0, 0, 1]), np.ones((3, 1)))


def test_rates_of_zero_in_every_imputed_set_have_exact_limits() -> None:
    responses = [[0, 0, 0, 1, 0, 1], [0, 0, 0, 1, 1, 1]]
    for scale in ("identity", "logit"):
        options: dict[str, Any] = {"reference": "b", "scale": scale}
        if scale == "logit":
            options["reference"] = "a"
            responses = [[0, 0, 0, 1, 0, 0], [0, 0, 0, 1, 1, 0]]
        rate = stats.pool_responses(responses, ARMS, **options).rates[0]
        exact = stats.clopper_pearson(x=0, n=3)
        assert (rate.estimate, rate.lower, rate.upper) == (0, exact.lower, exact.upper)
        assert "exact limits" in rate.note


def test_weak_prior_carries_small_arms() -> None:
    data = _data(outcome=Y[:12], arm=ARM[:12])
    drawn = _multiple(data, covariance_by_arm=True, prior="weak", burn_in=20)
    assert np.isfinite(drawn.cells).all()
