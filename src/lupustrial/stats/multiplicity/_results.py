"""What the multiple tests return: frozen records, hypotheses in the order in which they were given."""

from __future__ import annotations

from dataclasses import dataclass

from lupustrial.stats.multiplicity._graph import MultiplicityGraph

#: Two numbers that differ by less than this part are equal: arithmetic must not decide on a rejection.
TIE = 1e-10

ANY_DEPENDENCE = "valid under any dependence of the p values"
SIMES = (
    "valid where Simes's inequality holds for the p values of every set of true hypotheses, e.g. independent "
    "or positively dependent test statistics (one-sided tests of normal statistics with correlations of 0 or "
    "more); not valid in general under negative or unknown dependence"
)


def is_rejected(adjusted: float, alpha: float) -> bool:
    """Return whether an adjusted p value is at most alpha, up to rounding of the last digits."""
    return adjusted <= alpha * (1 + TIE)


@dataclass(frozen=True, kw_only=True, slots=True)
class MultipleTest:
    """The result of a multiple test.

    Attributes:
        method: Stable name of the method, e.g. ``"holm"`` or ``"graph_bonferroni"``.
        hypotheses: Names in the order given.
        p_values: Raw p values.
        adjusted: Adjusted p values: the smallest level at which the method rejects the hypothesis.
        rejected: Whether each adjusted p value is at most ``alpha`` (ties up to 1e-10 of it are rejections).
        alpha: Level.
        error_rate: ``"familywise"`` or ``"false discovery"``.
        assumption: What must hold of the p values for the method to keep ``error_rate``.
        note: What a reader must know about this result; usually empty.
    """

    method: str
    hypotheses: tuple[str, ...]
    p_values: tuple[float, ...]
    adjusted: tuple[float, ...]
    rejected: tuple[bool, ...]
    alpha: float
    error_rate: str = "familywise"
    assumption: str = ANY_DEPENDENCE
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class GraphStep:
    """One rejection of the sequentially rejective graph.

    Attributes:
        rejected: The hypothesis rejected in this step.
        p_value: Its raw p value.
        weight: Its weight when it was rejected.
        level: Its local level then, ``weight`` times alpha.
        adjusted: Its adjusted p value.
        graph: What is left: the rejected have weight 0 and no edges.
    """

    rejected: str
    p_value: float
    weight: float
    level: float
    adjusted: float
    graph: MultiplicityGraph


@dataclass(frozen=True, kw_only=True, slots=True)
class GraphTest(MultipleTest):
    """The result of a sequentially rejective graph.

    Attributes:
        graph: The graph at the start.
        steps: The rejections in their order; the set rejected does not depend on the order.
        final: The graph after the last rejection.
    """

    graph: MultiplicityGraph
    steps: tuple[GraphStep, ...]
    final: MultiplicityGraph

    def lines(self) -> tuple[str, ...]:
        """Return the test as lines of text, one a rejection and one on what is left."""
        lines = [f"Level {self.alpha:g}. Start: {_weights(self.graph)}."]
        for number, step in enumerate(self.steps, start=1):
            lines.append(
                f"Step {number}: {step.rejected} is rejected, p = {step.p_value:.6g} at the local level "
                f"{step.level:.6g} (weight {step.weight:.6g}). Left: {_weights(step.graph)}."
            )
        left = [name for name, gone in zip(self.hypotheses, self.rejected, strict=True) if not gone]
        lines.append(f"Not rejected: {', '.join(left)}." if left else "All hypotheses are rejected.")
        return tuple(lines)


def _weights(graph: MultiplicityGraph) -> str:
    """Write the weights above 0 as ``H1 0.5, H2 0.5``."""
    pairs = zip(graph.hypotheses, graph.weights, strict=True)
    return ", ".join(f"{name} {weight:.6g}" for name, weight in pairs if weight > 0) or "no weight"


@dataclass(frozen=True, kw_only=True, slots=True)
class ClosureWeights:
    """The weights of all intersections of a graph's hypotheses, from all of them to the last alone.

    Attributes:
        hypotheses: Names in the order given.
        members: Which hypotheses are in each intersection; rows in falling binary order (111, 110, …, 001).
        weights: Weights in each intersection; 0 for those outside it.
    """

    hypotheses: tuple[str, ...]
    members: tuple[tuple[bool, ...], ...]
    weights: tuple[tuple[float, ...], ...]

    @property
    def codes(self) -> tuple[str, ...]:
        """The intersections as text, ``"110"`` for the first two of three."""
        return tuple("".join("01"[member] for member in row) for row in self.members)


@dataclass(frozen=True, kw_only=True, slots=True)
class ClosedTest(MultipleTest):
    """The result of a closed test: each hypothesis is rejected with all intersections that hold it.

    Attributes:
        closure: Intersections and weights.
        intersection_p: The p value of each intersection, in the order of ``closure``.
        numerical_error: Estimated error of the p values from lattice rules; 0 where none was needed
            (quadrature has an error below 1e-10).
    """

    closure: ClosureWeights
    intersection_p: tuple[float, ...]
    numerical_error: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class SimultaneousBounds:
    """One-sided simultaneous confidence bounds compatible with a graph.

    Attributes:
        method: ``"graph_bonferroni"``.
        hypotheses: Names in the order given.
        estimates: Estimates.
        bounds: Lower bounds (``alternative`` "greater") or upper bounds ("less"); infinite where the
            hypothesis has no weight left.
        p_values: One-sided p values of estimate against margin.
        rejected: Whether each hypothesis is rejected; exactly then its bound is not beyond the margin.
        confidence_level: Simultaneous coverage, 1 - alpha.
        alternative: ``"greater"`` or ``"less"``.
        note: What a reader must know about this result.
    """

    method: str
    hypotheses: tuple[str, ...]
    estimates: tuple[float, ...]
    bounds: tuple[float, ...]
    p_values: tuple[float, ...]
    rejected: tuple[bool, ...]
    confidence_level: float
    alternative: str
    note: str = ""
