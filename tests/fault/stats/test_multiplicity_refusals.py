"""What the multiple tests refuse: a named fault with its place, all of a kind at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from refusals import check_refusal, each_of

from lupustrial import stats
from lupustrial.errors import StatisticsError

HOLM = stats.holm_graph(2)
P = [0.01, 0.02]
NONE = [[0, 0], [0, 0]]
FAMILIES = [["H1"], ["H2"]]


def tree(**needs: Any) -> Callable[[], object]:
    return lambda: stats.gatekeeping(P, families=FAMILIES, gate="tree", truncation=[0.5, 1], **needs)


def closed(**options: Any) -> Callable[[], object]:
    return lambda: stats.closed_test(P, HOLM, **options)


def parametric(correlation: Any, **options: Any) -> Callable[[], object]:
    return closed(test="parametric", correlation=correlation, **options)


REFUSED: list[tuple[str, Callable[[], object]]] = [
    ("STAT-060", lambda: stats.adjust_p_values([])),
    ("STAT-060", lambda: stats.adjust_p_values([0.1, None])),  # type: ignore[list-item]
    ("STAT-060", lambda: stats.adjust_p_values([0.1, float("nan")])),
    ("STAT-060", lambda: stats.adjust_p_values(["a"])),  # type: ignore[list-item]
    ("STAT-060", lambda: stats.adjust_p_values([[0.1]])),  # type: ignore[list-item]
    ("STAT-060", lambda: stats.graph_test([0.1, 1.2], HOLM)),
    ("STAT-060", lambda: stats.graph_test([0.1], HOLM)),
    ("STAT-060", lambda: stats.closed_test([0.1, 0.2, 0.3], HOLM)),
    ("STAT-060", lambda: stats.single_step([-0.1], correlation=0.5)),
    ("STAT-061", lambda: stats.multiplicity_graph([0.6, 0.5], NONE)),
    ("STAT-061", lambda: stats.multiplicity_graph([-0.1, 0.5], NONE)),
    ("STAT-061", lambda: stats.multiplicity_graph([float("nan"), 0.5], NONE)),
    ("STAT-061", lambda: stats.fallback([0.1], weights=[1.5])),
    (
        "STAT-061",
        lambda: stats.MultiplicityGraph(hypotheses=("A",), weights=(0.5, 0.5), transitions=((0.0,),)),
    ),
    ("STAT-062", lambda: stats.multiplicity_graph([0.5, 0.5], [[0, 1.1], [0, 0]])),
    ("STAT-062", lambda: stats.multiplicity_graph([0.5, 0.5], [[0, -0.1], [0, 0]])),
    ("STAT-062", lambda: stats.multiplicity_graph([0.5, 0.5], [[0.1, 0.5], [0, 0]])),
    ("STAT-062", lambda: stats.multiplicity_graph([0.5, 0.5, 0], [[0, 0.6, 0.6], [0, 0, 0], [0, 0, 0]])),
    ("STAT-062", lambda: stats.multiplicity_graph([0.5, 0.5], [[0, 1, 0], [0, 0, 0]])),
    ("STAT-062", lambda: stats.multiplicity_graph([0.5, 0.5], [[0, 1], [0]])),
    ("STAT-062", lambda: stats.multiplicity_graph([], [])),
    ("STAT-062", lambda: stats.multiplicity_graph(["a"], [[0]])),  # type: ignore[list-item]
    ("STAT-063", lambda: stats.multiplicity_graph([0.5, 0.5], NONE, names=["A", "A"])),
    ("STAT-063", lambda: stats.multiplicity_graph([0.5, 0.5], NONE, names=["A"])),
    ("STAT-063", lambda: stats.adjust_p_values(P, names="AB")),
    ("STAT-063", lambda: HOLM.without("H3")),
    ("STAT-063", lambda: stats.holm_graph(0)),
    ("STAT-063", lambda: stats.fixed_sequence_graph(0)),
    ("STAT-063", lambda: stats.parallel_graph(2, 0)),
    ("STAT-063", closed(groups=[["H1"]])),
    ("STAT-063", closed(groups=[["H1", "H2"], ["H2"]])),
    ("STAT-063", closed(groups=[["H1", "H2"], []])),
    ("STAT-063", closed(groups=[["H1", "H2"]], test=["simes", "simes"])),
    ("STAT-063", lambda: stats.gatekeeping(P, families=[["H1"]], gate="serial")),
    ("STAT-063", lambda: stats.gatekeeping(P, families=FAMILIES, gate="serial", truncation=[1])),
    ("STAT-063", lambda: stats.gatekeeping(P, families=FAMILIES, gate="serial", method=["holm"])),
    ("STAT-063", lambda: stats.gatekeeping(P, families=FAMILIES, gate="serial", needs_all={"H2": ["H1"]})),
    ("STAT-063", tree(needs_all={"H1": ["H2"]})),
    ("STAT-063", tree(needs_any={"H2": ["H2"]})),
    ("STAT-063", tree(needs_any={"H2": ["H9"]})),
    ("STAT-063", tree(needs_any={"H9": ["H1"]})),
    ("STAT-063", tree(needs_all={"H2": "H1"})),
    ("STAT-064", parametric(None)),
    ("STAT-064", parametric(1.0)),
    ("STAT-064", parametric(-1.0)),
    ("STAT-064", parametric([[1, 0.5], [0.4, 1]])),
    ("STAT-064", parametric([[2, 0.5], [0.5, 1]])),
    ("STAT-064", parametric([[1, np.nan], [np.nan, 1]])),
    ("STAT-064", parametric(np.eye(3))),
    ("STAT-064", lambda: stats.single_step([0.1] * 4, correlation=-0.4)),
    ("STAT-065", lambda: stats.closure_weights(stats.holm_graph(16))),
    ("STAT-065", lambda: stats.closed_test([0.1] * 16, stats.holm_graph(16))),
    ("STAT-065", lambda: stats.gatekeeping([0.1] * 16, families=[], gate="serial")),
    ("STAT-006", lambda: stats.adjust_p_values(P, method="holms")),
    ("STAT-006", lambda: stats.adjust_p_values(P, method="bonferroni", truncation=0.5)),
    ("STAT-006", closed(test="sime")),
    ("STAT-006", closed(alternative="greater")),
    ("STAT-006", lambda: stats.single_step(P, correlation=0.5, alternative="less")),
    ("STAT-006", lambda: stats.gatekeeping(P, families=FAMILIES, gate="series")),
    ("STAT-006", lambda: stats.gatekeeping(P, families=FAMILIES, gate="serial", method="sidak")),
    ("STAT-006", lambda: stats.graph_bounds([1, 2], [1, 1], HOLM, alternative="two-sided")),
    ("STAT-007", lambda: stats.adjust_p_values(P, alpha=5)),
    ("STAT-007", lambda: stats.adjust_p_values(P, truncation=1.5)),
    ("STAT-007", lambda: stats.graph_test(P, HOLM, alpha=0)),
    ("STAT-007", closed(alpha=1)),
    ("STAT-007", closed(df=0.5)),
    ("STAT-007", closed(df=float("inf"))),
    ("STAT-007", lambda: stats.gatekeeping(P, families=FAMILIES, gate="parallel")),
    ("STAT-007", lambda: stats.gatekeeping(P, families=FAMILIES, gate="parallel", truncation=[2, 1])),
    ("STAT-002", lambda: stats.graph_bounds([1, None], [1, 1], HOLM)),  # type: ignore[list-item]
    ("STAT-003", lambda: stats.graph_bounds([1, 2, 3], [1, 1, 1], HOLM)),
    ("STAT-004", lambda: stats.graph_bounds([1, 2], [1, 0], HOLM)),
]


@each_of(REFUSED)
def test_what_a_method_is_not_defined_for_is_refused_by_name(fault: str, call: Callable[[], object]) -> None:
    check_refusal(fault, call)


def test_all_faults_of_a_graph_are_told_at_once() -> None:
    with pytest.raises(StatisticsError) as error:
        stats.multiplicity_graph([0.7, 0.7], [[0.2, 0.9], [2.0, 0]])
    assert [fault.id for fault in error.value.faults] == ["STAT-061", "STAT-062", "STAT-062", "STAT-062"]
    assert "the row sums to 1.1" in str(error.value)


def test_all_p_values_at_fault_are_told_at_once() -> None:
    with pytest.raises(StatisticsError) as error:
        stats.adjust_p_values([-1, 0.5, 2])
    assert [fault.place for fault in error.value.faults] == ["p_values[0]", "p_values[2]"]


def test_every_need_at_fault_is_told_at_once() -> None:
    with pytest.raises(StatisticsError) as error:
        tree(needs_all={"H1": ["H2"]}, needs_any={"H2": ["H7"]})()
    assert len(error.value.faults) == 2
