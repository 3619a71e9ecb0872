"""What sample size and power refuse, and what they do at the edges."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from refusals import check_refusal, each_of

from lupustrial import stats
from lupustrial.errors import StatisticsError

INF, NAN = float("inf"), float("nan")

REFUSED: list[tuple[str, Callable[[], object]]] = [
    ("STAT-001", lambda: stats.exact_level_two_proportions(n1=0, n2=5)),
    ("STAT-001", lambda: stats.power_two_proportions(p1=0.5, p2=0.4, n1=3.5, n2=5)),  # type: ignore[arg-type]
    ("STAT-001", lambda: stats.power_two_means(difference=1, sd=1, n1=1, n2=5)),
    ("STAT-001", lambda: stats.power_two_means(difference=1, sd=1, n1=INF, n2=5)),  # type: ignore[arg-type]
    ("STAT-001", lambda: stats.power_two_means(difference=1, sd=1, n1=NAN, n2=5)),  # type: ignore[arg-type]
    ("STAT-001", lambda: stats.power_paired_means(difference=1, sd=1, n=1)),
    ("STAT-001", lambda: stats.power_ancova(difference=1, sd=1, correlation=0, n1=1, n2=9)),
    ("STAT-001", lambda: stats.power_ranks(win_probability=0.6, n1=0, n2=9)),
    ("STAT-001", lambda: stats.power_one_proportion(p=0.5, null=0.4, n=0)),
    ("STAT-001", lambda: stats.inflate_for_dropout(n=0, dropout=0.1)),
    ("STAT-002", lambda: stats.sample_size_two_means(difference=NAN, sd=1)),
    ("STAT-002", lambda: stats.sample_size_two_proportions(p1=0.5, p2=0.4, margin=NAN)),
    ("STAT-002", lambda: stats.shift_of_categories([0.5, NAN], [0.5, 0.5])),
    ("STAT-003", lambda: stats.shift_of_categories([0.5, 0.5], [1.0])),
    ("STAT-003", lambda: stats.shift_of_categories([], [1.0])),
    ("STAT-006", lambda: stats.power_two_proportions(p1=0.5, p2=0.4, n1=5, n2=5, alternative="up")),
    ("STAT-006", lambda: stats.power_two_proportions(p1=0.5, p2=0.4, n1=5, n2=5, margin=0.1)),
    ("STAT-006", lambda: stats.sample_size_two_proportions(p1=0.5, p2=0.4, margin=0.2)),
    ("STAT-006", lambda: stats.sample_size_two_proportions(p1=0.5, p2=0.4, variance="arcsine")),
    ("STAT-006", lambda: stats.sample_size_two_proportions(p1=0.5, p2=0.4, measure="odds ratio")),
    ("STAT-006", lambda: stats.enumerate_p_values(n1=5, n2=5, test="boschloo")),
    ("STAT-006", lambda: stats.sample_size_ranks(win_probability=0.6, alternative="two sided")),
    ("STAT-006", lambda: stats.power_one_proportion(p=0.5, null=0.4, n=9, test="wald")),
    ("STAT-007", lambda: stats.power_two_proportions(p1=0.5, p2=NAN, n1=5, n2=5)),
    ("STAT-007", lambda: stats.sample_size_two_proportions(p1=0.5, p2=0.4, power=0.05)),
    ("STAT-007", lambda: stats.sample_size_two_proportions(p1=0.5, p2=0.4, dropout=1)),
    ("STAT-007", lambda: stats.sample_size_two_proportions(p1=0.5, p2=0.4, alternative="less")),
    ("STAT-007", lambda: stats.sample_size_two_proportions(p1=0.4, p2=0.5, alternative="greater")),
    (
        "STAT-007",
        lambda: stats.sample_size_two_proportions(p1=0.5, p2=0.4, margin=1, variance="unpooled"),
    ),
    (
        "STAT-007",
        lambda: stats.sample_size_two_proportions(p1=0.5, p2=0.4, margin=0, measure="risk ratio"),
    ),
    (
        "STAT-007",
        lambda: stats.power_two_proportions(p1=0.5, p2=0.4, n1=5, n2=5, margin=-1, test="farrington_manning"),
    ),
    ("STAT-007", lambda: stats.exact_sample_size_two_proportions(p1=1, p2=0.4)),
    ("STAT-007", lambda: stats.exact_sample_size_two_proportions(p1=0.4, p2=0.4)),
    ("STAT-007", lambda: stats.sample_size_two_means(difference=0, sd=1)),
    ("STAT-007", lambda: stats.sample_size_two_means(difference=1, sd=0)),
    ("STAT-007", lambda: stats.sample_size_two_means(difference=1, sd=1, sd2=-1)),
    ("STAT-007", lambda: stats.sample_size_two_means(difference=1e-9, sd=1)),
    ("STAT-007", lambda: stats.sample_size_ancova(difference=1, sd=1, correlation=1)),
    ("STAT-007", lambda: stats.sample_size_ranks(win_probability=0.5)),
    ("STAT-007", lambda: stats.sample_size_ranks(win_probability=0.6, ties=1)),
    ("STAT-007", lambda: stats.shift_of_categories([0.5, 0.6], [0.5, 0.5])),
    ("STAT-007", lambda: stats.shift_of_categories([1.5, -0.5], [0.5, 0.5])),
    ("STAT-007", lambda: stats.shift_of_categories([0, 1], [0, 1])),
    ("STAT-007", lambda: stats.shift_of_categories([0.5, 0.5], [0.5, 0.5], ratio=0)),
    ("STAT-007", lambda: stats.win_probability_of_shift(difference=1, sd=0)),
    ("STAT-007", lambda: stats.inflate_for_dropout(n=5, dropout=-0.1)),
    ("STAT-008", lambda: stats.power_two_proportions(p1=0.5, p2=0.4, n1=300, n2=300, test="boschloo")),
    ("STAT-008", lambda: stats.exact_sample_size_two_proportions(p1=0.5, p2=0.49)),
    ("STAT-008", lambda: stats.power_one_proportion(p=0.5, null=0.4, n=20_001)),
    ("STAT-008", lambda: stats.sample_size_one_proportion(p=0.5, null=0.499)),
]


@each_of(REFUSED)
def test_refused_with_a_named_fault(fault: str, call: Callable[[], object]) -> None:
    check_refusal(fault, call)


def test_a_size_that_enumeration_does_not_reach_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    # the normal formula finds a size within reach, but Fisher's test needs more than is enumerated
    monkeypatch.setattr("lupustrial.stats.power._search.LARGEST_FISHER", 30)
    with pytest.raises(StatisticsError, match="STAT-008 fisher needs more than 15"):
        stats.exact_sample_size_two_proportions(p1=0.9, p2=0.33, power=0.9, test="fisher")
    monkeypatch.setattr("lupustrial.stats.power._one_proportion.LARGEST", 55)
    with pytest.raises(StatisticsError, match="STAT-008"):
        stats.sample_size_one_proportion(p=0.4, null=0.2, power=0.9)
    monkeypatch.setattr("lupustrial.stats.power._one_proportion.LARGEST", 62)
    found = stats.sample_size_one_proportion(p=0.4, null=0.2, power=0.9)
    assert found.searched_to.n1 == 62


def test_every_group_at_fault_is_named_at_once() -> None:
    with pytest.raises(StatisticsError) as caught:
        stats.power_two_means(difference=1, sd=1, n1=0, n2=1)
    assert [fault.place for fault in caught.value.faults] == ["n1", "n2"]


def test_tiny_sizes_are_answers_and_not_errors() -> None:
    assert stats.power_two_proportions(p1=1, p2=0, n1=1, n2=1) == 0
    assert stats.power_two_proportions(p1=1, p2=0, n1=1, n2=1, test="unpooled") == 1
    assert stats.power_two_proportions(p1=1, p2=0, n1=1, n2=1, test="boschloo") == 0
    assert stats.power_two_proportions(p1=0, p2=0, n1=5, n2=5) == 0
    assert stats.exact_level_two_proportions(n1=1, n2=1).level == 0
    assert stats.power_one_proportion(p=0.5, null=0.4, n=1) == 0
    margin = stats.power_two_proportions(
        p1=1, p2=1, n1=4, n2=4, test="farrington_manning", margin=-0.9, alternative="greater", alpha=0.01
    )
    assert margin == 1


def test_a_huge_effect_needs_the_least_that_the_method_takes() -> None:
    assert stats.sample_size_two_means(difference=1e6, sd=1).n1 == 2
    pairs = stats.sample_size_paired_means(difference=1e6, sd=1, dropout=0.5)
    assert (pairs.n, pairs.n_enrolled) == (2, 4)
    assert stats.sample_size_ancova(difference=1e6, sd=1, correlation=0.5).n1 == 2
    barely = stats.sample_size_two_proportions(
        p1=0.999, p2=0.001, power=0.31, alpha=0.3, alternative="greater"
    )
    assert (barely.n1, barely.n2) == (1, 1)
    size = stats.sample_size_ranks(win_probability=0.999, power=0.051, dropout=0.5)
    assert size.n1_enrolled == 2 * size.n1


def test_a_size_that_is_whole_but_for_the_last_digits_is_not_rounded_up() -> None:
    assert stats.inflate_for_dropout(n=90, dropout=0.1) == 100
    assert stats.inflate_for_dropout(n=12, dropout=0.0) == 12
