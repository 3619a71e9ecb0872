"""Weights of all intersections of a graph, and the closed tests on them; docs/methods/multiplicity.md."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lupustrial.stats._arguments import Floats, Values, check_choice, check_probabilities, refuse
from lupustrial.stats.multiplicity._checks import (
    Correlation,
    check_intersections,
    checked_correlation,
    checked_groups,
    checked_p_values,
    same_number,
)
from lupustrial.stats.multiplicity._graph import MultiplicityGraph, graph_arrays, remove
from lupustrial.stats.multiplicity._local import (
    SIDES,
    Parametric,
    bonferroni_p,
    check_df,
    parametric_p,
    simes_p,
)
from lupustrial.stats.multiplicity._results import (
    ANY_DEPENDENCE,
    SIMES,
    ClosedTest,
    ClosureWeights,
    is_rejected,
)

Booleans = NDArray[np.bool_]
TESTS = ("bonferroni", "simes", "parametric")
_ASSUMPTIONS = {
    "bonferroni": ANY_DEPENDENCE,
    "simes": f"within a Simes group {SIMES}",
    "parametric": "the statistics of a parametric group are jointly normal (t) with the correlations given",
}


def closure_weights(graph: MultiplicityGraph) -> ClosureWeights:
    """Return the weights that a graph gives to every intersection of its hypotheses (eq. 11).

    Args:
        graph: At most 15 hypotheses.

    Returns:
        The 2^m - 1 intersections and their weights.

    Raises:
        StatisticsError: Too many hypotheses (STAT-065).
    """
    check_intersections(len(graph.hypotheses))
    members, weights = _closure_arrays(graph)
    return _closure_record(graph.hypotheses, members, weights)


def _closure_arrays(graph: MultiplicityGraph) -> tuple[Booleans, Floats]:
    """Take hypotheses out of a growing stack of graphs; rows come in falling binary order."""
    count = len(graph.hypotheses)
    weights, transitions = graph_arrays(graph)
    stack, edges = weights[None, :], transitions[None, :, :]
    for index in range(count - 1, -1, -1):
        fewer, fewer_edges = remove(stack, edges, index)
        stack, edges = np.concatenate([stack, fewer]), np.concatenate([edges, fewer_edges])
    codes = np.arange(2**count - 1, 0, -1)
    members = (codes[:, None] >> np.arange(count - 1, -1, -1)) & 1 == 1
    return members, stack[:-1]


def _closure_record(hypotheses: tuple[str, ...], members: Booleans, weights: Floats) -> ClosureWeights:
    return ClosureWeights(
        hypotheses=hypotheses,
        members=tuple(tuple(row) for row in members.tolist()),
        weights=tuple(tuple(row) for row in weights.tolist()),
    )


def closed_test(
    p_values: Values,
    graph: MultiplicityGraph,
    *,
    test: str | Sequence[str] = "bonferroni",
    groups: Sequence[Sequence[str]] | None = None,
    correlation: Correlation | None = None,
    df: float | None = None,
    alternative: str = "one-sided",
    alpha: float = 0.05,
) -> ClosedTest:
    """Test a graph by the closure principle with weighted tests of the intersections (eq. 11-13, 16).

    Each group of hypotheses is tested by its own test with its own part of the weights, and the groups are
    combined by Bonferroni.

    Args:
        p_values: One raw p value a hypothesis, in the order of the graph.
        graph: At most 15 hypotheses.
        test: ``"bonferroni"``, ``"simes"`` or ``"parametric"``, or one of them a group.
        groups: Names of the hypotheses of each group, a partition; one group of all where ``None``.
        correlation: Correlations of the test statistics for parametric groups: a number for every two alike,
            or a matrix, of which only the blocks of these groups are used.
        df: Degrees of freedom of jointly t-distributed statistics; normal where ``None``.
        alternative: How the p values of parametric groups were made, ``"one-sided"`` or ``"two-sided"``.
        alpha: Familywise level.

    Returns:
        Adjusted p values and rejections, weights and p value of every intersection; the note names
        intersections that are rejected though none of their hypotheses is.

    Raises:
        StatisticsError: p values (STAT-060), unknown option (STAT-006), level or df out of range (STAT-007),
            groups (STAT-063), correlation missing or at fault (STAT-064), too many hypotheses (STAT-065).
    """
    p = checked_p_values(p_values)
    check_probabilities(alpha=alpha)
    check_choice("alternative", alternative, SIDES)
    check_df(df)
    same_number(p, len(graph.hypotheses))
    check_intersections(p.size)
    parts = checked_groups(groups, graph.hypotheses, place="groups")
    tests = _tests_of(test, len(parts))
    parametric = [part for part, name in zip(parts, tests, strict=True) if name == "parametric"]
    matrix = None
    if parametric:
        if correlation is None:
            hint = "give the correlations of the test statistics, or use Bonferroni"
            raise refuse("STAT-064", "a parametric test without correlations", "correlation", hint)
        matrix = checked_correlation(correlation, p.size, parametric)
    members, weights = _closure_arrays(graph)
    intersection_p = np.ones(len(members))
    error = 0.0
    for part, name in zip(parts, tests, strict=True):
        columns = list(part)
        if matrix is not None and name == "parametric":
            model = Parametric(matrix[np.ix_(columns, columns)], df, alternative == "two-sided")
            values, largest = parametric_p(p[columns], weights[:, columns], model)
            error = max(error, largest)
        else:
            local = simes_p if name == "simes" else bonferroni_p
            values = local(p[columns], weights[:, columns])
        intersection_p = np.minimum(intersection_p, values)
    adjusted = [float(intersection_p[members[:, index]].max()) for index in range(p.size)]
    rejected = tuple(is_rejected(value, alpha) for value in adjusted)
    used = sorted(set(tests))
    return ClosedTest(
        method="closed_" + "_".join(used),
        hypotheses=graph.hypotheses,
        p_values=tuple(p.tolist()),
        adjusted=tuple(adjusted),
        rejected=rejected,
        alpha=alpha,
        assumption="; ".join(_ASSUMPTIONS[name] for name in used),
        note=_not_consonant(members, intersection_p, np.array(rejected), graph.hypotheses, alpha),
        closure=_closure_record(graph.hypotheses, members, weights),
        intersection_p=tuple(intersection_p.tolist()),
        numerical_error=error,
    )


def _tests_of(test: str | Sequence[str], count: int) -> tuple[str, ...]:
    tests = (test,) * count if isinstance(test, str) else tuple(test)
    for name in tests:
        check_choice("test", name, TESTS)
    if len(tests) != count:
        hint = "give one test for all groups, or one a group"
        raise refuse("STAT-063", f"{len(tests)} tests for {count} groups", "test", hint)
    return tests


def _not_consonant(
    members: Booleans, p: Floats, rejected: Booleans, hypotheses: tuple[str, ...], alpha: float
) -> str:
    """Name the smallest intersections that are rejected by the closed test, but none of their hypotheses."""
    count = len(hypotheses)
    closed = np.zeros((2,) * count)  # one axis a hypothesis, 1 for in
    closed.reshape(-1)[:0:-1] = p
    for axis in range(count):
        sides = np.moveaxis(closed, axis, 0)
        sides[0] = np.maximum(sides[0], sides[1])
    found = [
        row
        for row, value in zip(members, closed.reshape(-1)[:0:-1].tolist(), strict=True)
        if is_rejected(value, alpha) and not (row & rejected).any()
    ]
    if not found:
        return ""
    fewest = min(int(row.sum()) for row in found)
    names = [
        " and ".join(name for name, member in zip(hypotheses, row, strict=True) if member)
        for row in found
        if row.sum() == fewest
    ]
    return f"rejected together though none of them is rejected alone: {'; '.join(names)}"
