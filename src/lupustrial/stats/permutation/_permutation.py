"""Permutation tests of groups, within strata if there are any (permutation.md, eq. 1-8)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from lupustrial.stats._arguments import Floats, Values, checked_values
from lupustrial.stats.permutation._allocations import count_allocations, drawn, enumerated
from lupustrial.stats.permutation._p_value import check_draws, checked_question, chosen_method, result_of
from lupustrial.stats.permutation._result import PermutationTest
from lupustrial.stats.permutation._statistics import STATISTICS, named_statistic
from lupustrial.stats.ranks._strata import Labels, checked_first, checked_labels

Assignment = NDArray[np.generic]
Statistic = str | Callable[[Floats, Assignment], float]


def permutation_test(
    values: Values,
    assignment: Labels,
    *,
    strata: Labels | None = None,
    statistic: Statistic = "mean_difference",
    method: str = "auto",
    draws: int = 9999,
    seed: int | None = None,
    alternative: str = "two-sided",
    two_sided: str = "absolute",
    confidence_level: float = 0.95,
) -> PermutationTest:
    """Compare groups by sharing their labels out anew, every way or at random.

    The test is exact for the hypothesis that treatment changes nobody's value, whatever the statistic. It
    takes the labels as drawn without blocks other than ``strata``; for another method of allocation use
    `rerandomisation_test`.

    Args:
        values: Values of all participants, shape (n,), none missing.
        assignment: Group of each, shape (n,): true (or 1) for the first group and false (or 0) for the
            second; any labels and any number of groups with a statistic of your own.
        strata: Stratum of each, shape (n,); labels are shared out anew within strata only.
        statistic: ``"mean_difference"``, ``"rank_sum"`` (Wilcoxon), ``"welch_t"`` or ``"brunner_munzel"``
            (studentised: they hold their level also where only means, or chances to win, are equal, in large
            samples), or a function of the values and an assignment, shape (n,), that gives one number.
        method: ``"exact"`` enumerates every different allocation, ``"monte_carlo"`` draws some, ``"auto"``
            enumerates up to 100,000.
        draws: Number of Monte Carlo draws.
        seed: Needed for Monte Carlo draws.
        alternative: ``"two-sided"``, ``"greater"`` (large statistics are evidence) or ``"less"``.
        two_sided: ``"absolute"`` counts allocations whose statistic is as far from zero, for statistics that
            are centred on zero, as the named ones are; ``"doubled"`` doubles the smaller tail.
        confidence_level: Of the interval for the p that infinitely many draws would give.

    Returns:
        Statistic and p: a share of all allocations, or (b + 1) / (draws + 1).

    Raises:
        StatisticsError: Missing values, labels or marks (STAT-002), lengths that differ (STAT-003), a
            statistic without value (STAT-004), unknown option (STAT-006), no seed or draws (STAT-007), more
            than 1 million allocations for the exact form (STAT-008).
    """
    (array,) = checked_values(least=2, values=values)
    labels = checked_assignment(assignment, array.size, named=isinstance(statistic, str))
    codes = checked_labels(labels.tolist(), array.size, "assignment")
    blocks = np.zeros_like(codes) if strata is None else checked_labels(strata, array.size, "strata")
    levels = labels[np.unique(codes, return_index=True)[1]]
    question = checked_question(
        statistic,
        tuple(STATISTICS),
        alternative=alternative,
        two_sided=two_sided,
        confidence_level=confidence_level,
    )
    how = chosen_method(method, count_allocations(codes, blocks))
    used = None if how == "exact" else check_draws(draws, seed)
    batches = (
        enumerated(codes, blocks)
        if used is None
        else drawn(codes, blocks, draws, np.random.default_rng(used))
    )
    others = np.concatenate([statistics_of(statistic, array, levels[batch]) for batch in batches])
    seen = float(statistics_of(statistic, array, labels[None, :])[0])
    return result_of(question, method=f"permutation_{how}", seen=seen, others=others, seed=used)


def checked_assignment(assignment: Labels, n: int, *, named: bool) -> Assignment:
    """Return the labels as an array; marks of the first group for a named statistic."""
    if named:
        return checked_first(assignment, n, "assignment")
    checked_labels(assignment, n, "assignment")
    return np.asarray(assignment)


def statistics_of(statistic: Statistic, values: Floats, rows: Assignment) -> Floats:
    """Return the statistic of each row of labels."""
    if isinstance(statistic, str):
        return named_statistic(statistic, values, rows.astype(np.bool_))
    return np.array([float(statistic(values, row)) for row in rows])
