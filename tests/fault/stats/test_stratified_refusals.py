"""What methods for strata refuse, and what they say of strata that cannot be compared."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from refusals import check_refusal, each_of

from lupustrial import stats
from lupustrial.errors import StatisticsError

T: dict[str, Any] = {"x1": [3, 4], "n1": [9, 8], "x2": [5, 2], "n2": [9, 7]}
NONE: dict[str, Any] = {"x1": [0, 0], "n1": [9, 8], "x2": [0, 0], "n2": [9, 7]}
ALL: dict[str, Any] = {"x1": [9, 8], "n1": [9, 8], "x2": [9, 7], "n2": [9, 7]}
FIRST: dict[str, Any] = {"x1": [3, 4], "n1": [9, 8], "x2": [0, 0], "n2": [9, 7]}
ONE_ARM: dict[str, Any] = {"x1": [3, 0], "n1": [9, 0], "x2": [0, 1], "n2": [0, 7]}
MANY: dict[str, Any] = {"x1": [900] * 2, "n1": [2000] * 2, "x2": [800] * 2, "n2": [2000] * 2}
CUBE = np.array([[[1, 2], [3, 4]], [[2, 2], [1, 5]]])
score = stats.stratified_miettinen_nurminen

REFUSED: list[tuple[str, Callable[[], object]]] = [
    ("STAT-001", lambda: stats.cmh(**T | {"x1": [3, 9]})),
    ("STAT-001", lambda: stats.cmh(**T | {"x1": [3, -1]})),
    ("STAT-001", lambda: stats.cmh(**T | {"x1": [3, 0.5]})),
    ("STAT-001", lambda: stats.cmh(**T | {"n1": [9, 10**12]})),
    ("STAT-001", lambda: stats.cmh(**T | {"n2": [9, None]})),
    ("STAT-001", lambda: stats.stratified_wilson(x=[1, 5], n=[4, 4])),
    ("STAT-001", lambda: stats.stratified_wilson(x=[1, 0], n=[4, 0])),
    ("STAT-001", lambda: stats.cochran_armitage(x=[1, 5], n=[4, 4])),
    ("STAT-001", lambda: stats.generalised_cmh(CUBE - 3)),
    ("STAT-001", lambda: stats.generalised_cmh(CUBE + 0.5)),
    ("STAT-001", lambda: stats.generalised_cmh(CUBE * math.inf)),
    ("STAT-001", lambda: stats.generalised_cmh(CUBE.astype(str))),
    ("STAT-002", lambda: stats.cmh(**T | {"x1": 3})),
    ("STAT-002", lambda: stats.cmh(**T | {"x1": "34"})),
    ("STAT-002", lambda: stats.stratified_wilson(x=[1], n=[4], weights=[math.nan])),
    ("STAT-002", lambda: stats.cochran_armitage(x=[1, 2], n=[4, 4], scores=[0, math.inf])),
    ("STAT-002", lambda: stats.generalised_cmh(CUBE, statistic="row means", column_scores=[1, math.nan])),
    ("STAT-002", lambda: stats.cross_tabulate(["a", None], [1, 2])),
    ("STAT-002", lambda: stats.cross_tabulate(["a", 1], [1, 2])),
    ("STAT-002", lambda: stats.cross_tabulate([1, 2], [1, 2], [1, math.nan])),
    ("STAT-003", lambda: stats.cmh(**T | {"x1": [3]})),
    ("STAT-003", lambda: stats.cmh(x1=[], n1=[], x2=[], n2=[])),
    ("STAT-003", lambda: stats.cmh(**ONE_ARM)),
    ("STAT-003", lambda: stats.stratified_wilson(x=[1, 2], n=[4, 4], weights=[1])),
    ("STAT-003", lambda: stats.cochran_armitage(x=[1, 2], n=[4, 4], scores=[1])),
    ("STAT-003", lambda: stats.cochran_armitage(x=[1, 0], n=[4, 0])),
    ("STAT-003", lambda: stats.generalised_cmh(CUBE[0, 0])),
    ("STAT-003", lambda: stats.generalised_cmh(CUBE[:, :1])),
    ("STAT-003", lambda: stats.generalised_cmh(CUBE[:0])),
    ("STAT-003", lambda: stats.generalised_cmh(CUBE, statistic="correlation", row_scores=[1, 2, 3])),
    ("STAT-003", lambda: stats.cross_tabulate([], [])),
    ("STAT-003", lambda: stats.cross_tabulate([1, 2], [1])),
    ("STAT-004", lambda: stats.stratified_wald(**NONE, weighting="inverse variance")),
    ("STAT-004", lambda: stats.minimum_risk(**T | {"x1": [0, 4], "x2": [0, 2]})),
    ("STAT-004", lambda: stats.cochran_armitage(x=[1, 2, 0], n=[4, 4, 0], scores=[1, 1, 2])),
    ("STAT-005", lambda: stats.mantel_haenszel_odds_ratio(**NONE)),
    ("STAT-005", lambda: stats.mantel_haenszel_odds_ratio(**FIRST)),
    ("STAT-005", lambda: stats.mantel_haenszel_risk_ratio(**FIRST)),
    ("STAT-005", lambda: stats.conditional_odds_ratio(**ALL)),
    ("STAT-005", lambda: stats.breslow_day(**FIRST)),
    ("STAT-005", lambda: score(**NONE, measure="risk ratio")),
    ("STAT-005", lambda: score(**ALL, measure="odds ratio")),
    ("STAT-005", lambda: stats.score_homogeneity(**FIRST, measure="risk ratio")),
    ("STAT-006", lambda: stats.cmh(**T, alternative="more")),
    ("STAT-006", lambda: stats.cmh_exact(**T, alternative="more")),
    ("STAT-006", lambda: stats.cochran_armitage(x=[1, 2], n=[4, 4], alternative="up")),
    ("STAT-006", lambda: stats.mantel_haenszel_difference(**T, variance="robins")),
    ("STAT-006", lambda: stats.stratified_wald(**T, weighting="cmh")),
    ("STAT-006", lambda: stats.stratified_newcombe(**T, weighting="cmh")),
    ("STAT-006", lambda: score(**T, measure="difference")),
    ("STAT-006", lambda: score(**T, weighting="MH")),
    ("STAT-006", lambda: score(**T, alternative="more")),
    ("STAT-006", lambda: score(**T, measure="odds ratio", skewness_correction=True)),
    ("STAT-006", lambda: stats.generalised_cmh(CUBE, statistic="row mean")),
    ("STAT-006", lambda: stats.generalised_cmh(CUBE, scores="modridit")),
    ("STAT-007", lambda: score(**T, confidence_level=95)),
    ("STAT-007", lambda: score(**T, null_value=-1)),
    ("STAT-007", lambda: score(**T, measure="risk ratio", null_value=0)),
    ("STAT-007", lambda: stats.stratified_wilson(x=[1, 2], n=[4, 4], weights=[1, -1])),
    ("STAT-007", lambda: stats.stratified_wilson(x=[1, 2], n=[4, 4], weights=[0, 0])),
    ("STAT-007", lambda: stats.conditional_odds_ratio(**T, confidence_level=1)),
    ("STAT-008", lambda: stats.cmh_exact(**MANY)),
]


@each_of(REFUSED)
def test_refused_with_a_named_fault_and_a_remedy(fault: str, call: Callable[[], object]) -> None:
    check_refusal(fault, call)


def test_all_faults_of_the_counts_are_told_at_once() -> None:
    with pytest.raises(StatisticsError) as raised:
        stats.cmh(x1=[10, "2"], n1=[9, 9], x2=[1, 1], n2=[9])  # type: ignore[list-item]
    assert [f.place for f in raised.value.faults] == ["x1[1]", "x1, n1, x2, n2"]
    with pytest.raises(StatisticsError) as raised:
        stats.cmh(x1=[10, 2], n1=[9, 9], x2=[1, 8], n2=[9, 7])
    assert [f.place for f in raised.value.faults] == ["x1[0]", "x2[1]"]


def test_nothing_varies_gives_one_and_says_so() -> None:
    for table in (NONE, ALL, {"x1": [9, 0], "n1": [9, 8], "x2": [9, 0], "n2": [9, 7]}):
        result = stats.cmh(**table)
        assert (result.p_value, result.statistic) == (1.0, None)
        assert "same outcome" in result.note
        exact = stats.cmh_exact(**table)
        assert exact.p_value == 1.0
        assert "one table" in exact.note
        assert stats.breslow_day(**table).p_value == 1.0
    assert stats.cochran_armitage(x=[0, 0], n=[4, 5]).note.startswith("every participant")
    assert stats.cochran_armitage(x=[4, 5], n=[4, 5]).p_value == 1.0
    still = stats.generalised_cmh(np.array([[[3, 0], [0, 0]], [[1, 0], [0, 0]], [[2, 0], [4, 0]]]))
    assert (still.p_value, still.statistic, still.df) == (1.0, None, None)
    assert "no stratum varies" in still.note


def test_one_stratum_has_nothing_to_be_homogeneous_with() -> None:
    one = {name: column[:1] for name, column in T.items()}
    assert "fewer than two strata" in stats.breslow_day(**one).note
    result = stats.score_homogeneity(**one)
    assert (result.p_value, result.statistic) == (1.0, None)
    assert "fewer than two strata" in result.note


def test_no_events_in_the_second_group_leave_ratios_without_an_upper_limit() -> None:
    exact = stats.conditional_odds_ratio(**FIRST)
    assert exact.estimate == exact.upper == math.inf
    assert exact.lower > 1
    for measure in ("risk ratio", "odds ratio"):
        for weighting in ("mantel-haenszel", "inverse variance"):
            ours = score(**FIRST, measure=measure, weighting=weighting)
            assert ours.estimate == ours.upper == math.inf
            assert 1 < ours.lower < math.inf
            assert sum(ours.weights) == pytest.approx(1)
            back = score(
                x1=FIRST["x2"],
                n1=FIRST["n2"],
                x2=FIRST["x1"],
                n2=FIRST["n1"],
                measure=measure,
                weighting=weighting,
            )
            assert back.estimate == back.lower == 0
            assert 0 < back.upper < 1
    skewed = score(**FIRST, measure="risk ratio", skewness_correction=True)
    assert 1 < skewed.lower < skewed.estimate < skewed.upper == math.inf


def test_wald_intervals_of_width_0_say_so_and_score_intervals_have_a_width() -> None:
    for table in (NONE, ALL):
        for variance in ("sato", "greenland-robins"):
            assert stats.mantel_haenszel_difference(**table, variance=variance).note.startswith("width 0")
        wald = stats.stratified_wald(**table)
        assert wald.note.startswith("width 0")
        assert wald.p_value is None
        newcombe = stats.stratified_newcombe(**table)
        assert newcombe.lower < 0 < newcombe.upper
        assert newcombe.note == "no variation within strata of the first and the second group"
        for options in ({}, {"weighting": "inverse variance"}, {"skewness_correction": True}):
            ours = score(**table, **options)
            assert ours.lower < 0 < ours.upper
            assert (ours.p_value or 0) > 0.9
        assert (score(**table).estimate, score(**table).p_value) == pytest.approx((0, 1), abs=1e-7)
    assert "1/2 added to each cell of stratum 1, 2" in score(**NONE, weighting="inverse variance").note


def test_all_against_none_is_a_difference_of_one() -> None:
    table = {"x1": [9, 8], "n1": [9, 8], "x2": [0, 0], "n2": [9, 7]}
    for weighting in ("mantel-haenszel", "inverse variance", "inverse variance of score"):
        ours = score(**table, weighting=weighting)
        assert (ours.estimate, ours.upper) == (1.0, 1.0)
        assert 0 < ours.lower < 1
    assert stats.mantel_haenszel_difference(**table, variance="klingenberg").lower < 1


def test_strata_that_say_nothing_of_a_ratio_are_left_out_and_named() -> None:
    table = {"x1": [3, 0, 6], "n1": [9, 8, 6], "x2": [2, 0, 5], "n2": [9, 7, 5]}
    risk = score(**table, measure="risk ratio")
    assert (risk.strata, risk.n) == (2, 29)
    assert risk.note == "left out: stratum 2 (nobody has an event)"
    assert risk.weights[1] == 0
    odds = stats.conditional_odds_ratio(**table)
    assert (odds.strata, odds.n) == (1, 18)
    assert odds.note == "left out: stratum 2, 3 (all have the same outcome)"
    mended = score(**table, measure="risk ratio", weighting="inverse variance")
    assert "1/2 added to each cell of stratum 3" in mended.note
    assert mended.n == 29


def test_stratified_wilson_where_the_weighted_strata_do_not_vary() -> None:
    ours = stats.stratified_wilson(x=[1, 3], n=[2, 3], weights=[0, 1])
    alone = stats.wilson(x=3, n=3)
    assert (ours.lower, ours.upper, ours.weighting) == (pytest.approx(alone.lower), 1.0, "given")


def test_fewer_comparisons_than_levels_are_counted_and_noted() -> None:
    # two strata that share no row: two comparisons for rows of four levels
    counts = np.zeros((2, 4, 2), dtype=int)
    counts[0, :2], counts[1, 2:] = [[3, 1], [1, 4]], [[2, 2], [5, 1]]
    ours = stats.generalised_cmh(counts)
    assert ours.df == 2
    assert ours.note.startswith("df 2 for 3")
    halves = [stats.generalised_cmh(counts[k, 2 * k : 2 * k + 2]).statistic or 0.0 for k in (0, 1)]
    assert ours.statistic == pytest.approx(sum(halves))


def test_counts_of_a_cross_table_cannot_be_written_to() -> None:
    table = stats.cross_tabulate(np.array(["P", "A", "P"]), [2, 1, 2], ["x", "x", "y"])
    assert (table.rows, table.columns, table.strata) == (("A", "P"), (1, 2), ("x", "y"))
    assert table.counts.tolist() == [[[1, 0], [0, 1]], [[0, 0], [0, 1]]]
    with pytest.raises(ValueError, match="read-only"):
        table.counts[0, 0, 0] = 3
    with pytest.raises(StatisticsError, match="cannot be sorted"):
        stats.cross_tabulate([[1], [2]], [1, 2])
