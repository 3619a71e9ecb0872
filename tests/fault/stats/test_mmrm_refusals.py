"""Every way in which a mixed model is refused, and what the refusal says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from lupustrial import stats
from lupustrial.errors import StatisticsError
from lupustrial.stats.mmrm import _optimum
from lupustrial.stats.mmrm._likelihood import evaluate

N, M = 12, 3
SUBJECT, VISIT = np.repeat(np.arange(N), M), np.tile(np.arange(M), N)
ARM = (SUBJECT % 2).astype(float)
DRAW = np.random.default_rng(3)
Y = DRAW.normal(size=N * M) + np.repeat(DRAW.normal(size=N), M)
X = np.column_stack([np.ones(N * M), ARM, np.eye(M)[VISIT][:, 1:]])
GOOD: dict[str, Any] = {"y": Y, "x": X, "subject": SUBJECT, "visit": VISIT}


def _changed(name: str, row: int, value: Any) -> dict[str, Any]:
    array = GOOD[name].astype(float if name in {"y", "x"} else GOOD[name].dtype).copy()
    array[row] = value
    return {name: array}


def _refused(*ids: str, **options: Any) -> str:
    with pytest.raises(StatisticsError) as caught:
        stats.fit_mmrm(**GOOD | options)
    assert [fault.id for fault in caught.value.faults] == list(ids)
    return str(caught.value)


def test_the_data_are_good_unless_changed() -> None:
    assert stats.fit_mmrm(**GOOD).converged


@pytest.mark.parametrize("y", ["text", [["nested"]], [], [[1.0]]])
def test_an_outcome_that_is_no_list_of_numbers(y: Any) -> None:
    assert "y: STAT-002" in _refused("STAT-002", y=y)


def test_a_design_that_is_no_table() -> None:
    assert "rows by columns" in _refused("STAT-002", x=Y)


def test_all_missing_and_infinite_values_are_told_at_once() -> None:
    weights = np.ones(N * M)
    weights[4] = 0
    text = _refused(
        "STAT-002",
        "STAT-002",
        "STAT-002",
        **_changed("y", 3, np.inf),
        **_changed("x", 7, np.nan),
        weights=weights,
    )
    assert "x: STAT-002 row 7" in text
    assert "weights: STAT-002 row 4 is missing, infinite or not above 0" in text


def test_coordinates_that_are_missing() -> None:
    time = VISIT.astype(float)
    time[2] = np.nan
    assert "coordinates" in _refused("STAT-002", covariance="sp_exp", coordinates=time)


def test_lengths_that_differ_are_told_at_once() -> None:
    text = _refused("STAT-003", "STAT-003", subject=SUBJECT[1:], group=["a"])
    assert "subject: STAT-003 35 rows where y has 36" in text


def test_an_outcome_that_nobody_has() -> None:
    assert "no outcome" in _refused("STAT-003", y=np.full(N * M, np.nan))


@pytest.mark.parametrize(
    "labels", [[None] * N * M, np.full(N * M, np.nan), [float("nan"), "a"] * (N * M // 2)]
)
def test_a_label_that_is_missing(labels: Any) -> None:
    assert "label" in _refused("STAT-002", subject=labels)


def test_more_coefficients_than_outcomes() -> None:
    few = {name: value[:4] for name, value in GOOD.items()}
    assert "4 coefficients, but 4 observed" in _refused("STAT-003", **few)


def test_names_that_are_not_one_a_column() -> None:
    assert "3 names for 4 columns" in _refused("STAT-003", names=["a", "b", "c"])


@pytest.mark.parametrize(
    ("option", "value"), [("covariance", "unstructered"), ("method", "mle"), ("on_failure", "warn")]
)
def test_an_unknown_option(option: str, value: str) -> None:
    assert option in _refused("STAT-006", **{option: value})


@pytest.mark.parametrize("options", [{"covariance": "sp_exp"}, {"coordinates": VISIT}])
def test_coordinates_go_with_spatial_covariances_only(options: dict[str, Any]) -> None:
    assert "coordinates" in _refused("STAT-006", **options)


@pytest.mark.parametrize(("visits", "says"), [([0, 1], "2 is not among"), ([0, 1, 2, 2], "given twice")])
def test_an_order_of_visits_that_does_not_fit(visits: list[int], says: str) -> None:
    assert says in _refused("STAT-006", visits=visits)


def test_an_outcome_that_the_design_explains() -> None:
    assert "visit 0" in _refused("STAT-004", y=np.full(N * M, 3.0))
    change = np.where(VISIT == 0, 0.0, Y)
    steps = np.eye(M)[VISIT]
    assert "completely at visit 0\n" in _refused("STAT-004", y=change, x=steps)
    one_arm = np.where((VISIT == 1) & (ARM == 0), 1.0, Y)
    x = np.column_stack([steps, steps * ARM[:, None]])
    text = _refused("STAT-004", y=one_arm, x=x, group=np.where(ARM > 0, "TRT", "PBO"))
    assert "visit 1 of 'PBO'" in text


def test_columns_that_follow_from_others_are_named() -> None:
    names = ["(Intercept)", "arm", "visit 1", "visit 2", "again"]
    text = _refused("STAT-011", x=np.column_stack([X, X[:, 0] - X[:, 1]]), names=names)
    assert "earlier ones: again" in text
    assert "x[4]" in _refused("STAT-011", x=np.column_stack([X, np.zeros(N * M)]))
    nobody = np.where((VISIT == 2) & (ARM > 0), np.nan, Y)
    assert "x[4]" in _refused("STAT-011", y=nobody, x=np.column_stack([X, X[:, 3] * ARM]))


def test_two_rows_for_one_visit_name_the_participant() -> None:
    assert "(0, 0)" in _refused("STAT-020", **_changed("visit", 1, 0))


def test_a_participant_in_two_groups() -> None:
    group = np.where(ARM > 0, "TRT", "PBO")
    group[4] = "PBO"
    assert "participant 1 has more than one group" in _refused("STAT-020", group=group)


def test_visits_never_seen_together_name_the_parameter() -> None:
    either = np.where((SUBJECT < 6) == (VISIT == 2), np.nan, Y)
    either[VISIT == 1] = Y[VISIT == 1]
    assert "do not determine UN(3,1)\n" in _refused("STAT-021", y=either)
    assert stats.fit_mmrm(**GOOD | {"y": either}, covariance="ar1").converged


def test_a_visit_that_a_group_lacks_names_the_group() -> None:
    lacking = np.where((VISIT == 2) & (ARM > 0), np.nan, Y)
    text = _refused("STAT-021", y=lacking, group=np.where(ARM > 0, "TRT", "PBO"))
    assert "UN(3,1) TRT, UN(3,2) TRT, UN(3,3) TRT" in text


def test_a_single_visit_has_no_correlation() -> None:
    first = VISIT == 0
    data = {name: value[first] for name, value in GOOD.items()} | {"x": X[first][:, :2]}
    for covariance in ("ar1", "cs"):
        assert "do not determine" in _refused("STAT-021", **data, covariance=covariance)
    assert "SP(EXP)" in _refused("STAT-021", **data, covariance="sp_exp", coordinates=VISIT[first])


def test_two_visits_at_one_place() -> None:
    assert "one place" in _refused("STAT-021", covariance="sp_exp", coordinates=np.ones(N * M))


def test_fewer_participants_than_an_unstructured_covariance_needs() -> None:
    few = SUBJECT < 3
    data = {name: value[few] for name, value in GOOD.items()}
    assert "us: the covariance became singular" in _refused("STAT-013", **data)
    fit = stats.fit_mmrm(**data, on_failure="return")
    assert (fit.converged, fit.notes[0]) == (False, "the covariance became singular")
    with pytest.raises(StatisticsError, match="STAT-013 the fit did not converge"):
        stats.test_contrast(fit, [1, 0, 0, 0])


def test_independent_visits_do_not_determine_a_range() -> None:
    draw = np.random.default_rng(1)
    y = draw.normal(size=N * M)
    y += np.tile([1.0, -1.0, 1.0], N) * np.repeat(draw.normal(size=N), M)
    text = _refused("STAT-013", y=y, covariance="sp_exp", coordinates=VISIT)
    assert "correlations vanished, so nothing determines SP(EXP)" in text


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ({"without": 12}, "STAT-007"),
        ({"without": -1}, "STAT-007"),
        ({"times": [1, 2]}, "STAT-003"),
        ({"times": [0] * 12}, "STAT-007"),
        ({"times": [0.5] * 12}, "STAT-007"),
        ({"times": [-1] + [1] * 11}, "STAT-007"),
        ({"times": [np.nan] + [1] * 11}, "STAT-007"),
        ({"on_failure": "ignore"}, "STAT-006"),
        ({"times": [1, 1] + [0] * 10}, "STAT-013"),
        ({"times": [1, 0] * 6}, "STAT-013"),
    ],
)
def test_a_refit_that_cannot_be(options: dict[str, Any], fault: str) -> None:
    prepared = stats.prepare_mmrm(**GOOD)
    with pytest.raises(StatisticsError) as caught:
        prepared.fit(**options)
    assert caught.value.faults[0].id == fault


FIT = stats.fit_mmrm(**GOOD)
ONE = [0.0, 1, 0, 0]


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ([0, 1, 0], "STAT-003"),
        (np.zeros((0, 4)), "STAT-003"),
        ([0, np.nan, 0, 0], "STAT-002"),
        (["a", "b", "c", "d"], "STAT-002"),
        (np.zeros((1, 1, 4)), "STAT-002"),
        ([0, 0, 0, 0], "STAT-011"),
        ([ONE, [0, 2, 0, 0]], "STAT-011"),
    ],
)
def test_rows_that_do_not_fit_the_model(rows: Any, fault: str) -> None:
    with pytest.raises(StatisticsError, match=fault):
        stats.test_contrast(FIT, rows)


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ({"df": "containment"}, "STAT-006"),
        ({"vcov": "robust"}, "STAT-006"),
        ({"parametrisation": "cholesky"}, "STAT-006"),
        ({"information": "average"}, "STAT-006"),
        ({"confidence_level": 95}, "STAT-007"),
        ({"df": "kenward_roger", "vcov": "empirical"}, "STAT-022"),
    ],
)
def test_options_of_a_test_that_do_not_exist_or_do_not_go_together(
    options: dict[str, Any], fault: str
) -> None:
    with pytest.raises(StatisticsError, match=fault):
        stats.test_contrast(FIT, ONE, **options)


def test_kenward_roger_needs_reml() -> None:
    fit = stats.fit_mmrm(**GOOD, method="ml")
    with pytest.raises(StatisticsError, match="Kenward-Roger with ml"):
        stats.test_contrast(fit, ONE, df="kenward_roger")


def test_the_sandwich_needs_each_participant_once_and_none_alone() -> None:
    prepared = stats.prepare_mmrm(**GOOD)
    twice = prepared.fit(times=[2] + [1] * 11)
    with pytest.raises(StatisticsError, match="counts more than once"):
        stats.test_contrast(twice, ONE, vcov="empirical")
    alone = np.column_stack([X, SUBJECT == 0])
    fit = stats.fit_mmrm(**GOOD | {"x": alone}, covariance="cs")
    row = [0, 1, 0, 0, 0]
    with pytest.raises(StatisticsError, match="the jackknife covariance does not exist"):
        stats.test_contrast(fit, row, vcov="empirical_jackknife")
    assert stats.test_contrast(fit, row, vcov="empirical_bias_reduced").standard_error > 0
    each = stats.fit_mmrm(**GOOD | {"x": np.eye(N)[SUBJECT]}, covariance="ar1")
    with pytest.raises(StatisticsError, match="STAT-004 the estimate has no variance"):
        stats.test_contrast(each, np.eye(N)[0], vcov="empirical")


def test_more_functions_than_participants_have_a_singular_sandwich() -> None:
    few = SUBJECT < 5
    data = {name: value[few] for name, value in GOOD.items()}
    x = np.column_stack([np.eye(M)[VISIT], np.eye(M)[VISIT] * ARM[:, None]])[few]
    fit = stats.fit_mmrm(**data | {"x": x}, covariance="cs")
    with pytest.raises(StatisticsError, match="STAT-004 the covariance of the functions is singular"):
        stats.test_contrast(fit, np.eye(6), vcov="empirical", df="residual")


def test_an_information_that_is_singular() -> None:
    flat = replace(FIT, theta_vcov=None)
    with pytest.raises(StatisticsError, match="STAT-022 the observed information is singular"):
        stats.test_contrast(flat, ONE)
    assert stats.test_contrast(flat, ONE, information="expected").df > 0


def test_kenward_roger_with_two_degrees_of_freedom_is_nought_by_nought() -> None:
    pairs = (SUBJECT < 4) & (VISIT < 2)
    data = {name: value[pairs] for name, value in GOOD.items()} | {"x": np.eye(2)[VISIT[pairs]]}
    fit = stats.fit_mmrm(**data)
    with pytest.raises(StatisticsError, match="approximation of F does not exist"):
        stats.test_contrast(fit, np.eye(2), df="kenward_roger")
    assert stats.test_contrast(fit, [1, -1], df="kenward_roger").df == pytest.approx(3)


def test_outcomes_that_hardly_change_make_a_spatial_covariance_singular() -> None:
    y = np.repeat(DRAW.normal(size=N), M) + 1e-7 * DRAW.normal(size=N * M)
    assert "singular" in _refused("STAT-013", y=y, covariance="sp_gau", coordinates=VISIT)


def test_a_search_that_takes_too_many_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_optimum, "MOST_STEPS", 1)
    assert "us: not converged after 1 steps" in _refused("STAT-013")


def test_a_start_that_makes_no_sense_is_passed_over() -> None:
    prepared = stats.prepare_mmrm(**GOOD)
    for start in (np.full(6, np.nan), np.full(6, -1.0), np.ones(2)):
        assert prepared.fit(start=start).beta == pytest.approx(FIT.beta, rel=1e-8)
    y = Y + 2 * np.repeat(DRAW.normal(size=N), M)
    spatial = stats.prepare_mmrm(**GOOD | {"y": y}, covariance="sp_exp", coordinates=VISIT)
    negative = spatial.fit(start=np.array([-1.0, 1.0]))
    assert negative.beta == pytest.approx(spatial.fit().beta, rel=1e-8)


def test_the_whole_matrix_must_be_a_covariance_even_where_nobody_has_every_visit() -> None:
    pairs = Y.copy()
    pairs[SUBJECT % 3 == VISIT] = np.nan
    prepared = stats.prepare_mmrm(**GOOD | {"y": pairs})
    impossible = np.array([1.0, 0.9, 1.0, -0.9, 0.9, 1.0])  # each pair may be, all three may not
    problem = prepared.fit(on_failure="return").inside.problem
    assert evaluate(problem, impossible) is None
    assert evaluate(problem, np.array([1.0, 0.5, 1.0, 0.25, 0.5, 1.0])) is not None


def test_columns_that_become_dependent_have_no_likelihood() -> None:
    problem = FIT.inside.problem
    z = problem.data.z.copy()
    z[..., 1] = z[..., 0] + 7e-8 * z[..., 1]
    assert evaluate(replace(problem, data=replace(problem.data, z=z)), FIT.theta) is None


def test_a_fallback_order_that_is_empty_or_unknown() -> None:
    for order in ((), ("us", "unknown")):
        with pytest.raises(StatisticsError, match="STAT-006"):
            stats.fit_mmrm_with_fallback(**GOOD, order=order)
