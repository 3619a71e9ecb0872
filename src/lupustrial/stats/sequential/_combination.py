"""Combination tests of two rates in an adaptive trial: inverse normal and Fisher's product (eq. 25-29)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import optimize, special

from lupustrial.stats._arguments import Floats, refuse
from lupustrial.stats.sequential._boundaries import level_of, lowers_of, shape_critical, solve_spending
from lupustrial.stats.sequential._design import SHAPES
from lupustrial.stats.sequential._fisher_product import FisherDesign, repeated_fisher_p
from lupustrial.stats.sequential._plan import GroupSequentialDesign
from lupustrial.stats.sequential._spending import spent_at
from lupustrial.stats.sequential._stage_data import StageRates, checked_stages

_EDGE = 1 - 1e-12
_LARGEST_LEVEL = 1 - 1e-6


@dataclass(frozen=True, kw_only=True, slots=True)
class CombinationTest:
    """A combination test of two rates after one or more stages; one number a stage in each tuple.

    Attributes:
        method: ``"inverse_normal"`` or ``"fisher_product"``.
        stage_p_values: One-sided p of each stage alone (first group higher).
        combined: Combined z (inverse normal) or product of the p values (Fisher) up to each stage.
        critical: What it is compared with: z at or above, product at or below, rejects.
        rejects: Whether the trial stops with rejection at the stage.
        repeated_p_values: Smallest one-sided level at which the design rejects at the stage; ``None`` for
            kinds that have no family over levels (Haybittle-Peto, user spending, beta spending) and binding
            futility.
        lower: Lower limit of the repeated confidence interval for the risk difference, first minus second.
        upper: Its upper limit; together they cover at 1 - 2 alpha over all stages.
        note: Says at which stages the limits cross: Fisher's product may refuse every difference, from one
            side or the other, when stages contradict each other.
    """

    method: str
    stage_p_values: tuple[float, ...]
    combined: tuple[float, ...]
    critical: tuple[float, ...]
    rejects: tuple[bool, ...]
    repeated_p_values: tuple[float | None, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    note: str = ""


def combination_test_rates(
    design: GroupSequentialDesign | FisherDesign,
    *,
    x1: Sequence[int],
    n1: Sequence[int],
    x2: Sequence[int],
    n2: Sequence[int],
) -> CombinationTest:
    """Test whether the first group's rate is higher, by combining stages that may have been redesigned.

    Sizes of later stages may depend on earlier results; the weights may not: they are the roots of planned
    steps of information (inverse normal, eq. 26) or equal (Fisher, eq. 27).

    Args:
        design: One-sided, as from `group_sequential_design` or `fisher_design`.
        x1: Responders of the first group in each stage so far, of that stage alone.
        n1: Participants of the first group in each stage.
        x2: Responders of the second group.
        n2: Participants of the second group.

    Returns:
        Stage-wise p (pooled normal test, no correction), combinations, decisions, repeated p and intervals.
        In a stage in which nobody or everybody responds z is 0.

    Raises:
        StatisticsError: Counts that do not fit (STAT-001), numbers of stages that differ or too many
            (STAT-003), a two-sided design (STAT-007).
    """
    check_one_sided(design)
    data = checked_stages(x1, n1, x2, n2, most=len(design.critical))
    scores = data.scores()
    reached = range(1, scores.size + 1)
    combined = combine(design, scores)
    fisher = isinstance(design, FisherDesign)
    limits = [_limits(design, data, stage) for stage in reached]
    crossed = ", ".join(str(k) for k, (low, high) in zip(reached, limits, strict=True) if low > high)
    pairs = list(zip(combined, design.critical, strict=False))
    return CombinationTest(
        method="fisher_product" if fisher else "inverse_normal",
        stage_p_values=tuple(float(p) for p in special.ndtr(-scores)),
        combined=combined,
        critical=design.critical[: scores.size],
        rejects=tuple(value <= limit if fisher else value >= limit for value, limit in pairs),
        repeated_p_values=tuple(_repeated_p(design, k, combined[k - 1]) for k in reached),
        lower=tuple(low for low, _ in limits),
        upper=tuple(high for _, high in limits),
        note=f"the limits cross at stage {crossed}: the stages contradict each other" if crossed else "",
    )


def check_one_sided(design: GroupSequentialDesign | FisherDesign) -> None:
    """Raise on a two-sided design (STAT-007)."""
    if isinstance(design, GroupSequentialDesign) and design.sided == "two-sided":
        hint = "combine one-sided p values: plan sided='one-sided' at half the level"
        raise refuse("STAT-007", "a two-sided design", "design", hint)


def combine(design: GroupSequentialDesign | FisherDesign, scores: Floats) -> tuple[float, ...]:
    """Return the combination of the stage-wise z up to each stage (eq. 26, 27)."""
    if isinstance(design, FisherDesign):
        return tuple(float(value) for value in np.exp(np.cumsum(special.log_ndtr(-scores))))
    steps = np.diff([0.0, *design.information])[: scores.size]
    sums = np.cumsum(np.sqrt(steps) * scores)
    return tuple(float(value) for value in sums / np.sqrt(np.cumsum(steps)))


def _limits(
    design: GroupSequentialDesign | FisherDesign, data: StageRates, stage: int
) -> tuple[float, float]:
    """Return the risk differences at which the combination meets its critical value (eq. 29)."""
    critical = design.critical[stage - 1]

    def beyond(difference: float, side: float) -> float:
        scores = np.clip(side * data.scores(difference)[:stage], -1e3, 1e3)
        if isinstance(design, FisherDesign):
            return math.log(critical) - float(special.log_ndtr(-scores).sum())
        return combine(design, scores)[-1] - critical

    if math.isinf(critical):
        return -1.0, 1.0
    lower, upper = -1.0, 1.0
    if beyond(-_EDGE, 1.0) > 0:
        lower = float(optimize.brentq(beyond, -_EDGE, _EDGE, args=(1.0,), xtol=1e-13))
    if beyond(_EDGE, -1.0) > 0:
        upper = float(optimize.brentq(beyond, -_EDGE, _EDGE, args=(-1.0,), xtol=1e-13))
    return lower, upper


def _repeated_p(design: GroupSequentialDesign | FisherDesign, stage: int, value: float) -> float | None:
    """Return the smallest level at which the design rejects at this stage (eq. 28)."""
    if isinstance(design, FisherDesign):
        return repeated_fisher_p(design, stage, value)
    if design.binding or design.kind not in {*SHAPES, "wang_tsiatis", "spending"}:
        return None
    times = design.information
    if design.kind != "spending":
        shape = SHAPES.get(design.kind, design.parameter or 0.0)
        critical = shape_critical(times, value * times[stage - 1] ** (0.5 - shape), shape)
        return min(
            1.0, level_of(times, critical, lowers_of(critical, (), two_sided=False), two_sided=False)[-1]
        )

    def excess(level: float) -> float:
        return _spending_critical(design, level, stage) - value

    if excess(_LARGEST_LEVEL) > 0:
        return 1.0
    least = 1e-300
    if excess(least) < 0:
        return least
    return math.exp(
        float(optimize.brentq(lambda log: excess(math.exp(log)), math.log(least), math.log(_LARGEST_LEVEL)))
    )


def _spending_critical(design: GroupSequentialDesign, level: float, stage: int) -> float:
    """Return the critical value of a stage when the same family spends another level."""
    times = design.information[:stage]
    spent = tuple(spent_at(str(design.spending), design.parameter, level, time) for time in times)
    return solve_spending(times, spent, (), two_sided=False)[-1]
