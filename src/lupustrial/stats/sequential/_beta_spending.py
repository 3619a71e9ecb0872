"""Designs whose futility bounds spend the type II error (eq. 19, 20)."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy import special

from lupustrial.stats._arguments import check_probabilities, refuse
from lupustrial.stats.sequential._boundaries import FAR, check_apart, critical_of, level_of, lowers_of, root
from lupustrial.stats.sequential._plan import GroupSequentialDesign, check_level, checked_information
from lupustrial.stats.sequential._recursion import Going, after, chance_below
from lupustrial.stats.sequential._spending import check_spending, spent_at

Times = tuple[float, ...]
_GAP = 1e-9


def beta_spending_design(
    *,
    stages: int | None = None,
    information: Sequence[float] | None = None,
    alpha: float = 0.025,
    beta: float = 0.1,
    spending: str = "lan_demets_obrien_fleming",
    parameter: float | None = None,
    beta_spending: str = "hwang_shih_decani",
    beta_parameter: float | None = -2.0,
    binding: bool = False,
) -> GroupSequentialDesign:
    """Find a one-sided design whose critical values spend alpha and whose futility bounds spend beta.

    The effect is the one at which the last futility bound meets the last critical value, so that the power is
    exactly 1 - beta; `design_characteristics` with that power gives its drift and the sample size.

    Args:
        stages: As for `group_sequential_design`.
        information: As for `group_sequential_design`.
        alpha: One-sided level.
        beta: Type II error, above which 1 - beta is the power.
        spending: Family by which alpha is spent, as for `error_spent`.
        parameter: Of that family.
        beta_spending: Family by which beta is spent.
        beta_parameter: Of that family.
        binding: Whether the critical values count on futility stops being obeyed (gsDesign's type 3; without,
            its type 4).

    Returns:
        The design, with one futility bound for each look but the last.

    Raises:
        StatisticsError: Unknown family (STAT-006); looks, levels or parameters that do not fit, or bounds
            that cannot be had (STAT-007).
    """
    check_probabilities(beta=beta)
    check_level(alpha)
    times = checked_information(stages, information)
    check_spending(spending, parameter)
    check_spending(beta_spending, beta_parameter, "beta_parameter")
    if alpha + beta >= 1:
        raise refuse("STAT-007", f"alpha {alpha} with beta {beta}", "alpha, beta", "give e.g. 0.025 and 0.1")
    alphas = np.diff([0.0, *(spent_at(spending, parameter, alpha, time) for time in times)])
    betas = np.diff([0.0, *(spent_at(beta_spending, beta_parameter, beta, time) for time in times)])

    def excess(drift: float) -> float:
        return _bounds(times, alphas.tolist(), betas.tolist(), drift, binding=binding)[2]

    fixed = float(-special.ndtri(alpha) - special.ndtri(beta))
    high = fixed * 1.2
    while excess(high) > 0:
        high *= 1.3
    drift = root(excess, fixed * (1 - 1e-9), high)
    critical, futility, _ = _bounds(times, alphas.tolist(), betas.tolist(), drift, binding=binding)
    check_apart(critical, (*(low + 2 * _GAP for low in futility), -FAR))
    counted = futility if binding else ()
    return GroupSequentialDesign(
        kind="beta_spending",
        information=times,
        alpha=alpha,
        sided="one-sided",
        critical=critical,
        futility=futility,
        binding=binding,
        spent=level_of(times, critical, lowers_of(critical, counted, two_sided=False), two_sided=False),
        parameter=parameter,
        spending=spending,
    )


def _bounds(
    times: Times, alphas: list[float], betas: list[float], drift: float, *, binding: bool
) -> tuple[Times, Times, float]:
    """Return the bounds at one effect, and the type II error at the last look beyond what is left of beta."""
    null: Going | None = None
    other: Going | None = None
    critical: list[float] = []
    futility: list[float] = []
    for k, time in enumerate(times):
        upper = _solve_above(null, time, alphas[k])
        critical.append(upper)
        if k + 1 == len(times):
            return tuple(critical), tuple(futility), chance_below(other, time, drift, upper) - betas[k]
        lower = _solve_below(other, time, drift, betas[k], upper - _GAP)
        futility.append(lower)
        step = times[k + 1] - time
        null = after(null, time, step, 0.0, lower=lower if binding else -math.inf, upper=upper)
        other = after(other, time, step, drift, lower=lower, upper=upper)
    raise AssertionError("a design has a last look")  # pragma: no cover - times is never empty


def _solve_above(before: Going | None, time: float, share: float) -> float:
    """Return the critical value with ``share`` of the level above it."""
    if before is not None and 0 < share >= float(before.mass.sum()):
        return -FAR  # at too large an effect futility leaves too few trials: the search turns back
    return critical_of(before, time, share)


def _solve_below(before: Going | None, time: float, drift: float, share: float, most: float) -> float:
    """Return the bound with ``share`` of the trials below it, at most ``most``."""
    if share <= 0:
        return -math.inf
    if chance_below(before, time, drift, most) <= share:
        return most
    return root(lambda z: chance_below(before, time, drift, z) - share, -FAR, min(most, FAR))
