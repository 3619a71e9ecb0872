"""Graphs of hypotheses: weights on the nodes, what a rejected node passes on along the edges.

Equations in docs/methods/multiplicity.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lupustrial.errors import Fault, StatisticsError
from lupustrial.stats._arguments import Floats, Values, refuse
from lupustrial.stats.multiplicity._checks import ROUNDING, checked_names

Matrix = Sequence[Sequence[float]] | NDArray[np.generic]


@dataclass(frozen=True, kw_only=True, slots=True)
class MultiplicityGraph:
    """A graph of hypotheses; make it with `multiplicity_graph`.

    Attributes:
        hypotheses: Names, each once.
        weights: Part of alpha that each hypothesis has, 0 or more, at most 1 together.
        transitions: ``transitions[i][j]`` is the part of its weight that i passes to j when i is rejected;
            0 or more, at most 1 in a row, 0 on the diagonal.
    """

    hypotheses: tuple[str, ...]
    weights: tuple[float, ...]
    transitions: tuple[tuple[float, ...], ...]

    def __post_init__(self) -> None:
        """Refuse what is no graph, with every fault (STAT-061, STAT-062, STAT-063)."""
        count = len(self.hypotheses)
        checked_names(self.hypotheses, count)
        faults = _weight_faults(np.array(self.weights, dtype=np.float64), count)
        faults += _transition_faults(self.transitions, count)
        if faults:
            raise StatisticsError(faults)

    def without(self, *rejected: str) -> MultiplicityGraph:
        """Return the graph after these hypotheses are rejected (eq. 9), in whatever order.

        Raises:
            StatisticsError: A name that is not in the graph (STAT-063).
        """
        weights, transitions = graph_arrays(self)
        for name in rejected:
            if name not in self.hypotheses:
                hint = f"one of: {', '.join(self.hypotheses)}"
                raise refuse("STAT-063", f"{name!r} is no hypothesis of the graph", "rejected", hint)
            weights, transitions = remove(weights, transitions, self.hypotheses.index(name))
        return from_arrays(self.hypotheses, weights, transitions)


def multiplicity_graph(
    weights: Values, transitions: Matrix, *, names: Sequence[str] | None = None
) -> MultiplicityGraph:
    """Make a graph of hypotheses from its weights and transitions.

    Args:
        weights: Part of alpha for each of the m hypotheses, at most 1 together.
        transitions: m rows of m: what each passes on to each other when it is rejected, at most 1 a row. A
            small number such as 1e-4 stands for an infinitesimal "epsilon" edge.
        names: Names of the hypotheses, ``H1``, ``H2``, … where none are given.

    Returns:
        The graph.

    Raises:
        StatisticsError: Weights (STAT-061), transitions (STAT-062) or names (STAT-063) at fault, all at once.
    """
    try:
        array = np.asarray(weights, dtype=np.float64)
        matrix = np.asarray(transitions, dtype=np.float64)
    except (TypeError, ValueError):
        array, matrix = np.empty((0, 0)), np.empty(0)
    if array.ndim != 1 or array.size == 0 or matrix.ndim != 2:  # noqa: PLR2004 - a matrix has 2 axes
        hint = "give m weights and m rows of m transitions"
        raise refuse("STAT-062", "not a list of weights with a square table of numbers", "transitions", hint)
    return from_arrays(checked_names(names, array.size), array, matrix)


def from_arrays(hypotheses: tuple[str, ...], weights: Floats, transitions: Floats) -> MultiplicityGraph:
    """Return arrays as a graph."""
    return MultiplicityGraph(
        hypotheses=hypotheses,
        weights=tuple(weights.tolist()),
        transitions=tuple(tuple(row) for row in transitions.tolist()),
    )


def graph_arrays(graph: MultiplicityGraph) -> tuple[Floats, Floats]:
    """Return weights and transitions as arrays."""
    return np.array(graph.weights, dtype=np.float64), np.array(graph.transitions, dtype=np.float64)


def remove(weights: Floats, transitions: Floats, index: int) -> tuple[Floats, Floats]:
    """Take a rejected hypothesis out of one graph or of a stack of graphs (eq. 9).

    The last axis of ``weights`` and the last two of ``transitions`` run over the hypotheses. Where two would
    only pass to each other the denominator is 0; they then pass nothing on.
    """
    passed_on = transitions[..., index, :]
    from_others = transitions[..., :, index]
    new_weights = weights + weights[..., index, None] * passed_on
    kept = 1 - from_others * passed_on
    through = transitions + from_others[..., :, None] * passed_on[..., None, :]
    divisor = np.where(kept > 0, kept, 1.0)[..., None]
    new_transitions = np.where(kept[..., None] > 0, through / divisor, 0.0)
    diagonal = np.arange(weights.shape[-1])
    new_transitions[..., diagonal, diagonal] = 0.0
    new_transitions[..., index, :] = 0.0
    new_transitions[..., :, index] = 0.0
    new_weights[..., index] = 0.0
    return new_weights, new_transitions


def _weight_faults(weights: Floats, count: int) -> list[Fault]:
    hint = "give one weight of 0 or more a hypothesis, at most 1 together"
    if weights.size != count:
        message = f"{weights.size} weights for {count} hypotheses"
        return [Fault(id="STAT-061", message=message, place="weights", hint=hint)]
    faults = [
        Fault(id="STAT-061", message=f"{value} is no weight", place=f"weights[{index}]", hint=hint)
        for index, value in enumerate(weights.tolist())
        if not 0 <= value <= 1 + ROUNDING
    ]
    if not faults and weights.sum() > 1 + ROUNDING:
        message = f"the weights sum to {weights.sum():.6g}, more than 1"
        faults.append(Fault(id="STAT-061", message=message, place="weights", hint=hint))
    return faults


def _transition_faults(transitions: tuple[tuple[float, ...], ...], count: int) -> list[Fault]:
    hint = "give m rows of m numbers of 0 or more, at most 1 a row and 0 on the diagonal"
    if len(transitions) != count or any(len(row) != count for row in transitions):
        message = f"not {count} rows of {count} transitions"
        return [Fault(id="STAT-062", message=message, place="transitions", hint=hint)]
    faults = []
    for index, row in enumerate(transitions):
        place = f"transitions[{index}]"
        if not all(0 <= value <= 1 + ROUNDING for value in row):
            message = f"{list(row)} holds what is no part between 0 and 1"
            faults.append(Fault(id="STAT-062", message=message, place=place, hint=hint))
            continue
        if row[index] != 0:
            message = f"a hypothesis passes {row[index]} to itself"
            faults.append(Fault(id="STAT-062", message=message, place=place, hint=hint))
        if sum(row) > 1 + ROUNDING:
            message = f"the row sums to {sum(row):.6g}, more than 1"
            faults.append(Fault(id="STAT-062", message=message, place=place, hint=hint))
    return faults
