"""Values carried forward: last, baseline or worst observation (imputation.md, section Carried values)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lupustrial.stats._arguments import Floats, check_choice, refuse
from lupustrial.stats.imputation._arrays import matrix, table

RULES = ("locf", "bocf", "wocf")
WORST = ("highest", "lowest")


def carry_forward(
    values: Sequence[Sequence[float]] | Floats,
    *,
    rule: str = "locf",
    baseline: Sequence[float] | Floats | None = None,
    worst: str = "highest",
) -> Floats:
    """Replace missing values by an earlier one of the same participant.

    Args:
        values: Shape (participants, visits) in order of time, NaN where missing.
        rule: ``"locf"`` the last observed value, ``"bocf"`` the baseline, ``"wocf"`` the worst earlier one.
        baseline: One a participant, complete; counts as observed before the first visit. ``"bocf"`` needs it.
        worst: Which end of the scale is worst for ``"wocf"``, ``"highest"`` or ``"lowest"``.

    Returns:
        Shape (participants, visits); NaN stays where nothing earlier was observed.

    Raises:
        StatisticsError: Not numbers (STAT-002), unknown option (STAT-006), no baseline (STAT-010).
    """
    check_choice("rule", rule, RULES)
    check_choice("worst", worst, WORST)
    data = table("values", values)
    start = (
        np.full((len(data), 1), np.nan) if baseline is None else matrix("baseline", baseline, rows=len(data))
    )
    if rule == "bocf":
        if baseline is None:
            raise refuse("STAT-010", "no baseline to carry forward", "baseline", "give one a participant")
        return np.where(np.isnan(data), start, data)
    joined = np.column_stack([start[:, :1], data])
    if rule == "wocf":
        best = (
            np.fmax.accumulate(joined, axis=1) if worst == "highest" else np.fmin.accumulate(joined, axis=1)
        )
        return np.where(np.isnan(data), best[:, 1:], data)
    seen = np.maximum.accumulate(np.where(np.isnan(joined), 0, np.arange(joined.shape[1])), axis=1)
    return np.take_along_axis(joined, seen, axis=1)[:, 1:]
