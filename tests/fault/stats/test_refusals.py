"""What the methods refuse: a named fault, and all of them at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from refusals import check_refusal, each_of

from lupustrial import stats
from lupustrial.errors import StatisticsError

TABLE = {"x1": 3, "n1": 9, "x2": 5, "n2": 9}

REFUSED: list[tuple[str, Callable[[], object]]] = [
    ("STAT-001", lambda: stats.pearson(x1=10, n1=9, x2=1, n2=9)),
    ("STAT-001", lambda: stats.pearson(x1=-1, n1=9, x2=1, n2=9)),
    ("STAT-001", lambda: stats.fisher(x1=0.5, n1=9, x2=1, n2=9)),  # type: ignore[arg-type]
    ("STAT-001", lambda: stats.wilson(x=0, n=0)),
    ("STAT-001", lambda: stats.mcnemar(lost=-1, gained=2)),
    ("STAT-001", lambda: stats.mcnemar(lost=1, gained="2")),  # type: ignore[arg-type]
    ("STAT-001", lambda: stats.enumerate_p_values(n1=0, n2=3)),
    ("STAT-001", lambda: stats.detectable_rate(p1=0.5, n=0)),
    ("STAT-002", lambda: stats.t_test([1, None, 3], [1, 2])),  # type: ignore[list-item]
    ("STAT-002", lambda: stats.summarise([1, float("inf")])),
    ("STAT-002", lambda: stats.mann_whitney([[1, 2]], [3])),  # type: ignore[list-item]
    ("STAT-002", lambda: stats.mann_whitney(["a"], [3])),  # type: ignore[list-item]
    ("STAT-002", lambda: stats.t_test_summary(mean1=1, sd1=-1, n1=3, mean2=1, sd2=1, n2=3)),
    ("STAT-003", lambda: stats.t_test([1], [1, 2])),
    ("STAT-003", lambda: stats.quantile([], 0.5)),
    ("STAT-003", lambda: stats.paired_t([1, 2], [1, 2, 3])),
    ("STAT-003", lambda: stats.t_test_summary(mean1=1, sd1=1, n1=1, mean2=1, sd2=1, n2=3)),
    ("STAT-003", lambda: stats.t_test_binary(x1=1, n1=1, x2=0, n2=1)),
    ("STAT-003", lambda: stats.t_test_binary(x1=1, n1=1, x2=2, n2=5, variances="welch")),
    ("STAT-004", lambda: stats.t_test([2, 2], [2, 2])),
    ("STAT-004", lambda: stats.t_test([0.1, 0.1, 0.1], [0.3, 0.3, 0.3])),
    ("STAT-004", lambda: stats.one_sample_t([1, 1, 1])),
    ("STAT-004", lambda: stats.paired_t([1, 2], [2, 3])),
    ("STAT-004", lambda: stats.wilcoxon_signed_rank([0, 0])),
    ("STAT-004", lambda: stats.wald_difference(x1=0, n1=5, x2=5, n2=5)),
    ("STAT-004", lambda: stats.t_test_binary(x1=0, n1=5, x2=5, n2=5)),
    ("STAT-004", lambda: stats.mann_whitney_binary(x1=0, n1=5, x2=0, n2=5)),
    ("STAT-005", lambda: stats.logit_wald(x1=0, n1=5, x2=2, n2=5)),
    ("STAT-005", lambda: stats.odds_ratio(x1=5, n1=5, x2=2, n2=5)),
    ("STAT-005", lambda: stats.risk_ratio(x1=0, n1=5, x2=2, n2=5)),
    ("STAT-005", lambda: stats.miettinen_nurminen(x1=0, n1=5, x2=0, n2=5, measure="risk ratio")),
    ("STAT-005", lambda: stats.miettinen_nurminen(x1=5, n1=5, x2=5, n2=5, measure="odds ratio")),
    ("STAT-006", lambda: stats.fisher(**TABLE, alternative="two.sided")),
    ("STAT-006", lambda: stats.fisher_midp(**TABLE, two_sided="double")),
    ("STAT-006", lambda: stats.barnard(**TABLE, alternative="more")),
    ("STAT-006", lambda: stats.miettinen_nurminen(**TABLE, measure="difference")),
    ("STAT-006", lambda: stats.t_test([1, 2], [1, 3], variances="equal")),
    ("STAT-006", lambda: stats.mann_whitney([1], [2], method="exakt")),
    ("STAT-006", lambda: stats.hodges_lehmann([1], [2], interval="mosses")),
    ("STAT-006", lambda: stats.quantile([1], 0.5, definition="hf8")),
    ("STAT-006", lambda: stats.mcnemar(lost=1, gained=2, form="yates")),
    ("STAT-006", lambda: stats.power_two_proportions(p1=0.5, p2=0.4, n1=5, n2=5, test="t")),
    ("STAT-007", lambda: stats.newcombe(**TABLE, confidence_level=95)),
    ("STAT-007", lambda: stats.quantile([1, 2], 25)),
    ("STAT-007", lambda: stats.power_two_proportions(p1=1.5, p2=0.4, n1=5, n2=5)),
    ("STAT-007", lambda: stats.sample_size_two_proportions(p1=0.4, p2=0.4)),
    ("STAT-007", lambda: stats.sample_size_two_proportions(p1=0.4, p2=0.3, ratio=0)),
    ("STAT-008", lambda: stats.barnard(x1=1, n1=1500, x2=2, n2=1500)),
    ("STAT-008", lambda: stats.mann_whitney(range(150), range(150), method="exact")),
    ("STAT-008", lambda: stats.power_two_proportions(p1=0.5, p2=0.4, n1=300, n2=300, test="fisher")),
    ("STAT-008", lambda: stats.power_two_proportions(p1=0.5, p2=0.4, n1=3000, n2=3000)),
]


@each_of(REFUSED)
def test_refused_with_a_named_fault_and_a_remedy(fault: str, call: Callable[[], object]) -> None:
    check_refusal(fault, call)


def test_all_faults_of_a_table_are_told_at_once() -> None:
    with pytest.raises(StatisticsError) as raised:
        stats.pearson(x1=10, n1=9, x2="two", n2=0)  # type: ignore[arg-type]
    assert [f.place for f in raised.value.faults] == ["x1", "x2", "n2"]


def test_all_faults_of_two_samples_are_told_at_once() -> None:
    with pytest.raises(StatisticsError) as raised:
        stats.t_test([1], [1, float("nan")])
    assert [(f.id, f.place) for f in raised.value.faults] == [("STAT-003", "x"), ("STAT-002", "y")]


def test_a_near_name_is_suggested() -> None:
    with pytest.raises(StatisticsError, match=r"did you mean two-sided\?"):
        stats.fisher(**TABLE, alternative="two.sided")


def test_enumerated_p_values_cannot_be_written_to() -> None:
    every = stats.enumerate_p_values(n1=3, n2=3)
    with pytest.raises(ValueError, match="read-only"):
        every[0, 0] = np.float64(0)
