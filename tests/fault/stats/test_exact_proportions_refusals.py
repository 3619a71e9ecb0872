"""What the exact, mid-p, skewness-corrected and paired intervals refuse."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from refusals import check_refusal, each_of

from lupustrial import stats
from lupustrial.errors import StatisticsError

TABLE = {"x1": 3, "n1": 9, "x2": 5, "n2": 9}
PAIRS = {"both": 3, "lost": 1, "gained": 4, "neither": 9}
NOTHING = {"x1": 0, "n1": 5, "x2": 0, "n2": 5}
LARGE = {"x1": 3, "n1": 1500, "x2": 5, "n2": 900}

many, interval, check = (
    stats.miettinen_nurminen_many,
    stats.exact_unconditional_interval,
    stats.exact_unconditional_test,
)

REFUSED: list[tuple[str, Callable[[], object]]] = [
    ("STAT-001", lambda: many(x1=[1, 2], n1=[3, 3], x2=[0.5, 1], n2=[3, 3])),  # type: ignore[list-item]
    ("STAT-001", lambda: many(x1=[1, 4], n1=[3, 3], x2=[1, 1], n2=[3, 3])),
    ("STAT-001", lambda: many(x1=[0], n1=[0], x2=[1], n2=[3])),
    ("STAT-001", lambda: many(x1=[1, 2], n1=[3, 3, 3], x2=1, n2=3)),
    ("STAT-001", lambda: interval(x1=10, n1=9, x2=1, n2=9)),
    ("STAT-001", lambda: stats.midp(x=4, n=3)),
    ("STAT-001", lambda: stats.blaker(x=0, n=0)),
    ("STAT-001", lambda: stats.fisher_blaker(x1=-1, n1=2, x2=1, n2=2)),
    ("STAT-001", lambda: stats.skewness_corrected(x1=3, n1=2, x2=1, n2=2)),
    ("STAT-001", lambda: stats.mover_jeffreys(x1=3, n1=2, x2=1, n2=2)),
    ("STAT-001", lambda: stats.paired_difference(**{**PAIRS, "lost": -1})),
    ("STAT-001", lambda: stats.paired_difference(**{**PAIRS, "both": 0.5})),  # type: ignore[arg-type]
    ("STAT-001", lambda: stats.paired_difference(both=0, lost=0, gained=0, neither=0)),
    ("STAT-001", lambda: stats.paired_odds_ratio(lost=0, gained=0)),
    ("STAT-005", lambda: many(x1=[1, 0], n1=5, x2=[1, 0], n2=5, measure="risk ratio")),
    ("STAT-005", lambda: interval(**NOTHING, measure="odds ratio")),
    ("STAT-005", lambda: stats.skewness_corrected(**NOTHING, measure="risk ratio")),
    ("STAT-005", lambda: stats.paired_risk_ratio(both=0, lost=0, gained=0, neither=4)),
    ("STAT-005", lambda: stats.paired_risk_ratio(both=0, lost=0, gained=2, neither=4, interval="wald")),
    ("STAT-005", lambda: stats.paired_odds_ratio(lost=0, gained=3, form="wald")),
    ("STAT-006", lambda: many(x1=[1], n1=[3], x2=[1], n2=[3], measure="difference")),
    ("STAT-006", lambda: interval(**TABLE, measure="ratio")),
    ("STAT-006", lambda: interval(**TABLE, statistic="wald")),
    ("STAT-006", lambda: interval(**TABLE, two_sided="both")),
    ("STAT-006", lambda: interval(**TABLE, statistic="unstandardised", two_sided="square")),
    ("STAT-006", lambda: interval(**TABLE, statistic="unstandardised", measure="odds ratio")),
    ("STAT-006", lambda: check(**TABLE, alternative="more")),
    ("STAT-006", lambda: check(**TABLE, alternative="less", two_sided="both")),
    ("STAT-006", lambda: stats.skewness_corrected(**TABLE, measure="ratio")),
    ("STAT-006", lambda: stats.mover_jeffreys(**TABLE, measure="ratio")),
    ("STAT-006", lambda: stats.paired_difference(**PAIRS, interval="wilson")),
    ("STAT-006", lambda: stats.paired_risk_ratio(**PAIRS, interval="tango")),
    ("STAT-006", lambda: stats.paired_odds_ratio(lost=1, gained=2, form="chi_square")),
    ("STAT-007", lambda: many(x1=[1], n1=[3], x2=[1], n2=[3], confidence_level=95)),
    ("STAT-007", lambda: interval(**TABLE, confidence_level=1.0)),
    ("STAT-007", lambda: interval(**TABLE, berger_boos=0.03)),
    ("STAT-007", lambda: interval(**TABLE, berger_boos=-0.01)),
    ("STAT-007", lambda: check(**TABLE, berger_boos=1.0)),
    ("STAT-007", lambda: check(**TABLE, null=1.0)),
    ("STAT-007", lambda: check(**TABLE, null=0.0, measure="risk ratio")),
    ("STAT-007", lambda: check(**TABLE, null=float("nan"), measure="odds ratio")),
    ("STAT-007", lambda: stats.midp(x=1, n=3, confidence_level=0)),
    ("STAT-007", lambda: stats.mover_jeffreys(**TABLE, confidence_level=2)),
    ("STAT-007", lambda: stats.paired_odds_ratio(lost=1, gained=2, confidence_level=1.5)),
    ("STAT-008", lambda: interval(**LARGE)),
    ("STAT-008", lambda: check(**LARGE, null=0.1)),
]


@each_of(REFUSED)
def test_refused_with_a_named_fault_and_a_remedy(fault: str, call: Callable[[], object]) -> None:
    check_refusal(fault, call)


def test_all_faults_of_many_tables_are_told_at_once() -> None:
    with pytest.raises(StatisticsError) as raised:
        many(x1=[1, 4], n1=[3, 3], x2=[1, 1], n2=[0, 3])
    assert [f.place for f in raised.value.faults] == ["x1, n1", "x2, n2"]
    assert "table 1" in raised.value.faults[0].message
    assert "table 0" in raised.value.faults[1].message
    with pytest.raises(StatisticsError) as raised:
        many(x1=["a"], n1=[3], x2=np.array([0.5]), n2=[3])  # type: ignore[list-item,arg-type]
    assert [f.place for f in raised.value.faults] == ["x1", "x2"]


def test_an_undefined_ratio_among_many_is_told_with_its_place() -> None:
    with pytest.raises(StatisticsError, match=r"0/5 v 0/5: .*table 2; 2 of 4 tables"):
        many(x1=[1, 2, 0, 0], n1=5, x2=[1, 2, 0, 0], n2=5, measure="risk ratio")


def test_all_faults_of_pairs_are_told_at_once() -> None:
    with pytest.raises(StatisticsError) as raised:
        stats.paired_difference(both=-1, lost=2, gained="3", neither=1)  # type: ignore[arg-type]
    assert [f.place for f in raised.value.faults] == ["both", "gained"]
