"""Simultaneous confidence bounds that agree with the decisions of a graph; docs/methods/multiplicity.md."""

from __future__ import annotations

import math

import numpy as np

from lupustrial.stats._arguments import (
    Floats,
    Values,
    check_choice,
    check_probabilities,
    checked_values,
    refuse,
)
from lupustrial.stats._t_limits import below, quantile
from lupustrial.stats.multiplicity._graph import MultiplicityGraph
from lupustrial.stats.multiplicity._local import check_df
from lupustrial.stats.multiplicity._results import SimultaneousBounds
from lupustrial.stats.multiplicity._shortcut import graph_test

_SOME = (
    "the bound of a rejected hypothesis is its margin, since not all are rejected: it says that the margin "
    "is exceeded and no more"
)
_ALL = "all hypotheses are rejected; the bounds use the weights at the start"


def graph_bounds(
    estimates: Values,
    standard_errors: Values,
    graph: MultiplicityGraph,
    *,
    margins: Values | float = 0.0,
    df: float | None = None,
    alternative: str = "greater",
    alpha: float = 0.025,
) -> SimultaneousBounds:
    """Return one-sided simultaneous confidence bounds compatible with a Bonferroni graph (eq. 21).

    Args:
        estimates: One estimate a hypothesis, in the order of the graph.
        standard_errors: Their standard errors, above 0.
        graph: Weights and transitions.
        margins: What each estimate is tested against, one for all or one a hypothesis.
        df: Degrees of freedom of the t statistics; normal where ``None``.
        alternative: ``"greater"`` tests that an effect is at most its margin and gives lower bounds;
            ``"less"`` the mirror image.
        alpha: One-sided familywise level.

    Returns:
        Bounds, p values and rejections; a note on what the bounds of rejected hypotheses tell.

    Raises:
        StatisticsError: Values missing (STAT-002) or of different number (STAT-003), a standard error of 0
            or less (STAT-004), unknown option (STAT-006), level or df out of range (STAT-007).
    """
    count = len(graph.hypotheses)
    check_probabilities(alpha=alpha)
    check_choice("alternative", alternative, ("greater", "less"))
    check_df(df)
    given = [margins] * count if isinstance(margins, int | float) else margins
    arrays = checked_values(least=1, estimates=estimates, standard_errors=standard_errors, margins=given)
    if any(array.size != count for array in arrays):
        hint = "give one estimate, standard error and margin a hypothesis"
        raise refuse("STAT-003", f"not {count} values each", "estimates, standard_errors, margins", hint)
    values, errors, limits = arrays
    if (errors <= 0).any():
        raise refuse(
            "STAT-004", "a standard error that is not above 0", "standard_errors", "report the values"
        )
    sign = 1.0 if alternative == "greater" else -1.0
    statistics = sign * (values - limits) / errors
    p = below(-statistics, df)
    result = graph_test(p, graph, alpha=alpha)
    rejected = np.array(result.rejected)
    weights = np.array(graph.weights if rejected.all() else result.final.weights)
    bounds = sign * values - errors * _quantiles(alpha * weights, df)
    bounds = np.where(rejected, np.maximum(sign * limits, bounds if rejected.all() else -np.inf), bounds)
    return SimultaneousBounds(
        method="graph_bonferroni",
        hypotheses=graph.hypotheses,
        estimates=tuple(values.tolist()),
        bounds=tuple((sign * bounds).tolist()),
        p_values=tuple(p.tolist()),
        rejected=result.rejected,
        confidence_level=1 - alpha,
        alternative=alternative,
        note=_ALL if rejected.all() else _SOME if rejected.any() else "",
    )


def _quantiles(levels: Floats, df: float | None) -> Floats:
    """Return how many standard errors a bound at each level lies from the estimate; infinite at level 0."""
    safe = np.where(levels > 0, levels, 0.5)
    return np.where(levels > 0, -quantile(safe, df), math.inf)
