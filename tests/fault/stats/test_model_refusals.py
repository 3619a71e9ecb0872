"""What designs and models refuse, by name; and what they say instead of a wrong number."""

from __future__ import annotations

import builtins
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from refusals import check_refusal, each_of

from lupustrial import stats
from lupustrial.errors import StatisticsError
from lupustrial.stats.adjustment import _logistic
from lupustrial.stats.adjustment._working_correlation import WorkingCorrelation

COLUMNS: dict[str, Any] = {
    "y": [3.0, 5.0, 4.0, 8.0, 6.0, 9.5, 7.0, 1.0],
    "arm": ["P", "P", "T", "T", "P", "T", "T", "P"],
    "site": ["a", "a", "a", "b", "b", "b", "a", "b"],
    "x": [1.0, 2.0, 4.0, 3.0, 2.5, 6.0, 5.0, 0.5],
    "event": [0, 1, 0, 1, 1, 1, 0, 0],
    "one": ["z"] * 8,
    "gap": [1.0, None, 4.0, math.nan, 2.5, 6.0, 5.0, 0.5],
    "who": ["1", "1", "2", "2", "3", "3", "4", "4"],
    "visit": [1, 2, 1, 2, 1, 2, 1, 2],
}


def _design(formula: str = "y ~ arm + x", **options: Any) -> stats.Design:
    return stats.model_design(formula, COLUMNS, **options)


def _with(formula: str, *, missing: str = "refuse", **columns: Any) -> stats.Design:
    return stats.model_design(formula, COLUMNS | columns, missing=missing)


def _gee(formula: str = "event ~ x", **options: Any) -> stats.GeeFit:
    given = {"participant": COLUMNS["who"], "visit": COLUMNS["visit"], "correlation": "ar1"} | options
    return stats.gee(_design(formula), **given)


REFUSED: list[tuple[str, Callable[[], object]]] = [
    *(
        ("STAT-009", lambda text=text: _design(text))  # type: ignore[misc]
        for text in (
            *("y arm", "y ~ arm ~ x", "y + x ~ arm", "1 ~ arm", "y ~ arm +", "y ~ log(x)", "y ~ x^2"),
            *("y ~ (arm + x", "y ~ arm x", "y ~ arm)", "y ~ 2", "y ~ :arm", "y ~ arm:1", "~ 1", "y ~ nobody"),
            *("yy ~ arm", "", "y ~ arm $ x"),
        )
    ),
    ("STAT-009", lambda: _design(reference={"site": "a"})),
    ("STAT-009", lambda: _design(levels={"site": ["a", "b"]})),
    ("STAT-010", lambda: _design(reference={"arm": "Q"})),
    ("STAT-010", lambda: _design(levels={"arm": ["P"]})),
    ("STAT-010", lambda: _design("arm ~ x")),
    ("STAT-010", lambda: _design("y ~ one")),
    ("STAT-010", lambda: _with("y ~ x", x=[1.0, 2.0])),
    ("STAT-010", lambda: _with("y ~ x", x=[1, "a"] * 4)),
    ("STAT-010", lambda: _with("y ~ x", x=[[1], [2]] * 4)),
    ("STAT-010", lambda: _with("y ~ x", x=np.ones((8, 2)))),
    ("STAT-010", lambda: _with("y ~ x", x=[np.ones(2)] * 8)),
    ("STAT-010", lambda: _with("y ~ x", x=["1", 2.0] * 4)),
    ("STAT-002", lambda: _with("y ~ x", x=[1.0, math.inf] * 4)),
    ("STAT-002", lambda: _design("y ~ gap")),
    ("STAT-003", lambda: _with("y ~ x", missing="drop", x=[None] * 8)),
    (
        "STAT-010",
        lambda: stats.model_design(
            "y ~ a + b",
            {"y": [1, 2, 3, 4], "a": ["r", "s", "t", "s"], "b": [None, 1, 2, 3]},
            reference={"a": "r"},
            missing="drop",
        ),
    ),
    ("STAT-006", lambda: _design(missing="ignore")),
    ("STAT-009", lambda: _design().term("site")),
    ("STAT-009", lambda: _design().matrix_at({"site": "a"})),
    ("STAT-010", lambda: _design().matrix_at({"arm": "Q"})),
    ("STAT-010", lambda: _design().matrix_at({"x": math.nan})),
    ("STAT-010", lambda: _design().matrix_at({"x": "high"})),
    ("STAT-006", lambda: stats.lsmean_rows(_design(), ["arm"], weights="cells")),
    ("STAT-009", lambda: stats.lsmean_rows(_design(), ["x"])),
    ("STAT-009", lambda: stats.lsmean_rows(_design("y ~ x"), ["arm"])),
    ("STAT-009", lambda: stats.contrast_rows(_design(), "arm", by=["arm"])),
    ("STAT-009", lambda: stats.contrast_rows(_design(), "arm", at={"arm": "P"})),
    ("STAT-010", lambda: stats.contrast_rows(_design(), "arm", reference="Q")),
    ("STAT-006", lambda: stats.hypothesis_rows(_design(), "arm", kind="I")),
    ("STAT-009", lambda: stats.hypothesis_rows(_design(), "site")),
    ("STAT-011", lambda: stats.hypothesis_rows(_with("y ~ x + z", z=[2 * v for v in COLUMNS["x"]]), "x")),
    ("STAT-011", lambda: stats.linear_model(_with("y ~ x + z", z=[2 * v for v in COLUMNS["x"]]))),
    ("STAT-011", lambda: stats.linear_model(_with("y ~ x + z", z=[0.0] * 8))),
    ("STAT-011", lambda: stats.linear_model(np.eye(3), y=[1, 2, 4])),
    ("STAT-011", lambda: stats.linear_model(np.ones((2, 3)), y=[1, 2])),
    ("STAT-006", lambda: stats.linear_model(_design(), covariance="HC6")),
    ("STAT-009", lambda: stats.linear_model(_design("~ x"))),
    ("STAT-009", lambda: stats.linear_model(_with("y ~ 0"))),
    ("STAT-010", lambda: stats.linear_model(_design("~ x"), y=[1, 2, 3])),
    ("STAT-002", lambda: stats.linear_model(_design("~ x"), y=[math.nan] * 8)),
    ("STAT-002", lambda: stats.linear_model(np.array([1.0, 2.0]), y=[1, 2])),
    ("STAT-002", lambda: stats.linear_model(np.array([[1.0], [math.nan]]), y=[1, 2])),
    ("STAT-004", lambda: stats.linear_model(_with("z ~ x", z=[1 + 3 * v for v in COLUMNS["x"]]))),
    ("STAT-004", lambda: stats.linear_model(_with("z ~ x", z=[0.1] * 8))),
    ("STAT-004", lambda: stats.linear_model(_with("y ~ s", s=["u"] + ["v"] * 7), covariance="HC3")),
    (
        "STAT-004",
        lambda: stats.term_test(
            stats.linear_model(_with("y ~ 0 + s", s=["u"] + ["v"] * 7), covariance="HC0"), "s"
        ),
    ),
    (
        "STAT-004",
        lambda: stats.linear_estimates(
            stats.linear_model(_design("y ~ x:arm")),
            stats.contrast_rows(_design("y ~ x:arm"), "arm", at={"x": 0.0}),
        ),
    ),
    ("STAT-007", lambda: stats.linear_estimates(stats.linear_model(_design()), confidence_level=95)),
    ("STAT-009", lambda: stats.term_test(stats.linear_model(np.ones((3, 1)), y=[1, 2, 4]), "x1")),
    (
        "STAT-010",
        lambda: stats.linear_estimates(
            stats.linear_model(_design()), stats.lsmean_rows(_design("y ~ arm"), ["arm"])
        ),
    ),
    ("STAT-009", lambda: stats.ancova("y ~ x", COLUMNS, treatment="arm")),
    ("STAT-010", lambda: stats.logistic_regression(_design())),
    ("STAT-004", lambda: stats.logistic_regression(_with("event ~ x", event=[1] * 8))),
    ("STAT-011", lambda: stats.logistic_regression(np.eye(3), y=[1, 0, 1])),
    ("STAT-006", lambda: stats.logistic_regression(_design("event ~ x"), covariance="robust")),
    ("STAT-012", lambda: stats.logistic_regression(_with("z ~ arm", z=[0, 1, 1, 1, 0, 1, 1, 0]))),
    ("STAT-012", lambda: stats.logistic_regression(_with("z ~ arm", z=[0, 0, 1, 1, 0, 1, 1, 0]))),
    ("STAT-006", lambda: stats.g_computation(_design("event ~ arm"), "arm", measure="difference")),
    ("STAT-006", lambda: stats.g_computation(_design("event ~ arm"), "arm", variance="delta")),
    ("STAT-006", lambda: stats.g_computation(_design("event ~ arm"), "arm", residual_variance="both")),
    (
        "STAT-006",
        lambda: stats.g_computation(_design("event ~ arm"), "arm", variance="ge", strata=COLUMNS["site"]),
    ),
    ("STAT-007", lambda: stats.g_computation(_design("event ~ arm"), "arm", confidence_level=0)),
    ("STAT-009", lambda: stats.g_computation(_design("event ~ x"), "arm")),
    ("STAT-009", lambda: stats.g_computation(_design("event ~ arm:x"), "arm")),
    ("STAT-010", lambda: stats.g_computation(_design("event ~ arm"), "arm", reference="Q")),
    ("STAT-010", lambda: stats.g_computation(_design("event ~ arm"), "arm", strata=["a"] * 7)),
    ("STAT-002", lambda: stats.g_computation(_design("event ~ arm"), "arm", strata=["a"] * 7 + [""])),
    (
        "STAT-005",
        lambda: stats.g_computation(_design("event ~ arm"), "arm", strata=["a", *COLUMNS["arm"][1:]]),
    ),
    ("STAT-006", lambda: _gee(family="poisson")),
    ("STAT-006", lambda: _gee(correlation="unstructured")),
    ("STAT-006", lambda: _gee(covariance="HC3")),
    ("STAT-010", lambda: _gee(visit=None)),
    ("STAT-010", lambda: _gee(visit=[1, 1.5] * 4)),
    ("STAT-010", lambda: _gee(visit=["week 0", "week 2"] * 4)),
    ("STAT-010", lambda: _gee(visit=[1, 1] * 4)),
    ("STAT-010", lambda: _gee(visit=[1, None] * 4)),
    ("STAT-010", lambda: _gee(participant=["1"] * 7)),
    ("STAT-003", lambda: _gee(participant=list("12345678"))),
    ("STAT-012", lambda: stats.gee(_with("z ~ arm", z=[0, 1, 1, 1, 0, 1, 1, 0]), participant=COLUMNS["who"])),
    (
        "STAT-013",
        lambda: stats.gee(
            _with("z ~ 1", z=[1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 9.0, 9.0]),
            participant=COLUMNS["who"],
            visit=COLUMNS["visit"],
            family="gaussian",
            correlation="exchangeable",
        ),
    ),
    (
        "STAT-013",
        lambda: stats.gee(
            _with("z ~ 1", z=[1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 9.0, 9.0]),
            participant=COLUMNS["who"],
            visit=COLUMNS["visit"],
            family="gaussian",
            correlation="ar1",
        ),
    ),
]


@each_of(REFUSED)
def test_refused_by_name(fault: str, call: Callable[[], object]) -> None:
    check_refusal(fault, call)


def test_every_unknown_name_and_every_unusable_factor_is_told_at_once() -> None:
    with pytest.raises(StatisticsError) as refused:
        stats.model_design("yy ~ arn + x", COLUMNS)
    assert [fault.message for fault in refused.value.faults] == ["no variable 'arn'", "no variable 'yy'"]
    assert "did you mean arm?" in refused.value.faults[0].hint
    with pytest.raises(StatisticsError) as refused:
        stats.model_design("y ~ one + two", COLUMNS | {"two": ["k"] * 8})
    assert [fault.place for fault in refused.value.faults] == ["one", "two"]


def test_missing_rows_are_counted_when_refused_and_when_dropped() -> None:
    with pytest.raises(StatisticsError, match=r"missing values in 2 rows \(gap 2\)"):
        _design("y ~ gap")
    dropped = _design("y ~ gap", missing="drop")
    assert (dropped.n, dropped.n_dropped, dropped.rows.tolist()) == (6, 2, [0, 2, 4, 5, 6, 7])
    assert stats.linear_model(dropped).n_dropped == 2
    text = _with("y ~ arm", missing="drop", arm=["P", None, "", math.nan, "T", "T", "P", "T"])
    assert (text.n_dropped, text.levels["arm"]) == (3, ("P", "T"))
    array = _with("y ~ arm", arm=np.array(COLUMNS["arm"]))
    assert repr(array.levels["arm"]) == "('P', 'T')"
    assert stats.linear_model(array).n == 8


def test_separation_names_the_columns_and_its_kind() -> None:
    with pytest.raises(StatisticsError, match="quasi-complete separation of the outcomes by armT"):
        stats.logistic_regression(_with("z ~ arm + x", z=[0, 1, 1, 1, 0, 1, 1, 0], x=[2.0, 1.0] * 4))
    with pytest.raises(StatisticsError, match=r"complete separation of the outcomes by \(Intercept\), x"):
        stats.logistic_regression(_with("z ~ x", z=[0, 0, 1, 1, 0, 1, 1, 0]))


def test_separation_is_seen_where_values_differ_little_from_each_other() -> None:
    x = 1 + np.arange(8) * 1e-6
    with pytest.raises(StatisticsError, match="STAT-012 complete"):
        stats.logistic_regression(_with("z ~ x", x=x, z=[0, 0, 0, 0, 1, 1, 1, 1]))
    x[4] = x[3]
    with pytest.raises(StatisticsError, match=r"STAT-012 quasi-complete .* by \(Intercept\), x:"):
        stats.logistic_regression(_with("z ~ x", x=x, z=[0, 0, 0, 0, 1, 1, 1, 1]))


def test_too_many_steps_are_no_convergence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lupustrial.stats.adjustment._logistic._STEPS", 2)
    with pytest.raises(StatisticsError, match="STAT-013"):
        stats.logistic_regression(_design("event ~ x"))


def test_a_step_that_goes_too_far_is_halved(monkeypatch: pytest.MonkeyPatch) -> None:
    plain, real, asked = stats.logistic_regression(_design("event ~ x")), _logistic._deviance, [0]

    def rising_once(eta: Any, y: Any) -> float:
        asked[0] += 1
        return math.inf if asked[0] == 2 else real(eta, y)  # the second is that of the first step

    monkeypatch.setattr(_logistic, "_deviance", rising_once)
    halved = stats.logistic_regression(_design("event ~ x"))
    assert halved.coefficients == pytest.approx(plain.coefficients, rel=1e-8)
    assert halved.steps >= plain.steps


def test_large_but_finite_estimates_are_given() -> None:
    x = [0.0] * 400 + [1.0] * 400
    z = [1] * 1 + [0] * 399 + [1] * 399 + [0] * 1
    fit = stats.logistic_regression(stats.model_design("z ~ x", {"x": x, "z": z}))
    assert fit.coefficients[1] == pytest.approx(2 * math.log(399), rel=1e-9)
    far = [-900.0, 900.0, *([0.0, 0.1] * 20)]
    outcome = [0, 1, *([1, 0, 0, 1] * 10)]
    steep = stats.logistic_regression(stats.model_design("z ~ x", {"x": far, "z": outcome}))
    assert np.abs(np.log(steep.fitted[0])) > 15
    far[0], far[1] = -90_000.0, 90_000.0
    certain = stats.logistic_regression(stats.model_design("z ~ x", {"x": far, "z": outcome}))
    assert certain.coefficients[1] == pytest.approx(steep.coefficients[1], abs=0.2)
    assert (steep.n, steep.events) == (42, 21)


def test_gee_without_statsmodels_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *others: Any, **more: Any) -> Any:
        if name.startswith("statsmodels"):
            raise ImportError(name)
        return real(name, *others, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(StatisticsError, match=r"(?s)STAT-014.*lupustrial\[models\]"):
        _gee()


def test_what_statsmodels_warns_of_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lupustrial.stats.adjustment._gee._STEPS", 2)
    with pytest.raises(StatisticsError, match=r"STAT-013 .*no solution"):
        _gee("y ~ x", family="gaussian")


def test_few_participants_are_pointed_to_the_bias_reduced_errors() -> None:
    assert "bias_reduced" in _gee("y ~ x", family="gaussian").note
    assert _gee("y ~ x", family="gaussian", covariance="bias_reduced").note == ""


def test_correlation_at_the_edge_is_refused_and_none_is_estimated_under_independence() -> None:
    times = [np.arange(3.0), np.arange(3.0)]
    alike = [np.ones(3), -np.ones(3)]
    with pytest.raises(StatisticsError, match="ar1 working correlation came to 1"):
        WorkingCorrelation("ar1", times).update(alike)
    with pytest.raises(StatisticsError, match=r"exchangeable working correlation came to -0\.5"):
        WorkingCorrelation("exchangeable", times).update([np.array([1.0, -1, 0]), np.array([1.0, 0, -1])])
    free = WorkingCorrelation("independence", times)
    free.update(alike)
    assert (free.alpha, free.matrix(0).tolist()) == (0.0, np.eye(3).tolist())
