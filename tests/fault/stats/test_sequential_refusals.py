"""What designs, combination tests and conditional power refuse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from refusals import check_refusal, each_of

from lupustrial import stats
from lupustrial.errors import StatisticsError

DESIGN = stats.group_sequential_design(stages=3)
TWO = stats.group_sequential_design(stages=3, alpha=0.05, sided="two-sided")
FISHER = stats.fisher_design(stages=6)
ONE: dict[str, Any] = {"x1": [5], "n1": [10], "x2": [3], "n2": [10]}
NEXT: dict[str, Any] = ONE | {"planned": [20, 20], "p1": 0.5, "p2": 0.3}

design = stats.group_sequential_design
beta = stats.beta_spending_design

REFUSED: list[tuple[str, Callable[[], object]]] = [
    ("STAT-006", lambda: design(stages=3, kind="o'brien")),
    ("STAT-006", lambda: design(stages=3, sided="both")),
    ("STAT-006", lambda: design(stages=3, kind="spending")),
    ("STAT-006", lambda: design(stages=3, kind="spending", spending="linear")),
    ("STAT-007", design),
    ("STAT-007", lambda: design(stages=0)),
    ("STAT-007", lambda: design(stages=51)),
    ("STAT-007", lambda: design(information=[])),
    ("STAT-007", lambda: design(information=[0.5, 0.9])),
    ("STAT-007", lambda: design(information=[0.5, 0.5, 1])),
    ("STAT-007", lambda: design(information=[0.0, 1])),
    ("STAT-007", lambda: design(information=[float("nan"), 1])),
    ("STAT-007", lambda: design(stages=3, information=[0.5, 1])),
    ("STAT-007", lambda: design(stages=3, alpha=0)),
    ("STAT-007", lambda: design(stages=3, alpha=0.5)),
    ("STAT-007", lambda: design(stages=3, parameter=1)),
    ("STAT-007", lambda: design(stages=3, spending="kim_demets")),
    ("STAT-007", lambda: design(stages=3, kind="wang_tsiatis")),
    ("STAT-007", lambda: design(stages=3, kind="wang_tsiatis", parameter=2)),
    ("STAT-007", lambda: design(stages=3, kind="haybittle_peto", parameter=2)),
    ("STAT-007", lambda: design(stages=3, kind="haybittle_peto", parameter=-1)),
    ("STAT-007", lambda: design(stages=3, kind="spending", spending="kim_demets")),
    ("STAT-007", lambda: design(stages=3, kind="spending", spending="kim_demets", parameter=0)),
    ("STAT-007", lambda: design(stages=3, kind="spending", spending="lan_demets_pocock", parameter=1)),
    ("STAT-007", lambda: design(stages=2, kind="user_spending")),
    ("STAT-007", lambda: design(stages=2, spent=[0.01, 0.025])),
    ("STAT-007", lambda: design(stages=2, kind="user_spending", spent=[0.03, 0.025])),
    ("STAT-007", lambda: design(stages=2, kind="user_spending", spent=[0.01, 0.02])),
    ("STAT-007", lambda: design(stages=2, kind="user_spending", spent=[0.025])),
    ("STAT-007", lambda: design(stages=3, futility=[0])),
    ("STAT-007", lambda: design(stages=3, futility=[0, float("nan")])),
    ("STAT-007", lambda: design(stages=2, futility=[3.5])),
    ("STAT-007", lambda: design(stages=2, futility=[2.7], binding=True)),
    ("STAT-007", lambda: design(stages=2, kind="pocock", futility=[2.1], binding=True, alpha=0.3)),
    (
        "STAT-007",
        lambda: design(
            stages=3,
            kind="spending",
            spending="lan_demets_obrien_fleming",
            futility=[2.2, 2.4],
            binding=True,
        ),
    ),
    (
        "STAT-007",
        lambda: design(
            stages=3, kind="spending", spending="lan_demets_pocock", futility=[2.6, 0], binding=True
        ),
    ),
    ("STAT-007", lambda: design(stages=3, futility=[0, 0], sided="two-sided")),
    (
        "STAT-007",
        lambda: design(
            stages=2, kind="user_spending", spent=[0.001, 0.1], alpha=0.1, futility=[3.0], binding=True
        ),
    ),
    ("STAT-007", lambda: beta(stages=3, beta_parameter=-101)),
    ("STAT-007", lambda: stats.error_spent([0.5], level=1, spending="kim_demets", parameter=1)),
    ("STAT-007", lambda: stats.error_spent([-0.5], level=0.1, spending="kim_demets", parameter=1)),
    ("STAT-006", lambda: stats.error_spent([0.5], level=0.1, spending="pocock")),
    ("STAT-007", lambda: stats.stopping_chances(DESIGN, drift=float("inf"))),
    ("STAT-007", lambda: stats.design_characteristics(DESIGN, power=1)),
    ("STAT-007", lambda: stats.design_characteristics(DESIGN, power=0.02)),
    ("STAT-007", lambda: beta(stages=3, beta=0)),
    ("STAT-007", lambda: beta(stages=3, alpha=0.2, beta=0.85)),
    ("STAT-006", lambda: beta(stages=3, beta_spending="user")),
    ("STAT-007", lambda: beta(stages=3, beta_parameter=None)),
    ("STAT-007", lambda: stats.repeated_testing_error(z=0, stages=2)),
    ("STAT-007", lambda: stats.fisher_design(stages=0)),
    ("STAT-007", lambda: stats.fisher_design(stages=2, alpha=0.5)),
    ("STAT-006", lambda: stats.fisher_design(stages=2, method="bauer")),
    ("STAT-003", lambda: stats.combination_test_rates(DESIGN, **(ONE | {"x1": []}))),
    (
        "STAT-003",
        lambda: stats.combination_test_rates(DESIGN, x1=[1] * 4, n1=[9] * 4, x2=[1] * 4, n2=[9] * 4),
    ),
    ("STAT-001", lambda: stats.combination_test_rates(DESIGN, **(ONE | {"x1": [11]}))),
    ("STAT-007", lambda: stats.combination_test_rates(TWO, **ONE)),
    ("STAT-007", lambda: stats.conditional_power_rates(TWO, **NEXT)),
    ("STAT-003", lambda: stats.conditional_power_rates(DESIGN, **(NEXT | {"planned": [20]}))),
    ("STAT-007", lambda: stats.conditional_power_rates(DESIGN, **(NEXT | {"planned": [20, 0]}))),
    ("STAT-007", lambda: stats.conditional_power_rates(DESIGN, **(NEXT | {"p1": 1.5}))),
    ("STAT-007", lambda: stats.conditional_power_rates(DESIGN, **(NEXT | {"ratio": 0}))),
    ("STAT-008", lambda: stats.conditional_power_rates(FISHER, **(NEXT | {"planned": [20] * 5}))),
    ("STAT-007", lambda: stats.power_sequential_rates(DESIGN, p1=1, p2=0, n=20)),
    ("STAT-007", lambda: stats.power_sequential_rates(DESIGN, p1=0.5, p2=0.2, n=0)),
]


@each_of(REFUSED)
def test_refused_with_a_named_fault_and_a_remedy(fault: str, call: Callable[[], object]) -> None:
    check_refusal(fault, call)


def test_a_power_that_futility_puts_out_of_reach_is_refused() -> None:
    strange = stats.group_sequential_design(information=[0.0001, 1], futility=[8])
    with pytest.raises(StatisticsError, match="out of reach"):
        stats.design_characteristics(strange, power=0.9)


def test_every_fault_of_the_stages_is_told_with_its_place() -> None:
    with pytest.raises(StatisticsError) as raised:
        stats.combination_test_rates(DESIGN, x1=[5, 11], n1=[10, 10], x2=[3, -1], n2=[10, 10])
    assert [f.place for f in raised.value.faults] == ["x1[1]", "x2[1]"]
