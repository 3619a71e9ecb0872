"""What the stratified methods return."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class StratifiedEstimate:
    """A measure common to all strata, with its confidence interval and the weights that made it.

    Attributes:
        method: Stable name of the method, e.g. ``"stratified_newcombe"``.
        measure: What is estimated, e.g. ``"risk difference"``; first against second group.
        weighting: How the strata are weighted, e.g. ``"mantel-haenszel"``.
        weights: Weight of each stratum given, in its order, adding up to 1; 0 for a stratum left out. Empty
            where the method has no weights of its own (a conditional likelihood).
        estimate: The point estimate; ``math.inf`` where a ratio has a zero below.
        lower: Lower confidence limit.
        upper: Upper confidence limit; ``math.inf`` where the data set no upper bound to a ratio.
        confidence_level: Nominal coverage.
        standard_error: Of the estimate, or of the logarithm of a ratio; ``None`` where there is none.
        p_value: Of the test that belongs to the interval; ``None`` where the method has none.
        strata: Number of strata used.
        n: Participants in them.
        note: What a reader must know, e.g. which strata were left out; usually empty.
    """

    method: str
    measure: str
    weighting: str
    weights: tuple[float, ...]
    estimate: float
    lower: float
    upper: float
    confidence_level: float
    standard_error: float | None = None
    p_value: float | None = None
    strata: int
    n: int
    note: str = ""
