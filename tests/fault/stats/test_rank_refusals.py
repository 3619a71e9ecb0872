"""What rank, permutation and re-randomisation tests refuse, and what they say of thin data."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from refusals import check_refusal, each_of

from lupustrial import stats

V, F, S = [1.0, 2.0, 3.0, 4.0], [True, False, True, False], ["a", "a", "b", "b"]
RNG = np.random.default_rng(1)
MANY = RNG.normal(size=60)
THIRTY = np.arange(60) < 30

REFUSED: list[tuple[str, Callable[[], object]]] = [
    ("STAT-002", lambda: stats.van_elteren([1, None, 3, 4], F, S)),  # type: ignore[list-item]
    ("STAT-002", lambda: stats.van_elteren(V, [True, None, True, False], S)),
    ("STAT-002", lambda: stats.van_elteren(V, [1, 2, 1, 2], S)),
    ("STAT-002", lambda: stats.van_elteren(V, ["A", "B", "A", "B"], S)),
    ("STAT-002", lambda: stats.van_elteren(V, F, ["a", None, "b", "b"])),
    ("STAT-002", lambda: stats.van_elteren(V, F, [1.0, float("nan"), 2.0, 2.0])),
    ("STAT-002", lambda: stats.van_elteren(V, F, [[1], [1], [2], [2]])),
    ("STAT-003", lambda: stats.van_elteren(V, F[:3], S)),
    ("STAT-003", lambda: stats.van_elteren(V, F, S[:3])),
    ("STAT-003", lambda: stats.van_elteren(V, F, [1, 2, 3, 4])),
    ("STAT-003", lambda: stats.van_elteren([], [], [])),
    ("STAT-006", lambda: stats.van_elteren(V, F, S, weights="optimal")),
    ("STAT-006", lambda: stats.van_elteren(V, F, S, method="exakt")),
    ("STAT-006", lambda: stats.blocked_wilcoxon(V, F, S, alternative="more")),
    ("STAT-006", lambda: stats.aligned_wilcoxon(V, F, S, centre="mode")),
    (
        "STAT-008",
        lambda: stats.van_elteren(RNG.normal(size=402), np.arange(402) % 2, [1] * 402, method="exact"),
    ),
    (
        "STAT-008",
        lambda: stats.van_elteren(
            RNG.normal(size=350),
            np.arange(350) % 2,
            np.repeat(np.arange(7), [20, 30, 40, 50, 60, 70, 80]),
            method="exact",
        ),
    ),
    ("STAT-003", lambda: stats.hodges_lehmann_stratified(V, [1, 1, 0, 0], S)),
    ("STAT-006", lambda: stats.hodges_lehmann_stratified(V, F, S, weights="best")),
    ("STAT-007", lambda: stats.hodges_lehmann_stratified(V, F, S, confidence_level=95)),
    ("STAT-008", lambda: stats.hodges_lehmann_stratified(np.zeros(9000), np.arange(9000) % 2, [1] * 9000)),
    ("STAT-002", lambda: stats.brunner_munzel([1, float("nan")], [2, 3])),
    ("STAT-003", lambda: stats.brunner_munzel([1], [2, 3])),
    ("STAT-004", lambda: stats.brunner_munzel([1, 2], [3, 4])),
    ("STAT-004", lambda: stats.brunner_munzel([1, 1], [1, 1])),
    ("STAT-006", lambda: stats.brunner_munzel([1, 4], [2, 3], reference="z")),
    ("STAT-003", lambda: stats.win_probability_interval([1], [2, 3], interval="delong")),
    ("STAT-004", lambda: stats.win_probability_interval([1, 2], [3, 4], interval="logit")),
    ("STAT-006", lambda: stats.win_probability_interval([1], [2], interval="wald")),
    ("STAT-007", lambda: stats.win_probability_interval([1], [2], confidence_level=1)),
    ("STAT-003", lambda: stats.kruskal_wallis([[1, 2, 3]])),
    ("STAT-003", lambda: stats.kruskal_wallis([[1, 2, 3], []])),
    ("STAT-002", lambda: stats.kruskal_wallis([[1, 2, 3], [float("inf")]])),
    ("STAT-003", lambda: stats.friedman([])),
    ("STAT-003", lambda: stats.friedman([[1, 2], [1, 2, 3]])),
    ("STAT-003", lambda: stats.friedman([[1]])),
    ("STAT-002", lambda: stats.friedman([[1, float("nan")]])),
    ("STAT-006", lambda: stats.jonckheere_terpstra([[1], [2]], method="normal")),
    ("STAT-006", lambda: stats.jonckheere_terpstra([[1], [2]], alternative="up")),
    ("STAT-008", lambda: stats.jonckheere_terpstra([[1, 2], [2]], method="exact")),
    ("STAT-008", lambda: stats.jonckheere_terpstra([range(150), range(200, 300)], method="exact")),
    ("STAT-006", lambda: stats.mann_whitney([1], [2], alternative="more")),
    ("STAT-006", lambda: stats.mann_whitney([1], [2], two_sided="both")),
    ("STAT-006", lambda: stats.wilcoxon_signed_rank([1], zeros="drop")),
    ("STAT-002", lambda: stats.permutation_test(V, ["A", "B", "A", "B"])),
    ("STAT-003", lambda: stats.permutation_test(V, F[:3])),
    ("STAT-003", lambda: stats.permutation_test(V, F, strata=[1])),
    ("STAT-003", lambda: stats.permutation_test([1], [True])),
    ("STAT-004", lambda: stats.permutation_test(V, [1, 1, 1, 1])),
    ("STAT-004", lambda: stats.permutation_test(V, [1, 1, 1, 1], statistic="rank_sum")),
    ("STAT-004", lambda: stats.permutation_test(V, [1, 0, 0, 0], statistic="welch_t")),
    ("STAT-006", lambda: stats.permutation_test(V, F, statistic="median")),
    ("STAT-006", lambda: stats.permutation_test(V, F, method="all")),
    ("STAT-006", lambda: stats.permutation_test(V, F, two_sided="both")),
    ("STAT-006", lambda: stats.permutation_test(V, F, alternative="both")),
    ("STAT-007", lambda: stats.permutation_test(V, F, confidence_level=0)),
    ("STAT-007", lambda: stats.permutation_test(MANY, THIRTY)),
    ("STAT-007", lambda: stats.permutation_test(MANY, THIRTY, seed=-1)),
    ("STAT-007", lambda: stats.permutation_test(MANY, THIRTY, seed=1, draws=0)),
    ("STAT-008", lambda: stats.permutation_test(MANY, THIRTY, method="exact")),
    ("STAT-003", lambda: stats.sign_flip_test([])),
    ("STAT-006", lambda: stats.sign_flip_test([1, 2], statistic="median")),
    ("STAT-007", lambda: stats.sign_flip_test(MANY)),
    ("STAT-008", lambda: stats.sign_flip_test(MANY, method="exact")),
    ("STAT-004", lambda: stats.sign_flip_test([1, 2], statistic=lambda _: float("nan"))),
    ("STAT-004", lambda: stats.rerandomisation_test(V, F, lambda _: F, seed=1, draws=9)),
    ("STAT-003", lambda: stats.rerandomisation_test(V, F, lambda _: F[:3], seed=1, draws=9)),
    ("STAT-002", lambda: stats.rerandomisation_test(V, F, lambda _: ["A"] * 4, seed=1, draws=9)),
    ("STAT-007", lambda: stats.rerandomisation_test(V, F, lambda _: F, seed=-1)),
    ("STAT-006", lambda: stats.rerandomisation_test(V, F, lambda _: F, seed=1, statistic="mean")),
]


@each_of(REFUSED)
def test_refused_with_a_named_fault_and_a_remedy(fault: str, call: Callable[[], object]) -> None:
    check_refusal(fault, call)


def test_strata_with_one_group_are_dropped_and_told() -> None:
    values, first, strata = [1, 5, 2, 4, 9, 9], [1, 0, 1, 0, 1, 1], [1, 1, 1, 1, 2, 2]
    result = stats.van_elteren(values, first, strata)
    assert result.note == "1 strata with one group only (2 values) carry no comparison"
    without = stats.van_elteren(values[:4], first[:4], strata[:4])
    assert (result.p_value, result.statistic, without.note) == (without.p_value, without.statistic, "")
    shift = stats.hodges_lehmann_stratified(values, first, strata)
    assert shift.note.startswith(result.note)
    assert "too small" in shift.note


@pytest.mark.parametrize("method", ["asymptotic", "exact"])
def test_values_that_do_not_vary_give_one_and_say_so(method: str) -> None:
    result = stats.van_elteren([1, 1, 2, 2], F, S, method=method)
    assert (result.p_value, result.statistic) == (1.0, None)
    assert result.note == "all values are equal within every stratum"
    aligned = stats.aligned_wilcoxon([0.1, 0.1, 0.3, 0.3], F, S, method=method)
    assert (aligned.p_value, aligned.statistic) == (1.0, None)
    assert stats.kruskal_wallis([[1], [1, 1]]).note == "all values are equal"
    assert stats.friedman([[1, 1], [2, 2]]).note == "all values of every block are equal"
    trend = stats.jonckheere_terpstra([[1], [1, 1]], method=method)
    assert (trend.p_value, trend.statistic, trend.note) == (1.0, 1.0, "all values are equal")


def test_groups_apart_still_have_newcombes_interval() -> None:
    apart = stats.win_probability_interval([3, 4, 5], [1, 2])
    assert (apart.estimate, apart.upper) == (1.0, 1.0)
    assert 0.2 < apart.lower < 1
    below = stats.win_probability_interval([1, 2], [3, 4, 5])
    assert (below.estimate, below.lower, below.upper) == (0.0, 0.0, pytest.approx(1 - apart.lower))
    cut = stats.win_probability_interval([1, 4], [2, 3, 3.5], interval="brunner_munzel")
    assert cut.note == "the interval was cut at 0 or 1"
