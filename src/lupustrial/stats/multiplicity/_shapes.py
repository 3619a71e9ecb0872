"""Graphs of well-known procedures; multiplicity.md, section "Graphs of known procedures"."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lupustrial.stats._arguments import Values, refuse
from lupustrial.stats.multiplicity._graph import MultiplicityGraph, multiplicity_graph


def _counted(count: int, place: str) -> int:
    if count < 1:
        raise refuse("STAT-063", f"{count} hypotheses", place, "give at least 1 hypothesis")
    return count


def holm_graph(count: int, *, names: Sequence[str] | None = None) -> MultiplicityGraph:
    """Return the graph of Holm's procedure: equal weights, each passes equal parts to all others.

    Args:
        count: Number of hypotheses, at least 1.
        names: Their names.

    Raises:
        StatisticsError: No hypotheses, or names that do not fit (STAT-063).
    """
    _counted(count, "count")
    share = 0.0 if count == 1 else 1 / (count - 1)
    transitions = np.where(np.eye(count, dtype=bool), 0.0, share)
    return multiplicity_graph(np.full(count, 1 / count), transitions, names=names)


def fixed_sequence_graph(count: int, *, names: Sequence[str] | None = None) -> MultiplicityGraph:
    """Return the graph of the fixed sequence: all weight on the first, each passes all to the next.

    Arguments and errors are as for `holm_graph`.
    """
    first = np.zeros(_counted(count, "count"))
    first[0] = 1.0
    return fallback_graph(first, names=names)


def fallback_graph(weights: Values, *, names: Sequence[str] | None = None) -> MultiplicityGraph:
    """Return the graph of the fallback procedure: weights of one's own, each passes all to the next.

    Args:
        weights: Part of alpha for each hypothesis in the order of testing, at most 1 together.
        names: Names of the hypotheses.

    Raises:
        StatisticsError: Weights (STAT-061) or names (STAT-063) at fault.
    """
    return multiplicity_graph(weights, np.eye(np.size(weights), k=1), names=names)


def parallel_graph(primary: int, secondary: int, *, names: Sequence[str] | None = None) -> MultiplicityGraph:
    """Return the graph of Bonferroni-based parallel gatekeeping.

    The primary hypotheses share alpha equally and pass it in equal parts to the secondary ones, which are
    tested by Holm among themselves; a secondary one can be rejected once one primary is.

    Args:
        primary: Number of primary hypotheses, which come first, at least 1.
        secondary: Number of secondary hypotheses, at least 1.
        names: Names of all.

    Raises:
        StatisticsError: No hypotheses, or names that do not fit (STAT-063).
    """
    count = _counted(primary, "primary") + _counted(secondary, "secondary")
    transitions = np.zeros((count, count))
    transitions[:primary, primary:] = 1 / secondary
    if secondary > 1:
        transitions[primary:, primary:] = np.where(np.eye(secondary, dtype=bool), 0.0, 1 / (secondary - 1))
    weights = np.where(np.arange(count) < primary, 1 / primary, 0.0)
    return multiplicity_graph(weights, transitions, names=names)
