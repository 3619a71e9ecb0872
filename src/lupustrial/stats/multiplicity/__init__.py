"""Several hypotheses at one familywise level: adjusted p values, graphs, closed tests, gatekeeping.

Equations, assumptions and sources are in docs/methods/multiplicity.md.
"""

from __future__ import annotations

from lupustrial.stats.multiplicity._adjust import adjust_p_values
from lupustrial.stats.multiplicity._closure import closed_test, closure_weights
from lupustrial.stats.multiplicity._gatekeeping import gatekeeping
from lupustrial.stats.multiplicity._graph import MultiplicityGraph, multiplicity_graph
from lupustrial.stats.multiplicity._intervals import graph_bounds
from lupustrial.stats.multiplicity._local import single_step
from lupustrial.stats.multiplicity._results import (
    ClosedTest,
    ClosureWeights,
    GraphStep,
    GraphTest,
    MultipleTest,
    SimultaneousBounds,
)
from lupustrial.stats.multiplicity._shapes import (
    fallback_graph,
    fixed_sequence_graph,
    holm_graph,
    parallel_graph,
)
from lupustrial.stats.multiplicity._shortcut import fallback, graph_test

__all__ = [
    "ClosedTest",
    "ClosureWeights",
    "GraphStep",
    "GraphTest",
    "MultipleTest",
    "MultiplicityGraph",
    "SimultaneousBounds",
    "adjust_p_values",
    "closed_test",
    "closure_weights",
    "fallback",
    "fallback_graph",
    "fixed_sequence_graph",
    "gatekeeping",
    "graph_bounds",
    "graph_test",
    "holm_graph",
    "multiplicity_graph",
    "parallel_graph",
    "single_step",
]
