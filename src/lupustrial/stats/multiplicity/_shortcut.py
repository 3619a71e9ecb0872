"""The sequentially rejective graph with Bonferroni tests; equations in docs/methods/multiplicity.md."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lupustrial.stats._arguments import Values, check_probabilities
from lupustrial.stats.multiplicity._checks import checked_p_values, same_number
from lupustrial.stats.multiplicity._graph import MultiplicityGraph, from_arrays, graph_arrays, remove
from lupustrial.stats.multiplicity._local import per_weight
from lupustrial.stats.multiplicity._results import GraphStep, GraphTest, is_rejected
from lupustrial.stats.multiplicity._shapes import fallback_graph


def graph_test(p_values: Values, graph: MultiplicityGraph, *, alpha: float = 0.05) -> GraphTest:
    """Test the hypotheses of a graph one after another by Bonferroni (multiplicity.md, eq. 9, 10).

    It is the closed test with weighted Bonferroni tests of the intersections, without going through them. The
    hypothesis with the least p value per weight is rejected first; neither the set rejected nor the adjusted
    p values depend on that choice.

    Args:
        p_values: One raw p value a hypothesis, one- or two-sided, in the order of the graph.
        graph: Weights and transitions.
        alpha: Familywise level.

    Returns:
        Adjusted p values, rejections, the graph after each rejection and at the end; adjusted p is 1 for a
        hypothesis that can get no weight.

    Raises:
        StatisticsError: p values at fault (STAT-060), level outside (0, 1) (STAT-007).
    """
    p = checked_p_values(p_values)
    check_probabilities(alpha=alpha)
    same_number(p, len(graph.hypotheses))
    adjusted = np.ones(p.size)
    weights, transitions = graph_arrays(graph)
    left = np.ones(p.size, dtype=bool)
    reached = 0.0
    steps: list[GraphStep] = []
    while left.any():
        ratios = per_weight(p, np.where(left, weights, 0.0))
        index = int(ratios.argmin())
        if ratios[index] >= 1:
            break
        reached = adjusted[index] = max(reached, float(ratios[index]))
        weight = float(weights[index])
        weights, transitions = remove(weights, transitions, index)
        left[index] = False
        if is_rejected(reached, alpha):
            steps.append(
                GraphStep(
                    rejected=graph.hypotheses[index],
                    p_value=float(p[index]),
                    weight=weight,
                    level=weight * alpha,
                    adjusted=reached,
                    graph=from_arrays(graph.hypotheses, weights, transitions),
                )
            )
    return GraphTest(
        method="graph_bonferroni",
        hypotheses=graph.hypotheses,
        p_values=tuple(p.tolist()),
        adjusted=tuple(adjusted.tolist()),
        rejected=tuple(is_rejected(value, alpha) for value in adjusted.tolist()),
        alpha=alpha,
        note="" if sum(graph.weights) > 0 else "no hypothesis has any weight, so none can be rejected",
        graph=graph,
        steps=tuple(steps),
        final=steps[-1].graph if steps else graph,
    )


def fallback(
    p_values: Values, *, weights: Values, alpha: float = 0.05, names: Sequence[str] | None = None
) -> GraphTest:
    """Test in a fixed order, each hypothesis at its own share plus that of the rejected ones just before it.

    Args:
        p_values: Raw p values in the order of testing.
        weights: Part of alpha for each, at most 1 together.
        alpha: Familywise level.
        names: Names of the hypotheses.

    Returns:
        As `graph_test`, of `fallback_graph`.

    Raises:
        StatisticsError: As `graph_test` and `fallback_graph`.
    """
    return graph_test(p_values, fallback_graph(weights, names=names), alpha=alpha)
